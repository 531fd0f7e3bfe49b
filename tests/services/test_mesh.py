"""Whatever five members do apart from each other, they agree on it when they have met."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.services.mesh import DEEDS, NAMES, Mesh

_who = st.integers(0, len(NAMES) - 1)
_deeds = st.tuples(st.sampled_from(sorted(DEEDS)), _who, _who, st.integers(0, 30))
_meetings = st.tuples(st.just("meet"), _who, _who, _who)
_steps = st.lists(st.one_of(_deeds, _deeds, _deeds, _meetings), min_size=5, max_size=40)
Step = tuple[str, int, int, int]


async def play(steps: list[Step], seed: int, folder: Path) -> None:
    world, mesh = await Mesh.begin(folder, random.Random(seed))
    try:
        for what, who, other, value in [("admin", 0, 1, 0), *steps]:
            if what == "meet":
                await mesh.meet(sorted({who, other, value}))
            else:
                await mesh.do(what, who, other, value)
        pictures = [await mesh.picture(one) for one in await mesh.settle()]
        for each in pictures:
            for part, found in each.items():
                assert found == pictures[0][part], part
    finally:
        await world.close()


@settings(max_examples=12)
@given(_steps, st.integers(0, 1 << 32))
async def test_all_who_are_inside_agree(steps: list[Step], seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        await play(steps, seed, Path(folder))
