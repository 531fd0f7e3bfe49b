from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.services.network_api import Finding
from app.ui.network.diagnosis_sheet import BUSY, COPY, DiagnosisSheet, FindingRow
from app.ui.network.findings import ALL_WELL, UNSURE, Place, ordered, place_of, verdict
from app.ui.theme import Theme

WELL = Finding("clock", True, "The clock is right.")
BAD = Finding("server", False, "Nothing listens.", "Check the port.", place="servers")
WORSE = Finding("turn", False, "The password is wrong.", "Type it again.", place="helpers")
UNKNOWN = Finding("mdns", None, "It cannot be told.")


def test_troubles_come_first() -> None:
    assert ordered([UNKNOWN, WELL, BAD, WORSE, BAD]) == [BAD, WORSE, WELL, UNKNOWN]


def test_the_verdict_counts_troubles() -> None:
    assert verdict([WELL, BAD]) == "1 thing is in the way."
    assert verdict([BAD, WORSE]) == "2 things are in the way."
    assert verdict([WELL]) == ALL_WELL
    assert verdict([WELL, UNKNOWN]) == UNSURE
    assert verdict([]) == ALL_WELL


def test_a_fix_may_have_a_place() -> None:
    assert place_of(BAD) is Place.SETTINGS
    assert place_of(WORSE) is Place.HELPERS
    assert place_of(Finding("server", False, "Nothing listens.", place="servers")) is None
    assert place_of(Finding("clock", False, "It is wrong.", "Set it.", place="system")) is None
    assert place_of(Finding("attempts", False, "It failed.", "Try again.")) is Place.AGAIN
    assert place_of(Finding("moon", False, "It is full.", "Wait.")) is None


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(800, 600)
    return made


@pytest.fixture
def sheet(theme: Theme, parent: QWidget) -> DiagnosisSheet:
    return DiagnosisSheet(theme, parent, "Why?")


def shown(sheet: DiagnosisSheet) -> list[Finding]:
    return [row.finding for row in sheet.rows]


def test_the_sheet_fills_while_it_looks(sheet: DiagnosisSheet) -> None:
    assert sheet.verdict.text() == BUSY
    assert not sheet.copy.isEnabled()
    sheet.hear(WELL)
    first = sheet.rows[0]
    sheet.hear(BAD)
    assert shown(sheet) == [BAD, WELL]
    assert sheet.rows[1] is first
    sheet.end([BAD, WELL, UNKNOWN], "report")
    assert shown(sheet) == [BAD, WELL, UNKNOWN]
    assert sheet.rows[1] is first
    assert sheet.bar.isHidden()
    assert sheet.verdict.text() == "1 thing is in the way."


def test_the_report_is_copied(sheet: DiagnosisSheet) -> None:
    sheet.end([BAD], "the redacted report")
    sheet.copy.click()
    assert QGuiApplication.clipboard().text() == "the redacted report"
    assert sheet.copy.text() == "Copied"
    sheet._timer.timeout.emit()
    assert sheet.copy.text() == COPY


def test_it_can_be_looked_at_again(sheet: DiagnosisSheet) -> None:
    sheet.end([BAD], "report")
    spy = QSignalSpy(sheet.again)
    sheet.repeat.click()
    assert spy.count() == 1
    sheet.begin()
    assert sheet.rows == []
    assert not sheet.repeat.isEnabled()
    sheet.fail("Nobody knows this person.")
    assert sheet.problem.text() == "Nobody knows this person."
    assert sheet.repeat.isEnabled()
    assert sheet.verdict.isHidden()


def test_a_button_leads_to_the_fix(sheet: DiagnosisSheet) -> None:
    sheet.end([WELL, BAD], "report")
    asked: list[Place] = []
    sheet.asked.connect(asked.append)
    row = sheet.rows[0]
    assert row.button.text() == "Servers…"
    row.button.click()
    assert asked == [Place.SETTINGS]


def test_what_is_well_has_neither_fix_nor_button(theme: Theme, qtbot: QtBot) -> None:
    fine = FindingRow(theme, Finding("server", True, "It answers.", "Nothing to do."))
    qtbot.addWidget(fine)
    assert fine.place is None
    labels = [label.text() for label in fine.findChildren(QLabel)]
    assert labels == ["It answers."]
    names = [label.accessibleName() for label in fine.findChildren(QLabel)]
    assert names == ["In order: It answers."]
