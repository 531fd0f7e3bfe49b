"""What each act does, and who may do it where."""

from __future__ import annotations

import pytest

from app.domain import folding
from app.domain.clock import compose
from app.domain.entitlement import may
from app.domain.events import MAX_SEQ, Created, Governing, Joined, Left, Renamed, Text, Topic
from app.domain.governance import RoomState
from app.domain.governing import (
    FOUNDING,
    MAX_PARTS,
    Coded,
    Invited,
    Readmitted,
    Rekeyed,
    Removed,
    Revoked,
    Role,
    RoleGiven,
    Ruled,
    TokenId,
    token_id,
)
from app.domain.ids import PeerId
from app.domain.pictures import RoomPictured, picture_name
from app.domain.room import (
    Content,
    MemberUpdated,
    RowAdded,
    SilenceChanged,
    fold_in,
    reseeded,
    start,
)
from app.domain.rules import RoomRules, Rule
from app.domain.views import MessageKind
from tests.domain.history import content, parts

OLA, ANA, BEA, CAL, DAN = (PeerId(bytes([letter]) * 32) for letter in b"oabcd")
TOKEN, OTHER = bytes([1]) * 32, bytes([2]) * 32
VIA, OTHER_VIA = token_id(TOKEN), token_id(OTHER)
ADMIN, MEMBER, OWNER = (role.value for role in (Role.ADMIN, Role.MEMBER, Role.OWNER))
PNG = b"\x89PNG\r\n\x1a\n"


class Group:
    """Ola has founded it and made Ana an admin; Bea and Cal are members. Time goes on by itself."""

    def __init__(self) -> None:
        self.seqs: dict[PeerId, int] = {}
        self.now = 0
        self.told: list[object] = []
        self.state = start()
        self.say(OLA, Created("Group"), Coded(bytes(8), bytes(16)), Joined("Ola"))
        for peer, name in ((ANA, "Ana"), (BEA, "Bea"), (CAL, "Cal")):
            self.say(peer, Joined(name))
        self.say(OLA, RoleGiven(ANA, ADMIN))

    def write(
        self, author: PeerId, body: Governing | Text, at: int | None = None, epoch: int = 0
    ) -> Content:
        """Return an event that is not known yet."""
        self.now += 1
        self.seqs[author] = seq = self.seqs.get(author, 0) + 1
        one = content(author, seq, compose(self.now if at is None else at), body)
        return Content(one.room, author, seq, one.position, body, epoch)

    def take(self, *contents: Content) -> list[object]:
        self.state, effects = fold_in(self.state, contents)
        self.told = list(effects)
        return self.told

    def say(self, author: PeerId, *bodies: Governing | Text) -> bool:
        """Write and take in; return whether the last one had an effect."""
        for body in bodies:
            last = self.write(author, body)
            self.take(last)
        return not self.state.governance.is_void(last)

    def roles(self) -> str:
        """Return who is in as a letter each: owner, admin, member or nothing."""
        known = (self.state.role_of(peer) for peer in (OLA, ANA, BEA, CAL, DAN))
        return "".join(role.value[0] if role is not None else "-" for role in known)

    def rotates(self) -> bool:
        return self.state.governance.needs_rotation

    def seen(self, peer: PeerId) -> int:
        return self.seqs.get(peer, 0)


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
