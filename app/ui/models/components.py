"""The components of the program, as a list that can be searched."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.notices import Component, answers, component_key
from app.ui.models.keyed import KeyedListModel
from app.ui.notices_words import licence_line, title


class ComponentModel(KeyedListModel[Component]):
    """Those components that answer the query, in their own order."""

    def __init__(self) -> None:
        super().__init__(component_key)
        self._all: Sequence[Component] = ()
        self._query = ""

    def fill(self, components: Sequence[Component]) -> None:
        """Show these from now on."""
        self._all = components
        self.ask(self._query)

    def ask(self, query: str) -> None:
        """Show what answers this query."""
        self._query = query
        self.set_rows([each for each in self._all if answers(each, query)])

    def text(self, row: Component) -> str:
        return title(row)

    def description(self, row: Component) -> str:
        return licence_line(row)
