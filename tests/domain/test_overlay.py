from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.events import Deleted, Edited, Operation, Pinned, Reacted
from app.domain.ids import EventId, PeerId
from app.domain.overlay import PLAIN, Operated, Overlay, Reaction, fold, register_of
from app.domain.views import Position

ANA, BOB, EVE = (PeerId(bytes([n]) * 32) for n in (1, 2, 3))
TARGET = b"t" * 32


def at(hlc: int) -> Position:
    return Position(hlc, EventId(bytes([hlc % 256]) * 32))


def done(author: PeerId, hlc: int, operation: Operation) -> Operated:
    return Operated(author, at(hlc), operation)


def test_nothing_changes_nothing() -> None:
    assert fold(ANA, []) == PLAIN
    assert not PLAIN.edited


def test_the_last_edit_counts_and_all_are_kept() -> None:
    edits = [done(ANA, 9, Edited(TARGET, "two")), done(ANA, 5, Edited(TARGET, "one"))]
    overlay = fold(ANA, edits)
    assert overlay.text == "two"
    assert overlay.edited
    assert [text for _, text in overlay.edits] == ["one", "two"]


def test_an_edit_mentions_anew() -> None:
    edits = [done(ANA, 5, Edited(TARGET, "@Bob", (BOB,))), done(ANA, 6, Edited(TARGET, "-"))]
    assert fold(ANA, edits[:1]).mentions == (BOB,)
    assert fold(ANA, edits).mentions == ()


def test_only_the_author_edits_and_deletes() -> None:
    strange = [done(BOB, 5, Edited(TARGET, "lies")), done(BOB, 6, Deleted(TARGET))]
    assert fold(ANA, strange) == PLAIN


def test_a_deleted_message_is_gone_whatever_comes_after() -> None:
    operations = [
        done(ANA, 5, Deleted(TARGET)),
        done(ANA, 6, Edited(TARGET, "back")),
        done(BOB, 7, Reacted(TARGET, "!", on=True)),
        done(BOB, 8, Pinned(TARGET, on=True)),
    ]
    assert fold(ANA, operations) == Overlay(deleted=True)


def test_reactions_are_one_for_each_member_and_emoji() -> None:
    operations = [
        done(BOB, 1, Reacted(TARGET, "+", on=True)),
        done(BOB, 2, Reacted(TARGET, "+", on=True)),
        done(EVE, 3, Reacted(TARGET, "+", on=True)),
        done(EVE, 4, Reacted(TARGET, "!", on=True)),
        done(EVE, 5, Reacted(TARGET, "!", on=False)),
        done(ANA, 6, Reacted(TARGET, "?", on=False)),
    ]
    assert fold(ANA, operations).reactions == (Reaction("+", (BOB, EVE)),)


def test_the_last_pin_counts() -> None:
    pins = [done(BOB, 1, Pinned(TARGET, on=True)), done(EVE, 2, Pinned(TARGET, on=False))]
    assert fold(ANA, pins[:1]).pinned
    assert not fold(ANA, pins).pinned


operations = st.one_of(
    st.builds(Edited, st.just(TARGET), st.sampled_from(("a", "b")), st.sampled_from(((), (BOB,)))),
    st.just(Deleted(TARGET)),
    st.builds(Reacted, st.just(TARGET), st.sampled_from("+!"), st.booleans()),
    st.builds(Pinned, st.just(TARGET), st.booleans()),
)
histories = st.lists(
    st.builds(done, st.sampled_from((ANA, BOB, EVE)), st.integers(0, 200), operations),
    unique_by=lambda one: one.position,
    max_size=12,
)


@given(histories, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(history: list[Operated], random: object) -> None:
    shuffled = list(history)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert fold(ANA, shuffled) == fold(ANA, history)


@given(histories)
def test_the_last_operation_of_each_register_is_all_that_counts(history: list[Operated]) -> None:
    kept: dict[tuple[PeerId, bytes], Operated] = {}
    for one in history:
        key = one.author, register_of(one)
        if key not in kept or kept[key].position < one.position:
            kept[key] = one
    assert fold(ANA, kept.values()) == fold(ANA, history)
