"""Files and folders of every shape arrive as they were, and touch nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.shapes import SHAPES, each_sent
from tests.support.coturn import needs_turn

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("way", ["direct", "webrtc", pytest.param("relay", marks=needs_turn)])
def test_every_shape_arrives_as_it_was(tmp_path: Path, way: str) -> None:
    assert each_sent(tmp_path, SHAPES, way).keys() == SHAPES.keys()
