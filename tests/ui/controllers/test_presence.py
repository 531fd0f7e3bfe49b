from __future__ import annotations

from app.domain.contacts import Presence, PresenceChanged
from app.services.privacy import READS_SETTING, TYPING_SETTING
from app.ui.controllers.presence import PresenceControl
from app.ui.dialogs.settings import SettingsSheet
from app.ui.models.rows import RoomRow
from app.ui.widgets.avatar import Face
from tests.ui.fake_names import peer_of
from tests.ui.rig import Rig


def control(rig: Rig) -> PresenceControl:
    return rig.session.presence


def own_face(rig: Rig) -> Face:
    face = rig.window.sidebar.header.me._face
    assert face is not None
    return face


async def test_a_choice_is_shown_at_our_picture_and_told(rig: Rig) -> None:
    me = rig.window.sidebar.header.me
    await rig.click(me)
    assert control(rig).menu.isVisible()
    control(rig).menu.close()
    control(rig).actions[Presence.BUSY].trigger()
    await rig.settle()
    assert rig.backend.contacts.presence is Presence.BUSY
    assert own_face(rig).presence == "busy"
    assert me.accessibleName() == "Me: Do not disturb"
    control(rig).actions[Presence.INVISIBLE].trigger()
    assert own_face(rig).online is False


async def test_the_choice_is_there_after_a_start(rig: Rig) -> None:
    rig.backend.settings["presence.state"] = "busy"
    await control(rig).start()
    assert control(rig).actions[Presence.BUSY].isChecked()
    rig.backend.settings["presence.state"] = "gone fishing"
    await control(rig).start()
    assert control(rig).actions[Presence.ONLINE].isChecked()


async def test_what_others_want_to_be_seen_as_is_in_the_list(rig: Rig) -> None:
    rig.backend.feed.publish(PresenceChanged(peer_of("Jonas Weber"), "away"))
    await rig.settle()
    rows = [row for row in rig.window.rooms.rows() if isinstance(row, RoomRow)]
    shown = {row.summary.name: row.presence for row in rows}
    assert (shown["Jonas Weber"], shown["Priya Raman"]) == ("away", "online")


async def test_receipts_and_typing_are_choices(rig: Rig) -> None:
    await rig.act("settings")
    sheet = rig.dialog(SettingsSheet)
    assert sheet.reads.isChecked()
    assert sheet.typing.isChecked()
    sheet.reads.click()
    sheet.typing.click()
    await rig.settle()
    assert rig.backend.settings[READS_SETTING] == rig.backend.settings[TYPING_SETTING] == "no"
    sheet.reject()
    await rig.settle()
    await rig.act("settings")
    assert not rig.dialog(SettingsSheet).reads.isChecked()
