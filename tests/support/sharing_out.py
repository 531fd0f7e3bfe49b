"""Who runs what when several workers run the tests.

A file goes to one worker whole, so that its tests can share what they start. The first worker
begins with the tests that start programs, the others with all the rest, so that few programs run
at the same time; who is through with one kind goes on with the other.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController


class TwoKinds(LoadScopeScheduling):
    """`programs` says of a file's path whether its tests start programs."""

    def __init__(
        self, config: pytest.Config, log: Producer, programs: Callable[[str], bool]
    ) -> None:
        super().__init__(config, log)
        self._programs = programs

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("::", 1)[0]

    def _assign_work_unit(self, node: WorkerController) -> None:
        first = node is self.nodes[0]
        wanted = next((name for name in self.workqueue if self._programs(name) is first), None)
        if wanted is not None:
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
