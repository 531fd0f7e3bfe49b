"""What each act does, and who may do it where."""

from __future__ import annotations

import pytest

from app.domain import folding
from app.domain.clock import compose
from app.domain.events import MAX_SEQ, Joined, Left, Renamed, Text, Topic
from app.domain.governing import (
    FOUNDING,
    Invited,
    Readmitted,
    Removed,
    Revoked,
    RoleGiven,
    Ruled,
    TokenId,
    token_id,
)
from app.domain.ids import PeerId
from app.domain.pictures import RoomPictured, picture_name
from app.domain.room import (
    MemberUpdated,
    SilenceChanged,
)
from app.domain.rules import RoomRules, Rule
from tests.domain.group import (
    ADMIN,
    ANA,
    BEA,
    CAL,
    DAN,
    MEMBER,
    OLA,
    OTHER,
    OTHER_VIA,
    OWNER,
    PNG,
    TOKEN,
    VIA,
    Group,
)
from tests.domain.history import content


def test_a_group_begins_with_an_owner() -> None:
    group = Group()
    assert group.roles() == "oamm-"
    assert (group.state.name, group.state.founder, group.state.code) == ("Group", OLA, bytes(8))
    assert group.state.governance.founding_open
    assert group.state.governance.tokens[FOUNDING].uses == 4


def test_the_owner_alone_gives_roles_to_members() -> None:
    group = Group()
    assert not group.say(ANA, RoleGiven(BEA, ADMIN))
    assert not group.say(OLA, RoleGiven(DAN, ADMIN))
    assert not group.say(OLA, RoleGiven(ANA, ADMIN))
    assert not group.say(OLA, RoleGiven(OLA, MEMBER))
    assert group.say(OLA, RoleGiven(ANA, MEMBER))
    assert group.told[-1] == MemberUpdated(ANA, "Ana", "role")
    assert group.say(OLA, RoleGiven(BEA, OWNER))
    assert group.roles() == "amom-"
    assert {effect.state for effect in group.told if isinstance(effect, MemberUpdated)} == {"role"}


@pytest.mark.parametrize(
    ("author", "target", "works"),
    [(OLA, ANA, True), (ANA, BEA, True), (ANA, OLA, False), (BEA, CAL, False), (ANA, ANA, False)],
)
def test_nobody_removes_an_equal(author: PeerId, target: PeerId, works: bool) -> None:
    group = Group()
    assert group.say(author, Removed(target, group.seen(target), ban=False)) == works
    assert (group.state.role_of(target) is None) == works


def test_two_admins_cannot_remove_each_other() -> None:
    group = Group()
    group.say(OLA, RoleGiven(BEA, ADMIN))
    one = group.write(ANA, Removed(BEA, 1, ban=False))
    two = group.write(BEA, Removed(ANA, 1, ban=False))
    group.take(two, one)
    assert group.roles() == "oaam-"


def test_what_a_removed_member_backdates_is_void() -> None:
    group = Group()
    group.say(OLA, RoleGiven(BEA, ADMIN))
    known = group.seen(BEA)
    group.say(OLA, Removed(BEA, known, ban=False))
    early = compose(6)
    forged = content(BEA, known + 1, early, Renamed("Hers"))
    words = content(BEA, known + 2, early, Text("and so on"))
    group.take(forged, words)
    assert (group.state.name, group.told) == ("Group", [])


def test_what_a_removed_member_had_done_meanwhile_is_undone() -> None:
    group = Group()
    group.say(OLA, RoleGiven(BEA, ADMIN))
    known = group.seen(BEA)
    removal = group.write(OLA, Removed(BEA, known, ban=True))
    group.say(BEA, Invited(TOKEN), Topic("hers"), Text("said"))
    group.say(DAN, Joined("Dan", VIA))
    assert group.roles() == "oaamm"
    group.take(removal)
    assert group.roles() == "oa-m-"
    assert (group.state.topic, list(group.state.governance.tokens)) == ("", [FOUNDING])
    assert SilenceChanged(BEA, (), ((known + 1, MAX_SEQ),)) in group.told
    states = {effect.state for effect in group.told if isinstance(effect, MemberUpdated)}
    assert states == {"removed", "left"}


def test_a_removal_does_not_take_away_its_own_ground() -> None:
    """The new owner may not undo by a small `seen` what made it the owner."""
    group = Group()
    group.say(OLA, RoleGiven(BEA, OWNER))
    assert not group.say(BEA, Removed(OLA, 0, ban=True))
    assert group.roles() == "aaom-"
    assert group.say(BEA, Removed(OLA, group.seen(OLA), ban=True))
    assert group.roles() == "-aom-"


def test_a_removal_wins_over_what_the_removed_did_to_the_remover_unseen() -> None:
    group = Group()
    group.say(OLA, RoleGiven(CAL, OWNER))
    known = group.seen(OLA)
    late = group.write(OLA, Removed(ANA, group.seen(ANA), ban=False))
    group.say(CAL, RoleGiven(OLA, MEMBER))
    group.say(ANA, Removed(OLA, known, ban=False))
    group.take(late)
    assert group.roles() == "-amo-"


def test_so_many_removals_reach_back_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "MAX_WEIGHED", 1)
    group = Group()
    group.say(BEA, Topic("one"))
    group.say(CAL, Topic("two"))
    assert group.say(OLA, Removed(BEA, 1, ban=False))
    assert group.state.topic == "two"
    assert not group.say(OLA, Removed(CAL, 1, ban=False))
    assert group.say(OLA, Removed(CAL, 2, ban=False))


def test_a_removal_that_was_void_for_another_s_sake_is_weighed_once() -> None:
    group = Group()
    group.say(OLA, RoleGiven(BEA, OWNER))
    group.say(CAL, Topic("cal's"))
    first = group.write(ANA, Removed(CAL, 1, ban=False))
    group.take(first)
    assert group.roles() == "aao--"
    group.say(BEA, Removed(ANA, group.seen(ANA) - 1, ban=False))
    assert group.roles() == "a-om-"
    assert group.state.topic == "cal's"


def test_whoever_was_removed_needs_an_invitation_from_later() -> None:
    group = Group()
    group.say(OLA, Invited(OTHER, BEA), Invited(TOKEN))
    group.say(OLA, Removed(BEA, group.seen(BEA), ban=False))
    assert not group.state.governance.founding_open
    for via in (FOUNDING, VIA, OTHER_VIA):
        assert not group.say(BEA, Joined("Bea", via))
    assert not group.say(DAN, Joined("Dan"))
    words = group.write(BEA, Text("let me in"))
    group.take(words)
    assert group.told == []
    assert group.say(OLA, Invited(bytes(32)))
    assert group.state.governance.lets_in(token_id(bytes(32)), BEA, 1)
    assert group.say(BEA, Joined("Bea", token_id(bytes(32))))
    assert group.roles() == "oamm-"
    assert group.state.governance.is_void(words)
    assert group.state.governance.spans(BEA) == ((2, 5),)
    assert group.say(BEA, Text("again"))
    group.say(OLA, Removed(BEA, group.seen(BEA), ban=False), Invited(bytes([9]) * 32))
    assert group.say(BEA, Joined("Bea", token_id(bytes([9]) * 32)))
    assert group.state.governance.spans(BEA) == ((2, 5),)


def test_a_ban_is_lifted_first() -> None:
    group = Group()
    group.say(ANA, Removed(BEA, group.seen(BEA), ban=False))
    assert not group.say(CAL, Readmitted(BEA))
    assert not group.say(OLA, Readmitted(BEA))
    assert not group.say(OLA, Removed(BEA, 9, ban=False))
    assert group.say(OLA, Removed(BEA, 9, ban=True))
    assert group.state.governance.banned == {BEA}
    group.say(OLA, Invited(TOKEN, BEA))
    assert not group.say(BEA, Joined("Bea", VIA))
    assert group.say(OLA, Readmitted(BEA))
    assert group.state.governance.banned == frozenset()
    assert group.say(BEA, Joined("Bea", VIA))


def test_tokens_let_in_whom_they_are_for() -> None:
    group = Group()
    assert group.say(BEA, Invited(TOKEN, DAN, 1000))
    assert not group.say(CAL, Invited(TOKEN))
    assert not group.say(CAL, Revoked(VIA))
    stranger = PeerId(b"s" * 32)
    assert not group.say(stranger, Joined("Stranger", VIA))
    assert not group.say(stranger, Joined("Stranger", TokenId(bytes(16))))
    assert not group.say(stranger, Left())
    late = group.write(DAN, Joined("Dan", VIA), at=1001)
    group.take(late)
    assert group.state.governance.is_void(late)
    assert not group.state.governance.lets_in(VIA, DAN, 1001)
    assert group.state.governance.lets_in(VIA, DAN, 1000)
    group.seqs[DAN] = 0
    group = Group()
    group.say(BEA, Invited(TOKEN, DAN))
    assert group.say(DAN, Joined("Dan", VIA))
    token = group.state.governance.tokens[VIA]
    assert (token.uses, token.open, token.made_by) == (1, False, BEA)
    assert group.say(DAN, Left())
    assert not group.say(DAN, Joined("Dan", VIA))


def test_whoever_made_a_token_and_admins_take_it_back() -> None:
    group = Group()
    group.say(BEA, Invited(TOKEN))
    group.say(CAL, Invited(OTHER))
    assert not group.rotates()
    assert group.say(BEA, Revoked(VIA))
    assert group.rotates()
    assert not group.say(BEA, Revoked(VIA))
    assert group.say(ANA, Revoked(OTHER_VIA), Revoked(FOUNDING))
    assert not group.say(DAN, Joined("Dan", VIA))
    assert not group.state.governance.founding_open


def test_rules_are_set_by_admins_and_hold() -> None:
    group = Group()
    assert not group.say(BEA, Ruled("info", 0))
    assert not group.say(ANA, Ruled("info", 1))
    assert group.say(ANA, Ruled("info", 0), Ruled("invites", 0), Ruled("vanish", 60))
    assert not group.rotates()
    assert group.say(ANA, Ruled("history", 0))
    assert group.rotates()
    assert group.state.rules == RoomRules(
        history=False, info=False, invites=False, vanish_after_s=60
    )
    assert [group.state.rules.value(rule) for rule in Rule] == [0, 0, 0, 60]
    for body in (Renamed("n"), Topic("t"), RoomPictured(PNG), Invited(TOKEN)):
        assert not group.say(BEA, body)
        assert group.say(ANA, body)
    assert (group.state.name, group.state.topic) == ("n", "t")
    assert group.state.picture == picture_name(PNG)


def test_an_owner_that_leaves_is_followed_by_whoever_was_there_longest() -> None:
    group = Group()
    group.say(OLA, RoleGiven(CAL, ADMIN))
    heirs = []
    for peer in (OLA, ANA, CAL, BEA):
        heirs.append(group.roles())
        assert group.say(peer, Left())
    assert heirs == ["oama-", "-oma-", "--mo-", "--o--"]
    assert (group.roles(), group.state.governance.owner) == ("-----", None)
    assert group.say(DAN, Joined("Dan"))
    assert group.roles() == "----o"
