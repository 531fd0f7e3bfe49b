"""What every controller works with."""

from __future__ import annotations

from dataclasses import dataclass

from app.services.api import Backend
from app.services.governance_api import Governance
from app.ui.controllers.ungoverned import Ungoverned
from app.ui.main_window import MainWindow
from app.ui.tasks import TaskOwner


@dataclass(frozen=True, slots=True)
class Desk:
    """The window, what is behind it, and the owner of the tasks that join the two."""

    window: MainWindow
    backend: Backend
    tasks: TaskOwner


def governance_of(backend: Backend) -> Governance:
    """What governs rooms."""
    found: Governance = getattr(backend, "governance", None) or Ungoverned()
    return found
