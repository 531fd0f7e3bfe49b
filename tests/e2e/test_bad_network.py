"""Talk between machines whose network is bad; the long variants are in `tests.soak.network`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.network import through_routers, worse
from tests.support.coturn import needs_turn
from tests.support.nat import needs_routers
from tests.support.netns import needs_hosts

pytestmark = [pytest.mark.e2e, needs_hosts]


@needs_turn
@needs_routers
def test_two_homes_meet_by_what_stun_tells_them(tmp_path: Path) -> None:
    assert through_routers(tmp_path, "cone", "stun")["route"] != "relay"


@needs_turn
@needs_routers
def test_two_homes_where_no_hole_can_be_punched_meet_by_a_relay(tmp_path: Path) -> None:
    assert through_routers(tmp_path, "symmetric", "turn")["route"] == "relay"


def test_nothing_is_lost_or_turned_round_on_a_very_bad_line(tmp_path: Path) -> None:
    worse(tmp_path, loss=0.1, delay=0.1)
