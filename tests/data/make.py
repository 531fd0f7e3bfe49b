"""Makes the profiles of one version by that version's own programs: `make.py FOLDER COMMIT`.

Ana (no passphrase) and, of released versions, Ben (with one) keep what they had at the end. Eve
takes part. What an older version cannot do is left out. `told.json` has what its own `parlor-cli`
says of it all.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.data.script import PASSPHRASE, Play  # noqa: E402 - after the path

_KEPT = ("parlor.db", "vault", "transfers")
_DRAFT = """
import asyncio, sys
from pathlib import Path
from app import bootstrap
from app.config import Settings
async def main():
    settings = Settings(Path(sys.argv[1]), use_keyring=False)
    if hasattr(bootstrap, "open_account"):
        backend = await bootstrap.open_account(settings).open()
    else:
        backend = await bootstrap.open_backend(settings)
    rooms = await backend.chats.rooms()
    for summary in rooms:
        await backend.chats.save_draft(summary.room, f"half a thought for {summary.name}")
    await backend.close()
asyncio.run(main())
"""
_FORM = "from app.storage.migrations import MIGRATIONS; print(len(MIGRATIONS))"
_SETTINGS = """
import json
from dataclasses import fields
from signaling.config import load_config
def line(config, name):
    value = getattr(config, name)
    return f"{name} = {json.dumps(list(value) if isinstance(value, tuple) else value)}"
config = load_config([], {})
names = [one.name for one in fields(config)]
print("\\n".join(line(config, name) for name in names if name != "limits"))
print("\\n[limits]")
print("\\n".join(line(config.limits, one.name) for one in fields(config.limits)))
"""


def make(target: Path, commit: str, work: Path) -> None:
    """Check `commit` out below `work`, play there and keep what is left in `target`."""
    tree = work / "tree"
    subprocess.run(["git", "worktree", "add", "-q", "--detach", tree, commit], cwd=ROOT, check=True)
    os.chdir(tree)
    os.environ.update(
        PYTHONPATH=str(tree),
        PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring",
        QT_QPA_PLATFORM="offscreen",
    )
    try:
        play = Play(work, no_lan="--no-lan" in (tree / "app" / "config.py").read_text())
        try:
            play.perform()
            subprocess.run([sys.executable, "-c", _DRAFT, str(work / "ana")], check=True)
            settings, form = _output(_SETTINGS), int(_output(_FORM))
            told = {**play.recall(), "database": form}
        finally:
            play.close()
    finally:
        os.chdir(ROOT)
        subprocess.run(["git", "worktree", "remove", "--force", tree], cwd=ROOT, check=True)
    _keep(target, work, {"commit": commit, "passphrase": PASSPHRASE, **told})
    if _is_released(target.name):
        (target / "server.toml").write_bytes(settings)


def _output(code: str) -> bytes:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, check=True, capture_output=True).stdout


def _keep(target: Path, work: Path, told: dict[str, object]) -> None:
    target.mkdir(exist_ok=True)
    for name in ("ana", "ben") if _is_released(target.name) else ("ana",):
        pack(work / name, target / f"{name}.tar.xz")
    export = work / "ana.parlor"
    if export.exists():
        (target / export.name).write_bytes(export.read_bytes())
    text = json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False)
    (target / "told.json").write_text(text + "\n", encoding="utf-8")


def pack(folder: Path, target: Path) -> None:
    """Keep what a profile consists of."""
    with tarfile.open(target, "w:xz", preset=9) as archive:
        for part in _KEPT:
            with suppress(FileNotFoundError):
                archive.add(folder / part, part, filter=_plain)


def _is_released(name: str) -> bool:
    """Tell versions that people have had from what lies between them."""
    return name[0].isdigit()


def _plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Leave out whose files they were on the machine that made them."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


if __name__ == "__main__":
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        make(Path(__file__).with_name(sys.argv[1]).resolve(), sys.argv[2], Path(folder))
    print(f"{sys.argv[1]}: {time.monotonic() - began:.0f} s")  # noqa: T201 - for whoever runs it
