from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.content import in_order, is_act
from app.domain.events import (
    Created,
    Deleted,
    Edited,
    Joined,
    Left,
    Pinned,
    ProfileNamed,
    Reacted,
    Renamed,
    Text,
    Topic,
    Unsupported,
)
from app.domain.files import FileOffered, bare
from app.domain.governance import STRANGER
from app.domain.governing import RoomOffered
from app.domain.ids import EventId, PeerId
from app.domain.room import (
    NOWHERE,
    Content,
    Effect,
    MemberUpdated,
    OperationAdded,
    RoomNamed,
    RoomState,
    RowAdded,
    TopicSet,
    reduce,
    start,
)
from app.domain.views import MessageKind
from tests.domain.history import AUTHORS, content, histories

ANA, BO, EVE, _ = AUTHORS
KINDS = {
    Text: MessageKind.TEXT,
    Joined: MessageKind.JOINED,
    Left: MessageKind.LEFT,
    Renamed: MessageKind.RENAMED,
    Topic: MessageKind.TOPIC,
    RoomOffered: MessageKind.INVITATION,
    Unsupported: MessageKind.UNSUPPORTED,
}


def replay(history: list[Content]) -> tuple[RoomState, list[Effect]]:
    """Reduce events of a conversation of two, where nobody governs."""
    state, told = start(grouped=False), list[Effect]()
    for event in history:
        state, effects = reduce(state, event)
        told += effects
    return state, told


def rows(told: list[Effect]) -> list[RowAdded]:
    return sorted(
        (effect for effect in told if isinstance(effect, RowAdded)),
        key=lambda row: row.content.position,
    )


@given(histories, st.data())
def test_any_order_of_arrival_ends_in_the_same_room(
    history: list[Content], data: st.DataObject
) -> None:
    state, told = replay(history)
    shuffled, retold = replay(data.draw(st.permutations(history)))
    assert shuffled == state
    assert rows(retold) == rows(told)


@given(histories)
def test_every_event_but_names_beginnings_and_rulings_is_a_row(history: list[Content]) -> None:
    told = rows(replay(history)[1])
    shown = [(row.content, row.kind) for row in told if row.kind is not MessageKind.RULED]
    wanted = [(c, KINDS[type(c.body)]) for c in history if type(c.body) in KINDS]
    assert shown == sorted(wanted, key=lambda pair: pair[0].position)


@given(histories)
def test_operations_are_handed_on_with_their_target(history: list[Content]) -> None:
    handed = [e for e in replay(history)[1] if isinstance(e, OperationAdded)]
    wanted = [c for c in history if isinstance(c.body, Edited | Deleted | Reacted | Pinned)]
    assert [effect.content for effect in handed] == wanted
    assert all(effect.target == effect.operation.target for effect in handed)


@given(histories)
def test_who_listens_knows_what_the_state_says(history: list[Content]) -> None:
    state, told = replay(history)
    room, topic, names, present = "", "", dict[PeerId, str](), set[PeerId]()
    for effect in told:
        match effect:
            case RoomNamed(name):
                room = name
            case TopicSet(text):
                topic = text
            case MemberUpdated(peer, name, change) if not change.startswith("courier"):
                names[peer] = name
                if change != "renamed":
                    (present.add if change == "joined" else present.discard)(peer)
    assert (room, topic) == (state.name, state.topic)
    assert names == {peer: member.name for peer, member in state.members.items()}
    assert present == {peer for peer, member in state.members.items() if member.present}


@given(histories)
def test_the_state_is_what_the_room_s_order_says(history: list[Content]) -> None:
    state, _ = replay(history)
    ordered = [act.content for act in in_order(filter(is_act, history), {})]
    naming = [c.body.name for c in ordered if isinstance(c.body, Created | Renamed)]
    assert state.name == (naming[-1] if naming else "")
    topics = [c.body.text for c in ordered if isinstance(c.body, Topic)]
    assert state.topic == (topics[-1] if topics else "")
    assert (state.founder, state.code) == (None, b"")
    for author in AUTHORS:
        check_member(state, author, [c for c in ordered if c.author == author])


def check_member(state: RoomState, author: PeerId, own: list[Content]) -> None:
    names = [c.body.name for c in own if isinstance(c.body, Joined | ProfileNamed)]
    moves = [c for c in own if isinstance(c.body, Joined | Left)]
    joins = [c.position for c in moves if isinstance(c.body, Joined)]
    assert state.members.get(author, STRANGER).name == (names[-1] if names else "")
    assert (author in state.members) == bool(names or moves)
    if author in state.members:
        member = state.members[author]
        assert member.present == (bool(moves) and isinstance(moves[-1].body, Joined))
        assert member.joined == (joins[0] if joins else NOWHERE)


def test_a_text_says_what_it_answers() -> None:
    answered = bytes(range(32))
    yes = Text("yes", answered, (BO, EVE))
    told = replay([content(ANA, 1, 1, yes), content(ANA, 2, 2, Text("no"))])[1]
    first, second = rows(told)
    assert (first.text, first.reply_to, first.mentions) == ("yes", EventId(answered), (BO, EVE))
    assert (second.text, second.reply_to, second.mentions) == ("no", None, ())


def test_rows_carry_what_they_tell() -> None:
    told = replay(
        [
            content(ANA, 1, 1, Joined("Ana")),
            content(ANA, 2, 2, Renamed("Kitchen")),
            content(ANA, 3, 3, Unsupported("poll")),
            content(ANA, 4, 4, Left()),
        ]
    )[1]
    assert [row.text for row in rows(told)] == ["Ana", "Kitchen", "poll", ""]


def test_a_join_that_comes_after_the_leave_still_tells_the_name() -> None:
    left, _ = reduce(RoomState(), content(BO, 2, 5, Left()))
    state, effects = reduce(left, content(BO, 1, 3, Joined("Bo")))
    assert MemberUpdated(BO, "Bo", "renamed") in effects
    assert not state.members[BO].present


def test_an_empty_room_knows_nobody() -> None:
    assert RoomState().name_of(ANA) == ""
    assert RoomState().founder is None


def test_a_file_that_is_offered_is_a_row_with_what_is_said_of_it() -> None:
    asked = content(ANA, 1, 1, Text("the plan?"))
    said = FileOffered(
        "plan.pdf", 9, bytes(32), text="here", reply_to=asked.position.event, mentions=(ANA,)
    )
    plain = FileOffered("plan.pdf", 9, bytes(32))
    offers = [content(BO, 1, 2, said), content(BO, 2, 3, plain)]
    _, answer, other = rows(replay([asked, *offers])[1])
    assert (answer.kind, answer.text, answer.file) == (MessageKind.FILE, "here", bare(said))
    assert (answer.reply_to, answer.mentions) == (asked.position.event, (ANA,))
    assert (other.reply_to, other.mentions, other.file) == (None, (), bare(plain))
