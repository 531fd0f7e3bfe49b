"""What a meddler with the descriptions achieves: no link."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from typing import Any

import msgspec
import pytest

from app.transport.base import Lane, PendingLink
from app.transport.webrtc import WebRtcTransport
from app.transport.webrtc_addresses import loopback_addresses
from app.transport.webrtc_description import decode, encode
from app.transport.webrtc_ice import IceConnection
from app.transport.webrtc_link import WebRtcPendingLink
from tests.services.world import until
from tests.transport.contract.link import failure, received

Pendings = tuple[PendingLink, PendingLink]


@pytest.fixture
def pendings() -> Pendings:
    transport = WebRtcTransport(addresses=loopback_addresses)
    return transport.pending(), transport.pending()


@pytest.fixture
def impatient() -> Pendings:
    transport = WebRtcTransport(addresses=loopback_addresses, open_timeout=0.5)
    return transport.pending(), transport.pending()


async def outcomes(pendings: Pendings) -> list[tuple[object, object]]:
    fates = await asyncio.gather(*(failure(pending.opened()) for pending in pendings))
    return [(fate["reason"], fate["stage"]) for fate in fates]


def changed(data: bytes, role: Any, **change: object) -> bytes:
    return encode(msgspec.structs.replace(decode(data, role), **change))


async def test_a_swapped_fingerprint_in_the_offer(pendings: Pendings) -> None:
    one, other = pendings
    offer = changed(await one.offer(), "offer", fingerprint=os.urandom(32))
    await one.complete(await other.accept(offer))
    fate, other_fate = await outcomes(pendings)
    assert other_fate == ("dtls-failed", "dtls")
    assert fate in {("closed", "sctp"), ("dtls-failed", "dtls")}


async def test_a_swapped_fingerprint_in_the_answer(pendings: Pendings) -> None:
    one, other = pendings
    answer = await other.accept(await one.offer())
    await one.complete(changed(answer, "answer", fingerprint=os.urandom(32)))
    fate, other_fate = await outcomes(pendings)
    assert fate == ("dtls-failed", "dtls")
    assert other_fate in {("closed", "sctp"), ("dtls-failed", "dtls")}


@pytest.mark.parametrize(
    "change", [{"password": "x" * 22}, {"ufrag": "xxxx"}, {"candidates": []}], ids=str
)
async def test_wrong_credentials_find_no_way(
    impatient: Pendings, change: dict[str, object]
) -> None:
    one, other = impatient
    answer = await other.accept(changed(await one.offer(), "offer", **change))
    await one.complete(changed(answer, "answer", **change))
    for reason, stage in await outcomes(impatient):
        assert reason in {"timeout", "ice-failed"}
        assert stage == "ice"


async def test_wrong_ports_are_mended_by_the_other_side(pendings: Pendings) -> None:
    """The answerer is told of a dead port; the offerer's own checks show it the right one."""
    one, other = pendings
    offer = decode(await one.offer(), "offer")
    lines = [msgspec.structs.replace(line, port=9) for line in offer.candidates]
    answer = await other.accept(encode(msgspec.structs.replace(offer, candidates=lines)))
    await one.complete(answer)
    links = await asyncio.gather(one.opened(), other.opened())
    links[0].send(Lane.RELIABLE, b"found")
    assert await received(links[1]) == (Lane.RELIABLE, b"found")
    assert links[1].route == "lan"
    await asyncio.gather(*(link.close() for link in links))


async def test_a_stranger_who_reads_the_offer_first(pendings: Pendings) -> None:
    """Two answers to one offer: the second is refused as our own mistake, the first holds."""
    one, other = pendings
    third = WebRtcTransport(addresses=loopback_addresses, open_timeout=0.2).pending()
    offer = await one.offer()
    first, second = await other.accept(offer), await third.accept(offer)
    await one.complete(first)
    links = await asyncio.gather(one.opened(), other.opened())
    assert second != first
    assert (await failure(third.opened()))["reason"] in {"timeout", "closed", "dtls-failed"}
    for link in links:
        await link.close()


async def test_closing_while_gathering(pendings: Pendings) -> None:
    one, _ = pendings
    gathering = asyncio.ensure_future(failure(one.offer()))
    await asyncio.sleep(0)
    await one.close()
    assert (await gathering)["reason"] == "closed"


async def test_a_cancelled_offer_leaves_no_socket(pendings: Pendings) -> None:
    one, _ = pendings
    assert isinstance(one, WebRtcPendingLink)
    gathering = asyncio.ensure_future(one.offer())
    await asyncio.sleep(0)
    gathering.cancel()
    await asyncio.wait([gathering])
    await one.close()
    assert one._session is not None
    assert isinstance(one._session._ice, IceConnection)
    assert one._session._ice._protocols == []


async def test_a_dtls_partner_that_never_speaks(impatient: Pendings) -> None:
    """The patience of an opening begins when it is awaited: here once ICE is through."""
    one, other = impatient
    await one.complete(await other.accept(await one.offer()))
    assert isinstance(one, WebRtcPendingLink)
    assert isinstance(other, WebRtcPendingLink)
    assert other._session is not None

    async def swallow(data: bytes) -> None:
        del data

    other._session._dtls.transport._send = swallow
    await until(lambda: (one._stage, other._stage) == ("dtls", "dtls"))
    assert await outcomes(impatient) == [("timeout", "dtls"), ("timeout", "dtls")]


LONE_MACHINE = """
import asyncio
from app.transport.webrtc import WebRtcTransport
from tests.support.link_peer import link_to, other_process

async def main():
    async with other_process() as process:
        link = await link_to(process, WebRtcTransport().pending())
        print(link.route)
        await link.close()

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="network namespaces are Linux's")
def test_two_processes_of_a_machine_without_any_network() -> None:
    """Only `lo` is up: the addresses that are offered by default must do."""
    command = 'ip link set lo up && exec "$0" -c "$1"'
    run = subprocess.run(
        ["unshare", "--net", "--map-root-user", "sh", "-c", command, sys.executable, LONE_MACHINE],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    if "unshare" in run.stderr:
        pytest.skip("no network namespaces here")
    assert run.stdout == "lan\n", run.stderr
