"""Whoever is killed, whenever: files arrive whole, and what was verified is not sent again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.sending import MEGABYTE
from tests.soak.kills import VICTIMS, killed
from tests.support.netns import needs_hosts

pytestmark = [pytest.mark.e2e, needs_hosts]
UNVERIFIED = 4 * MEGABYTE
"""What may be on its way to who is killed, and a second start's greetings."""


def test_each_may_be_killed_at_any_moment(tmp_path: Path) -> None:
    told = killed(tmp_path, len(VICTIMS), size=8 * MEGABYTE)
    assert all(run["killed"] for run in told["runs"])
    assert told["most_sent_again"] < UNVERIFIED
