"""Bills of materials: beside each artefact, what is in it, by CycloneDX 1.6."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid5

from cyclonedx.model import (
    ExternalReference,
    ExternalReferenceType,
    HashAlgorithm,
    HashType,
    Property,
    XsUri,
)
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component as Entry
from cyclonedx.model.component import ComponentType
from cyclonedx.model.license import DisjunctiveLicense, License, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from app.domain.notices import Component, component_key, whole_licence
from app.services.notices.known import load_known, matches
from app.services.notices.wheels import plain_name, requirements
from artefacts.contents import INSIDE
from artefacts.licences import FREEZER, Inventory, inventory
from artefacts.plan import Build
from launch.shell import Problem

SUFFIX = ".cdx.json"
_SPACE = UUID("6c1f3f0e-5b0a-5d0c-9d53-0f7f1f6a8a21")
_PIN = re.compile(r"^([a-z0-9-]+)(?:\[[^]]*\])?==\S+(?:.*\\\n)((?:\s+--hash=.*\n)+)", re.MULTILINE)
_KINDS = {
    "program": ComponentType.APPLICATION,
    "python": ComponentType.LIBRARY,
    "library": ComponentType.LIBRARY,
    "data": ComponentType.DATA,
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a bill is about: an artefact, the frozen folder in it, when it was made."""

    artefact: Path
    folder: Path
    version: str
    epoch: int


def bills(build: Build, artefacts: Mapping[Path, Path]) -> list[Path]:
    """Write a bill beside each artefact, given the frozen folder that is in it."""
    lock = build.root / "packaging" / "requirements" / "build.txt"
    pins = pinned(lock.read_text(encoding="utf-8"))
    known = {folder: inventory(folder) for folder in sorted(set(artefacts.values()))}
    made = {
        write_bill(Subject(path, folder, build.version, build.epoch), known[folder], pins): folder
        for path, folder in sorted(artefacts.items())
    }
    # Bills of one folder differ in their head alone, and checking one takes seconds.
    for bill in {folder: bill for bill, folder in made.items()}.values():
        check(bill)
    return list(made)


def check(bill: Path) -> None:
    """Read a bill by the standard's own schema. Raises Problem if it is not well formed."""
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill.read_text(encoding="utf-8"))
    if wrong is not None:
        raise Problem(f"{bill.name} is not well formed: {str(wrong)[:400]}")


def write_bill(subject: Subject, found: Inventory, pins: Mapping[str, tuple[str, ...]]) -> Path:
    """Write the bill of one artefact beside it. Raises Problem if a file in it is nobody's."""
    if found.contents.strays:
        raise Problem(f"Nobody knows whose these are: {', '.join(found.contents.strays)}.")
    bill = _Bill(subject, found, pins)
    target = subject.artefact.with_name(subject.artefact.name + SUFFIX)
    target.write_text(bill.text(), encoding="utf-8")
    return target


def pinned(lock: str) -> dict[str, tuple[str, ...]]:
    """Return the SHA-256 digests of the files that a lock allows for each package."""
    return {
        name: tuple(sorted(re.findall(r"sha256:([0-9a-f]{64})", block)))
        for name, block in _PIN.findall(lock)
    }


class _Bill:
    """One bill in the making."""

    def __init__(
        self, subject: Subject, found: Inventory, pins: Mapping[str, tuple[str, ...]]
    ) -> None:
        self._subject, self._found, self._pins = subject, found, pins
        self._program, *self._others = found.gathered.sorted()
        self._files = _files_by_owner(subject.folder, found)
        self._owners = {plain_name(each.name): each for each in found.contents.distributions}
        self._entries = {component_key(each): self._entry(each) for each in self._others}

    def text(self) -> str:
        """Return the bill; the same artefact and folder give the same bytes."""
        draft = self._written(UUID(int=0))
        return self._written(uuid5(_SPACE, hashlib.sha256(draft.encode()).hexdigest())) + "\n"

    def _written(self, serial: UUID) -> str:
        root = self._root()
        bom = Bom(
            serial_number=serial,
            metadata=BomMetaData(
                component=root, timestamp=datetime.fromtimestamp(self._subject.epoch, UTC)
            ),
            components=self._entries.values(),
        )
        self._depend(bom, root)
        return JsonV1Dot6(bom).output_as_string(indent=1)

    def _root(self) -> Entry:
        artefact = self._subject.artefact
        return Entry(
            name=self._program.name,
            version=self._subject.version,
            type=ComponentType.APPLICATION,
            bom_ref=artefact.name,
            licenses=[LicenseExpression(whole_licence([self._program, *self._others]))],
            purl=PackageURL.from_string(f"pkg:generic/parlor@{self._subject.version}"),
            hashes=[_digest(artefact)],
            properties=[Property(name="parlor:file", value=artefact.name)],
            components=[
                _file(name, self._subject.folder / INSIDE / name)
                for name in sorted(self._found.contents.stand_ins)
            ],
        )

    def _entry(self, component: Component) -> Entry:
        return Entry(
            name=component.name,
            version=component.version or None,
            type=_KINDS[component.kind],
            bom_ref=_ref(component),
            licenses=[_licence(component.licence)],
            copyright=component.copyright or None,
            purl=PackageURL.from_string(component.purl) if component.purl else None,
            external_references=self._references(component),
            components=[
                _file(path, place) for path, place in self._files.get(component_key(component), ())
            ],
        )

    def _references(self, component: Component) -> list[ExternalReference]:
        found = []
        if component.home:
            found.append(
                ExternalReference(type=ExternalReferenceType.WEBSITE, url=XsUri(component.home))
            )
        locked = self._pins.get(component.name.lower(), ()) if component.kind == "python" else ()
        if locked:
            found.append(
                ExternalReference(
                    type=ExternalReferenceType.DISTRIBUTION,
                    url=XsUri(component.purl),
                    comment="one of the files that the lock allows",
                    hashes=[HashType(alg=HashAlgorithm.SHA_256, content=each) for each in locked],
                )
            )
        return found

    def _depend(self, bom: Bom, root: Entry) -> None:
        by_name: dict[str, list[Entry]] = {}
        for component in self._others:
            by_name.setdefault(component.within, []).append(self._entries[component_key(component)])
        wheels = {
            each.name: self._entries[component_key(each)]
            for each in self._others
            if each.kind == "python" and not each.within
        }
        bom.register_dependency(root, by_name.get("", []))
        for component in self._others:
            entry = self._entries[component_key(component)]
            parts = by_name.get(component.name, []) if not component.within else []
            bom.register_dependency(entry, [*parts, *self._required(component, wheels)])

    def _required(self, component: Component, wheels: Mapping[str, Entry]) -> list[Entry]:
        owner = self._owners.get(component.name) if component.kind == "python" else None
        asked = sorted({name for name, _ in requirements(owner)}) if owner else []
        return [wheels[name] for name in asked if name in wheels]


def _files_by_owner(
    folder: Path, found: Inventory
) -> dict[tuple[str, str, str], list[tuple[str, Path]]]:
    """Say which files with code belong to which component."""
    keys = {(each.name, each.within): component_key(each) for each in found.gathered.sorted()}
    parts = load_known().part
    placed: dict[tuple[str, str, str], list[tuple[str, Path]]] = {}
    for path, wheel in sorted(found.contents.natives.items()):
        fitting = (part for part in parts if part.within == wheel and matches(path, part.files))
        name = next((part.name for part in fitting), None)
        key = keys[name, wheel] if name else keys[wheel, ""]
        placed.setdefault(key, []).append((path, folder / INSIDE / path))
    for file, key in sorted(found.hosts.items()):
        placed.setdefault(key, []).append((file, folder / INSIDE / file))
    placed[keys["Python", ""]] = [
        (path, folder / INSIDE / path) for path in found.contents.interpreter
    ]
    placed[keys[FREEZER, ""]] = [(name, folder / name) for name in found.contents.programs]
    return placed


def _file(name: str, place: Path) -> Entry:
    return Entry(name=name, type=ComponentType.FILE, bom_ref=name, hashes=[_digest(place)])


def _ref(component: Component) -> str:
    return "/".join(filter(None, (component.within, f"{component.name}@{component.version}")))


def _licence(expression: str) -> License:
    """An expression of known licences, or the name of what SPDX has no word for."""
    if "LicenseRef-" in expression and " " not in expression:
        return DisjunctiveLicense(name=expression.removeprefix("LicenseRef-"))
    return LicenseExpression(expression)


def _digest(path: Path) -> HashType:
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    return HashType(alg=HashAlgorithm.SHA_256, content=content)
