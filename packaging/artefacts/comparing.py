"""Builds a second time, elsewhere and later, and tells what came out otherwise."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from artefacts.plan import Build
from launch.shell import Problem, say


def prints(folder: Path) -> dict[str, str]:
    """Return what each file below a folder is: its digest, or where a link leads; and its mode."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_file():
            mode = path.stat().st_mode & 0o777
            found[name] = f"{mode:o} {hashlib.sha256(path.read_bytes()).hexdigest()}"
    return found


def different(one: Path, other: Path) -> list[str]:
    """Return the names of the files that are not the same in two folders.

    What stands in `one` from earlier, and `other` knows nothing of, is not looked at.
    """
    first, second = prints(one), prints(other)
    made = {path.name for path in other.iterdir()}
    names = {name for name in first.keys() | second.keys() if name.partition("/")[0] in made}
    return sorted(name for name in names if first.get(name) != second.get(name))


def compare(build: Build, arguments: Sequence[str]) -> None:
    """Build once more, of a copy of the checkout in another place, and compare all of it.

    `arguments` are those of the first build. Raises Problem with what differs.
    """
    with tempfile.TemporaryDirectory(prefix="parlor-again-") as name:
        again = Path(name, "a-copy-in-another-place")
        out, work = Path(name, "made"), Path(name, "on-the-way")
        _copy(build.root, again)
        say(f"Building once more, in {again}.")
        command: list[str | Path] = [
            again / "packaging" / "build", *arguments, "--out", out, "--work", work,
        ]  # fmt: skip
        if subprocess.run(command, env=build.environ(), check=False).returncode != 0:
            raise Problem("The second build did not work.")
        found = [
            *(f"frozen/{each}" for each in different(build.work / "frozen", work / "frozen")),
            *(f"made/{each}" for each in different(build.out, out)),
        ]
    if found:
        raise Problem("These differ between two builds: " + ", ".join(found))
    say("Both builds are the same, byte for byte.")


def _copy(root: Path, into: Path) -> None:
    """Copy the files that are under version control, as they are now."""
    listed = ["git", "-C", str(root), "ls-files", "-z"]
    names = subprocess.run(listed, capture_output=True, check=True).stdout.decode().split("\0")
    for name in filter(None, names):
        source, target = root / name, into / name
        if source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
