"""The page about the program: its components, found ones, and a licence."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from app.domain.notices import Component
from app.services.notices import NoticeBook
from app.ui.dialogs.about import AboutSheet
from tests.gallery.entry import Entry, Stand
from tests.gallery.windows import sheet
from tests.ui.fake_backend import FakeBackend

TEXT = """Copyright (c) 2003-2025 Ana Example

Permission is hereby granted, free of charge, to any person obtaining a copy of this software, to
deal in the Software without restriction, as long as this notice is kept with it.
"""
COMPONENTS = (
    Component("Parlor", "0.2.0", "MIT", "program", texts=("t",)),
    Component("aiortc", "1.16.0", "BSD-3-Clause", "python", texts=("t",)),
    Component(
        "FFmpeg", "8.1.2", "LGPL-3.0-or-later", "library", "av", home="https://ffmpeg.org",
        texts=("t",),
    ),
    Component("Inter", "4.1", "OFL-1.1", "data", home="https://rsms.me/inter/", texts=("t",)),
    Component("mystery", "3", "", "library", "av"),
    Component(
        "pyside6-essentials", "6.11.3", "LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only", "python",
        texts=("t",),
    ),
    Component("Python", "3.11.7", "PSF-2.0", "library", texts=("t",)),
    Component(
        "Unicode Character Database and Common Locale Data Repository, abridged", "16.0.0",
        "Unicode-3.0", "library", "pyside6-essentials", texts=("t",),
    ),
    Component("x264", "165", "GPL-2.0-or-later", "library", "av", texts=("t",)),
    Component("x265", "4.2", "GPL-2.0-or-later", "library", "av", texts=("t",)),
)  # fmt: skip


def book() -> NoticeBook:
    """A list whose components share one text."""
    return NoticeBook(COMPONENTS, lambda _name: TEXT)


def _about(stand: Stand, parent: QWidget) -> AboutSheet:
    made = AboutSheet(stand.theme, parent, stand.tasks, book)
    made.version.setText("Version 0.2.0")
    made.show_book(book())
    return made


def _with(
    prepare: Callable[[AboutSheet], object], window: QSize | None = None
) -> Callable[[Stand], QWidget]:
    def build(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
        parent.resize(window or parent.size())
        made = _about(stand, parent)
        prepare(made)
        return made

    return sheet(build)


def _show_one(made: AboutSheet) -> None:
    made.field.setText("ffmpeg")
    made.field.returnPressed.emit()


ENTRIES = {
    "sheet-about": Entry(_with(lambda _made: None), QSize(560, 620)),
    "sheet-about-found": Entry(_with(lambda made: made.field.setText("gpl")), QSize(560, 620)),
    "sheet-about-licence": Entry(_with(_show_one), QSize(560, 620)),
    "sheet-about-narrow": Entry(_with(_show_one, QSize(364, 500)), QSize(340, 480)),
}
