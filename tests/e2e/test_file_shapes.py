"""Files and folders of every shape arrive as they were, and touch nothing else."""

from __future__ import annotations

import pytest

from tests.e2e.people import room_of
from tests.e2e.programs import Cli, Stage
from tests.soak.shapes import SHAPES, sent

pytestmark = pytest.mark.e2e


def test_every_shape_arrives_as_it_was(programs: Stage, pair: list[Cli]) -> None:
    room = room_of(*pair)
    for make in SHAPES.values():
        sent(programs, pair, room, make)
