"""Who fetches gives at once: an author does not send a file as often as it is wanted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.sending import MEGABYTE
from tests.soak.swarm import shared
from tests.support.netns import needs_hosts

pytestmark = [pytest.mark.e2e, needs_hosts]


def test_three_get_a_file_mostly_from_each_other(tmp_path: Path) -> None:
    assert shared(tmp_path, 32 * MEGABYTE)["given_of_size"] < 2.5
