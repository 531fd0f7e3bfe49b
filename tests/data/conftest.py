"""The world of the services, for profiles that meet again."""

from __future__ import annotations

from tests.services.conftest import hurry, world

__all__ = ["hurry", "world"]
