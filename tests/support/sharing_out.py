"""Who runs what when several workers run the tests.

A file goes to one worker whole, so that its tests can share what they start. Tests of windows and
of other programs mostly wait, all the others count more than they wait: one worker begins with
each of the first two kinds, the rest of them with the others, so that those who wait leave the
machine to those who count. Who is through with one kind goes on with the next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

Kind = Literal["windows", "programs", "others"]

ORDERS: tuple[tuple[Kind, ...], ...] = (
    ("windows", "programs", "others"),
    ("others", "programs", "windows"),
    ("programs", "others", "windows"),
    ("others", "programs", "windows"),
)
"""What the first worker begins with and goes on with, then the second, third and fourth."""


class ByKind(LoadScopeScheduling):
    """`kind` says of a file's path what its tests are."""

    def __init__(self, config: pytest.Config, log: Producer, kind: Callable[[str], Kind]) -> None:
        super().__init__(config, log)
        self._kind = kind

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("::", 1)[0]

    def _assign_work_unit(self, node: WorkerController) -> None:
        order = ORDERS[self.nodes.index(node) % len(ORDERS)]
        wanted = min(self.workqueue, key=lambda file: order.index(self._kind(file)))
        self.workqueue.move_to_end(wanted, last=False)
        super()._assign_work_unit(node)

    def remove_node(self, node: WorkerController) -> str | None:
        """Forget a worker; return the test that it died of, which nobody runs again.

        What was left to it, and all else, is for the other one, as after this xdist asks for an
        end: replacing the dead one would let the run wait for ever.
        """
        died_of = None
        for file, tests in self.assigned_work.pop(node).items():
            undone = [test for test, is_done in tests.items() if not is_done]
            if undone and died_of is None:
                died_of = undone.pop(0)
            if undone:
                self.workqueue[file] = dict.fromkeys(undone, False)
        others = [one for one in self.nodes if not one.shutting_down]
        while died_of and others and self.workqueue:
            self._assign_work_unit(others[0])
        return died_of
