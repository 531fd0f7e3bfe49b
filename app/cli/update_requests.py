"""Requests about newer versions, beyond what the headless contract asks for."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from app.cli.request_base import BaseRequest
from app.protocol.update_source import MAX_SOURCE


class UpdateSourceChosen(BaseRequest, tag="update_source"):
    """With `source` it is set, "" for none; the answer has what counts then."""

    source: Annotated[str, Meta(max_length=MAX_SOURCE)] | None = None


class UpdateCheck(BaseRequest, tag="update_check"):
    """Asks the source once, over the web."""


UpdateRequest = UpdateSourceChosen | UpdateCheck
