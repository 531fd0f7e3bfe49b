"""What a server makes of the others' telling, where a ring of honest ones does not lead."""

from __future__ import annotations

import logging

import pytest

from signaling.cluster import company as module
from signaling.cluster.company import Company
from signaling.cluster.records import (
    Arrived,
    Ask,
    Beat,
    Carry,
    Change,
    Counts,
    Entered,
    Entry,
    Listed,
    Told,
    Unlisted,
    Whole,
    encode,
)
from signaling.elsewhere import Appeared, Elsewhere, Far, Handed
from signaling.protocol import Card, to_text

MINE, THERE, PEER, ROOM = (letter * 32 for letter in (b"m", b"t", b"p", b"r"))
RUN = b"i" * 16
ENTRY = Entry(PEER, RUN, 5, [ROOM])
CARD = Card(to_text(PEER), "Bob", 1, to_text(bytes(64)))


def joined() -> Company:
    company = Company(MINE)
    company.joined(0.0)
    company.take()
    return company


def test_a_whole_in_parts_counts_when_all_are_there() -> None:
    company = joined()
    other = Entry(b"q" * 32, RUN, 6, [ROOM])
    parts = [Whole(THERE, 3, n, 2, [entry]) for n, entry in enumerate((ENTRY, other))]
    assert company.heard(encode([parts[0]]), 1.0) == []
    news = company.heard(encode([parts[1]]), 1.0)
    assert news == [Appeared(ROOM, PEER, RUN), Appeared(ROOM, other.peer, RUN)]


def test_parts_that_do_not_follow_are_ignored() -> None:
    company = joined()
    for whole in (
        Whole(THERE, 3, 1, 2, [ENTRY]),  # the first one is missing
        Whole(THERE, 3, 0, 3, [ENTRY]),
        Whole(THERE, 4, 1, 3, [ENTRY]),  # of another time
        Whole(THERE, 3, 2, 3, [ENTRY]),  # not the next one
    ):
        assert company.heard(encode([whole]), 1.0) == []


def test_an_older_whole_is_ignored() -> None:
    company = joined()
    assert len(company.heard(encode([Whole(THERE, 3, 0, 1, [ENTRY])]), 1.0)) == 1
    assert company.heard(encode([Whole(THERE, 2, 0, 1, [])]), 1.0) == []
    assert company.find(PEER) is not None


def test_what_came_while_a_whole_was_wanted_follows_it() -> None:
    company = joined()
    late = Told(THERE, 4, [Entered(PEER, b"x" * 32)])
    assert company.heard(encode([late, late]), 1.0) == []
    assert company.take().wanted == [THERE]
    assert company.heard(encode([Beat(THERE, 4, Counts())]), 1.1) == []
    assert company.take().wanted == []  # asked a moment ago
    news = company.heard(encode([Whole(THERE, 3, 0, 1, [ENTRY])]), 1.2)
    assert news == [Appeared(ROOM, PEER, RUN), Appeared(b"x" * 32, PEER, RUN)]
    assert company.heard(encode([late]), 1.3) == []


def test_what_is_told_before_we_know_anything_waits_only_so_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MAX_PENDING", 2)
    company = joined()
    company.heard(encode([Told(THERE, n, []) for n in range(5, 15)]), 1.0)
    assert len(company._others[THERE].pending) == 2


def test_who_asks_is_told_all_even_what_was_not_told_yet() -> None:
    company = joined()
    company.arrived(PEER, RUN, 5)
    company.entered(PEER, ROOM)
    company.heard(encode([Ask(THERE)]), 1.0)
    out = company.take()
    (whole,) = out.to_one[THERE]
    assert isinstance(whole, Whole)
    assert whole.entries == [ENTRY]
    assert whole.number == out.number


def test_a_card_withdrawn_elsewhere_is_withdrawn_here_and_said_again() -> None:
    company = joined()
    company.arrived(PEER, RUN, 5)
    company.listed(PEER, CARD)
    told: list[Change] = [Arrived(PEER, RUN, 6), Listed(PEER, CARD), Unlisted(PEER)]
    company.take()
    whole = Whole(THERE, 0, 0, 1, [])
    company.heard(encode([whole, Told(THERE, 1, told)]), 1.0)
    assert company.card(PEER) is None
    assert company.take().to_all == [Told(MINE, 2, [Unlisted(PEER)])]


def test_too_much_that_waits_for_the_bus_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 10)
    company = joined()
    far = Far(THERE, RUN, ())
    assert company.hand(far, Handed(PEER, PEER, bytes(11)))
    assert not company.hand(far, Handed(PEER, PEER, b"x"))
    assert company.take().to_one == {THERE: [Carry(PEER, PEER, bytes(11))]}
    assert company.hand(far, Handed(PEER, PEER, b"x"))


def test_nonsense_is_complained_of_once(caplog: pytest.LogCaptureFixture) -> None:
    company = joined()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert company.heard(b"nonsense", 1.0) == ()
    assert len(caplog.records) == 1


def test_one_server_alone_knows_nobody() -> None:
    alone = Elsewhere()
    assert alone.find(PEER) is None
    assert alone.instance(PEER) == b""
    assert not alone.holds(ROOM, PEER)
    assert not alone.hand(Far(THERE, RUN, ()), Handed(PEER, PEER, b""))
    assert alone.heard(b"", 0.0) == alone.tick(0.0) == alone.arrived(PEER, RUN, 0) == ()
    assert alone.census() is None
