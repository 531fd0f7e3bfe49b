"""Who may do what in a room as it is now."""

from __future__ import annotations

from app.domain.content import NOWHERE, Act, Content, Written, slimmed
from app.domain.events import Governing
from app.domain.folding import Fold
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.room import RoomState
from app.domain.views import Position

_NEXT = EventId(b"\xff" * 32)


def may(state: RoomState, author: PeerId, body: Governing) -> bool:
    """Tell whether this would have an effect, if `author` wrote it after all that is known."""
    governance = state.governance
    latest = max((act.place for act in governance.acts), default=NOWHERE)
    position = Position(max(latest.hlc, 0), _NEXT)
    seq = governance.written.get(author, Written()).seq + 1
    content = slimmed(Content(RoomId(b""), author, seq, position, body))
    return Fold(state).allows(Act(position, seq, content))
