"""The rows of the network page: servers, then links by state, each by name."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject

from app.domain.changes import LinkState
from app.ui.models.keyed import KeyedListModel
from app.ui.network.facts import Heading, NearRow, NetworkRow, PersonRow, ServerRow, row_key

_TITLES = {
    LinkState.ONLINE: "Linked",
    LinkState.CONNECTING: "Trying",
    LinkState.OFFLINE: "Not linked",
}


class NetworkModel(KeyedListModel[NetworkRow]):
    """Servers and people under headings."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(row_key, parent)

    def show(
        self, servers: Iterable[ServerRow], people: Iterable[PersonRow], *, near: bool = False
    ) -> None:
        """Make these the rows; `near` if people near by are met without a server."""
        listed = sorted(people, key=lambda each: (each.name.casefold(), each.peer))
        rows = _under("servers", "Servers", list(servers))
        if near:
            rows += [Heading("near", "On this network"), NearRow()]
        for state, title in _TITLES.items():
            rows += _under(state.value, title, [each for each in listed if each.state is state])
        self.set_rows(rows)

    def text(self, row: NetworkRow) -> str:
        match row:
            case Heading(_, title):
                return title
            case ServerRow(url):
                return url
            case NearRow():
                return row.title
            case PersonRow():
                return row.name

    def description(self, row: NetworkRow) -> str:
        match row:
            case Heading():
                return ""
            case ServerRow() | NearRow():
                return row.line
            case PersonRow():
                return row.spoken or row.line

    def selectable(self, row: NetworkRow) -> bool:
        return not isinstance(row, Heading)


def _under(kind: str, title: str, rows: list[ServerRow] | list[PersonRow]) -> list[NetworkRow]:
    return [Heading(kind, f"{title} · {len(rows)}"), *rows] if rows else []
