"""The check for newer versions: what it finds, and what it says when it finds nothing good."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from app.domain.updates import UpdateState
from app.services.updates_api import UpdateReport
from app.ui.dialogs.updates import UpdatesSheet
from tests.gallery.entry import Entry, Stand
from tests.gallery.windows import sheet
from tests.ui.fake_backend import FakeBackend
from tests.ui.fake_updates import ARTEFACTS, RELEASE, SOURCE, report

NOTES = "مكالمات بين شخصين وفي المجموعات.\nL" + "o" * 70 + "ng"


def _with(
    prepare: Callable[[UpdatesSheet], object], source: str = SOURCE, window: QSize | None = None
) -> Callable[[Stand], QWidget]:
    def build(stand: Stand, backend: FakeBackend, parent: QWidget) -> QWidget:
        parent.resize(window or parent.size())
        made = UpdatesSheet(stand.theme, parent, stand.tasks, backend.updates, source)
        made.version.setText("You have version 0.2.0.")
        prepare(made)
        return made

    return sheet(build)


def _found(told: UpdateReport) -> Callable[[UpdatesSheet], object]:
    return lambda made: made.outcome.show_report(told)


def _strange() -> UpdateReport:
    long = replace(ARTEFACTS[0], name="parlor-" + "with-a-very-long-name-" * 4 + ".deb")
    release = replace(RELEASE, notes=NOTES)
    return replace(report(), release=release, fitting=(long, *ARTEFACTS))


SIZE = QSize(560, 650)
ENTRIES = {
    "sheet-updates": Entry(_with(_found(report())), SIZE),
    "sheet-updates-first": Entry(_with(lambda _made: None, ""), QSize(560, 300)),
    "sheet-updates-asking": Entry(_with(lambda made: made.outcome.wait()), QSize(560, 320)),
    "sheet-updates-current": Entry(_with(_found(report(UpdateState.CURRENT))), QSize(560, 320)),
    "sheet-updates-hidden": Entry(_with(_found(report(UpdateState.ROLLED_BACK))), QSize(560, 360)),
    "sheet-updates-strange": Entry(_with(_found(_strange())), SIZE),
    "sheet-updates-narrow": Entry(
        _with(_found(_strange()), window=QSize(364, 500)), QSize(340, 680)
    ),
}
