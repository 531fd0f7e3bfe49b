"""What Windows knows the program by: its group in the task bar, and that it runs."""

from __future__ import annotations

import sys

from app.placement import APP_ID


def identify() -> None:
    """Tell Windows who this is; elsewhere the window's own properties say so."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - only there

        ctypes.windll.shell32.SetCurrentProcessExplicitAppUserModelID(APP_ID)
        # Installers look for it; it goes with the process.
        ctypes.windll.kernel32.CreateMutexW(None, False, APP_ID)
