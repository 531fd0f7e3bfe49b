"""Who names couriers, and when one is none any more."""

from __future__ import annotations

from app.domain.events import Joined, Left
from app.domain.governing import MAX_COURIERS, CourierNamed, Removed
from app.domain.ids import PeerId
from app.domain.room import MemberUpdated, fold_in, start
from tests.domain.group import ANA, BEA, DAN, OLA, Group
from tests.domain.history import content


def named(peer: PeerId, name: str = "Dan", *, on: bool = True) -> CourierNamed:
    return CourierNamed(peer, on, name)


def test_admins_name_couriers_and_dismiss_them() -> None:
    group = Group()
    assert not group.say(BEA, named(DAN))
    assert group.say(ANA, named(DAN))
    assert group.told == [MemberUpdated(DAN, "Dan", "courier")]
    assert (group.state.name_of(DAN), group.state.role_of(DAN)) == ("Dan", None)
    assert not group.rotates()
    assert not group.say(OLA, named(DAN))
    assert group.say(OLA, named(DAN, "Dan's box"))
    assert not group.say(BEA, named(DAN, on=False))
    assert group.say(ANA, named(DAN, on=False))
    assert group.told == [MemberUpdated(DAN, "Dan's box", "courier-gone")]
    assert not group.say(ANA, named(DAN, on=False))
    assert not group.state.governance.couriers
    assert not group.rotates()


def test_a_member_is_no_courier() -> None:
    group = Group()
    assert not group.say(OLA, named(BEA, "Bea"))
    group.say(OLA, named(DAN))
    group.say(DAN, Joined("Dan"))
    assert not group.state.governance.couriers
    group.say(BEA, Left())
    assert group.say(OLA, named(BEA, "Bea"))


def test_who_is_put_out_is_no_courier_either() -> None:
    group = Group()
    group.say(OLA, named(DAN))
    assert group.say(OLA, Removed(DAN, 0, ban=True))
    assert not group.state.governance.couriers


def test_there_are_only_so_many() -> None:
    group = Group()
    peers = [PeerId(bytes([100 + number]) * 32) for number in range(MAX_COURIERS + 1)]
    assert [group.say(OLA, named(peer)) for peer in peers] == [True] * MAX_COURIERS + [False]
    assert group.say(OLA, named(peers[0], "another name"))
    group.say(OLA, named(peers[0], on=False))
    assert group.say(OLA, named(peers[-1]))


def test_where_nobody_governs_both_may() -> None:
    state = start(grouped=False)
    state, _ = fold_in(state, [content(BEA, 1, 1, named(DAN))])
    assert dict(state.governance.couriers) == {DAN: "Dan"}
    state, _ = fold_in(state, [content(ANA, 1, 2, named(DAN, on=False))])
    assert not state.governance.couriers
