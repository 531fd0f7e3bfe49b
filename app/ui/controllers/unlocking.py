"""Opens the profile; as long as it wants a passphrase, the window shows nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from app.domain.errors import AppError
from app.services.api import Account, Backend
from app.ui import wording
from app.ui.desktop.callers import Callers
from app.ui.main_window import MainWindow
from app.ui.views.unlock import UnlockView


async def unlocked(
    window: MainWindow, account: Account, leave: Callable[[], object], callers: Callers
) -> Backend:
    """Return the open profile. Raises AppError for what no passphrase can put right.

    `leave` is called if the person would rather quit; a link of `callers` is said to wait.
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

    def tell() -> None:
        page.waits.setVisible(bool(callers.link))

    tell()
    callers.called.connect(tell)
    try:
        return await _ask(page, account)
    finally:
        callers.called.disconnect(tell)
        page.forget()
        window.uncover()


async def _ask(page: UnlockView, account: Account) -> Backend:
    wishes: asyncio.Queue[Callable[[], Awaitable[Backend]]] = asyncio.Queue()
    page.answered.connect(lambda text: wishes.put_nowait(lambda: account.open(text)))
    page.profile_chosen.connect(lambda name: wishes.put_nowait(lambda: _switch(account, name)))
    page.offer_profiles(await account.profiles(), account.name)
    while True:
        wish = await wishes.get()
        try:
            return await wish()
        except AppError as error:
            if error.code not in {"wrong-passphrase", "passphrase-needed"}:
                raise
            page.offer_profiles(await account.profiles(), account.name)
            page.refuse(wording.words_for(error) if error.code == "wrong-passphrase" else "")


async def _switch(account: Account, name: str) -> Backend:
    """Open another profile, if it needs no passphrase."""
    await account.switch_to(name)
    return await account.open()
