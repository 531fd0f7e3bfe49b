from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.files import FileOffered, Lane, TransferState, TransferView, WayTrouble
from app.ui.file_names import shown_name
from app.ui.files import phrases
from tests.ui.fake_names import peer_of
from tests.ui.files.views import JONAS, MARA, MB, receiver, running, view

GIVEN, ASKED = TransferState.DONE, TransferState.OFFERED


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (912, "912 bytes"),
        (48_000, "48 KB"),
        (999_600, "1.0 MB"),
        (2_800_000, "2.8 MB"),
        (742 * MB, "742 MB"),
        (3_200 * MB, "3.2 GB"),
        (10**16, "10000 TB"),
        (-5, "0 bytes"),
    ],
)
def test_sizes(number: int, words: str) -> None:
    assert phrases.size(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 B/s"), (812.2, "812 B/s"), (18_400_000, "18.4 MB/s"), (412_000_000, "412 MB/s")],
)
def test_rates(number: float, words: str) -> None:
    assert phrases.rate(number) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.1, "1 s left"),
        (13.9, "14 s left"),
        (119, "119 s left"),
        (170, "3 min left"),
        (7300, "3 h left"),
        (200_000, "3 days left"),
        (float("inf"), ""),
        (1e9, ""),
    ],
)
def test_time_left(seconds: float, words: str) -> None:
    assert phrases.left(seconds) == words


def test_a_running_one_tells_how_far_how_long_and_by_which_way() -> None:
    assert phrases.state_line(running()) == "486 of 742 MB · 14 s left"
    assert phrases.lane_line(running()) == "direct · 18.4 MB/s"
    assert phrases.progress_line(running(rate=0.0, done=900)) == "900 bytes of 742 MB"
    by_others = running(own=True, lane=None, receivers=(receiver(MARA, GIVEN, 1, 5.0),))
    assert phrases.lane_line(by_others) == "direct · 18.4 MB/s"
    assert phrases.lane_line(view()) == ""
    assert phrases.lane_line(running(lane=Lane.RELAY, rate=0.0)) == "relayed"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (TransferState.OFFERED, "742 MB"),
        (TransferState.PREPARING, "Reading 0 bytes of 742 MB"),
        (TransferState.WAITING, f"Waiting for {MARA} · 742 MB"),
        (TransferState.PAUSED, "Paused · 742 MB"),
        (TransferState.DONE, "742 MB"),
        (TransferState.FAILED, "Stopped · 742 MB"),
        (TransferState.DECLINED, "Declined · 742 MB"),
        (TransferState.CANCELLED, "Taken back · 742 MB"),
    ],
)
def test_every_state_has_a_line_and_is_read_out(state: TransferState, words: str) -> None:
    one = view(state=state)
    assert phrases.state_line(one) == words
    assert phrases.spoken(one).startswith("File north.zip, 742 MB, ")
    assert phrases.spoken_state(one)


def test_what_stopped_half_way_says_how_far_it_came_and_why() -> None:
    stopped = view(state=TransferState.FAILED, done=30 * MB, reason="disk-full")
    assert phrases.state_line(stopped) == "Stopped · 30 of 742 MB"
    assert phrases.reason_line(stopped).startswith("The disk is full.")
    assert "The disk is full." in phrases.spoken(stopped)
    assert phrases.reason_line(view(reason="disk-full")) == ""


def test_own_ones_tell_who_has_them() -> None:
    three = (receiver(MARA, GIVEN), receiver(JONAS, GIVEN), receiver("Leo", ASKED))
    assert phrases.state_line(view(own=True, receivers=three)) == "742 MB · 2 of 3 have it"
    assert phrases.receivers_line(three[:2]) == "all have it"
    assert phrases.receivers_line(three[:1]) == "received"
    assert phrases.receivers_line(three[2:]) == "waiting to be fetched"
    assert phrases.receivers_line(()) == ""
    assert phrases.spoken(view(own=True, receivers=three)).endswith("2 of 3 have it")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (TransferState.DONE, "Has it"),
        (TransferState.RUNNING, "direct · 5.0 MB/s · 50 %"),
        (TransferState.OFFERED, "Has not answered"),
        (TransferState.DECLINED, "Declined"),
        (TransferState.PAUSED, "Stopped at 50 %"),
        (TransferState.WAITING, "Waiting"),
    ],
)
def test_each_receiver_has_a_line(state: TransferState, words: str) -> None:
    assert phrases.receiver_line(receiver(MARA, state, 50, 5e6), 100) == words


def test_progress_is_read_out_in_whole_percents() -> None:
    said = phrases.spoken(running())
    assert said == "File north.zip, 742 MB, receiving, 65 percent, direct"
    assert phrases.spoken(running(done=486 * MB + 1)) == said
    assert "sending" in phrases.spoken(running(own=True))
    assert phrases.percent(5, 0) == 100
    assert phrases.percent(-1, 10) == 0


def test_folders_say_how_many_files_they_hold() -> None:
    offer = FileOffered("raw scans", 742 * MB, b"", 1204, is_folder=True)
    assert phrases.offer_line(offer) == "1\u2009204 files · 742 MB"
    assert phrases.spoken(view("scans", is_folder=True, files=2)).startswith("Folder scans, 2")


@pytest.mark.parametrize(
    ("name", "glyph"),
    [
        ("a.PNG", "image"),
        ("a.tar.zst", "file-archive"),
        ("a.csv", "table"),
        ("a.pdf", "file-text"),
        ("a", "file"),
        (".png", "file"),
        ("a.mp4", "film"),
        ("a.ogg", "music"),
        ("a.py", "file-code"),
    ],
)
def test_icons_follow_the_kind(name: str, glyph: str) -> None:
    assert phrases.glyph(name) == glyph
    assert phrases.glyph(name, is_folder=True) == "folder"


def test_names_cannot_hide_what_they_are() -> None:
    assert shown_name("photo\u202egpj.exe") == "photo\ufffdgpj.exe"
    assert shown_name("a\nb\x00c\u200b.txt") == "a b\ufffdc\ufffd.txt"
    assert shown_name("صور المنارة.png") == "صور المنارة.png"
    assert phrases.is_image("A.JPeG")
    assert not phrases.is_image("a.svg")


@given(st.text(max_size=300))
def test_a_shown_name_is_one_line_without_controls(name: str) -> None:
    shown = shown_name(name)
    assert not any(char in shown for char in "\n\r\t\u202e\u2066\u200f\x00")


@given(st.integers(0, 10**15), st.integers(0, 10**15))
def test_parts_never_say_more_than_all(done: int, whole: int) -> None:
    assert 0 <= phrases.percent(done, whole) <= 100
    assert phrases.part(done, whole)


def test_what_runs_is_summed_up() -> None:
    two = [running(), running("b", done=742 * MB - 4, rate=2_000_000.0)]
    assert phrases.sum_line(two) == "2 transfers · 20.4 MB/s · 13 s left"
    assert phrases.sum_line([running(rate=0.0)]) == "1 transfer"
    assert phrases.sum_line([running(rate=1.0)]) == "1 transfer · 1 B/s"
    reading = view(state=TransferState.PREPARING, done=42 * MB, rate=70 * MB)
    assert phrases.sum_line([reading]) == "Reading 1 file · 10 s left"
    assert phrases.sum_line([view(state=TransferState.PREPARING)] * 2) == "Reading 2 files"


def test_several_who_fetch_are_named_with_how_far_each_is() -> None:
    names = [MARA, JONAS, "Priya Raman", "Dev Anand"]
    fetching = tuple(
        receiver(name, TransferState.RUNNING, 100 * MB * at) for at, name in enumerate(names)
    )
    one = running(own=True, receivers=(*fetching[:1], receiver(JONAS, GIVEN)))
    assert phrases.lane_line(one) == "direct · 18.4 MB/s"
    two = running(own=True, receivers=fetching[:2])
    assert phrases.lane_line(two) == "Mara 0 % · Jonas 13 %"
    four = running(own=True, receivers=fetching)
    assert phrases.lane_line(four) == "Mara 0 % · Jonas 13 % · Priya 26 % · 1 more"


def troubled(
    *codes: tuple[Lane, str], who: str = MARA, reason: str = "", done: int = 0
) -> TransferView:
    troubles = tuple(WayTrouble(peer_of(who), lane, code) for lane, code in codes)
    waits = TransferState.WAITING
    return view(state=waits, troubles=troubles, reason=reason, done=done)


def test_why_something_waits_is_told() -> None:
    direct, relay = (Lane.DIRECT, "no-direct-way"), (Lane.RELAY, "no-relay")
    assert phrases.reason_line(troubled()) == ""
    assert phrases.reason_line(troubled(direct)).startswith("No connection yet. Tried direct;")
    both = troubled(direct, (Lane.WEBRTC, "no-webrtc-way"), relay)
    assert "Tried direct, WebRTC and relayed;" in phrases.reason_line(both)
    first, second, third = phrases.ways_line(both).splitlines()
    assert first.startswith("direct: No address")
    assert second.startswith("WebRTC: ")
    assert third.startswith("relayed: ")
    assert phrases.reason_line(troubled(direct, who=JONAS)) == ""
    spoilt = troubled(direct, reason="wrong-digest")
    assert phrases.reason_line(spoilt) == phrases.SPOILT
    assert phrases.SPOILT in phrases.spoken(spoilt)
    assert "moved, changed or deleted" in phrases.reason_line(troubled(direct, reason="not-there"))


def test_who_gives_may_pause() -> None:
    paused = troubled((Lane.DIRECT, "paused"), done=3 * MB)
    assert phrases.state_line(paused) == f"Paused by {MARA} · 3.0 of 742 MB"
    assert phrases.reason_line(paused) == phrases.ways_line(paused) == ""
    assert f"Paused by {MARA}" in phrases.spoken(paused)
    assert phrases.state_line(troubled((Lane.DIRECT, "busy"))).startswith("Waiting for")


def test_what_was_here_already_is_told() -> None:
    assert phrases.reused_line(view()) == ""
    assert phrases.reused_line(view(reused=312 * MB)) == "312 MB of 742 MB were here already"


def test_a_bar_is_shown_while_it_tells_something() -> None:
    assert phrases.has_bar(running())
    assert phrases.has_bar(view(own=True, state=TransferState.PREPARING))
    assert not phrases.has_bar(view(own=True, state=TransferState.PREPARING, size=0))
    assert phrases.has_bar(view(state=TransferState.PAUSED, done=1))
    assert not phrases.has_bar(view(state=TransferState.PAUSED))
    assert not phrases.has_bar(view(state=TransferState.DONE, done=1))


def test_who_was_cut_off_for_what_it_did_is_told() -> None:
    failed = receiver(MARA, TransferState.FAILED, 50)
    assert phrases.receiver_line(replace(failed, reason="flood"), 100) == phrases.CUT_OFF
    assert phrases.receiver_line(replace(failed, reason="stalled"), 100) == "Stopped at 50 %"
