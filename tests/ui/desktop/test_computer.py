from __future__ import annotations

from app.domain.errors import AppError
from app.ui.desktop.choices import DesktopChoices
from app.ui.dialogs.computer import ComputerSheet
from app.ui.dialogs.settings import SettingsSheet
from tests.ui.rig import Rig


class FakeChoice:
    def __init__(self, on: bool = False) -> None:
        self.on = on
        self.failing: AppError | None = None

    def is_on(self) -> bool:
        return self.on

    def switch(self, on: bool) -> None:
        if self.failing is not None:
            raise self.failing
        self.on = on


async def shown(rig: Rig, choices: DesktopChoices) -> ComputerSheet:
    rig.session.flows.desktop = choices
    await rig.act("settings")
    await rig.click(rig.dialog(SettingsSheet).computer)
    return rig.dialog(ComputerSheet)


async def test_both_choices_take_effect_at_once(rig: Rig) -> None:
    startup, links = FakeChoice(), FakeChoice(on=True)
    sheet = await shown(rig, DesktopChoices(startup, links))
    assert (sheet.startup.isChecked(), sheet.links.isChecked()) == (False, True)
    await rig.click(sheet.startup)
    await rig.until(sheet.startup.isEnabled)
    await rig.click(sheet.links)
    await rig.until(sheet.links.isEnabled)
    assert (startup.on, links.on) == (True, False)
    assert rig.focus() is sheet.links
    sheet.accept()
    await rig.settle()


async def test_what_fails_goes_back_and_says_why(rig: Rig) -> None:
    startup = FakeChoice()
    startup.failing = AppError("folder-read-only", {"folder": "/media/ana/.config"})
    sheet = await shown(rig, DesktopChoices(startup))
    assert not sheet.links.isVisible()
    await rig.click(sheet.startup)
    await rig.until(sheet.startup.isEnabled)
    assert not sheet.startup.isChecked()
    assert "/media/ana/.config" in sheet.problem.text()
    startup.failing = None
    await rig.click(sheet.startup)
    await rig.until(sheet.startup.isEnabled)
    assert not sheet.problem.isVisible()
    sheet.accept()
    await rig.settle()


async def test_where_nothing_can_be_chosen_nothing_is_offered(rig: Rig) -> None:
    await rig.act("settings")
    sheet = rig.dialog(SettingsSheet)
    assert not sheet.computer.isVisible()
    sheet.accept()
    await rig.settle()


async def test_starting_is_offered_after_the_first_conversation(rig: Rig) -> None:
    offer = rig.window.offer
    offer.show()
    assert not offer.startup.isVisible()
    rig.session.offer(DesktopChoices(FakeChoice()))
    assert offer.startup.isVisible()
    await rig.click(offer.startup)
    assert not offer.isVisible()
    assert not rig.dialog(ComputerSheet).startup.isChecked()
    rig.dialog(ComputerSheet).accept()
    await rig.settle()
