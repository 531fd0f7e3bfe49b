"""Lets Ana's kept profile of an older version hear from Ben's of today: `mixed.py FOLDER`.

Ana's older program cannot read all that Ben does. What it has kept of that goes into
`FOLDER/heard.tar.xz`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.data.kept import HERE, told, unpack  # noqa: E402 - after the path
from tests.data.make import pack  # noqa: E402 - same
from tests.data.script import PASSPHRASE  # noqa: E402 - same
from tests.e2e.programs import Cli, Server  # noqa: E402 - same


def run_in(tree: Path) -> None:
    """Let programs that are started from now on be those of this checkout."""
    os.chdir(tree)
    os.environ["PYTHONPATH"] = str(tree)


def hear(version: str, tree: Path, work: Path) -> Path:
    """Return Ana's folder after she has heard what her program cannot read."""
    rooms = told(version)["people"]["ana"]["rooms"]
    room = next(one["room"] for one in rooms if one["name"] == "Garden")
    server, words = Server(work / "server.stderr"), work / "words"
    words.write_text(PASSPHRASE)
    folders = {name: unpack(version, name, work) for name in ("ana", "ben")}
    run_in(tree)
    ana = Cli(folders["ana"], "Ana", "--server", server.url, lan=True).ready().online()
    run_in(ROOT)
    flags = ["--server", server.url, "--passphrase-file", str(words)]
    ben = Cli(folders["ben"], "Ben", *flags).ready().online()
    ben.hear("Nobody is here to hear this yet 🌙")
    wrong, gone = ben.say(room, "Frost at noon"), ben.say(room, "Not meant for here")
    ana.hear("Not meant for here")
    ben.ask("edit", message=wrong, text="Frost at night, @Ana")
    ben.ask("react", message=wrong, emoji="❄️")
    ben.ask("delete", message=gone)
    ben.ask("pin", message=wrong)
    ben.say(room, "That was all")
    ana.hear("That was all")
    for program in (ana, ben):
        program.quit()
    server.kill()
    return folders["ana"]


def main(version: str) -> None:
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        tree, commit = work / "tree", told(version)["commit"]
        add = ["git", "worktree", "add", "-q", "--detach", str(tree), commit]
        subprocess.run(add, cwd=ROOT, check=True)
        try:
            pack(hear(version, tree, work), HERE / version / "heard.tar.xz")
        finally:
            run_in(ROOT)
            remove = ["git", "worktree", "remove", "--force", str(tree)]
            subprocess.run(remove, check=True)


if __name__ == "__main__":
    main(sys.argv[1])
