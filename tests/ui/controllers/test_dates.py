from __future__ import annotations

from datetime import date

from PySide6.QtCore import QDate, QPoint, Qt
from PySide6.QtTest import QTest

from app.ui.messages.dates import date_at
from app.ui.widgets.calendar_popup import CalendarPopup
from tests.gallery.demo import DAY
from tests.ui.fake_names import FROZEN_MS, room_of
from tests.ui.rig import NO_KEYS, Rig

FAMILY, SURVEY = "Family", "Lighthouse Survey"


async def long_talk(rig: Rig) -> None:
    """Twenty messages on each of thirty days."""
    for at in range(600):
        time_ms = FROZEN_MS - (600 - at) * DAY // 20
        rig.backend.chats.write(room_of(FAMILY), "Leo", f"message {at}", at_ms=time_ms)
    room = await rig.open(FAMILY)
    await rig.backend.chats.mark_read(room.room, room.messages[-1].event)
    rig.session.view.messages.go_to_end()
    await rig.settle()


def top_day(rig: Rig) -> date:
    shown = rig.session.view.messages.visible_messages()
    return rig.session.dates._clock.at(shown[0].time_ms).date()


async def test_a_day_is_chosen_by_keys_and_one_comes_back(rig: Rig) -> None:
    await long_talk(rig)
    before = rig.session.view.messages.visible_messages()[-1]
    await rig.act("go-to-day")
    popup = rig.dialog(CalendarPopup)
    assert popup.calendar.hasFocus()
    assert popup.calendar.maximumDate() == QDate(2025, 11, 21)
    popup.calendar.setSelectedDate(QDate(2025, 11, 3))
    popup.calendar.activated.emit(popup.calendar.selectedDate())
    await rig.settle()
    view = rig.session.view.messages
    flashing = view._marks.flash
    first = next(
        row
        for row in rig.backend.chats.book[room_of(FAMILY)].messages
        if rig.session.dates._clock.at(row.time_ms).date() == date(2025, 11, 3)
    )
    assert flashing == first.position
    assert top_day(rig) <= date(2025, 11, 3)
    await rig.act("jump-back")
    assert rig.session.view.messages.visible_messages()[-1] == before
    assert not view.go_back()


async def test_jumps_go_back_one_by_one_and_not_into_another_room(rig: Rig) -> None:
    await long_talk(rig)
    view = rig.session.view.messages
    for day in (20, 10):
        rig.session.dates.go_to(date(2025, 11, day))
        await rig.settle()
    middle = top_day(rig)
    assert view.go_back()
    await rig.settle()
    assert top_day(rig) > middle
    await rig.open(SURVEY)
    assert not view.go_back()


async def test_a_click_on_a_date_opens_the_calendar(rig: Rig) -> None:
    await rig.open(SURVEY)
    view = rig.session.view.messages
    view.go_to_start()
    await rig.settle()
    width = view.viewport().width()
    found = [
        QPoint(width // 2, y)
        for y in range(0, view.viewport().height(), 4)
        if date_at(view._rows, QPoint(width // 2, y), width, view._clock, floats=False)
    ]
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, NO_KEYS, found[0])
    await rig.settle()
    popup = rig.dialog(CalendarPopup)
    popup.grab()
    assert popup.calendar.selectedDate() == QDate(2025, 11, 20)
    popup.close()
    assert date_at(view._rows, QPoint(2, found[0].y()), width, view._clock, floats=False) is None


async def test_the_floating_date_is_one_to_click_as_well(rig: Rig) -> None:
    await long_talk(rig)
    view = rig.session.view.messages
    view._scroll(-300)
    await rig.settle()
    at = QPoint(view.viewport().width() // 2, 14)
    width = view.viewport().width()
    assert date_at(view._rows, at, width, view._clock, floats=True) == top_day(rig)


async def test_without_a_conversation_there_is_no_calendar(rig: Rig) -> None:
    await rig.act("go-to-day")
    await rig.act("jump-back")
    assert not rig.window.findChildren(CalendarPopup)
    rig.session.dates.go_to(date(2025, 11, 3))
    await rig.settle()


async def test_the_mouse_has_a_button_back(rig: Rig) -> None:
    await long_talk(rig)
    view = rig.session.view.messages
    rig.session.dates.go_to(date(2025, 11, 3))
    await rig.settle()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.BackButton, NO_KEYS, QPoint(5, 5))
    await rig.settle()
    assert view.stage.track.pinned
