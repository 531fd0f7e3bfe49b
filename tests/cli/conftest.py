"""The world of the services, with handlers of requests on top."""

from __future__ import annotations

from tests.services.conftest import hurry, world

__all__ = ["hurry", "world"]
