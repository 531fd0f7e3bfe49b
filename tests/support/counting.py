"""Which programs count for the coverage of the code."""

from __future__ import annotations

from collections.abc import Mapping

SWITCH = "COVERAGE_PROCESS_CONFIG"
"""What tells a child of a test to count the lines that it runs."""


def uncounted(environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which programs run as for people.

    Counting costs them half of their speed, and tests of their parts count the same lines.
    """
    return {name: value for name, value in environ.items() if name != SWITCH}
