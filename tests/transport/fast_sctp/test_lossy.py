"""Whole stacks in one process over a line that loses, repeats and reorders: content is equal."""

from __future__ import annotations

import random

import pytest

from app.transport.fast_sctp.installing import Recovery
from tests.transport.fast_sctp.bad_line import bad_line
from tests.transport.fast_sctp.peers import STOCK, Path, connected
from tests.transport.fast_sctp.virtual_line import Line

PATHS = [
    (Recovery.RATE, Recovery.RATE),
    (Recovery.CLASSIC, Recovery.CLASSIC),
    (Recovery.RATE, STOCK),
]


@pytest.mark.parametrize("labels", [("bulk",), ("a", "b", "c")])
@pytest.mark.parametrize(("one", "other"), PATHS)
async def test_content_is_equal_under_heavy_loss(
    one: Path, other: Path, labels: tuple[str, ...]
) -> None:
    rng = random.Random(11)
    lines = [Line(0.001, rng=random.Random(seed)) for seed in (1, 2)]
    async with (
        bad_line(*lines) as line,
        connected(one, other, labels, line=line) as (first, second),
    ):
        for direction in lines:
            direction.loss, direction.twice, direction.shuffled = 0.15, 0.1, 0.1
        sent = {
            label: [rng.randbytes(rng.choice((90, 65_536))) for _ in range(12)] for label in labels
        }
        for label in labels:
            for message in sent[label]:
                first.channels[label].send(message)
        for label in labels:
            assert await second.expect(label, 12) == sent[label]
        for direction in lines:
            direction.loss = 0.0
