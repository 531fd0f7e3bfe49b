"""Files in the window: what is said of them, where they are listed, how they are looked at."""

from __future__ import annotations
