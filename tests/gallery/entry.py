"""What a gallery entry is given and gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from app.ui.tasks import TaskOwner
from app.ui.theme import Theme
from tests.ui.fake_backend import FROZEN_MS


def frozen_now() -> datetime:
    return datetime.fromtimestamp(FROZEN_MS / 1000, UTC)


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
