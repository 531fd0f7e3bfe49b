"""The message list: a window of measured rows over a conversation of any length."""

from __future__ import annotations

from app.ui.messages.list import MessageList
from app.ui.messages.source import Clock, MessageSource

__all__ = ["Clock", "MessageList", "MessageSource"]
