from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.changes import LinkState, ServerState
from app.services.api import LinkView, ServerView
from app.ui.network import phrases
from app.ui.network.facts import Quality
from tests.gallery.network import link
from tests.ui.fake_names import FROZEN_MS

JONAS = link("Jonas Weber")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "0 s"),
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (47 * 3600, "47 h"),
        (48 * 3600, "2 days"),
    ],
)
def test_how_long_something_has_lasted(seconds: float, words: str) -> None:
    assert phrases.span(seconds) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.2, "1 ms"),
        (2.4, "2 ms"),
        (999.4, "999 ms"),
        (999.6, "1.0 s"),
        (9940, "9.9 s"),
        (9960, "10 s"),
        (60_000, "60 s"),
    ],
)
def test_milliseconds_are_short(value: float, words: str) -> None:
    assert phrases.milliseconds(value) == words


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_longer_is_never_said_to_be_shorter(one: float, other: float) -> None:
    def value(words: str) -> float:
        figure, unit = words.split(" ")
        return float(figure) * {"ms": 1, "s": 1000}[unit]

    small, large = sorted((one, other))
    assert value(phrases.milliseconds(small)) <= value(phrases.milliseconds(large))


def test_a_server_says_how_it_is_and_why() -> None:
    well = ServerView("http://a:1", ServerState.ONLINE, None, hosted=True)
    assert phrases.server_line(well) == "Online · hosted here"
    away = ServerView("http://a:1", ServerState.OFFLINE, "server-unreachable", hosted=False)
    assert phrases.server_line(away).startswith("Not reachable · The server does not answer.")
    trying = replace(away, state=ServerState.CONNECTING, reason=None)
    assert phrases.server_line(trying) == "Connecting…"


def line(one: LinkView, through: str = "") -> str:
    return phrases.link_line(one, through, FROZEN_MS)


def test_a_link_says_its_way_and_figures() -> None:
    assert line(JONAS) == "Direct · LAN · 12 min"
    busy = replace(JONAS, rate_in=18_400_000.0, rate_out=999.0, loss=0.021)
    assert line(busy) == "Direct · LAN · 2 % lost · 18.4 MB/s · 12 min"
    assert line(replace(JONAS, rate_in=900.0, loss=0.004)) == "Direct · LAN · 12 min"
    relayed = replace(JONAS, route="relay")
    assert line(relayed, "Mara") == "Relayed through \u2068Mara\u2069 · 12 min"
    assert line(replace(JONAS, route="odd")) == "Linked · 12 min"


def test_who_is_not_linked_has_a_reason() -> None:
    trying = replace(JONAS, state=LinkState.CONNECTING, since_ms=FROZEN_MS - 4000)
    assert line(trying) == "Trying to link · 4 s"
    away = replace(JONAS, state=LinkState.OFFLINE, reason="ice-failed")
    assert line(away).startswith("Not linked · No way between")
    assert line(replace(away, reason=None)) == "Not linked · 12 min"


@pytest.mark.parametrize(
    ("score", "quality"),
    [
        (1.0, Quality.GOOD),
        (phrases.GOOD, Quality.GOOD),
        (0.5, Quality.FAIR),
        (0.1, Quality.POOR),
        (None, Quality.UNKNOWN),
    ],
)
def test_a_score_has_a_word(score: float | None, quality: Quality) -> None:
    assert phrases.quality_of(replace(JONAS, quality=score)) is quality
    away = replace(JONAS, quality=score, state=LinkState.OFFLINE)
    assert phrases.quality_of(away) is Quality.UNKNOWN


def test_all_that_is_painted_is_spoken() -> None:
    said = phrases.spoken_link(JONAS, "Direct", Quality.GOOD)
    assert said == "Direct, round trip 2 ms, good link"
    assert phrases.spoken_link(JONAS, "Direct", Quality.UNKNOWN) == "Direct, round trip 2 ms"
    assert phrases.spoken_link(replace(JONAS, rtt_ms=None), "Direct", Quality.GOOD) == "Direct"


def test_the_summary_counts() -> None:
    server = ServerView("http://a:1", ServerState.ONLINE, None, hosted=False)
    away = replace(server, state=ServerState.OFFLINE)
    trying = replace(JONAS, state=LinkState.CONNECTING)
    said = phrases.summary([server, away], [JONAS, trying])
    assert said == "1 of 2 servers online · 1 person linked · 1 being tried"
    assert phrases.summary([], []) == "Nobody linked"
