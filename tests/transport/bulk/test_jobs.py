"""A job ends with a notice whatever happens in it: somebody waits for that."""

from __future__ import annotations

import pytest

from app.protocol.worker_messages import Failed, Notice
from app.transport.bulk.jobs import Job


class Broken(Job):
    def tick(self, now: float) -> None: ...

    def _work(self) -> Notice:
        raise ValueError("embedded null byte")

    def _ended(self, code: str) -> None:
        self.code = code


@pytest.mark.expected_errors("jobs: a job failed")
def test_a_mistake_of_ours_is_told_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    told: list[Notice] = []
    job = Broken(7, told.append)
    job._run()
    assert told == [Failed(7, "internal-error", {})]
    assert (job.code, job.is_over) == ("internal-error", True)
    assert "embedded null byte" in caplog.text
