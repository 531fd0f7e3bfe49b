from __future__ import annotations

import pytest

from app.domain.events import Body, Created, Joined, Left, Renamed, Text, Topic, Unsupported
from app.domain.governing import Removed, RoleGiven, RoomOffered, Ruled
from app.domain.ids import PeerId
from app.domain.row_text import offer_in, row_of, said
from app.domain.views import MessageKind

BO = PeerId(b"b" * 32)
OFFER = RoomOffered(bytes(16), "Ünal's", bytes(32), BO, "https://example.org", 5)


@pytest.mark.parametrize(
    ("body", "kind", "text", "subject"),
    [
        (Joined("Bo"), MessageKind.JOINED, "Bo", None),
        (Left(), MessageKind.LEFT, "", None),
        (Renamed("Tea"), MessageKind.RENAMED, "Tea", None),
        (Topic("two words"), MessageKind.TOPIC, "two words", None),
        (RoleGiven(BO, "admin"), MessageKind.ROLE, "admin", BO),
        (Removed(BO, 1, ban=False), MessageKind.REMOVED, "removed", BO),
        (Removed(BO, 1, ban=True), MessageKind.REMOVED, "banned", BO),
        (Ruled("vanish", 60), MessageKind.RULED, "vanish 60", None),
        (OFFER, MessageKind.INVITATION, "Ünal's", None),
        (Unsupported("poll"), MessageKind.UNSUPPORTED, "poll", None),
    ],
)
def test_a_row_says_what_its_event_did(
    body: Body, kind: MessageKind, text: str, subject: PeerId | None
) -> None:
    row = row_of(body)
    assert row is not None
    assert row[0] is kind
    assert said(*row) == (text, subject)


@pytest.mark.parametrize("body", [Created("Tea"), Text("hi"), Unsupported("coded")])
def test_others_are_no_rows_of_this_kind(body: Body) -> None:
    assert row_of(body) is None


def test_an_invitation_s_row_has_the_whole_offer() -> None:
    row = row_of(OFFER)
    assert row is not None
    assert offer_in(row[1]) == OFFER
