"""What a gallery entry is given and gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from app.ui.tasks import TaskOwner
from app.ui.theme import Theme


def frozen_now() -> datetime:
    """The gallery's clock stands at Friday, 21 November 2025, 09:52 UTC."""
    return datetime(2025, 11, 21, 9, 52, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stand:
    """What a widget needs to be shown: the theme in force and an owner for its tasks."""

    theme: Theme
    tasks: TaskOwner


@dataclass(frozen=True, slots=True)
class Entry:
    """`build` is called on the running loop; `size` is in logical pixels."""

    build: Callable[[Stand], QWidget]
    size: QSize
