"""Opens the profile; as long as it wants a passphrase, the window shows nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from app.domain.errors import AppError
from app.services.api import Account, Backend
from app.ui import wording
from app.ui.main_window import MainWindow
from app.ui.views.unlock import UnlockView


async def unlocked(window: MainWindow, account: Account, leave: Callable[[], object]) -> Backend:
    """Return the open profile. Raises AppError for what no passphrase can put right.

    `leave` is called if the person would rather quit.
    """
    try:
        return await account.open()
    except AppError as error:
        if error.code not in {"passphrase-needed", "wrong-passphrase"}:
            raise
        said = wording.words_for(error) if error.code == "wrong-passphrase" else ""
    page = UnlockView(window.theme)
    page.leave.clicked.connect(leave)
    window.cover(page)
    page.refuse(said)
    try:
        return await _ask(page, account)
    finally:
        page.forget()
        window.uncover()


async def _ask(page: UnlockView, account: Account) -> Backend:
    answers: asyncio.Queue[str] = asyncio.Queue()
    page.answered.connect(answers.put_nowait)
    while True:
        try:
            return await account.open(await answers.get())
        except AppError as error:
            if error.code != "wrong-passphrase":
                raise
            page.refuse(wording.words_for(error))
