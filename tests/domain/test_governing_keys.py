"""Keys, the founder, rows, and who may write: what else acts decide."""

from __future__ import annotations

import pytest

from app.domain.entitlement import may
from app.domain.events import Created, Governing, Joined, Left, Topic
from app.domain.governance import RoomState
from app.domain.governing import (
    FOUNDING,
    MAX_PARTS,
    Coded,
    Invited,
    Rekeyed,
    Removed,
    Role,
    RoleGiven,
    Ruled,
)
from app.domain.ids import PeerId
from app.domain.room import (
    MemberUpdated,
    RowAdded,
    fold_in,
    reseeded,
    start,
)
from app.domain.rules import RoomRules
from app.domain.views import MessageKind
from tests.domain.group import (
    ADMIN,
    ANA,
    BEA,
    CAL,
    DAN,
    OLA,
    OWNER,
    TOKEN,
    VIA,
    Group,
)
from tests.domain.history import content, parts


def epoch(generation: int, *peers: PeerId) -> Rekeyed:
    return Rekeyed(generation << 16, parts(list(peers)))


def test_the_key_changes_by_generations() -> None:
    group = Group()
    everybody = (ANA, BEA, CAL)
    assert not group.say(BEA, epoch(1, *everybody))
    assert group.say(OLA, epoch(1, *everybody))
    assert not group.say(ANA, epoch(1, OLA, BEA))
    rekeyings = group.state.governance.rekeyings
    assert [one.standing for one in rekeyings] == ["void", "valid", "late"]
    assert rekeyings[1].recipients == {OLA, *everybody}
    assert group.state.governance.newest == 1 << 16
    assert not group.rotates()
    group.say(CAL, Left())
    assert group.state.governance.stale
    assert group.say(OLA, epoch(2, ANA, CAL))
    assert group.state.governance.stale
    assert group.state.governance.lacking == {BEA}
    assert group.say(OLA, epoch(3, ANA, BEA))
    assert not group.rotates()


def test_a_key_for_as_many_as_possible_lacks_nobody() -> None:
    group = Group()
    crowd = [PeerId(number.to_bytes(32, "big")) for number in range(MAX_PARTS)]
    assert group.say(OLA, epoch(1, *crowd[1:]))
    assert group.state.governance.lacking == {ANA, BEA, CAL}
    assert group.say(OLA, epoch(2, *crowd))
    assert group.state.governance.lacking == frozenset()


def test_whoever_joins_under_an_old_key_lacks_the_new_one() -> None:
    group = Group()
    group.say(OLA, epoch(1, ANA, BEA, CAL), Invited(TOKEN))
    group.take(group.write(DAN, Joined("Dan", VIA), epoch=1 << 16))
    assert group.state.governance.lacking == frozenset()
    group.say(DAN, Left())
    group.say(OLA, epoch(2, ANA, BEA, CAL))
    group.take(group.write(DAN, Joined("Dan", VIA), epoch=1 << 16))
    assert group.state.governance.lacking == {DAN}
    group.say(DAN, Left())
    assert group.state.governance.lacking == frozenset()


def test_an_act_does_not_count_before_an_earlier_one_of_its_author() -> None:
    group = Group()
    group.say(OLA, RoleGiven(BEA, OWNER))
    late = group.write(OLA, Removed(CAL, 1, ban=False), at=0)
    group.take(late)
    assert group.roles() == "aao--"
    early = group.write(OLA, RoleGiven(CAL, OWNER), at=0)
    group.take(early)
    assert group.roles() == "aao--"


def test_the_code_tells_the_founder() -> None:
    usurper = content(DAN, 1, 0, Created("Usurped", b"code"))
    group = Group()
    group.take(usurper)
    assert (group.state.founder, group.state.name) == (OLA, "Group")
    state, _ = fold_in(start(), [usurper, content(DAN, 2, 1, Joined("Dan"))])
    assert (state.founder, state.code, state.role_of(DAN)) == (DAN, b"code", Role.OWNER)
    second = content(DAN, 3, 2, Created("Again"))
    assert fold_in(state, [second])[0].name == "Usurped"
    foreign = content(ANA, 2, 3, Coded(bytes(8), bytes(16)))
    assert fold_in(start(grouped=False), [foreign])[0].code == b""


def test_a_newcomer_takes_the_founder_that_the_invitation_named() -> None:
    state = start(seed=OLA)
    assert (state.founder, state.governance.owner) == (OLA, OLA)
    usurped, _ = fold_in(state, [content(DAN, 1, 0, Created("Usurped"))])
    assert (usurped.founder, usurped.name) == (OLA, "")
    again, effects = reseeded(usurped, DAN)
    assert (again.founder, again.name) == (DAN, "Usurped")
    assert effects != ()
    coded, _ = fold_in(again, [content(OLA, 2, 5, Coded(bytes(8), bytes(16)))])
    assert coded.founder == OLA


def test_nobody_governs_before_the_founder_is_known() -> None:
    group = Group()
    acts = [act.content for act in group.state.governance.acts if act.content.author != OLA]
    state, _ = fold_in(start(), [*acts, content(ANA, 9, 99, RoleGiven(BEA, ADMIN))])
    assert {state.role_of(peer) for peer in (ANA, BEA, CAL)} == {Role.MEMBER}
    assert len(state.governance.void) == 1
    whole, effects = fold_in(state, [a.content for a in group.state.governance.acts[:3]])
    assert whole.role_of(OLA) is Role.OWNER
    assert MemberUpdated(OLA, "Ola", "joined") in effects


def test_rows_tell_what_had_effect() -> None:
    group = Group()
    kinds = []
    for author, body in (
        (OLA, RoleGiven(BEA, ADMIN)),
        (CAL, RoleGiven(BEA, ADMIN)),
        (OLA, Ruled("vanish", 60)),
        (OLA, Invited(TOKEN)),
        (OLA, epoch(1, ANA)),
        (OLA, Removed(BEA, 1, ban=True)),
    ):
        group.say(author, body)
        kinds += [one.kind for one in group.told if isinstance(one, RowAdded)]
    assert kinds == [MessageKind.ROLE, MessageKind.RULED, MessageKind.REMOVED]


@pytest.mark.parametrize(
    ("author", "body", "works"),
    [
        (OLA, RoleGiven(BEA, ADMIN), True),
        (ANA, RoleGiven(BEA, ADMIN), False),
        (ANA, Removed(BEA, 1, ban=False), True),
        (BEA, Topic("tea"), True),
        (DAN, Topic("tea"), False),
        (DAN, Joined("Dan"), True),
        (ANA, epoch(1, BEA), True),
    ],
)
def test_one_can_ask_before_writing(author: PeerId, body: Governing, works: bool) -> None:
    group = Group()
    before = group.state
    assert may(group.state, author, body) == works
    assert group.state is before
    assert group.say(author, body) == works


def test_two_set_how_long_messages_live_and_nothing_else() -> None:
    rules = [Ruled("vanish", 60), Ruled("history", 0), Ruled("vanish", 60), Ruled("vanish", 5)]
    acts = [content(BEA, seq, seq, body) for seq, body in enumerate(rules, 1)]
    state, _ = fold_in(start(grouped=False), acts)
    assert state.rules == RoomRules(vanish_after_s=5)
    assert state.governance.void == {act.position.event for act in acts[1:3]}


def test_an_empty_room_lets_nobody_do_anything() -> None:
    assert not RoomState().governance.lets_in(FOUNDING, OLA, 0)
    assert not may(RoomState(), OLA, RoleGiven(ANA, ADMIN))
    assert may(RoomState(), OLA, Topic("tea"))
