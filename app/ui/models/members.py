"""The people in a room, for the drawer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from PySide6.QtCore import QObject

from app.domain.views import MemberView
from app.ui import phrases
from app.ui.models.keyed import KeyedListModel


def _order(member: MemberView) -> tuple[bool, bool, str, bytes]:
    return (not member.you, not member.online, member.name.casefold(), member.peer)


class MembersModel(KeyedListModel[MemberView]):
    """Ourselves first, then who is online, then the rest, each by name."""

    def __init__(self, now: Callable[[], datetime], parent: QObject | None = None) -> None:
        super().__init__(lambda member: member.peer, parent)
        self._now = now

    def show(self, members: Iterable[MemberView]) -> None:
        self.set_rows(sorted(members, key=_order))

    def text(self, row: MemberView) -> str:
        return row.name

    def description(self, row: MemberView) -> str:
        return self.line(row)

    def line(self, member: MemberView) -> str:
        """What stands below the name."""
        return phrases.member_line(member, self._now())
