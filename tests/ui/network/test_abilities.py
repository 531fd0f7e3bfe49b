from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.capabilities import Capabilities, NetRole, Service
from app.ui.network import abilities
from tests.gallery.network import link
from tests.ui.fake_names import FROZEN_MS

PLAIN = Capabilities()
FULL = Capabilities(
    NetRole.RELAY,
    frozenset({Service.MESSAGING, Service.FILE_TRANSFER, Service.RELAY}),
    links=3,
    max_links=64,
    up=1_000_000,
    down=4_200_000,
    storage=64_000_000_000,
    region="Ham\nburg",
    utc_offset=60,
)


def test_only_what_is_special_has_a_tip_and_a_mark() -> None:
    assert abilities.tip(PLAIN) == ""
    assert PLAIN.role not in abilities.MARKS
    for role in set(NetRole) - {NetRole.BASIC}:
        assert abilities.tip(replace(PLAIN, role=role)).startswith(abilities.TITLES[role])
        assert role in abilities.MARKS


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "UTC+0"), (60, "UTC+1"), (-210, "UTC-3:30"), (345, "UTC+5:45"), (-60, "UTC-1")],
)
def test_a_time_zone_is_short(minutes: int, words: str) -> None:
    assert abilities.zone(minutes) == words


def test_resources_are_said_as_far_as_they_are_told() -> None:
    assert abilities.resources(PLAIN) == ""
    said = abilities.resources(FULL)
    assert said == ("3 of 64 links · 1.0 MB/s up · 4.2 MB/s down · 64 GB free · Ham burg · UTC+1")


def test_a_connection_is_three_lines_at_most() -> None:
    now = FROZEN_MS
    assert abilities.connection_lines(None, "", None, now) == ("Not linked",)
    linked = link("Jonas Weber")
    assert abilities.connection_lines(linked, "", PLAIN, now) == (
        "Direct · LAN · 12 min · 2 ms · Good",
    )
    lines = abilities.connection_lines(linked, "", FULL, now)
    assert lines[1] == "Relay · Offers files, relaying"
    assert len(lines) == 3
