"""All that can be fuzzed, by name."""

from __future__ import annotations

from tests.fuzz import link_targets, server_targets
from tests.fuzz.link_targets import Target

TARGETS: dict[str, Target] = {**link_targets.TARGETS, **server_targets.TARGETS}
