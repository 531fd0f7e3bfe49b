"""Carried parcels stay within their limits and outlive a restart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.ids import PeerId
from app.storage import parcel_repository
from app.storage.parcel_repository import EXPIRY_MS, OVERHEAD, Carried
from app.storage.store import Store
from tests.storage.support import KEY, NOW_MS

ANA, BOB, EVE = (PeerId(bytes([n]) * 32) for n in (1, 2, 3))


def parcel(
    sender: PeerId = ANA, receiver: PeerId = BOB, number: int = 1, size: int = 100
) -> Carried:
    return Carried(sender, receiver, bytes([number]) * 16, NOW_MS + number, bytes(size))


async def test_a_parcel_waits_through_a_restart_until_it_is_taken(tmp_path: Path) -> None:
    store = await Store.open(tmp_path, KEY)
    assert await store.parcels.put(parcel())
    await store.close()
    store = await Store.open(tmp_path, KEY)
    assert await store.parcels.receivers(NOW_MS) == {BOB}
    ((sender, number),) = await store.parcels.waiting(BOB, NOW_MS)
    assert await store.parcels.get(BOB, number) == parcel()
    assert sender == ANA
    await store.parcels.drop(EVE, number)
    assert await store.parcels.waiting(BOB, NOW_MS)
    await store.parcels.drop(BOB, number)
    assert await store.parcels.receivers(NOW_MS) == set()
    assert await store.parcels.get(BOB, number) is None
    await store.close()


async def test_a_later_one_takes_the_earlier_ones_place(store: Store) -> None:
    assert await store.parcels.put(parcel())
    assert await store.parcels.put(parcel(number=2))
    assert await store.parcels.put(parcel(sender=EVE, number=3))
    assert await store.parcels.waiting(BOB, NOW_MS) == [
        (ANA, bytes([2]) * 16),
        (EVE, bytes([3]) * 16),
    ]


@pytest.mark.parametrize("limit", ["MAX_BYTES_BY_ONE", "MAX_BYTES_FOR_ONE", "MAX_BYTES"])
async def test_bytes_are_bounded(store: Store, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(parcel_repository, limit, 2 * (100 + OVERHEAD))
    for other in range(2):
        somebody = PeerId(bytes([50 + other]) * 32)
        sender, receiver = (somebody, BOB) if limit == "MAX_BYTES_FOR_ONE" else (ANA, somebody)
        assert await store.parcels.put(replace(parcel(), sender=sender, receiver=receiver))
    again = replace(parcel(number=9), sender=sender, receiver=receiver)
    larger = replace(parcel(number=9, size=101), sender=sender, receiver=receiver)
    assert not await store.parcels.put(parcel())
    assert await store.parcels.put(again)
    assert not await store.parcels.put(larger)


async def test_their_number_is_bounded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parcel_repository, "MAX_PARCELS", 1)
    assert await store.parcels.put(parcel())
    assert not await store.parcels.put(parcel(sender=EVE))
    assert await store.parcels.put(parcel(number=2))


async def test_what_nobody_comes_for_goes(store: Store) -> None:
    await store.parcels.put(parcel())
    late = NOW_MS + EXPIRY_MS + 2
    assert await store.parcels.waiting(BOB, late) == []
    assert await store.parcels.receivers(late) == set()
    await store.parcels.clear(late)
    assert await store.parcels.receivers(NOW_MS) == set()


async def test_a_clock_that_was_set_back_does_not_keep_parcels_for_ever(store: Store) -> None:
    await store.parcels.put(parcel())
    await store.parcels.clear(NOW_MS - EXPIRY_MS - 1)
    assert await store.parcels.receivers(NOW_MS) == set()


async def test_nothing_is_kept_for_the_blocked(store: Store) -> None:
    await store.parcels.put(parcel())
    await store.parcels.put(parcel(sender=BOB, receiver=EVE))
    await store.parcels.put(parcel(sender=EVE, receiver=ANA))
    await store.parcels.clear(NOW_MS, [BOB])
    assert await store.parcels.receivers(NOW_MS) == {ANA}
