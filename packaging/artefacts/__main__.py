"""What `packaging/build` does once its environment stands."""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

from artefacts import comparing, machine
from artefacts.plan import Build, plan
from artefacts.steps import STEPS
from launch.shell import Problem, explain_os_error, say

ROOT = Path(__file__).resolve().parents[2]


def parser() -> argparse.ArgumentParser:
    """Return what reads the arguments of `packaging/build`."""
    lines = "\n".join(f"  {step.name:16} {step.does}" for step in STEPS)
    flags = argparse.ArgumentParser(
        prog="packaging/build",
        description="Make everything that people install on this system, in dist/.",
        epilog=f"Steps, in their order:\n{lines}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    flags.add_argument(
        "--only", action="append", choices=[step.name for step in STEPS], metavar="STEP",
        help="take only this step, on what earlier ones have left; repeatable",
    )  # fmt: skip
    flags.add_argument("--yes", action="store_true", help="let apt install what is lacking")
    flags.add_argument(
        "--compare", action="store_true", help="then build again elsewhere, and compare"
    )
    flags.add_argument("--out", type=Path, default=ROOT / "dist", metavar="FOLDER")
    flags.add_argument("--work", type=Path, default=ROOT / "build", metavar="FOLDER")
    return flags


def take(build: Build, names: Sequence[str]) -> None:
    """Take the named steps and say what they made."""
    for step in STEPS:
        if step.name in names:
            say(f"{step.name}: {step.does}")
            for path in step.run(build):
                print(_line(path))


def _line(path: Path) -> str:
    if path.is_dir():
        files = [each for each in path.rglob("*") if each.is_file() and not each.is_symlink()]
        return f"{sum(each.stat().st_size for each in files) / 1e6:8.1f} MB  {path}/"
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return f"{path.stat().st_size / 1e6:8.1f} MB  {path}  {digest}"


def main(argv: Sequence[str] | None = None) -> int:
    """Build; every failure is one sentence and the status 1."""
    given = parser().parse_args(argv)
    names = given.only or [step.name for step in STEPS if not step.is_asked]
    try:
        machine.ensure(yes=given.yes)
        build = plan(ROOT, given.out, given.work)
        take(build, names)
        if given.compare:
            comparing.compare(build, [part for name in names for part in ("--only", name)])
    except Problem as problem:
        say(str(problem))
    except OSError as error:
        say(f"Building did not work: {explain_os_error(error)}.")
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
