"""`parlor-cli` of somebody hostile: its worker for files lies, and its offers say anything."""

from __future__ import annotations

import sys
from functools import partial

from app.domain import bounds, policy
from app.domain.files import FileOffered
from app.transport.bulk import client

NAMES = {"bad-name-0": "../../.bashrc", "bad-name-1": "nul\0.txt", "bad-name-2": "a\u202eb.exe"}
"""What an offer is called that is sent by such a path."""


def anything(name: str) -> str:
    return NAMES.get(name, name)


if __name__ == "__main__":
    policy.clean_file_name = anything
    bounds._CHECKS = {**bounds._CHECKS, FileOffered: lambda _body: True}
    command = (sys.executable, "-m", "tests.e2e.hostile_worker")
    client.WorkerClient = partial(client.WorkerClient, command=command)  # type: ignore[misc, assignment]
    from app.cli.__main__ import main

    sys.exit(main())
