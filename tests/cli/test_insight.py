"""Requests about how the network does."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from app.cli.insight_handlers import InsightHandlers
from app.cli.requests import BadRequestError, parse_request
from app.domain.capabilities import Capabilities, NetRole, Service, Sharing
from app.domain.errors import AppError
from app.domain.ids import RoomId, to_text
from app.services.api import Backend
from app.services.network_api import Finding, Measured, Measurements
from tests.ui.fake_backend import FakeBackend
from tests.ui.fake_insight import spread
from tests.ui.fake_names import peer_of

BOB = peer_of("Bob")


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend("Ana")


async def ask(backend: FakeBackend, do: str, **fields: object) -> dict[str, Any]:
    request = parse_request(json.dumps({"id": 1, "do": do, **fields}).encode())
    table = InsightHandlers(cast("Backend", backend)).table
    return await table[type(request)](request)


async def refused(backend: FakeBackend, do: str, **fields: object) -> str:
    with pytest.raises(AppError) as caught:
        await ask(backend, do, **fields)
    return caught.value.code


async def test_capabilities_are_ours_or_a_peers(backend: FakeBackend) -> None:
    own = (await ask(backend, "capabilities"))["capabilities"]
    assert own["role"] == "relay"
    assert own["services"] == ["file_transfer", "messaging", "relay"]
    assert own["resources"]["links"] == 3
    assert await refused(backend, "capabilities", peer=to_text(BOB)) == "not-linked"
    assert await refused(backend, "capabilities", peer="nonsense") == "unknown-peer"
    services = frozenset({Service.COURIER})
    said = Capabilities(NetRole.COURIER, services, 1, 8, 2, 3, 4, 60, "Tyrol", 120)
    backend.insight.tell(BOB, said)
    assert (await ask(backend, "capabilities", peer=to_text(BOB)))["capabilities"] == {
        "role": "courier",
        "services": ["courier"],
        "resources": {
            "links": 1,
            "max_links": 8,
            "up": 2,
            "down": 3,
            "storage": 4,
            "uptime": 60,
        },
        "region": "Tyrol",
        "utc_offset": 120,
    }


async def test_who_offers_a_service(backend: FakeBackend) -> None:
    backend.insight.tell(BOB, Capabilities(services=frozenset({Service.RELAY})))
    assert await ask(backend, "offering", service="relay") == {"peers": [to_text(BOB)]}
    assert await ask(backend, "offering", service="courier") == {"peers": []}
    assert await refused(backend, "offering", service="tea") == "bad-request"


async def test_what_is_shared_is_chosen(backend: FakeBackend) -> None:
    plain = {"relay": True, "region": "", "time_zone": False}
    assert await ask(backend, "sharing") == plain
    assert await ask(backend, "sharing", region="Tyrol") == {**plain, "region": "Tyrol"}
    chosen = await ask(backend, "sharing", relay=False, time_zone=True)
    assert chosen == {"relay": False, "region": "Tyrol", "time_zone": True}
    assert backend.insight.sharing == Sharing(relay=False, region="Tyrol", time_zone=True)
    assert await refused(backend, "sharing", region="x" * 99) == "bad-setting"
    with pytest.raises(BadRequestError):
        await ask(backend, "sharing", relay="yes")


async def test_a_diagnosis_is_told_with_its_report(backend: FakeBackend) -> None:
    backend.insight.findings[BOB] = (
        Finding("link", False, "No link to Bob.", "Wait.", "No link."),
    )
    told = await ask(backend, "diagnose", peer=to_text(BOB))
    assert told["findings"] == [
        {"check": "link", "ok": False, "text": "No link to Bob.", "fix": "Wait."}
    ]
    assert told["report"] == "[NOT OK] link: No link."
    assert (await ask(backend, "diagnose"))["findings"] == []
    backend.insight.failing = AppError("unknown-peer")
    assert await refused(backend, "diagnose", peer=to_text(BOB)) == "unknown-peer"


async def test_a_room_is_validated(backend: FakeBackend) -> None:
    backend.insight.findings[None] = (Finding("logs", True, "All have the same."),)
    told = await ask(backend, "validate", room=to_text(RoomId(bytes(16))))
    assert told == {
        "findings": [{"check": "logs", "ok": True, "text": "All have the same.", "fix": ""}]
    }
    assert await refused(backend, "validate", room="nonsense") == "unknown-room"


async def test_stats_are_of_this_run_and_of_all(backend: FakeBackend) -> None:
    run = Measured({"messages_sent": 2}, {"connect_ms.lan": spread(0, 1)})
    kept = Measured({"messages_sent": 5}, {})
    backend.insight.measured = Measurements(1.23456, 1_700_000_000_000, run, kept)
    told = await ask(backend, "stats", reset=True)
    assert told["uptime_s"] == 1.235
    assert told["counters"] == {"messages_sent": 2}
    histogram = told["histograms"]["connect_ms.lan"]
    assert histogram["count"] == 1
    assert len(histogram["buckets"]) == len(histogram["bounds_ms"]) + 1
    assert (histogram["sum_ms"], histogram["p50"], histogram["p95"]) == (2.0, 2, 2)
    assert told["kept"] == {"counters": {"messages_sent": 5}, "histograms": {}}
    assert told["since"] == "2023-11-14T22:13:20.000Z"
    assert (await ask(backend, "stats"))["counters"] == {}
