"""Images of strangers are decoded by a child process that can open, send and keep nothing."""

from __future__ import annotations

from app.ui.imaging.process import ImageProcess, Pixels

__all__ = ["ImageProcess", "Pixels"]
