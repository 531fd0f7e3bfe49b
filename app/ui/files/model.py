"""Transfers as the rows of a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QObject

from app.domain.files import TransferState, TransferView
from app.ui.file_names import shown_name
from app.ui.files import phrases
from app.ui.files.steady import Steady
from app.ui.models.keyed import KeyedListModel
from app.ui.phrases import first_name, one_line, short_time

_RUNNING = {TransferState.RUNNING, TransferState.PREPARING}
_OVER = {TransferState.DONE, TransferState.DECLINED, TransferState.CANCELLED}


@dataclass(frozen=True, slots=True)
class FileSection:
    """A heading; `kind` stays when the number in the title changes."""

    kind: str
    title: str


FileRow = FileSection | TransferView


def _key(row: FileRow) -> tuple[str, str | bytes]:
    return ("section", row.kind) if isinstance(row, FileSection) else ("file", row.transfer)


class TransfersModel(KeyedListModel[FileRow]):
    """The latest offer first; if `grouped`, what moves before what waits before what is over."""

    def __init__(
        self, now: Callable[[], datetime], parent: QObject | None = None, *, grouped: bool = False
    ) -> None:
        super().__init__(_key, parent)
        self._now, self._grouped = now, grouped
        self._steady = Steady()

    def show(self, views: Iterable[TransferView]) -> None:
        """List these."""
        found = sorted(views, key=lambda view: (-view.offered_ms, view.transfer))
        if not self._grouped:
            self.set_rows(found)
            return
        running = [view for view in found if view.state in _RUNNING]
        over = [view for view in found if view.state in _OVER]
        waiting = [view for view in found if view.state not in _RUNNING | _OVER]
        self.set_rows(
            [
                *_section("running", "Running", running),
                *_section("waiting", "Waiting", waiting),
                *_section("over", "Earlier", over),
            ]
        )

    def text(self, row: FileRow) -> str:
        return row.title if isinstance(row, FileSection) else shown_name(row.name)

    def description(self, row: FileRow) -> str:
        if isinstance(row, FileSection):
            return ""
        who = "you" if row.own else one_line(row.peer_name)
        text = f"{phrases.spoken(row)}, from {who}"
        return self._steady.text(row.transfer, row.state, text)

    def selectable(self, row: FileRow) -> bool:
        return not isinstance(row, FileSection)

    def line(self, row: TransferView, *, short: bool = False) -> str:
        """What stands below the name; if `short`, only what matters most."""
        if short and row.state not in _OVER | {TransferState.OFFERED}:
            return phrases.state_line(row)
        if row.state is TransferState.RUNNING:
            return " · ".join(
                part for part in (phrases.progress_line(row), phrases.lane_line(row)) if part
            )
        if why := phrases.reason_line(row):
            return f"{phrases.state_line(row)} · {why}"
        who = "You" if row.own else first_name(one_line(row.peer_name))
        return f"{phrases.state_line(row)} · {who} · {short_time(row.offered_ms, self._now())}"


def _section(kind: str, title: str, rows: list[TransferView]) -> list[FileRow]:
    return [FileSection(kind, f"{title} · {len(rows)}"), *rows] if rows else []
