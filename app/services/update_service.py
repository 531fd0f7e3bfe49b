"""Asks, when a person wants it, whether there is a newer version: fetches, believes, remembers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import Meta

from app.domain.errors import AppError
from app.domain.ids import to_text
from app.domain.updates import Platform, Release, Seen, UpdateState, fitting, judge
from app.domain.versions import Version, parse_version
from app.protocol.update_manifest import MAX_MANIFEST, read_manifest
from app.protocol.update_source import UpdateSource, parse_source
from app.services.updates_api import UpdateReport
from app.storage.setting_repository import SettingRepository

SOURCE_SETTING, SEEN_SETTING = "updates.source", "updates.seen"
MAX_REMEMBERED = 8

Fetch = Callable[[str, int], Awaitable[bytes]]
"""Returns what lies at an address, at most so many bytes. Raises AppError("update-unreachable")."""

_STATES = {
    "update-unreachable": UpdateState.UNREACHABLE,
    "update-signature": UpdateState.UNSIGNED,
    "update-malformed": UpdateState.MALFORMED,
}


class _Kept(msgspec.Struct, frozen=True):
    """The furthest that the owner of a key was heard to say."""

    key: str
    version: str
    issued_ms: Annotated[int, Meta(ge=0)]


@dataclass(frozen=True, slots=True)
class ThisProgram:
    """`database` is the form in which this version keeps data; `source` what it was built with."""

    version: str
    platform: Platform
    database: int
    source: str = ""


class UpdateService:
    """Implements `updates_api.Updates`."""

    def __init__(
        self,
        program: ThisProgram,
        settings: SettingRepository,
        fetch: Fetch,
        now_ms: Callable[[], int],
    ) -> None:
        self._program, self._settings = program, settings
        self._fetch, self._now_ms = fetch, now_ms

    async def source(self) -> str:
        return await self._settings.get(SOURCE_SETTING, self._program.source)

    async def set_source(self, text: str) -> str:
        kept = str(parse_source(text)) if text.strip() else ""
        await self._settings.set(SOURCE_SETTING, kept)
        return kept

    async def check(self) -> UpdateReport:
        text = await self.source()
        if not text:
            raise AppError("update-source-unset")
        source = parse_source(text)
        try:
            raw = await self._fetch(source.url, MAX_MANIFEST)
            release = read_manifest(raw, source.key)
        except AppError as error:
            return self._failed(error)
        return await self._judged(source, release)

    def _failed(self, error: AppError) -> UpdateReport:
        if error.code not in _STATES:
            raise error
        reason = str(error.params.get("reason", ""))
        return UpdateReport(_STATES[error.code], self._program.version, reason=reason)

    async def _judged(self, source: UpdateSource, release: Release) -> UpdateReport:
        kept = await self._kept()
        key = to_text(source.key)
        seen = next((_seen(one) for one in kept if one.key == key), None)
        here = self._program
        state = judge(release, parse_version(here.version), seen, self._now_ms())
        if state in (UpdateState.NEWER, UpdateState.CURRENT, UpdateState.EXPIRED):
            await self._remember(kept, _Kept(key, release.version.text, release.issued_ms))
        return UpdateReport(
            state,
            here.version,
            release,
            fitting(release.artefacts, here.platform),
            too_old=here.database < release.opens,
            converts=here.database < release.database,
        )

    async def _kept(self) -> list[_Kept]:
        """Return what is remembered; what cannot be read is not."""
        stored = await self._settings.get(SEEN_SETTING, "[]")
        try:
            kept = msgspec.json.decode(stored, type=list[_Kept])
            [_seen(one) for one in kept]
        except (msgspec.DecodeError, AppError):
            return []
        return kept

    async def _remember(self, kept: list[_Kept], latest: _Kept) -> None:
        others = [one for one in kept if one.key != latest.key]
        stored = msgspec.json.encode([latest, *others][:MAX_REMEMBERED]).decode()
        await self._settings.set(SEEN_SETTING, stored)


def _seen(kept: _Kept) -> Seen:
    version: Version = parse_version(kept.version)
    return Seen(version, kept.issued_ms)
