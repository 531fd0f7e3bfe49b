"""Who is around, told from one to the next: the later word counts, and what is old dies out."""

from __future__ import annotations

import pytest

from app.domain.ids import PeerId
from app.protocol import gossip
from app.protocol.gossip import GONE, HERE, Gossip, Seen
from app.protocol.mesh_frames import MAX_SIGHTINGS, SHORT_ID, Sighting

ANA, BOB, EVE, KIM = (PeerId(bytes([n]) * 32) for n in range(1, 5))
NAMES = {peer[:SHORT_ID]: peer for peer in (ANA, BOB, EVE, KIM)}
RUN, NEXT = b"r" * 16, b"n" * 16


def tell(giver: Gossip, by: PeerId, taker: Gossip, to: PeerId, now: float) -> bool:
    """Let one tell another what is news; return whether anybody came or went for that."""
    return taker.heard(by, False, giver.due_for(to, now), NAMES.get, now)


def chain() -> tuple[Gossip, Gossip]:
    """Ana is linked with Bob, and Bob with Eve; return Ana's and Bob's gossip."""
    ana, bob = Gossip(ANA), Gossip(BOB)
    ana.linked(BOB, 0.0)
    bob.linked(ANA, 0.0)
    bob.linked(EVE, 0.0, HERE, RUN)
    return ana, bob


def test_who_is_linked_elsewhere_is_around() -> None:
    ana, bob = chain()
    assert tell(bob, BOB, ana, ANA, 0.5)
    assert ana.neighbours == {BOB}
    assert bob.neighbours == {ANA, EVE}
    assert ana.around(0.5).keys() == {BOB, EVE}
    assert ana.around(0.5)[EVE].instance == RUN
    assert ana.way_to(EVE) == BOB
    assert ana.way_to(BOB) == BOB
    assert ana.way_to(KIM) is None
    assert ana.way_to(EVE, not_by=BOB) is None


def test_only_news_is_told() -> None:
    ana, bob = chain()
    assert len(bob.due_for(ANA, 1.0)) == 1
    bob.linked(EVE, 5.0)
    assert bob.due_for(ANA, 5.0) == []
    bob.linked(EVE, 1.0 + gossip.RENEW, HERE)
    (again,) = bob.due_for(ANA, 1.0 + gossip.RENEW)
    assert again == Sighting(EVE[:SHORT_ID], 0, HERE)
    assert bob.due_for(KIM, 30.0) == []
    assert ana.due_for(BOB, 1.0) == []


def test_nobody_is_told_what_it_said_itself() -> None:
    ana, bob = chain()
    tell(bob, BOB, ana, ANA, 0.0)
    assert ana.due_for(BOB, 1.0) == []


def test_what_is_not_renewed_dies_out_however_it_goes_round() -> None:
    ana, bob = chain()
    eve = Gossip(EVE)
    eve.linked(ANA, 0.0)
    ana.linked(EVE, 0.0)
    bob.unlinked(EVE, 0.0)
    kim = Gossip(KIM)
    kim.linked(BOB, 0.0)
    bob.linked(KIM, 0.0)
    ana.unlinked(EVE, 1.0)
    for second in range(2, 90):
        for giver, by, taker, to in (
            (ana, ANA, bob, BOB),
            (bob, BOB, kim, KIM),
            (bob, BOB, ana, ANA),
        ):
            giver.linked(to, second)
            taker.linked(by, second)
            tell(giver, by, taker, to, second)
    assert not any(EVE in one.around(90.0) for one in (ana, bob, kim))


def test_going_is_told_and_counts_against_what_was_seen_at_the_same_time() -> None:
    ana, bob = chain()
    tell(bob, BOB, ana, ANA, 9.0)
    bob.unlinked(EVE, 9.5, for_good=True)
    assert EVE not in bob.around(10.0)
    assert tell(bob, BOB, ana, ANA, 10.0)
    assert EVE not in ana.around(10.0)
    assert ana.way_to(EVE) is None
    late = [Sighting(EVE[:SHORT_ID], 7, HERE)]
    assert not ana.heard(BOB, False, late, NAMES.get, 10.0)
    anew = [Sighting(EVE[:SHORT_ID], 4, HERE, NEXT)]
    assert ana.heard(BOB, False, anew, NAMES.get, 10.0)
    assert ana.around(10.0)[EVE].instance == NEXT


def test_a_lost_link_is_no_word_of_going() -> None:
    ana, bob = chain()
    bob.unlinked(EVE, 5.0)
    assert EVE in bob.around(5.0)
    assert tell(bob, BOB, ana, ANA, 5.0)
    bob.unlinked(KIM, 5.0, for_good=True)
    assert EVE in ana.around(5.0)


def test_a_wish_to_hide_is_told_on() -> None:
    ana, bob = chain()
    tell(bob, BOB, ana, ANA, 0.0)
    bob.linked(EVE, 1.0, 4)
    assert tell(bob, BOB, ana, ANA, 1.0)
    assert ana.around(1.0)[EVE].state == 4


def test_a_neighbours_own_word_tells_its_run_and_not_whether_it_is_there() -> None:
    ana, bob = chain()
    bob.here(1.0, HERE, NEXT)
    tell(bob, BOB, ana, ANA, 1.0)
    assert ana.around(1.0)[BOB].instance == NEXT
    assert BOB not in bob.around(1.0)
    lie = [Sighting(BOB[:SHORT_ID], 0, GONE), Sighting(ANA[:SHORT_ID], 0, GONE)]
    assert not ana.heard(BOB, True, lie, NAMES.get, 2.0)
    assert BOB in ana.around(2.0)
    assert ana.claimed == {BOB}


def test_strangers_are_not_listened_to_nor_told_of() -> None:
    ana, _ = chain()
    assert not ana.heard(KIM, True, [Sighting(EVE[:SHORT_ID], 0, HERE)], NAMES.get, 1.0)
    assert not ana.heard(BOB, False, [Sighting(b"unknown!", 0, HERE)], NAMES.get, 1.0)
    assert ana.around(1.0).keys() == {BOB}
    assert ana.claimed == frozenset()


def test_a_frame_holds_so_many_and_the_rest_follows() -> None:
    bob = Gossip(BOB)
    bob.linked(ANA, 0.0)
    for number in range(MAX_SIGHTINGS + 10):
        bob.linked(PeerId(number.to_bytes(32, "little")), 0.0)
    assert len(bob.due_for(ANA, 1.0)) == MAX_SIGHTINGS
    assert len(bob.due_for(ANA, 1.0)) == 10


def test_the_fresher_way_is_taken() -> None:
    ana, bob = chain()
    ana.linked(KIM, 0.0)
    tell(bob, BOB, ana, ANA, 0.0)
    fresh = [Sighting(EVE[:SHORT_ID], 10, HERE)]
    assert not ana.heard(KIM, False, fresh, NAMES.get, 30.0)
    assert ana.way_to(EVE) == KIM
    assert ana.way_to(EVE, not_by=KIM) == BOB
    ana.unlinked(KIM, 31.0)
    assert ana.way_to(EVE) == BOB


def test_an_old_word_changes_nothing() -> None:
    ana, _ = chain()
    assert ana.heard(BOB, False, [Sighting(EVE[:SHORT_ID], 0, HERE)], NAMES.get, 20.0)
    assert not ana.heard(BOB, False, [Sighting(EVE[:SHORT_ID], 100, GONE)], NAMES.get, 20.0)
    assert ana.around(20.0)[EVE] == Seen(20.0, HERE)


def test_so_many_strangers_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gossip, "MAX_NAMELESS", 1)
    ana, _ = chain()
    told = [Sighting(peer[:SHORT_ID], 0, HERE) for peer in (EVE, KIM)]
    assert not ana.heard(BOB, False, told, lambda _short: None, 0.0)
    ana.name(NAMES.get, 1.0)
    assert ana.around(1.0).keys() == {BOB, EVE}


def test_the_run_of_somebody_who_is_no_member_yet_is_kept() -> None:
    ana, _ = chain()
    first, again = Sighting(EVE[:SHORT_ID], 0, HERE, RUN), Sighting(EVE[:SHORT_ID], 0, HERE)
    for now, told in ((0.0, first), (20.0, again)):
        ana.heard(BOB, False, [told], lambda _short: None, now)
    ana.name(NAMES.get, 21.0)
    assert ana.around(21.0)[EVE] == Seen(20.0, HERE, RUN)


@pytest.mark.parametrize("gone", [BOB, KIM])
def test_the_word_of_either_neighbour_names_the_run_of_a_newcomer(gone: PeerId) -> None:
    ana, _ = chain()
    ana.linked(KIM, 0.0)
    for now, teller in ((1.0, BOB), (2.0, KIM)):
        word = Sighting(EVE[:SHORT_ID], 0, HERE, RUN)
        ana.heard(teller, False, [word], lambda _short: None, now)
    ana.unlinked(gone, 3.0)
    ana.name(NAMES.get, 4.0)
    assert ana.around(4.0)[EVE].instance == RUN


def test_an_older_word_may_name_the_run() -> None:
    ana, _ = chain()
    assert ana.heard(BOB, False, [Sighting(EVE[:SHORT_ID], 0, HERE)], NAMES.get, 20.0)
    older = Sighting(EVE[:SHORT_ID], 50, HERE, RUN)
    assert not ana.heard(BOB, False, [older], NAMES.get, 20.0)
    assert ana.around(20.0)[EVE] == Seen(20.0, HERE, RUN)


def test_what_was_said_of_somebody_who_never_joined_is_forgotten() -> None:
    ana, _ = chain()
    ana.heard(BOB, False, [Sighting(EVE[:SHORT_ID], 0, HERE, RUN)], lambda _short: None, 0.0)
    for now in (1.0, gossip.LIFE):
        ana.name(lambda _short: None, now)
    ana.name(NAMES.get, gossip.LIFE)
    assert EVE not in ana.around(gossip.LIFE)
