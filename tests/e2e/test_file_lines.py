"""Files between machines whose network is bad; the long variants are in `tests.soak.files`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.sending import MEGABYTE
from tests.soak.lines import cut, lossy
from tests.support.coturn import needs_turn
from tests.support.netns import needs_hosts

pytestmark = [pytest.mark.e2e, needs_hosts]
IN_FLIGHT = 4 * MEGABYTE
"""What may be on its way when a line is cut, and is sent again."""


@pytest.mark.parametrize(
    ("way", "loss", "size"),
    [
        ("direct", 0.05, 4 * MEGABYTE),
        ("webrtc", 0.01, MEGABYTE),
        pytest.param("relay", 0.0, MEGABYTE, marks=needs_turn),
    ],
)
def test_a_file_finds_the_way_that_is_open(
    tmp_path: Path, way: str, loss: float, size: int
) -> None:
    assert lossy(tmp_path, loss, size, way)["lanes"] == [way]


def test_a_file_goes_on_where_it_was_when_the_line_is_back(tmp_path: Path) -> None:
    assert cut(tmp_path, seconds=4)["more_bytes"] < IN_FLIGHT
