from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from app.domain.policy import clean_reaction
from app.ui.emoji_memory import MOST, EmojiMemory, with_tone
from app.ui.session import EMOJI_KEY
from app.ui.widgets.emoji_picker import EmojiModel, EmojiPicker
from tests.ui.rig import Rig


@pytest.mark.parametrize(
    ("emoji", "toned"),
    [
        ("👍", "👍🏽"),
        ("☝️", "☝🏽"),
        ("👩‍🚀", "👩🏽‍🚀"),
        ("🎉", "🎉"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
    ],
)
def test_people_and_hands_take_a_skin_tone(emoji: str, toned: str) -> None:
    assert with_tone(emoji, 3) == toned
    assert with_tone(emoji, 0) == emoji
    assert clean_reaction(toned) == toned


def test_the_latest_come_first_and_no_more_than_fit() -> None:
    memory = EmojiMemory()
    for number in range(MOST + 3):
        memory.used(str(number))
    memory.used("5")
    assert memory.recent[:2] == ("5", str(MOST + 2))
    assert len(memory.recent) == MOST
    memory.choose_tone(4)
    again = EmojiMemory()
    again.load(memory.dump())
    assert (again.recent, again.tone) == (memory.recent, 4)


@pytest.mark.parametrize(
    "stored", ["", "{", "[]", '{"recent": 3, "tone": 9}', '{"recent": [1, ""], "tone": "x"}']
)
def test_what_cannot_be_understood_is_left_out(stored: str) -> None:
    memory = EmojiMemory()
    memory.load(stored)
    assert (memory.recent, memory.tone) == ((), 0)


def test_recent_ones_stand_first_without_a_query(qapp: object) -> None:
    assert qapp is not None
    model = EmojiModel(("🚀", "no such emoji", "🎉"))
    assert [row.text for row in model.rows()][:2] == ["🚀", "🎉"]
    assert len({row.text for row in model.rows()}) == model.rowCount()
    model.ask("grin")
    assert model.rows()[0].text != "🚀"


async def test_the_picker_remembers_what_was_picked_and_how(rig: Rig) -> None:
    await rig.open("Jonas Weber")
    await rig.act("emoji")
    picker = rig.dialog(EmojiPicker)
    tone = next(
        each for each in picker.findChildren(QToolButton) if "tone: dark" in each.accessibleName()
    )
    await rig.click(tone)
    picker.grab()
    QTest.keyClicks(picker.field, "thumbs up")
    QTest.keyClick(picker.field, Qt.Key.Key_Return)
    await rig.settle()
    assert rig.session.composer.text() == "👍🏿"
    stored = EmojiMemory()
    stored.load(rig.backend.settings[EMOJI_KEY])
    assert ([emoji.rstrip("\ufe0f") for emoji in stored.recent], stored.tone) == (["👍"], 5)
    await rig.act("emoji")
    picker = rig.dialog(EmojiPicker)
    assert picker._model.rows()[0].text.startswith("👍")
    picker.close()
    await rig.settle()
