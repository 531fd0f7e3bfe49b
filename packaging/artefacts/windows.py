"""What Windows gets: icon and version of the programs, and the installer.

The compiler, Inno Setup, comes from packaging/windows/package-lock.json by `npm ci`; elsewhere than
on Windows it runs under wine.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path, PurePath

from artefacts.icon_files import bitmap, ico, pictures
from artefacts.plan import Build
from launch.shell import Problem, must

COMPILER = "packaging/windows/node_modules/innosetup-compiler/bin/ISCC.exe"
PROGRAMS = {
    "parlor": "Parlor",
    "parlor-cli": "Parlor without a window",
    "parlor-server": "Parlor's server",
}
GROUND, WHITE = (238, 238, 252), (255, 255, 255)
VERSION_FILE = """\
VSVersionInfo(
  ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3F, flags=0x0, OS=0x40004,
                    fileType=0x1, subtype=0x0, date=(0, 0)),
  kids=[
    StringFileInfo([StringTable("040904B0", [
      StringStruct("CompanyName", "Parlor contributors"),
      StringStruct("FileDescription", {does!r}),
      StringStruct("FileVersion", {version!r}),
      StringStruct("InternalName", {name!r}),
      StringStruct("LegalCopyright", "MIT License; see About for what is in it"),
      StringStruct("OriginalFilename", {file!r}),
      StringStruct("ProductName", "Parlor"),
      StringStruct("ProductVersion", {version!r}),
    ])]),
    VarFileInfo([VarStruct("Translation", [0x0409, 1200])]),
  ],
)
"""


def numbers(version: str) -> tuple[int, int, int, int]:
    """Return a version as Windows counts it. Raises Problem if it is not of three numbers."""
    found = re.fullmatch(r"(\d{1,5})\.(\d{1,5})\.(\d{1,5})", version)
    if found is None or max(map(int, found.groups())) >= 1 << 16:
        raise Problem(f"Windows can make nothing of the version {version!r}.")
    return int(found[1]), int(found[2]), int(found[3]), 0


def version_file(program: str, version: str) -> str:
    """Return the text that PyInstaller makes a program's version resource of."""
    return VERSION_FILE.format(
        numbers=numbers(version),
        does=PROGRAMS[program],
        version=version,
        name=program,
        file=f"{program}.exe",
    )


def icon(root: Path, work: Path) -> Path:
    """Write the icon file into a folder; return where it is."""
    work.mkdir(parents=True, exist_ok=True)
    file = work / "parlor.ico"
    file.write_bytes(ico(pictures(root / "packaging" / "icons")))
    return file


def wizard(root: Path, work: Path) -> tuple[Path, Path]:
    """Write the installer's pictures into a folder: the large one at the side, the small one."""
    pngs = pictures(root / "packaging" / "icons")
    work.mkdir(parents=True, exist_ok=True)
    large, small = work / "large.bmp", work / "small.bmp"
    large.write_bytes(bitmap(pngs[128], 246, 471, GROUND))
    small.write_bytes(bitmap(pngs[96], 110, 116, WHITE))
    return large, small


def date(folder: Path, epoch: int) -> None:
    """Give all files below a folder one date, for packages hold it."""
    for file in folder.rglob("*"):
        os.utime(file, (epoch, epoch))


def for_windows(path: PurePath) -> str:
    """Return a path as Windows programs write it, under wine too."""
    return f"Z:{path}".replace("/", "\\") if path.as_posix().startswith("/") else str(path)


def installer(build: Build) -> list[Path]:
    """Compile the installer of the frozen folder; sign it where PARLOR_SIGNTOOL says how.

    PARLOR_SIGNTOOL is a command line in which `$f` stands for the file. Raises Problem.
    """
    compiler = build.root / COMPILER
    if not compiler.exists():
        raise Problem("Inno Setup is missing: run `npm ci` in packaging/windows.")
    command: list[str | Path] = [compiler, "/Qp", *definitions(build)]
    if sys.platform != "win32":
        command.insert(0, _wine())
    if signtool := os.environ.get("PARLOR_SIGNTOOL"):
        command += ["/DSigned", f"/Sparlor={signtool}"]
    date(build.app, build.epoch)
    script = build.root / "packaging" / "windows" / "parlor.iss"
    must([*command, for_windows(script)], "Compiling the installer", env=build.environ())
    return [build.out / f"parlor-{build.version}-windows-x64-setup.exe"]


def definitions(build: Build) -> list[str]:
    """Write what the script needs; return what it is told, as words of the command."""
    large, small = wizard(build.root, build.work / "windows")
    said = {
        "Version": ".".join(map(str, numbers(build.version)[:3])),
        "Source": for_windows(build.app),
        "Out": for_windows(build.out),
        "Icon": for_windows(icon(build.root, build.work / "windows")),
        "Large": for_windows(large),
        "Small": for_windows(small),
    }
    return [f"/D{name}={value}" for name, value in said.items()]


def _wine() -> str:
    found = shutil.which("wine")
    if found is None:
        raise Problem("Inno Setup is a program for Windows: wine is needed to run it here.")
    return found
