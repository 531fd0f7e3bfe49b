"""Files between machines whose network is bad; the long variants are in `tests.soak.files`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.sending import MEGABYTE
from tests.soak.lines import cut, lossy
from tests.support.netns import needs_hosts

pytestmark = [pytest.mark.e2e, needs_hosts]
IN_FLIGHT = 4 * MEGABYTE
"""What may be on its way when a line is cut, and is sent again."""


@pytest.mark.parametrize("loss", [0.01, 0.05])
def test_a_file_comes_over_a_line_that_loses_what_it_carries(tmp_path: Path, loss: float) -> None:
    assert lossy(tmp_path, loss, 4 * MEGABYTE)["lanes"] == ["direct"]


def test_a_file_goes_on_where_it_was_when_the_line_is_back(tmp_path: Path) -> None:
    assert cut(tmp_path, seconds=4)["more_bytes"] < IN_FLIGHT
