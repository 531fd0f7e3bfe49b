"""People who may be invited, of whom some are chosen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.domain.ids import PeerId
from app.ui.models.keyed import KeyedListModel


@dataclass(frozen=True, slots=True)
class Candidate:
    """`note` says why somebody cannot be chosen, "" if they can."""

    peer: PeerId
    name: str
    line: str = ""
    online: bool = False
    note: str = ""
    chosen: bool = False


class CandidateModel(KeyedListModel[Candidate]):
    """Who was chosen stays, on top, whatever is searched for next."""

    def __init__(self) -> None:
        super().__init__(lambda row: row.peer)
        self._chosen: dict[PeerId, Candidate] = {}
        self._found: list[Candidate] = []

    def show(self, found: Iterable[Candidate]) -> None:
        """Show what a search found below those who are chosen."""
        self._found = list({each.peer: each for each in found}.values())
        self._renew()

    def toggle(self, row: Candidate) -> None:
        """Choose somebody or not; nothing if that cannot be."""
        if row.note:
            return
        if self._chosen.pop(row.peer, None) is None:
            self._chosen[row.peer] = replace(row, chosen=True)
        self._renew()

    def chosen(self) -> tuple[PeerId, ...]:
        """In the order in which they were chosen."""
        return tuple(self._chosen)

    def text(self, row: Candidate) -> str:
        return row.name

    def description(self, row: Candidate) -> str:
        state = "chosen" if row.chosen else "not chosen"
        return row.note or ", ".join(part for part in (state, row.line) if part)

    def _renew(self) -> None:
        others = [each for each in self._found if each.peer not in self._chosen]
        self.set_rows([*self._chosen.values(), *others])
