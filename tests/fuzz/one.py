"""Fuzz one target in this process, which ends with it. Started by `python -m tests.fuzz`.

Run: python -m tests.fuzz.one NAME FOLDER SECONDS
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import atheris  # type: ignore[import-untyped,import-not-found,unused-ignore] # of no environment

LONGEST_INPUT = 8192
SLOWEST = 5
"""Seconds that one input may take before it counts as a hang."""
MEMORY_MIB = 2048


def main() -> None:
    name, folder, seconds = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    with atheris.instrument_imports(include=["app", "signaling"]):
        targets = import_module("tests.fuzz.targets")
    arguments = {
        "max_total_time": seconds,
        "max_len": LONGEST_INPUT,
        "timeout": SLOWEST,
        "rss_limit_mb": MEMORY_MIB,
        "artifact_prefix": f"{folder}/",
        "print_final_stats": 1,
    }
    flags = [f"-{key}={value}" for key, value in arguments.items()]
    atheris.Setup([sys.argv[0], str(folder), *flags], targets.TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
