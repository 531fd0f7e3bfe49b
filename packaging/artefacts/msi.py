"""The .msi package: for administrators, who put Parlor on many computers at once."""

from __future__ import annotations

import hashlib
import re
import shutil
import struct
import time
import uuid
from pathlib import Path

from artefacts import windows, wix
from artefacts.plan import Build
from launch.shell import Problem, must

# What wixl cannot say: under which name Windows knows the program that the shortcut starts.
PROPERTIES = f"""
CREATE TABLE `MsiShortcutProperty` (`MsiShortcutProperty` CHAR(72) NOT NULL,
 `Shortcut_` CHAR(72) NOT NULL, `PropertyKey` CHAR(255) NOT NULL,
 `PropVariantValue` CHAR(255) NOT NULL PRIMARY KEY `MsiShortcutProperty`);
INSERT INTO `MsiShortcutProperty`
 (`MsiShortcutProperty`, `Shortcut_`, `PropertyKey`, `PropVariantValue`)
 VALUES ('Model', 'Menu', 'System.AppUserModel.ID', '{wix.MODEL}')
"""  # noqa: S608 - all of it stands here
# The seconds between Windows' beginning of time, 1601, and ours.
SINCE_1601 = 11_644_473_600
FILETIME = b"\x40\0\0\0"


def package(build: Build) -> list[Path]:
    """Make the package of the frozen folder, with Debian's wixl. Raises Problem."""
    for tool in ("wixl", "msibuild"):
        if shutil.which(tool) is None:
            raise Problem(f"{tool} is missing: install Debian's packages wixl and msitools.")
    version = ".".join(map(str, windows.numbers(build.version)[:3]))
    picture = windows.icon(build.root, build.work / "windows")
    identity = digest(build.app)
    windows.date(build.app, build.epoch)
    source = build.work / "windows" / "parlor.wxs"
    source.write_text(wix.package(build.app, build.work, version, picture, identity), "utf-8")
    made = build.out / f"parlor-{build.version}-windows-x64.msi"
    made.unlink(missing_ok=True)
    began = int(time.time())
    here: list[str | Path] = ["env", "-C", build.work]
    must([*here, "wixl", "--arch", "x64", "--output", made, source], "Making the .msi")
    told = (f"Parlor {version}", "Parlor contributors", "x64;1033")
    code = f"{{{wix.guid('package', version, identity)}}}"
    must(["msibuild", made, "-s", *told, code], "Describing the .msi")
    queries = (word for one in PROPERTIES.split(";") for word in ("-q", " ".join(one.split())))
    must(["msibuild", made, *queries], "Naming the shortcut's program")
    made.write_bytes(dated(made.read_bytes(), range(began, int(time.time()) + 1), build.epoch))
    return [made]


def dated(package: bytes, moments: range, epoch: int) -> bytes:
    """Return a package as if it had been made at `epoch`, not at one of the `moments`.

    All are in seconds. Raises Problem unless there are two such dates: created, last saved.
    """
    stamps = [FILETIME + _filetime(moment) for moment in moments]
    if sum(map(package.count, stamps)) != 2:  # noqa: PLR2004 - created, last saved
        raise Problem("The .msi does not say when it was made, in the form expected.")
    for stamp in stamps:
        package = package.replace(stamp, FILETIME + _filetime(epoch))
    return package


def bill(build: Build) -> list[Path]:
    """Write the package's bill of materials: the installer's, for both are of one folder.

    A folder from Windows cannot be looked into here, where other wheels are installed. Raises
    Problem if the installer and its bill are not beside the package.
    """
    stem = f"parlor-{build.version}-windows-x64"
    other, made = build.out / f"{stem}-setup.exe", build.out / f"{stem}.msi"
    told = other.with_name(f"{other.name}.cdx.json")
    missing = [file.name for file in (other, told, made) if not file.is_file()]
    if missing:
        raise Problem(f"The package's bill needs {', '.join(missing)}.")
    text = told.read_text("utf-8").replace(other.name, made.name)
    was, is_now = (hashlib.sha256(file.read_bytes()).hexdigest() for file in (other, made))
    if was not in text:
        raise Problem(f"{told.name} is not of this installer.")
    text = re.sub(r"urn:uuid:[0-9a-f-]{36}", f"urn:uuid:{uuid.uuid5(wix.OURS, is_now)}", text)
    target = made.with_name(f"{made.name}.cdx.json")
    target.write_text(text.replace(was, is_now), "utf-8")
    return [target]


def _filetime(moment: int) -> bytes:
    return struct.pack("<Q", (moment + SINCE_1601) * 10_000_000)


def digest(folder: Path) -> str:
    """Return a SHA-256 over names and contents of all files below a folder."""
    found = hashlib.sha256()
    for file in sorted(each for each in folder.rglob("*") if each.is_file()):
        name = file.relative_to(folder).as_posix()
        found.update(f"{name}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return found.hexdigest()
