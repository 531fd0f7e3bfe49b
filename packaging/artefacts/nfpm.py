"""Packages for Debian, Ubuntu, Fedora and openSUSE, made by nfpm of a laid out tree."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from artefacts import changes, deb, needs, tree
from artefacts.licences import licence_of
from artefacts.plan import Build
from artefacts.tree import Tree
from launch.shell import Problem

DEB, RPM = "deb", "rpm"
# Folders above these belong to the system.
OWN = ("usr/lib/parlor", "usr/share/doc/parlor", "etc/parlor-server")
# What only Debian's packages hold.
DEBIAN_ONLY = ("usr/share/lintian", "usr/share/doc")


@dataclass(frozen=True)
class Package:
    """What is said about a package. `scripts` are those of each form, under `folder`."""

    name: str
    folder: str
    summary: str
    description: str
    section: str
    recommends: tuple[str, ...] = ()
    depends: tuple[str, ...] = ()
    scripts: dict[str, tuple[str, ...]] = field(default_factory=dict)


APP = Package(
    "parlor",
    "app",
    "Talk and share files directly, from computer to computer",
    "Parlor is a messenger whose conversations live on the machines of their\n"
    "members. There is no account and no company in between: messages, files and\n"
    "voices go straight from one computer to the other, encrypted on the way and\n"
    "where they are kept.",
    "net",
    recommends=("gnome-keyring | kwalletmanager | keepassxc", "xdg-utils", "ca-certificates"),
)
SERVER = Package(
    "parlor-server",
    "server",
    "Signaling server that brings users of Parlor together",
    "People who share a room of Parlor, a messenger, learn of each other through\n"
    "this server, which relays what they need to connect. What they say to each\n"
    "other does not pass through it, and it keeps nothing on the disk. It runs as a\n"
    "service of its own user.",
    "net",
    depends=("init-system-helpers (>= 1.54)", "passwd"),
    scripts={DEB: ("postinst", "prerm", "postrm"), RPM: ("post", "preun", "postun")},
)
SCRIPT_KEYS = {
    "postinst": "postinstall",
    "prerm": "preremove",
    "postrm": "postremove",
    "post": "postinstall",
    "preun": "preremove",
    "postun": "postremove",
}


def packages(build: Build) -> list[Path]:
    """Make .deb and .rpm of the app and of the server. Raises Problem if nfpm refuses."""
    made = []
    for package, lay_out in ((APP, tree.app), (SERVER, tree.server)):
        laid = lay_out(build)
        made += [pack(package, laid, form) for form in (DEB, RPM)]
    return made


def pack(package: Package, laid: Tree, form: str) -> Path:
    """Make one package of a tree, and return its file."""
    build = laid.build
    target = build.out / file_name(package, build, form)
    described = laid.root.parent / f"{package.name}.{form}.json"
    described.write_text(json.dumps(describe(package, laid, form), indent=1), encoding="utf-8")
    command = ["pkg", "--config", str(described), "--packager", form, "--target", str(target)]
    nfpm = Path(sys.executable).parent / "nfpm"
    result = subprocess.run(
        [nfpm, *command], env=build.environ(), capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        raise Problem(f"nfpm made no {target.name}: {result.stderr.strip()}")
    if form == DEB:
        target.write_bytes(deb.compressed(target.read_bytes(), build.machine))
    return target


def file_name(package: Package, build: Build, form: str) -> str:
    """Return what a package's file is called, as its distributions call theirs."""
    if form == DEB:
        return f"{package.name}_{build.version}_{build.debian_machine}.deb"
    return f"{package.name}-{build.version}-1.{build.machine}.rpm"


def describe(package: Package, laid: Tree, form: str) -> dict[str, Any]:
    """Return nfpm's description of a package."""
    build, wanted = laid.build, needs.of(laid.root)
    moment = datetime.fromtimestamp(build.epoch, UTC).isoformat().replace("+00:00", "Z")
    described: dict[str, Any] = {
        "name": package.name,
        "arch": build.debian_machine,
        "version": build.version,
        "version_schema": "none",
        "maintainer": changes.MAINTAINER,
        "description": package.description,
        "license": licence_of(laid.root / "usr" / "lib" / package.name),
        "section": package.section,
        "priority": "optional",
        "mtime": moment,
        "contents": [*contents(laid, form, moment)],
        "scripts": scripts(package, laid, form),
    }
    if form == DEB:
        described["description"] = f"{package.summary}\n{package.description}"
        described["depends"] = [*wanted.debian(), *package.depends]
        described["recommends"] = [*package.recommends]
        described["deb"] = {"compression": "none"}
    else:
        described["depends"] = [*wanted.rpm()]
        described["release"] = "1"
        rpm = {"summary": package.summary, "compression": "zstd", "buildhost": "localhost"}
        described["rpm"] = {**rpm, "group": "Applications/Internet"}
    return described


def scripts(package: Package, laid: Tree, form: str) -> dict[str, str]:
    """Return nfpm's names of the maintainer scripts, and where they are."""
    folder = laid.build.root / "packaging" / "linux" / package.folder / form
    return {SCRIPT_KEYS[name]: str(folder / name) for name in package.scripts.get(form, ())}


def contents(laid: Tree, form: str, moment: str) -> Iterator[dict[str, Any]]:
    """Yield every file, link and folder of its own that the package has."""
    for path in sorted(laid.root.rglob("*")):
        place = path.relative_to(laid.root).as_posix()
        if form == RPM and place.startswith(DEBIAN_ONLY) and path.name != "copyright":
            continue
        entry: dict[str, Any] = {"dst": f"/{place}"}
        info: dict[str, Any] = {"owner": "root", "group": "root", "mtime": moment}
        if path.is_symlink():
            info["mode"] = 0o777
            yield {**entry, "src": str(path.readlink()), "type": "symlink", "file_info": info}
            continue
        info["mode"] = path.stat().st_mode & 0o777
        if path.is_dir():
            if place.startswith(OWN):
                yield {**entry, "type": "dir", "file_info": info}
        elif place.startswith("etc/"):
            kind = "config" if form == DEB else "config|noreplace"
            yield {**entry, "src": str(path), "type": kind, "file_info": info}
        else:
            yield {**entry, "src": str(path), "file_info": info}
