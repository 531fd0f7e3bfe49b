"""How far a message of ours got, member by member."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.clock import physical_ms
from app.domain.delivery import MemberDelivery
from app.domain.ids import PeerId
from app.domain.views import MessageState
from app.services.conversation import Conversation
from app.storage.records import MessageRow

STAGES = (MessageState.SENT, MessageState.DELIVERED, MessageState.READ)
Times = Mapping[tuple[PeerId, MessageState], int]


def details(
    conversation: Conversation, row: MessageRow, times: Times, names: Mapping[PeerId, str]
) -> list[MemberDelivery]:
    """Return what is known of each member, by name. `times` are as the storage has them."""
    stages = conversation.tracker.stages(row.seq, row.position)
    written = physical_ms(row.position.hlc)
    found = []
    for peer, state in stages.items():
        reached = STAGES[: STAGES.index(state) + 1] if state in STAGES else ()
        whose = {MessageState.SENT: row.author}
        known = (times.get((whose.get(stage, peer), stage), 0) for stage in reached)
        moments = [max(moment, written) if moment else 0 for moment in known]
        for later in range(len(moments) - 1, 0, -1):  # a stage is told of after the next one
            if moments[later]:
                moments[later - 1] = min(moments[later - 1], moments[later])
        sent, delivered, read = moments + [0] * (len(STAGES) - len(moments))
        name = conversation.name_of(peer, names)
        found.append(MemberDelivery(peer, name, state, sent, delivered, read))
    return sorted(found, key=lambda one: (one.name.casefold(), one.peer))
