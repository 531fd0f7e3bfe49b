"""The way past a locked profile: its passphrase, or another profile."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from app.domain.errors import AppError
from app.services.api import Backend
from app.ui.controllers.unlocking import unlocked
from app.ui.desktop.call import Call
from app.ui.desktop.callers import Callers
from app.ui.main_window import MainWindow
from app.ui.theme import Theme
from app.ui.views.unlock import UnlockView
from tests.gallery import demo
from tests.gallery.shots import dispose, settle
from tests.ui.fake_account import FakeAccount


class Profiles(FakeAccount):
    """The profile in front has a passphrase; `open_ones` need none."""

    open_ones = ("Work",)

    async def open(self, passphrase: str | None = None) -> Backend:
        if self.name in self.open_ones:
            return await self._make()
        return await super().open(passphrase)


async def made() -> Backend:
    return demo.first_start()


@pytest.fixture
def window(theme: Theme) -> Iterator[MainWindow]:
    made = MainWindow(theme)
    made.show()
    yield made
    dispose(made)


async def begin(
    window: MainWindow, account: FakeAccount, callers: Callers | None = None
) -> tuple[UnlockView, asyncio.Task[Backend]]:
    callers = callers or Callers()
    task = asyncio.create_task(unlocked(window, account, window.close, callers))
    await settle()
    page = window.centralWidget()
    assert isinstance(page, UnlockView)
    return page, task


async def test_another_profile_is_opened_instead(window: MainWindow) -> None:
    account = Profiles(made, "secret")
    page, task = await begin(window, account)
    assert page.profile.isVisible()
    assert page.profile.text() == "Profile: First profile"
    (other,) = page.profiles.actions()
    assert other.text() == "Work"
    other.trigger()
    assert (await task).profile.name
    assert account.name == "Work"


async def test_another_profile_may_want_a_passphrase_too(window: MainWindow) -> None:
    account = FakeAccount(made, "secret")
    page, task = await begin(window, account)
    page.profiles.actions()[0].trigger()
    await settle()
    assert page.profile.text() == "Profile: Work"
    assert not page.problem.text()
    assert [action.text() for action in page.profiles.actions()] == ["First profile"]
    for text in ("wrong", "secret"):
        page.field.setText(text)
        page.go.click()
        await settle()
        assert ("wrong" in page.problem.text()) is (text == "wrong")
    await task


async def test_with_one_profile_there_is_nothing_to_choose(window: MainWindow) -> None:
    account = FakeAccount(made, "secret")
    account.names = [""]
    page, task = await begin(window, account)
    assert not page.profile.isVisible()
    page.field.setText("secret")
    page.go.click()
    await task


async def test_what_no_passphrase_can_mend_is_raised(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = FakeAccount(made, "secret")
    page, task = await begin(window, account)

    async def fail(_name: str) -> None:
        raise AppError("disk-failed")

    monkeypatch.setattr(account, "switch_to", fail)
    page.profiles.actions()[0].trigger()
    with pytest.raises(AppError, match="disk failed"):
        await task


async def test_a_link_that_waits_is_mentioned(window: MainWindow) -> None:
    callers = Callers()
    page, task = await begin(window, Profiles(made, "secret"), callers)
    assert not page.waits.isVisible()
    callers.receive(Call(link="parlor:x"))
    assert page.waits.isVisible()
    page.profiles.actions()[0].trigger()
    await task
    callers.receive(Call())


async def test_a_link_that_was_there_before_is_mentioned(window: MainWindow) -> None:
    page, task = await begin(window, Profiles(made, "secret"), Callers("parlor:x"))
    assert page.waits.isVisible()
    page.profiles.actions()[0].trigger()
    await task
