"""What every controller works with."""

from __future__ import annotations

from dataclasses import dataclass

from app.services.api import Backend
from app.ui.main_window import MainWindow
from app.ui.tasks import TaskOwner


@dataclass(frozen=True, slots=True)
class Desk:
    """The window, what is behind it, and the owner of the tasks that join the two."""

    window: MainWindow
    backend: Backend
    tasks: TaskOwner
