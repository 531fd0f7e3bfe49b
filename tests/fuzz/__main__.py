"""Fuzz what strangers reach, guided by coverage (atheris), for as long as is wanted.

Run: python -m tests.fuzz [NAME...] [--seconds N] [--corpus FOLDER]. Prints one JSON object. What is
found lies in FOLDER/NAME as crash-*; exits with 1 then. Needs the package atheris, which is in no
environment of ours.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.fuzz.targets import TARGETS

RUNS = re.compile(r"number_of_executed_units:\s*(\d+)")
START_WITHIN = 120
"""Seconds that may pass beyond those wanted."""


def fuzzed(name: str, corpus: Path, seconds: int) -> dict[str, Any]:
    """Fuzz one target in a process of its own; return how it went."""
    begun = time.monotonic()
    command = [sys.executable, "-m", "tests.fuzz.one", name, str(corpus / name), str(seconds)]
    limit = seconds + START_WITHIN
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=limit)
    runs = RUNS.findall(done.stderr)
    told = {"runs": int(runs[-1]) if runs else 0, "took": round(time.monotonic() - begun)}
    if done.returncode == 0:
        return {"ok": True, **told}
    return {"ok": False, **told, "why": (done.stdout + done.stderr)[-3000:]}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="*", choices=[[], *TARGETS], metavar="NAME")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--corpus", type=Path, default=Path(tempfile.gettempdir(), "parlor-fuzz"))
    given = parser.parse_args()
    told = {}
    for name in given.name or TARGETS:
        told[name] = fuzzed(name, given.corpus, given.seconds)
        sys.stderr.write(f"{name}: {json.dumps(told[name])}\n")
    sys.stdout.write(json.dumps(told) + "\n")
    return 0 if all(one["ok"] for one in told.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
