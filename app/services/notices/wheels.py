"""What an installed distribution says about itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import PurePosixPath
from typing import Any

from app.domain.notices import text_names

NATIVE = re.compile(r"\.(so|dll|dylib|pyd)(\.[0-9.]+)?$|\.framework/.*/\w+$")
"""Files that hold machine code."""

_LICENCE = re.compile(r"(?i)(^|/)(licen[cs]es?|copying|notice|authors|copyright)([^/]*|/.+)$")
_NAME = re.compile(r"\s*([A-Za-z0-9._-]+)\s*(?:\[([^\]]*)\])?")
_EXTRA = re.compile(r"extra\s*==\s*[\"']([^\"']+)[\"']")
_CLASSES = {
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "ISC License (ISCL)": "ISC",
}


@dataclass(frozen=True, slots=True)
class Crate:
    """A Rust library that a wheel's own bill of materials names."""

    name: str
    version: str
    licence: str
    purl: str


def plain_name(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licence_of(found: Distribution, texts: Iterable[str]) -> str:
    """The licence that the metadata tells, as an SPDX expression; "" if it tells none.

    `texts` are the names of licences that an old free-form field may hold.
    """
    if expression := _told(found, "License-Expression"):
        return expression[0]
    known = set(texts)
    for old in _told(found, "License"):
        if "\n" not in old and set(text_names(old)) <= known:
            return old
    classes = [line.rpartition(":: ")[2] for line in _told(found, "Classifier")]
    return next((_CLASSES[each] for each in classes if each in _CLASSES), "")


def licence_files(found: Distribution) -> Iterator[tuple[str, str]]:
    """The names and contents of the licence texts that came with a distribution."""
    for path in sorted(found.files or (), key=str):
        inside = PurePosixPath(*path.parts[1:]).as_posix()
        wanted = path.parts[0].endswith(".dist-info") and _LICENCE.search(inside)
        if wanted and path.suffix != ".py":
            yield path.name, path.read_binary().decode("utf-8", "replace")


def native_files(found: Distribution) -> list[str]:
    """The files with machine code, as the wheel has them."""
    return [path.as_posix() for path in found.files or () if NATIVE.search(path.as_posix())]


def home_of(found: Distribution) -> str:
    """Where a distribution is at home, "" if it does not say so."""
    links = [line.partition(", ") for line in _told(found, "Project-URL")]
    wanted = ("homepage", "home", "repository", "source", "source code", "documentation")
    named = {label.lower(): url for label, _, url in links}
    listed = (named[label] for label in wanted if label in named)
    return next(iter(_told(found, "Home-page")), "") or next(listed, "")


def crates_in(found: Distribution) -> list[Crate]:
    """The Rust libraries in a wheel, by the CycloneDX files that it brings."""
    crates = []
    for path in found.files or ():
        if path.suffix == ".json" and "sboms" in path.parts:
            bill = json.loads(path.read_text(encoding="utf-8"))
            crates += [_crate(each) for each in bill.get("components", ()) if _is_crate(each)]
    return sorted(set(crates), key=lambda crate: (crate.name, crate.version))


def requirements(found: Distribution, extras: Iterable[str] = ()) -> Iterator[tuple[str, set[str]]]:
    """What a distribution needs beside it, with the extras that it asks for there."""
    wanted = set(extras)
    for line in found.requires or ():
        asked, _, marker = line.partition(";")
        extra = _EXTRA.search(marker)
        if extra is None or extra.group(1) in wanted:
            yield parsed(asked)


def parsed(requirement: str) -> tuple[str, set[str]]:
    """The plain name and the extras of a requirement."""
    match = _NAME.match(requirement)
    if match is None:
        raise ValueError(f"no requirement: {requirement}")
    extras = {extra.strip() for extra in (match.group(2) or "").split(",")} - {""}
    return plain_name(match.group(1)), extras


def needed(asked: Iterable[str]) -> list[Distribution]:
    """The installed distributions that these requirements lead to, themselves included.

    Markers are not judged: what is for another system or an older Python is not installed.
    """
    waiting = [parsed(line) for line in asked]
    done: dict[str, tuple[Distribution, set[str]]] = {}
    while waiting:
        name, extras = waiting.pop()
        if name in done and extras <= done[name][1]:
            continue
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue
        extras |= done[name][1] if name in done else set()
        done[name] = (found, extras)
        waiting += requirements(found, extras)
    return [done[name][0] for name in sorted(done)]


def _told(found: Distribution, name: str) -> list[str]:
    """What the metadata says under a name, line by line; empty lines and UNKNOWN say nothing."""
    lines: Iterable[object] = found.metadata.get_all(name) or ()
    return [line for line in (str(each).strip() for each in lines) if line not in {"", "UNKNOWN"}]


def _is_crate(component: dict[str, str]) -> bool:
    purl = component.get("purl", "")
    return purl.startswith("pkg:cargo/") and "download_url=file" not in purl


def _crate(component: dict[str, Any]) -> Crate:
    first = (component.get("licenses") or [{}])[0]
    licence = first.get("expression") or first.get("license", {}).get("id", "")
    return Crate(component["name"], component["version"], licence, component["purl"])
