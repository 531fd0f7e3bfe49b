from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.governing import FOUNDING, InvitationView, PendingInvite, RoomLink, TokenId
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.rules import RoomRules
from app.domain.views import MemberView, MessageKind, MessageState, MessageView, Position
from app.ui import government
from app.ui.government import DAY, HOUR, LONGEST, WEEK, Deed

NOW = datetime(2025, 11, 21, 9, 52, tzinfo=UTC)
NOW_MS = round(NOW.timestamp() * 1000)
ME, ANA = PeerId(b"m" * 32), PeerId(b"a" * 32)
ALL, CLOSED = RoomRules(), RoomRules(info=False, invites=False)
ALWAYS = (Deed.MESSAGE, Deed.PROFILE, Deed.CONNECTION)


def member(role: str, *, you: bool = False) -> MemberView:
    return MemberView(ME if you else ANA, "Ana", role, you=you, online=True)


def pending(invited_by: PeerId = ANA, until_ms: int = 0) -> PendingInvite:
    return PendingInvite(TokenId(b"t"), ANA, "Ana", invited_by, until_ms)


@pytest.mark.parametrize(
    ("own", "role", "more"),
    [
        ("owner", "member", (Deed.PROMOTE, Deed.CROWN, Deed.REMOVE, Deed.BAN)),
        ("owner", "admin", (Deed.DEMOTE, Deed.CROWN, Deed.REMOVE, Deed.BAN)),
        ("admin", "member", (Deed.REMOVE, Deed.BAN)),
        ("admin", "admin", ()),
        ("admin", "owner", ()),
        ("member", "member", ()),
        ("", "member", ()),
    ],
)
def test_only_what_the_own_role_permits_is_offered(
    own: str, role: str, more: tuple[Deed, ...]
) -> None:
    assert government.deeds(member(role), own, ME) == ALWAYS + more


@pytest.mark.parametrize("own", ["owner", "admin", "member", ""])
def test_nothing_is_offered_about_oneself(own: str) -> None:
    assert government.deeds(member(own, you=True), own, ME) == ()


def test_who_is_away_can_be_asked_about() -> None:
    away = replace(member("member"), online=False)
    assert government.deeds(away, "member", ME) == (Deed.MESSAGE, Deed.PROFILE, Deed.REACH)


def test_a_courier_is_nobody_to_write_to_or_to_promote() -> None:
    found = government.deeds(member("courier"), "owner", ME)
    assert found == (Deed.PROFILE, Deed.CONNECTION)


def test_an_invitation_is_taken_back_by_admins_and_by_who_made_it() -> None:
    assert Deed.UNINVITE in government.deeds(pending(), "admin", ME)
    assert Deed.UNINVITE in government.deeds(pending(ME), "member", ME)
    assert Deed.UNINVITE not in government.deeds(pending(), "member", ME)
    assert Deed.UNINVITE not in government.deeds(pending(ME), "", ME)


def test_rules_open_what_admins_alone_could_do() -> None:
    for may in (government.may_invite, government.may_describe):
        assert may("member", ALL)
        assert not may("member", CLOSED)
        assert may("admin", CLOSED)
        assert may("owner", CLOSED)
        assert not may("", ALL)
    assert [government.governs(role) for role in ("owner", "admin", "member", "")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (-1, "expired"),
        (0, "expired"),
        (30, "expires in less than a minute"),
        (60, "expires in 1 minute"),
        (5 * HOUR + 59, "expires in 5 hours"),
        (DAY, "expires in 1 day"),
        (3 * WEEK, "expires in 3 weeks"),
    ],
)
def test_how_long_something_is_valid(left: int, words: str) -> None:
    assert government.until_line(NOW_MS + left * 1000, NOW) == words


def test_links_say_who_made_them_and_how_they_are_used() -> None:
    link = RoomLink(FOUNDING, "parlor:x", ANA, 0, 0, 0, "a-b")
    assert government.link_title(link) == "Room code and link"
    assert government.link_line(link, "Ana", NOW) == "Made by Ana · nobody joined · never expires"
    later = replace(link, id=TokenId(b"t"), uses=3, until_ms=NOW_MS + 1000 * HOUR)
    assert government.link_title(later) == "Link"
    assert government.link_line(later, "you", NOW) == "Made by you · 3 joined · expires in 1 hour"


def test_who_is_expected() -> None:
    assert government.invited_line(pending(), NOW) == "Invited, has not joined yet"
    line = government.invited_line(pending(until_ms=NOW_MS + DAY * 1000), NOW)
    assert line == "Invited, expires in 1 day"


def test_an_invitation_says_from_whom_and_when() -> None:
    view = InvitationView(EventId(b"e"), b"r", "Book club", ANA, "Ana\nCosta", NOW_MS, 0, "pending")
    assert government.invitation_line(view, NOW) == "From \u2068Ana Costa\u2069 · 09:52"
    line = government.invitation_line(replace(view, until_ms=NOW_MS + HOUR * 1000), NOW)
    assert line.endswith("expires in 1 hour")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90 minutes", 5400),
        (" 1 Hour ", HOUR),
        ("12 h", 12 * HOUR),
        ("2 weeks", 2 * WEEK),
        ("366 days", LONGEST),
        ("367 days", None),
        ("0 days", None),
        ("-1 days", None),
        ("1.5 hours", None),
        ("five hours", None),
        ("5", None),
        ("5 s s", None),
        ("٣ days", None),
        ("9" * 5000 + " days", None),
        ("", None),
    ],
)
def test_times_are_read_as_people_write_them(text: str, seconds: int | None) -> None:
    assert government.parse_duration(text) == seconds


@given(st.text())
def test_no_text_breaks_the_reading_of_times(text: str) -> None:
    seconds = government.parse_duration(text)
    assert seconds is None or 0 < seconds <= LONGEST


@given(st.sampled_from(government.VANISH_CHOICES))
def test_every_choice_has_words(seconds: int) -> None:
    assert government.vanish_line(seconds) in {
        "Off",
        "After 1 hour",
        "After 1 day",
        "After 1 week",
        "After 4 weeks",
    }


def removal(subject: PeerId, author: str) -> MessageView:
    place = Position(1, EventId(author.encode()))
    return MessageView(
        RoomId(b"r"),
        place,
        ANA,
        author,
        own=False,
        kind=MessageKind.REMOVED,
        text="removed",
        time_ms=0,
        state=MessageState.DELIVERED,
        subject=subject,
    )


def test_a_farewell_names_who_removed_us_last() -> None:
    rows = (removal(ME, "Leo"), removal(ME, "Ana\nCosta"), removal(ANA, "Mum"))
    words = government.farewell("removed", rows, ME)
    assert words.startswith("You were removed from this room by Ana Costa.")
    assert government.farewell("removed", (), ME).startswith("You were removed from this room.")
    assert government.farewell("left", rows, ME).startswith("You left this room.")
