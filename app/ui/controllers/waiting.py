"""What waits for whom: the words of the banner over a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from app.domain.ids import PeerId
from app.domain.views import MemberView, MessageState, MessageView
from app.ui import phrases

LOOKED_AT = 200
"""So many of the latest messages are looked at; more are not counted one by one."""

_WAITS = {MessageState.QUEUED, MessageState.SENT}


class Waiting(NamedTuple):
    """`lead` stands out; both are "" if nothing waits."""

    lead: str
    words: str


def waiting_for(peer: PeerId, messages: Sequence[MessageView]) -> int:
    """How many of our texts have not reached this member's disk."""
    return sum(
        message.own
        and message.is_live
        and message.state in _WAITS
        and peer not in message.delivered_to
        for message in messages
    )


def waiting(members: Sequence[MemberView], messages: Sequence[MessageView]) -> Waiting:
    """Say who is away while something of ours waits for them."""
    counts = {
        member: number
        for member in members
        if not member.you and not member.online and (number := waiting_for(member.peer, messages))
    }
    if not counts:
        return Waiting("", "")
    number = max(counts.values())
    more = "+" if number >= LOOKED_AT else ""
    amount = phrases.count(number, "message").replace(" ", f"{more} ", 1)
    names = [phrases.first_name(member.name) for member in counts]
    if len(names) == 1:
        return Waiting(
            f"{names[0]} is offline.", f"{amount} will be delivered when you are both connected."
        )
    lead = f"{names[0]} and {phrases.count(len(names) - 1, 'other')} are offline."
    return Waiting(lead, f"{amount} will be delivered when they are connected.")
