"""One component with its whole licence."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.domain.notices import Component
from app.ui.notices_words import licence_line, title
from app.ui.theme import TextSize, Theme, Weight, font
from app.ui.widgets.buttons import IconButton, push_button
from app.ui.widgets.surfaces import Label

_WEB = {"http", "https"}


class ComponentPage(QWidget):
    """Name, licence, the whole address of its home with a button to open it, and the text."""

    def __init__(self, theme: Theme, launch: Callable[[QUrl], object]) -> None:
        super().__init__()
        self._launch, self._address = launch, QUrl()
        self.back = IconButton(theme, "arrow-left", "Back to all components")
        self.title = Label(theme, TextSize.HEADER, Weight.SEMIBOLD, elide=True)
        self.licence = Label(theme, TextSize.SMALL, tone="text2")
        self.address = Label(theme, TextSize.SMALL, tone="accent_text")
        self.open = push_button("Open in the browser")
        self.text = QPlainTextEdit()
        self.licence.setWordWrap(True)
        self.address.setWordWrap(True)
        self.address.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName("Licence")
        self.text.setProperty("field", "true")
        self.text.setFont(font(TextSize.SMALL))
        self.open.setAutoDefault(False)
        self.open.clicked.connect(lambda: self._launch(self._address))
        self._arrange()

    def _arrange(self) -> None:
        head, link = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.back)
        head.addWidget(self.title, 1)
        link.addWidget(self.address, 1)
        link.addWidget(self.open)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.licence)
        column.addLayout(link)
        column.addWidget(self.text, 1)

    def show_component(self, component: Component, text: str) -> None:
        """Show this component with this text; an address that is not of the web is left out."""
        self.title.setText(title(component))
        self.licence.setText(licence_line(component))
        self._address = QUrl(component.home, QUrl.ParsingMode.StrictMode)
        web = self._address.isValid() and self._address.scheme() in _WEB
        # Encoded, so that look-alike letters of another script show.
        shown = bytes(self._address.toEncoded().data()).decode("ascii") if web else ""
        self.address.setText(shown)
        self.address.setVisible(web)
        self.open.setVisible(web)
        self.open.setAccessibleName(f"Open {shown} in the browser")
        self.text.setPlainText(text)
