"""What members tell each other that they can do."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.capabilities import (
    MAX_REGION,
    Capabilities,
    CapabilitiesChanged,
    NetRole,
    Service,
    Sharing,
)
from app.domain.changes import TypingChanged
from app.domain.errors import AppError
from app.domain.files import TransferChanged, TransferState, TransferView
from app.domain.ids import EventId, PeerId
from app.protocol import handshake
from app.protocol.capability_frames import Capable
from app.protocol.frames import CAPABILITIES, FEATURES
from app.services import capability_manager
from app.services.capability_facts import (
    STAYS_AFTER,
    TRICKLE,
    Facts,
    capabilities_of,
    coarse,
    role_of,
)
from app.services.capability_manager import free_bytes, utc_offset
from app.services.sharing_keeper import SETTING
from tests.services.world import Someone, World, until
from tests.storage.support import ROOM

STRANGER = PeerId(b"s" * 32)
TYPE = bytes([33])


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capability_manager, "SETTLE", 0.01)


def told(one: Someone, by: Someone) -> Capabilities | None:
    """Return what one has been told by another so far."""
    try:
        return one.backend.insight.capabilities(by.peer)
    except AppError:
        return None


# -- roles follow from facts


@pytest.mark.parametrize(
    ("facts", "role"),
    [
        (Facts(), NetRole.RELAY),
        (Facts(willing=False), NetRole.BASIC),
        (Facts(limit=TRICKLE - 1, up=TRICKLE), NetRole.BASIC),
        (Facts(limit=TRICKLE), NetRole.RELAY),
        (Facts(up=1), NetRole.RELAY),
        (Facts(is_public=True), NetRole.RELAY),
        (Facts(is_public=True, uptime_s=STAYS_AFTER), NetRole.SUPER_PEER),
        (Facts(is_public=True, uptime_s=STAYS_AFTER, willing=False), NetRole.BASIC),
        (Facts(uptime_s=STAYS_AFTER), NetRole.RELAY),
        (Facts(is_courier=True), NetRole.COURIER),
        (Facts(is_courier=True, willing=False), NetRole.COURIER),
    ],
)
def test_a_role_follows_from_facts(facts: Facts, role: NetRole) -> None:
    assert role_of(facts) is role
    said = capabilities_of(facts)
    assert said.role is role
    assert (Service.COURIER in said.services) is facts.is_courier
    assert (Service.MESSAGING in said.services) is not facts.is_courier
    if role is NetRole.BASIC:
        assert Service.RELAY not in said.services


def test_files_are_offered_where_they_are_moved() -> None:
    assert Service.FILE_TRANSFER in capabilities_of(Facts()).services
    assert Service.FILE_TRANSFER not in capabilities_of(Facts(moves_files=False)).services


@given(st.integers(-5, 1 << 70), st.floats(-10, 1e9))
def test_numbers_are_told_in_coarse_steps(amount: int, seconds: float) -> None:
    step = coarse(amount)
    assert (step == 0) == (amount < 1)
    assert step <= max(amount, 0) < max(2 * step, 1)
    said = capabilities_of(Facts(uptime_s=seconds, storage=amount))
    assert 0 <= said.uptime_s <= max(seconds, 0)
    assert said.storage == step


def test_the_disk_of_a_folder_that_is_not_there_yet_counts(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "not" / "yet") > 0
    (tmp_path / "file").touch()
    assert free_bytes(tmp_path / "file" / "in a file") == 0


# -- between members


async def test_members_tell_each_other(world: World) -> None:
    _, [ana, bob] = await world.together("Ana", "Bob")
    await until(lambda: told(ana, bob) and told(bob, ana), "told")
    said = told(ana, bob)
    assert said is not None
    assert said.role is NetRole.RELAY
    assert said.max_links > 1
    assert said.storage > 0
    assert (said.region, said.utc_offset) == ("", None)
    assert ana.backend.insight.offering(Service.RELAY) == [bob.peer]
    assert ana.backend.insight.offering(Service.COURIER) == []
    own = ana.backend.insight.capabilities()
    assert own == ana.backend.insight.capabilities(ana.peer)
    assert own.links == 1


async def test_a_change_is_told_at_once_and_kept(world: World) -> None:
    _, [ana, bob] = await world.together("Ana", "Bob")
    await until(lambda: told(bob, ana), "told")
    bob.changes.clear()
    await ana.backend.insight.set_sharing(Sharing(relay=False, region=" Tyrol ", time_zone=True))
    await until(lambda: (said := told(bob, ana)) and said.region == "Tyrol", "region")
    said = told(bob, ana)
    assert said is not None
    assert said.role is NetRole.BASIC
    assert said.utc_offset == utc_offset()
    assert bob.backend.insight.offering(Service.RELAY) == []
    assert CapabilitiesChanged(ana.peer) in bob.heard(CapabilitiesChanged)
    assert CapabilitiesChanged(ana.peer) in ana.heard(CapabilitiesChanged)
    await ana.stop()
    await until(lambda: told(bob, ana) is None, "gone")
    await ana.start()
    assert ana.backend.insight.sharing == Sharing(relay=False, region="Tyrol", time_zone=True)


async def test_who_does_not_want_to_carry_is_neither_asked_nor_carries(world: World) -> None:
    _, [ana, bob] = await world.together("Ana", "Bob")
    asking, asked = ana.backend._services.beyond, bob.backend._services.beyond
    assert asking.detours.may_carry(STRANGER)
    assert asked.carriage.is_willing()
    await bob.backend.insight.set_sharing(Sharing(relay=False))
    await until(lambda: not asking.detours.may_carry(bob.peer), "told")
    assert not asked.carriage.is_willing()


async def test_the_best_link_comes_first(world: World) -> None:
    _, [ana, bob, eve] = await world.together("Ana", "Bob", "Eve")
    await until(lambda: len(ana.backend.insight.offering(Service.RELAY)) == 2, "both")
    manager = ana.backend._services.manager
    quick, slow = manager.live(eve.peer), manager.live(bob.peer)
    assert quick is not None
    assert slow is not None
    quick._beat.rtt_ms, slow._beat.rtt_ms = 1.0, 300.0
    assert list(ana.backend.insight.offering(Service.RELAY)) == [eve.peer, bob.peer]


async def test_a_courier_says_so(world: World) -> None:
    _, [ana, bob] = await world.together("Ana", "Bob")
    bob.backend.insight.manager.declare_courier(5 << 30)
    await until(lambda: (said := told(ana, bob)) and said.role is NetRole.COURIER, "courier")
    said = told(ana, bob)
    assert said is not None
    assert said.storage == 4 << 30
    assert list(ana.backend.insight.offering(Service.COURIER)) == [bob.peer]


async def test_the_fastest_file_so_far_tells_the_bandwidth(world: World) -> None:
    ana = await world.person("Ana").start()
    manager = ana.backend.insight.manager
    what = (EventId(bytes(32)), ROOM, ana.peer, "", True, "f", 10**7, 1, False, "d")
    seen = TransferView(*what, TransferState.RUNNING, 0, rate=3000.0)
    manager.heard(TransferChanged(seen))
    manager.heard(TransferChanged(dataclasses.replace(seen, own=False, rate=9000.0)))
    manager.heard(TransferChanged(dataclasses.replace(seen, rate=1.0)))
    assert (manager.own.up, manager.own.down) == (2048, 8192)
    assert Service.RELAY in manager.own.services  # it was slow; nobody has limited it


async def test_who_says_little_is_a_relay_and_who_limits_sending_is_none(world: World) -> None:
    ana = await world.person("Ana").start()
    manager = ana.backend.insight.manager
    manager._note_rates(700, 0)
    assert (manager.own.up, manager.own.role) == (512, NetRole.RELAY)
    settings = await ana.backend.transfers.settings()
    await ana.backend.transfers.set_settings(dataclasses.replace(settings, cap_up=TRICKLE - 1))
    assert manager.own.role is NetRole.BASIC


async def test_it_is_said_once_for_all_rooms(world: World) -> None:
    _, [ana, bob] = await world.together("Ana", "Bob")
    await until(lambda: told(bob, ana), "told")
    for name in ("Den", "Pub", "Gym"):
        made = await ana.backend.chats.create_room(name)
        await bob.backend.chats.join(made.link)
        await world.all_linked(made.room, ana, bob)
    said = [raw for _, raw in ana.link_to(bob).sent if raw[1:2] == TYPE]
    assert 1 <= len(said) <= 2


async def test_who_talks_of_itself_all_the_time_is_not_heard_all_the_time(world: World) -> None:
    _, [ana, bob] = await world.together("Ana", "Bob")
    await until(lambda: told(ana, bob), "told")
    before = len(ana.heard(CapabilitiesChanged))
    live = bob.backend._services.manager.live(ana.peer)
    assert live is not None
    for number in range(200):
        live.send(Capable("relay", [], number, 0, 0, 0, 0, 0))
    live.send_typing(next(iter(live.rooms)), active=True)
    await until(lambda: ana.heard(TypingChanged), "all came")
    assert len(ana.heard(CapabilitiesChanged)) - before < 40


async def test_who_is_not_linked_has_told_nothing(world: World) -> None:
    [ana] = await world.started("Ana")
    made = await ana.backend.chats.create_room("Lab")
    bob = await world.person("Bob").start()
    with pytest.raises(AppError, match="unknown peer"):
        ana.backend.insight.capabilities(STRANGER)
    await ana.backend.chats.open_direct(bob.peer, "Bob")
    with pytest.raises(AppError, match="not linked"):
        ana.backend.insight.capabilities(bob.peer)
    assert made.room


@pytest.fixture
def _old_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handshake, "FEATURES", FEATURES & ~CAPABILITIES)


@pytest.mark.usefixtures("_old_version")
async def test_an_old_version_is_told_nothing_and_tells_nothing(world: World) -> None:
    _, [ana, bob] = await world.together("Ana", "Bob")
    sent = [raw for _, raw in ana.link_to(bob).sent if raw[1:2] == TYPE]
    assert sent == []
    with pytest.raises(AppError, match="not told"):
        ana.backend.insight.capabilities(bob.peer)


async def test_a_region_that_is_too_long_is_refused(world: World) -> None:
    ana = await world.person("Ana").start()
    with pytest.raises(AppError, match="bad setting"):
        await ana.backend.insight.set_sharing(Sharing(region="x" * (MAX_REGION + 1)))
    assert ana.backend.insight.sharing == Sharing()


@pytest.mark.parametrize("stored", ["no", "[]", '{"relay":1}', '{"region":"%s"}' % ("x" * 99)])
async def test_a_choice_that_cannot_be_read_is_none(world: World, stored: str) -> None:
    ana = await world.person("Ana").start()
    await ana.store.settings.set(SETTING, stored)
    await ana.backend.insight.load()
    assert ana.backend.insight.sharing == Sharing()


async def test_it_looks_again_from_time_to_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capability_manager, "LOOK_EVERY", 0.01)
    sizes = iter(range(20, 60))
    monkeypatch.setattr(capability_manager, "free_bytes", lambda _: 1 << next(sizes, 60))
    _, [ana, bob] = await world.together("Ana", "Bob")
    await until(lambda: (said := told(ana, bob)) and said.storage == 1 << 60, "looked")
    assert dataclasses.is_dataclass(told(ana, bob))
