"""Requests about newer versions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.cli.requests import parse_request
from app.cli.update_handlers import UpdateHandlers
from app.domain.errors import AppError
from app.domain.updates import UpdateState
from tests.ui.fake_updates import ARTEFACTS, SOURCE, FakeUpdates, report


@pytest.fixture
def updates() -> FakeUpdates:
    return FakeUpdates()


async def ask(updates: FakeUpdates, do: str, **fields: object) -> dict[str, Any]:
    request = parse_request(json.dumps({"id": 1, "do": do, **fields}).encode())
    return await UpdateHandlers(updates).table[type(request)](request)


async def test_the_source_is_set_and_asked_for(updates: FakeUpdates) -> None:
    assert await ask(updates, "update_source") == {"source": ""}
    assert await ask(updates, "update_source", source=SOURCE) == {"source": SOURCE}
    with pytest.raises(AppError, match="bad update source"):
        await ask(updates, "update_source", source="https://parlor.example/")
    assert await ask(updates, "update_source") == {"source": SOURCE}
    assert await ask(updates, "update_source", source="") == {"source": ""}
    with pytest.raises(AppError, match="update source unset"):
        await ask(updates, "update_check")
    assert updates.checks == 0


async def test_a_newer_version(updates: FakeUpdates) -> None:
    await ask(updates, "update_source", source=SOURCE)
    answer = await ask(updates, "update_check")
    assert json.loads(json.dumps(answer)) == answer
    release = answer.pop("release")
    assert answer == {"state": "newer", "installed": "0.2.0", "reason": None}
    assert release["version"] == "0.3.0"
    assert release["issued"] == "2027-01-15T08:00:00.000Z"
    assert (release["reads_data"], release["converts_data"]) == (True, True)
    assert release["artefacts"][0] == {
        "name": ARTEFACTS[0].name,
        "system": "linux",
        "machine": "x86_64",
        "size": 58_200_000,
        "sha256": ARTEFACTS[0].sha256,
        "url": ARTEFACTS[0].url,
    }


async def test_other_answers(updates: FakeUpdates) -> None:
    await ask(updates, "update_source", source=SOURCE)
    updates.answer = report(UpdateState.UNREACHABLE)
    assert await ask(updates, "update_check") == {
        "state": "unreachable",
        "installed": "0.2.0",
        "reason": "timeout",
        "release": None,
    }
    updates.answer = report(too_old=True)
    assert (await ask(updates, "update_check"))["release"]["reads_data"] is False
