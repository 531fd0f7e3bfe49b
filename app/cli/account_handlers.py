"""Requests that are about the profile as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.cli import requests as ask
from app.cli.given import path
from app.services.api import Account, Backend


class AccountHandlers:
    """`adopt` is told of the backend that takes the place of the present one."""

    def __init__(self, account: Account, adopt: Callable[[Backend], None]) -> None:
        self._account, self._adopt = account, adopt

    async def handle(self, request: ask.Export | ask.Import) -> dict[str, Any]:
        """Return what the reply adds. Raises AppError."""
        file = path(request.path)
        if isinstance(request, ask.Export):
            await self._account.export_to(file, request.passphrase)
        else:
            self._adopt(await self._account.import_from(file, request.passphrase))
        return {}
