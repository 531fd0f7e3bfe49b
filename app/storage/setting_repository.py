"""Small settings of front ends and services, as strings."""

from __future__ import annotations

from app.storage.database import Database
from app.storage.schema import Setting


class SettingRepository:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, key: str, default: str = "") -> str:
        query = Setting.select(Setting.value).where(Setting.key == key).tuples()
        rows = await self._database.read(lambda: list(query.execute(self._database.orm)))
        return str(rows[0][0]) if rows else default

    async def all(self) -> dict[str, str]:
        query = Setting.select(Setting.key, Setting.value).tuples()
        rows = await self._database.read(lambda: list(query.execute(self._database.orm)))
        return {str(key): str(value) for key, value in rows}

    async def set(self, key: str, value: str) -> None:
        query = Setting.insert(key=key, value=value).on_conflict_replace()
        await self._database.write(lambda: query.execute(self._database.orm))
