"""What all requests have in common."""

from __future__ import annotations

import msgspec

Id = int | str | None


class BaseRequest(msgspec.Struct, tag_field="do", forbid_unknown_fields=True, kw_only=True):
    id: Id = None
