from __future__ import annotations

from app.ui.controllers.typing import TypingTeller
from tests.ui.fake_backend import FakeBackend
from tests.ui.fake_names import room_of


def test_edits_are_thinned_out() -> None:
    chats, now = FakeBackend().chats, [0.0]
    teller = TypingTeller(chats, lambda: now[0])
    a, b = room_of("A"), room_of("B")
    teller.stop()
    teller.edited(a, "  ")
    assert chats.typed == []
    teller.edited(a, "h")
    teller.edited(a, "he")
    assert chats.typed == [(a, True)]
    now[0] = 3.5
    teller.edited(a, "hel")
    assert chats.typed == [(a, True), (a, True)]
    teller.edited(b, "x")
    assert chats.typed[2:] == [(a, False), (b, True)]
    teller.edited(b, "")
    teller.stop()
    assert chats.typed[4:] == [(b, False)]
