"""A folder laid out as the file system of whoever installs it: programs, entries, manuals."""

from __future__ import annotations

import gzip
import shutil
from dataclasses import dataclass
from pathlib import Path

from artefacts import changes
from artefacts.plan import Build

APP_ID = "org.parlor.Parlor"
ICON_SIZES = (16, 22, 24, 32, 48, 64, 96, 128, 256, 512)
PROGRAM, PLAIN, SECRET = 0o755, 0o644, 0o640


@dataclass(frozen=True)
class Tree:
    """One package's files under `root`, of the build they belong to."""

    build: Build
    name: str
    root: Path

    def place(self, path: str, data: bytes | str, mode: int = PLAIN) -> None:
        """Write a file."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data.encode() if isinstance(data, str) else data)
        target.chmod(mode)

    def pack(self, path: str, data: bytes | str) -> None:
        """Write a file compressed, without a name or a time inside."""
        plain = data.encode() if isinstance(data, str) else data
        self.place(f"{path}.gz", gzip.compress(plain, mtime=0))

    def link(self, path: str, target: str) -> None:
        """Make a symbolic link."""
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).symlink_to(target)

    def programs(self, frozen: Path, names: tuple[str, ...], home: str = "") -> None:
        """Copy a frozen folder to usr/lib, and link its programs to where people find them.

        The copy is called `home`, or like the tree.
        """
        called = home or self.name
        folder = self.root / "usr" / "lib" / called
        shutil.copytree(frozen, folder, symlinks=True)
        for path in folder.rglob("*"):
            if not path.is_symlink():
                runs = path.parent == folder and path.stat().st_mode & 0o100
                path.chmod(PROGRAM if path.is_dir() or runs else PLAIN)
        for name in names:
            self.link(f"usr/bin/{name}", f"../lib/{called}/{name}")

    def documents(self, folder: Path) -> None:
        """Place manuals, copyright and changelog from a folder under packaging/linux."""
        for page in sorted(folder.glob("*.[18]")):
            self.pack(f"usr/share/man/man{page.suffix[1:]}/{page.name}", page.read_bytes())
        doc = f"usr/share/doc/{self.name}"
        licence = (self.build.root / "LICENSE").read_text(encoding="utf-8")
        self.place(f"{doc}/copyright", copyright_file(self.name, licence))
        self.pack(f"{doc}/changelog", changes.debian(self.name, known(self.build)))
        for file in sorted(folder.glob("*.lintian")):
            self.place(f"usr/share/lintian/overrides/{self.name}", file.read_bytes())


def known(build: Build) -> list[changes.Release]:
    """Return the releases up to the one that is built."""
    text = (build.root / "CHANGELOG.md").read_text(encoding="utf-8")
    return changes.releases(text, build.version, build.epoch)


def empty(build: Build, name: str) -> Tree:
    """Return a tree without files, also if there was one of this name."""
    root = build.work / "linux" / name
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    return Tree(build, name, root)


def app(build: Build) -> Tree:
    """Lay out the app."""
    tree, source = empty(build, "parlor"), build.root / "packaging" / "linux" / "app"
    tree.programs(build.app, ("parlor", "parlor-cli"))
    tree.documents(source)
    shared(tree)
    return tree


def shared(tree: Tree) -> None:
    """Place what desktops and software centres read about the app."""
    source = tree.build.root / "packaging" / "linux" / "app"
    entry = f"{APP_ID}.desktop"
    tree.place(f"usr/share/applications/{entry}", (source / entry).read_bytes())
    tree.place(f"usr/share/metainfo/{APP_ID}.metainfo.xml", metainfo(tree.build))
    icons = "usr/share/icons/hicolor"
    drawing = tree.build.root / "resources" / "logo" / "parlor.svg"
    tree.place(f"{icons}/scalable/apps/{APP_ID}.svg", drawing.read_bytes())
    for size in ICON_SIZES:
        picture = tree.build.root / "packaging" / "icons" / f"{size}.png"
        tree.place(f"{icons}/{size}x{size}/apps/{APP_ID}.png", picture.read_bytes())


def server(build: Build) -> Tree:
    """Lay out the server: its program, its unit, its user and its settings."""
    tree, source = empty(build, "parlor-server"), build.root / "packaging" / "linux" / "server"
    tree.programs(build.server, ("parlor-server",))
    tree.documents(source)
    unit = build.root / "packaging" / "systemd" / "parlor-server.service"
    tree.place("usr/lib/systemd/system/parlor-server.service", unit.read_bytes())
    tree.place("usr/lib/sysusers.d/parlor-server.conf", (source / "sysusers.conf").read_bytes())
    settings = (source / "config.toml").read_bytes()
    tree.place("etc/parlor-server/config.toml", settings, SECRET)
    return tree


def metainfo(build: Build) -> str:
    """Return the AppStream metadata with the releases in it."""
    path = build.root / "packaging" / "linux" / "app" / f"{APP_ID}.metainfo.xml"
    before, place, after = path.read_text(encoding="utf-8").partition("<releases/>")
    if not place:
        raise ValueError(f"{path} has no place for releases")
    return before + changes.appstream(known(build)) + after


def copyright_file(name: str, licence: str) -> str:
    """Return Debian's machine-readable statement of copyright."""
    terms = licence.partition("\n\n")[2]
    body = terms[terms.index("Permission") :].rstrip("\n").splitlines()
    text = "\n".join(f" {line or '.'}" for line in body)
    return f"""\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Parlor
Comment: /usr/lib/{name} holds Python and libraries of others, too. Their names,
 versions and licences, with the full texts, stand in
 /usr/lib/{name}/_internal/licences.

Files: *
Copyright: 2026 Parlor contributors
License: Expat

License: Expat
{text}
"""
