from __future__ import annotations

from app.domain.ids import PeerId
from app.services.attempts import KEPT, MAX_PEERS, Attempt, Attempts


def peer(number: int) -> PeerId:
    return PeerId(number.to_bytes(32, "big"))


def test_the_last_attempts_are_kept_in_order() -> None:
    attempts = Attempts()
    assert attempts.of(peer(1)) == ()
    made = [Attempt("direct", number, 10, "ice-failed", "ice") for number in range(KEPT + 5)]
    for attempt in made:
        attempts.note(peer(1), attempt)
    assert attempts.of(peer(1)) == tuple(made[-KEPT:])


def test_those_are_forgotten_of_whom_nothing_was_noted_for_longest() -> None:
    attempts = Attempts()
    attempt = Attempt("turn", 1, 1)
    for number in [0, 1, 0, *range(2, MAX_PEERS + 1)]:
        attempts.note(peer(number), attempt)
    assert attempts.of(peer(1)) == ()
    assert attempts.of(peer(0)) == (attempt, attempt)
