"""The window. Qt is loaded here, ahead of everything else of it, to keep imports plain.

PySide6 replaces `__import__` with one that reads the whole source of every module imported later,
in search of a feature that nobody here uses: that costs a third of the time to the first paint,
and keeps all those sources in memory.
"""

from __future__ import annotations

import builtins

_plain_import = builtins.__import__

import PySide6.QtCore  # noqa: E402, F401 - what comes before is the point

builtins.__import__ = _plain_import
