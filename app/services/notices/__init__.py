"""What the program consists of: read from beside a frozen one, gathered when run from source."""

from __future__ import annotations

from app.services.notices.book import NoticeBook, load_notices

__all__ = ["NoticeBook", "load_notices"]
