"""pytest-qt's model tester, which has no types of its own."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel
from pytestqt.modeltest import ModelTester

__all__ = ["ModelTester", "check_model"]


def check_model(tester: ModelTester, model: QAbstractItemModel) -> None:
    """Watch `model` from now on and fail the test when it breaks Qt's rules."""
    tester.check(model, force_py=True)  # type: ignore[no-untyped-call]
