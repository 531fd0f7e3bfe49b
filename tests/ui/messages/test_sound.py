"""Cards that play: what is where, what a click and a key do, what is read out, that they paint."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.files import TransferState, TransferView
from app.domain.ids import EventId
from app.domain.views import MessageView
from app.media.look_wire import Look
from app.ui.files.deeds import Deed
from app.ui.messages import MessageList
from app.ui.messages.layout import Item, Measurer
from app.ui.messages.paint_sound import _spread
from app.ui.messages.pointer import hit_at
from app.ui.messages.sound import Play, Seek, Skip, SoundStrip, Speed, hint
from app.ui.messages.transfer import Do
from app.ui.messages.wording import shown_text, spoken
from app.ui.phrases import message_line
from app.ui.theme import Choice, Theme, load_fonts
from app.ui.voice.sounding import Sounding
from tests.ui.files.views import running, view
from tests.ui.messages.book import ME, Book
from tests.ui.messages.conftest import CLOCK, Show
from tests.ui.messages.test_layout import ALONE
from tests.ui.messages.test_transfer import card, measure, of, offered, paint

WAVE = bytes(range(0, 250, 5))
DONE = view(state=TransferState.DONE, path="/srv/x", size=43_000)
PLAYING = Sounding(True, True, 5000, 12_000, 1.5)
SONG = Look(204_000, has_sound=True)
FILM = Look(83_000, has_sound=True, has_film=True)


@pytest.fixture(scope="module")
def theme(qapp: QApplication) -> Theme:
    assert qapp is not None
    load_fonts()
    return Theme(Choice.LIGHT)


def said(ms: int = 12_400, author: str = "Mara Lindqvist", number: int = 0) -> MessageView:
    row = offered("Voice.ogg", author, number=number)
    assert row.file is not None
    return replace(row, file=msgspec.structs.replace(row.file, voice_ms=ms, wave=WAVE))


def laid(  # noqa: PLR0913 - a test names what it needs
    theme: Theme,
    row: MessageView,
    transfer: TransferView,
    *,
    stands: Sounding | None = None,
    look: Look | None = None,
    picture: QImage | None = None,
    width: int = 700,
) -> Item:
    measurer = Measurer(theme, CLOCK)
    measurer.width = width
    measurer.transfers = {row.event: of(row, transfer)}
    sounds = measurer.files.sounds
    sounds.seen = lambda _view: look
    if stands is not None:
        sounds.now = lambda _event, _ms: stands
    measurer.files.find = lambda _view: picture
    return measurer.measure(row, ALONE)


def strip(item: Item) -> SoundStrip:
    sound = card(item).sound
    assert sound is not None
    return sound


def test_a_voice_that_is_here_can_be_played_sought_and_sped_up(theme: Theme) -> None:
    item = laid(theme, said(), DONE)
    sound = strip(item)
    assert (sound.words, sound.levels, card(item).lines, card(item).spots) == ("0:12", WAVE, (), ())
    assert hit_at(item, sound.button.center()) == Play()
    assert hit_at(item, sound.speed.center()) == Speed()
    middle = hit_at(item, sound.track.center())
    assert isinstance(middle, Seek)
    assert middle.share == pytest.approx(0.5)
    assert hit_at(item, sound.label.center()) is None
    assert sound.label.right() <= item.bubble.right()
    assert item.time_at.x() > sound.label.left()


def test_one_that_is_not_here_says_how_far_it_is(theme: Theme) -> None:
    item = laid(theme, said(), view(size=43_000))
    assert card(item).lines[0].text == "0:12 · 43 KB"
    assert hit_at(item, strip(item).button.center()) == Play()
    assert hit_at(item, strip(item).track.center()) is None
    assert hit_at(item, strip(item).speed.center()) is None
    assert hit_at(item, card(item).spots[0].box.center()) == Do(Deed.ACCEPT)
    coming = laid(theme, said(), running(size=972_000_000))
    assert strip(coming).moving
    assert card(coming).bar is not None
    waiting = laid(theme, said(400), view(state=TransferState.WAITING))
    assert card(waiting).lines[0].text.startswith("0:01 · Waiting for Mara")


def test_the_time_is_that_of_the_sound(theme: Theme) -> None:
    assert strip(laid(theme, said(), DONE, stands=PLAYING)).words == "0:05 / 0:12"
    left = Sounding(at_ms=3000, ms=12_000)
    assert strip(laid(theme, said(), DONE, stands=left)).words == "0:03 / 0:12"
    assert strip(laid(theme, said(200), DONE)).words == "0:01"


def test_a_sound_file_has_its_name_a_line_and_its_size(theme: Theme) -> None:
    item = laid(theme, offered("bell.mp3"), DONE, look=SONG)
    sound = strip(item)
    assert (sound.words, sound.levels) == ("3:24 · 742 MB", b"")
    assert item.blocks[0].layout.text() == "bell.mp3"
    assert sound.speed.bottom() <= sound.track.center().y()
    assert card(laid(theme, offered("bell.mp3"), view(), look=SONG)).sound is None
    assert card(laid(theme, offered("bell.mp3"), DONE)).sound is None
    nobody_knows = laid(theme, offered("bell.mp3"), DONE, look=Look(0, has_sound=True))
    assert strip(nobody_knows).words == "742 MB"


def test_a_film_is_a_picture_with_a_sign(theme: Theme) -> None:
    picture = QImage(320, 180, QImage.Format.Format_RGB32)
    item = laid(theme, offered("lens.mp4"), DONE, look=FILM, picture=picture)
    assert (card(item).film, card(item).sound, card(item).glyph) == ("1:23", None, "film")
    assert hit_at(item, card(item).tile.center()) == Do(Deed.OPEN)
    paint(theme, item)
    bare = laid(theme, offered("lens.mp4"), DONE, look=FILM)
    assert (card(bare).film, card(bare).sound) == (None, None)


@pytest.mark.parametrize("scheme", [Choice.LIGHT, Choice.DARK])
@pytest.mark.parametrize("author", ["Mara Lindqvist", ME])
@pytest.mark.parametrize("width", [700, 260])
def test_every_state_paints(theme: Theme, scheme: Choice, author: str, width: int) -> None:
    theme.set_choice(scheme)
    found = set()
    stands = (Sounding(new=True), PLAYING, Sounding(True, False, 1, 12_000), Sounding())
    for each in stands:
        item = laid(theme, said(author=author), DONE, stands=each, width=width)
        found.add(bytes(paint(theme, item).constBits()))
    assert len(found) == 4
    for other in (view(), running(), view(state=TransferState.FAILED, reason="disk-full")):
        paint(theme, laid(theme, said(author=author), other, width=width))
    for at in (0, 90_000):
        look = Sounding(at > 0, False, at, 204_000)
        paint(theme, laid(theme, offered("a.mp3", author), DONE, look=SONG, stands=look))
    theme.set_choice(Choice.LIGHT)


@given(levels=st.binary(min_size=1, max_size=128), many=st.integers(1, 300))
def test_bars_fill_the_room_and_keep_the_loudest(levels: bytes, many: int) -> None:
    found = _spread(levels, many)
    assert len(found) == many
    assert set(found) <= set(levels)
    if many >= len(levels):
        assert max(found) == max(levels)


def test_what_is_said_of_it() -> None:
    row = said()
    assert shown_text(row) == "Voice message, 0:12"
    assert message_line(row).endswith("Voice message, 0:12")


@pytest.mark.parametrize(
    ("stands", "words"),
    [
        (Sounding(new=True), "not listened to yet"),
        (PLAYING, "playing, 5 seconds"),
        (Sounding(True, False, 61_000, 90_000), "paused, 1 minute 1 second"),
        (Sounding(), ""),
    ],
)
def test_what_is_read_out(theme: Theme, stands: Sounding, words: str) -> None:
    measurer = Measurer(theme, CLOCK)
    measurer.files.sounds.now = lambda _event, _ms: stands
    voice = replace(DONE, voice_ms=12_400)
    assert measurer.files.sounds.spoken(voice) == words
    assert measurer.files.sounds.spoken(DONE) == ""
    assert measurer.files.sounds.spoken(view(voice_ms=12_400)) == ""


def test_tips(theme: Theme) -> None:
    sound = strip(laid(theme, said(12_000), DONE, stands=PLAYING))
    assert [hint(hit, sound) for hit in (Play(), Speed(), Seek(0.5))] == [
        "Pause",
        "Speed 1.5\u00d7",
        "0:06",
    ]
    assert hint(Play(), strip(laid(theme, said(), DONE))) == "Play"


Heard = list[tuple[MessageView, object]]


async def shown(
    show: Show, stands: dict[EventId, Sounding]
) -> tuple[MessageList, MessageView, Heard]:
    row = said()
    book = Book([row])
    made = show(book)
    made.view.set_transfers({row.event: of(row, replace(DONE, voice_ms=12_400))})
    made.view.stage.measurer.files.sounds.now = lambda event, ms: stands.get(event, Sounding(ms=ms))
    heard: Heard = []
    made.view.sound_wanted.connect(lambda row, what: heard.append((row, what)))
    await made.open()
    return made.view, row, heard


async def test_mouse_and_keys(show: Show) -> None:
    stands: dict[EventId, Sounding] = {}
    view, row, heard = await shown(show, stands)
    shown_row = view._rows[0]
    sound = strip(shown_row.item)
    for place in (sound.button.center(), sound.speed.center()):
        at = (place + QPointF(0, shown_row.y)).toPoint()
        QTest.mouseClick(
            view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at
        )
    assert heard == [(row, Play()), (row, Speed())]
    heard.clear()
    view.setFocus()
    keys = (Qt.Key.Key_Space, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_S)
    for key in keys:
        QTest.keyClick(view, key)
    assert [what for _, what in heard] == [Play(), Skip(-5000), Skip(5000), Speed()]
    QTest.keyClick(view, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert len(heard) == 4
    stands[row.event] = PLAYING
    view.sounded(row.event)
    view.sounded(EventId(bytes(32)))
    assert "playing" in view._spoken_rows()[0].text
    assert view._tip(shown_row.item, Play()) == "Pause"


def test_keys_that_are_about_nothing_that_plays(theme: Theme) -> None:
    item = measure(theme, offered(), view())
    assert card(item).sound is None
    assert "Voice" not in spoken(item.message, CLOCK, "File x")
