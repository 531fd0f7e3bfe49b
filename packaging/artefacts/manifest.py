"""The signed statement on this version, by which apps learn of it (docs/updates.md).

Told by the environment: PARLOR_UPDATE_URL (the address of the folder with the artefacts),
PARLOR_UPDATE_KEY (the secret in base64url) or PARLOR_UPDATE_KEY_FILE; perhaps
PARLOR_UPDATE_NOTES (a text file), PARLOR_UPDATE_PAGE, PARLOR_UPDATE_DAYS (to be believed, 180).
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from app.crypto.identity import SEED_SIZE, Identity
from app.domain.errors import AppError
from app.domain.ids import from_text, to_text
from app.domain.updates import DAY_MS, Artefact, Release
from app.domain.versions import parse_version
from app.protocol.update_manifest import read_manifest, sign_manifest
from app.protocol.update_source import UpdateSource, parse_source
from app.storage.migrations import MIGRATIONS
from artefacts.plan import Build
from launch.shell import Problem

NAME = "latest"
KEY_NAME = "update.key"
OLDEST_DATABASE = 1
DAYS = 180
_SYSTEMS = {
    ".deb": "linux",
    ".rpm": "linux",
    ".tar.xz": "linux",
    ".AppImage": "linux",
    ".exe": "windows",
    ".msi": "windows",
    ".dmg": "macos",
}
_MACHINES = {
    r"amd64|x86_64|x64": "x86_64",
    r"arm64|aarch64": "aarch64",
    r"universal2|all|noarch": "any",
}


def keygen(build: Build) -> list[Path]:
    """Write a new secret, for its owner only, and print what goes into a source."""
    path = build.work / KEY_NAME
    identity = Identity.generate()
    try:
        with open(path, "x", opener=_private) as file:
            file.write(to_text(identity.seed) + "\n")
    except FileExistsError:
        raise Problem(f"There is a key in {path} already; move it away first.") from None
    print(f"The secret is in {path}: keep it off this repository and off the web server.")
    print(f"A source ends with #ed25519={to_text(identity.peer)}")
    return []


def manifest(build: Build) -> list[Path]:
    """Describe what lies in the folder of artefacts, sign that, and read it as the app will."""
    environ = os.environ
    identity = _identity(environ)
    source = _source(environ, identity)
    try:
        raw = sign_manifest(identity, _release(build, environ))
        read_manifest(raw, source.key)
    except AppError as error:
        raise Problem(
            "The app would not read this statement: look at addresses, notes (plain text of at"
            " most 4000 characters) and days (at most 400)."
        ) from error
    path = build.out / NAME
    path.write_bytes(raw)
    print(f"The source is {source}")
    return [path]


def described(build: Build, folder: str) -> tuple[Artefact, ...]:
    """Return the app's artefacts of this version, which will lie in the folder of this address."""
    found = [_artefact(path, folder) for path in _files(build)]
    if not found:
        raise Problem(f"There is nothing of version {build.version} in {build.out}.")
    return tuple(found)


def _files(build: Build) -> list[Path]:
    version = re.escape(build.version)
    ours = re.compile(rf"parlor[-_]{version}[-_.].*({'|'.join(map(re.escape, _SYSTEMS))})")
    return sorted(path for path in build.out.iterdir() if ours.fullmatch(path.name))


def _artefact(path: Path, folder: str) -> Artefact:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    [system] = [system for suffix, system in _SYSTEMS.items() if path.name.endswith(suffix)]
    url = f"{folder}/{quote(path.name)}"
    return Artefact(path.name, system, _machine(path), path.stat().st_size, digest, url)


def _machine(path: Path) -> str:
    for pattern, machine in _MACHINES.items():
        if re.search(rf"[-_.]({pattern})[-_.]", path.name):
            return machine
    raise Problem(f"{path.name} does not say for what machine it is.")


def _release(build: Build, environ: Mapping[str, str]) -> Release:
    issued = int(time.time()) * 1000
    notes = environ.get("PARLOR_UPDATE_NOTES", "")
    return Release(
        parse_version(build.version),
        datetime.fromtimestamp(build.epoch, UTC).date().isoformat(),
        issued,
        issued + _days(environ) * DAY_MS,
        Path(notes).read_text(encoding="utf-8").strip() if notes else "",
        environ.get("PARLOR_UPDATE_PAGE", ""),
        OLDEST_DATABASE,
        len(MIGRATIONS),
        described(build, _folder(environ)),
    )


def _days(environ: Mapping[str, str]) -> int:
    told = environ.get("PARLOR_UPDATE_DAYS", str(DAYS))
    if not told.isdecimal():
        raise Problem(f"PARLOR_UPDATE_DAYS is no number of days: {told!r}.")
    return int(told)


def _folder(environ: Mapping[str, str]) -> str:
    folder = environ.get("PARLOR_UPDATE_URL", "").rstrip("/")
    if not folder:
        raise Problem("PARLOR_UPDATE_URL must say at which address the artefacts will lie.")
    return folder


def _identity(environ: Mapping[str, str]) -> Identity:
    text, path = environ.get("PARLOR_UPDATE_KEY", ""), environ.get("PARLOR_UPDATE_KEY_FILE", "")
    if path:
        text = Path(path).read_text(encoding="ascii")
    try:
        return Identity(from_text(text.strip(), SEED_SIZE))
    except AppError:
        raise Problem(
            "PARLOR_UPDATE_KEY, or the file in PARLOR_UPDATE_KEY_FILE, must have the secret that"
            " `packaging/build --only update-key` has made."
        ) from None


def _source(environ: Mapping[str, str], identity: Identity) -> UpdateSource:
    source = UpdateSource(f"{_folder(environ)}/{NAME}", identity.peer)
    try:
        return parse_source(str(source))
    except AppError:
        raise Problem(f"{source.url} is no address that the app would ask.") from None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
