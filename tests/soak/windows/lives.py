"""The lives of an installation: for oneself, for everybody, by an administrator's package."""

from __future__ import annotations

from pathlib import Path

from artefacts.plan import Build
from tests.soak.windows.wine import RUN, Windows, until

SILENT = ("/VERYSILENT", "/NORESTART")
UNINSTALL = r"Software\Microsoft\Windows\CurrentVersion\Uninstall"
KEY = rf"{UNINSTALL}\{{7E0B6F5C-3D0A-4B57-9C3E-5A5B0F6C7D21}}_is1"
LINK = "parlor:join?a=1&b=%20"


def oneself(here: Windows, builds: list[Build]) -> dict[str, bool]:
    """Install without an administrator, update, open a link, be refused, remove."""
    before, found = here.files(), dict[str, bool]()
    place = here.folder("AppData/Local/Programs/Parlor")
    options = (*SILENT, "/CURRENTUSER", "/TASKS=desktopicon,autostart")
    data = here.folder("AppData/Local/Parlor") / "somebody.db"
    data.parent.mkdir(parents=True)
    data.write_text("conversations")
    for build in builds:
        done = here.run(_installer(build), *options)
        found[f"{build.version} installs"] = done.returncode == 0
        found[f"{build.version}: all files, no others"] = _same(build.app, place)
        shown = here.value(rf"HKCU\{KEY}", "DisplayVersion")
        found[f"{build.version} is shown"] = shown == build.version
    menu = "AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Parlor.lnk"
    found["an entry in the menu"] = here.folder(menu).exists()
    found["an icon on the desktop"] = here.folder("Desktop/Parlor.lnk").exists()
    found["starts at login"] = here.value(RUN, "Parlor").endswith('parlor.exe" --background')
    found["opens links"] = _opens_links(here, "HKCU")
    found |= _removal(here, place, r"HKCU\Software\Classes\parlor")
    found["nothing left at login"] = here.value(RUN, "Parlor") == ""
    found["data are kept"] = data.read_text() == "conversations"
    left = here.files() - before
    found[f"nothing else is left: {sorted(left)}"] = all("AppData/Local" in one for one in left)
    return found


def everybody(here: Windows, builds: list[Build]) -> dict[str, bool]:
    """Install for everybody of the computer, and remove."""
    before, place = here.files(), here.home / "drive_c/Program Files/Parlor"
    done = here.run(_installer(builds[-1]), *SILENT, "/ALLUSERS")
    found = {
        "installs": done.returncode == 0,
        "all files, no others": _same(builds[-1].app, place),
        "opens links": _opens_links(here, "HKLM"),
        "does not start at login": here.value(RUN, "Parlor") == "",
    }
    found |= _removal(here, place, r"HKLM\Software\Classes\parlor")
    left = here.files() - before
    return {**found, f"nothing is left: {sorted(left)}": not left}


def package(here: Windows, builds: list[Build]) -> dict[str, bool]:
    """Install an .msi, update to the next, be refused to go back, remove."""
    before, place, found = here.files(), here.home / "drive_c/Program Files/Parlor", {}
    for build in builds:
        done = here.run("msiexec", "/i", _package(build), "/qn")
        found[f"{build.version} installs"] = done.returncode == 0
        found[f"{build.version}: all files, no others"] = _same(build.app, place)
    found["opens links"] = _opens_links(here, "HKLM")
    found["an older one is refused"] = here.run(
        "msiexec", "/i", _package(builds[0]), "/qn"
    ).returncode != 0 and _same(builds[-1].app, place)
    done = here.run("msiexec", "/x", _package(builds[-1]), "/qn")
    found["is removed"] = done.returncode == 0 and not place.exists()
    found["no link any more"] = not here.has(r"HKLM\Software\Classes\parlor")
    left = {one for one in here.files() - before if not one.startswith("windows/Installer")}
    return {**found, f"nothing is left: {sorted(left)}": not left}


def _removal(here: Windows, place: Path, key: str) -> dict[str, bool]:
    """Remove it, first while it runs."""
    remove = (place / "unins000.exe", *SILENT)
    said = here.home / "started"
    running = here.start(place / "parlor.exe", STANDIN_SAID=f"Z:{said}", STANDIN_STAYS="15000")
    until(said)
    here.run(*remove)
    refused = (place / "parlor.exe").exists()
    running.wait(30)
    here.run(*remove)
    here.wait()
    return {
        "is not removed while it runs": refused,
        "is removed": not place.exists(),
        "no link any more": not here.has(key),
        "not listed any more": not (here.has(rf"HKCU\{KEY}") or here.has(rf"HKLM\{KEY}")),
    }


def _opens_links(here: Windows, root: str) -> bool:
    """Return whether the command that is noted for links hands one over, to the letter.

    Wine's own `start` looks for no such notes of a single person.
    """
    said = here.home / "said"
    noted = here.value(rf"{root}\Software\Classes\parlor\shell\open\command")
    program, link = noted.strip('"').split('" "')
    here.run(program, link.replace("%1", LINK), STANDIN_SAID=f"Z:{said}")
    return until(said) and said.read_text().strip('"') == LINK


def _same(folder: Path, installed: Path) -> bool:
    """Return whether all files of a folder are installed, and nothing but them."""
    ours = {each.relative_to(folder): each for each in folder.rglob("*") if each.is_file()}
    there = {each.relative_to(installed): each for each in installed.rglob("*") if each.is_file()}
    theirs = {name for name in there if not name.name.startswith("unins000")}
    return theirs == set(ours) and all(
        there[name].read_bytes() == ours[name].read_bytes() for name in ours
    )


def _installer(build: Build) -> Path:
    return build.out / f"parlor-{build.version}-windows-x64-setup.exe"


def _package(build: Build) -> str:
    made = build.out / f"parlor-{build.version}-windows-x64.msi"
    return f"Z:{made}".replace("/", "\\")
