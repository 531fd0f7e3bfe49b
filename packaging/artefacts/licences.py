"""Puts beside a frozen program what it is made of, with the licences; stops at what is unknown."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from app.domain.notices import Component, component_key, whole_licence
from app.services.notices.book import LIST, shipped, write_notices
from app.services.notices.gather import Gathered, asked, gather
from app.services.notices.known import FOLDER, Known, load_known
from app.services.notices.wheels import licence_files, plain_name
from artefacts.contents import INSIDE, Contents, Host, load_hosts, look, package_of
from launch.shell import Problem
from resources.version import version

PLACE = f"{INSIDE}/licences"
FREEZER = "PyInstaller"
_FREEZER_LICENCE = "GPL-2.0-or-later WITH Bootloader-exception"


@dataclass(frozen=True, slots=True)
class Inventory:
    """What is in a folder, and what is to be said about it."""

    contents: Contents
    gathered: Gathered
    hosts: Mapping[str, tuple[str, str, str]]
    """The component that each library of the building machine is, by the name of its file."""


def write_licences(folder: Path, known: Known | None = None) -> list[Path]:
    """Write the list and the texts for a frozen folder into it, and return the files.

    Raises Problem with everything that nobody knows the licence of.
    """
    found = inventory(folder, known)
    problems = [
        *(f"{name}: it belongs to nothing that is known" for name in found.contents.strays),
        *found.gathered.problems,
    ]
    if problems:
        listed = "\n  ".join(sorted(set(problems)))
        raise Problem(
            f"{folder.name} holds what resources/licences and packaging/licences do not explain:"
            f"\n  {listed}"
        )
    own = (FOLDER / "parlor.txt").read_text(encoding="utf-8")
    gathered = found.gathered
    return write_notices(folder / PLACE, gathered.sorted(), gathered.texts.all(), own)


def inventory(folder: Path, known: Known | None = None) -> Inventory:
    """Find out what a frozen folder holds."""
    contents = look(folder)
    gathered = gather(
        version(),
        contents.distributions,
        known or load_known(),
        contents.natives.__contains__,
        contents.resources.__contains__,
    )
    _add_freezer(gathered)
    return Inventory(contents, gathered, _add_hosts(gathered, contents))


def _add_freezer(gathered: Gathered) -> None:
    """Each program begins with PyInstaller's own, which starts Python."""
    try:
        found = distribution(FREEZER)
    except PackageNotFoundError:
        gathered.problems.append(f"{FREEZER}: it is not installed here")
        return
    name = plain_name(found.name)
    component = Component(
        FREEZER, found.version, _FREEZER_LICENCE, "python", home="https://pyinstaller.org",
        purl=f"pkg:pypi/{name}@{found.version}",
    )  # fmt: skip
    gathered.add(component, list(licence_files(found)))


def _add_hosts(gathered: Gathered, contents: Contents) -> dict[str, tuple[str, str, str]]:
    keys = {}
    for file, host in sorted(contents.hosts.items()):
        component, texts = describe(file, host)
        gathered.add(component, texts)
        keys[file] = component_key(component)
    for host in built_in(load_hosts(), sys.builtin_module_names):
        if host not in contents.hosts.values():
            told = asked(host.asks) if host.asks else ""
            gathered.add(_component(host, host.name, told, "", within="Python"))
    return keys


def built_in(hosts: Iterable[Host], modules: Iterable[str]) -> list[Host]:
    """Return the libraries that an interpreter with these modules built in has in itself."""
    return [host for host in hosts if host.module in set(modules)]


def describe(file: str, host: Host) -> tuple[Component, list[tuple[str, str]]]:
    """Say what is known of a library of this machine, and the texts that its package has."""
    package = package_of(file)
    if package is None:
        told = asked(host.asks) if host.asks else ""
        return _component(host, host.name, told, ""), []
    purl = f"pkg:deb/debian/{package.name}@{package.version}?arch={package.architecture}"
    texts = [("copyright", package.text)] if package.text else []
    return _component(host, f"{host.name} ({package.name})", package.version, purl), texts


def _component(host: Host, name: str, told: str, purl: str, within: str = "") -> Component:
    return Component(
        name, told, host.licence, "library", within, copyright=host.copyright.strip(),
        home=host.home, purl=purl,
    )  # fmt: skip


def licence_of(folder: Path) -> str:
    """Return the licence of a frozen folder as a whole, Parlor's own where no list lies in it."""
    if not (folder / PLACE / LIST).is_file():
        return "MIT"
    return whole_licence(shipped(folder / PLACE).components)
