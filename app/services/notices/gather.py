"""From what is installed to a list of components, and of what nobody knows the licence of."""

from __future__ import annotations

import platform
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import Distribution

import msgspec

from app.domain.notices import Component, component_key, text_names
from app.services.notices import wheels
from app.services.notices.known import FOLDER, PYTHON, Known, Part, Resource, matches
from app.services.notices.texts import Texts
from app.services.notices.wheels import plain_name

PROGRAM = "Parlor"
_NUMBER = re.compile(r"\d+(\.\w+)+")

Present = Callable[[str], bool]
"""Whether a native file of a wheel, by its path there, is in what is described."""


@dataclass(slots=True)
class Gathered:
    """Components in the order of their names, their texts, and sentences on what is unknown."""

    components: list[Component] = field(default_factory=list)
    texts: Texts = field(default_factory=Texts)
    problems: list[str] = field(default_factory=list)

    def add(self, component: Component, texts: Sequence[tuple[str, str]] = ()) -> None:
        """Take a component in, with texts of its own or else the common ones of its licence."""
        names = [self.texts.add(f"{component.name}-{name}", text) for name, text in texts]
        for name in text_names(component.licence) if not names else ():
            known = self.texts.common(name)
            if known is None:
                self.problems.append(f"{_called(component)}: there is no text of {name}")
            else:
                names.append(known)
        if not component.licence:
            self.problems.append(f"{_called(component)}: its licence is not known")
        self.components.append(_with_texts(component, names))

    def sorted(self) -> tuple[Component, ...]:
        """The program first, then everything by name, nothing twice."""
        unique = {component_key(each): each for each in self.components}
        return tuple(
            sorted(unique.values(), key=lambda each: (each.kind != "program", _order(each)))
        )


def gather(
    version: str,
    distributions: Iterable[Distribution],
    known: Known,
    present: Present = lambda _path: True,
    resources: Present = lambda _path: True,
) -> Gathered:
    """Describe the program of this version, its interpreter, these distributions and the data.

    `present` says which native files there are; a distribution of which none is there is listed
    all the same, as it was named. `resources` says the same of files below resources/.
    """
    gathered = Gathered()
    gathered.add(_program(version), [("LICENSE", (FOLDER / "parlor.txt").read_text("utf-8"))])
    _add_python(gathered, known)
    for found in distributions:
        _add_wheel(gathered, found, known, present)
    for each in known.resource:
        _add_resource(gathered, each, resources)
    return gathered


def _program(version: str) -> Component:
    return Component(PROGRAM, version, "MIT", "program", purl=f"pkg:generic/parlor@{version}")


def _add_python(gathered: Gathered, known: Known) -> None:
    version = platform.python_version()
    text = (FOLDER / "texts" / "Python.txt").read_text(encoding="utf-8")
    purl = f"pkg:generic/python@{version}"
    home = "https://www.python.org"
    python = Component("Python", version, "PSF-2.0", "library", home=home, purl=purl)
    gathered.add(python, [("LICENSE", text)])
    for part in known.parts_of(PYTHON):
        gathered.add(_component(part, "Python", asked(part.asks) if part.asks else part.version))


def asked(place: str) -> str:
    """The version that the interpreter tells of a library, by module.attribute; "" if none.

    "1.2" stands in what it says as "name_1.2" or "Name 1.2 of today".
    """
    module, _, attribute = place.partition(".")
    try:
        told = str(getattr(import_module(module), attribute, ""))
    except ImportError:
        return ""
    found = _NUMBER.search(told)
    return found.group() if found else ""


def _add_wheel(gathered: Gathered, found: Distribution, known: Known, present: Present) -> None:
    name = plain_name(found.name)
    wheel = known.wheel_of(name)
    licence = wheel.licence or wheels.licence_of(found, _common())
    purl = f"pkg:pypi/{name}@{found.version}"
    home = wheels.home_of(found)
    component = Component(
        name, found.version, licence, "python", copyright=wheel.copyright, home=home, purl=purl
    )
    gathered.add(component, list(wheels.licence_files(found)))
    for crate in wheels.crates_in(found):
        gathered.add(
            Component(crate.name, crate.version, crate.licence, "library", name, purl=crate.purl)
        )
    files = [path for path in wheels.native_files(found) if present(path)]
    _add_parts(gathered, found, known, files)


def _add_parts(gathered: Gathered, found: Distribution, known: Known, files: Sequence[str]) -> None:
    name = plain_name(found.name)
    wheel, parts = known.wheel_of(name), known.parts_of(name)
    same = not wheel.versions or found.version in wheel.versions
    if not same:
        told = ", ".join(wheel.versions)
        gathered.problems.append(
            f"{name} {found.version}: the tables speak of {told}; look what it bundles"
        )
    for part in parts:
        wanted = part.when or part.files or ("*",)
        if any(matches(path, wanted) for path in files):
            gathered.add(_component(part, name, part.version_in(found.version) if same else ""))
    own = (*wheel.own, *(pattern for part in parts for pattern in part.files))
    gathered.problems += [
        f"{path} of {name} {found.version}: nobody has said what this is"
        for path in files
        if not matches(path, own)
    ]


def _add_resource(gathered: Gathered, resource: Resource, present: Present) -> None:
    root = FOLDER.parent
    files = [
        path.relative_to(root).as_posix() for each in resource.files for path in root.glob(each)
    ]
    if any(present(path) for path in files):
        text = (root / resource.text).read_text(encoding="utf-8")
        component = Component(
            resource.name, resource.version, resource.licence, "data", home=resource.home
        )
        gathered.add(component, [("LICENSE", text)])


def _component(part: Part, within: str, version: str) -> Component:
    slug = plain_name(part.name.lower().replace(" ", "-"))
    purl = f"pkg:generic/{slug}@{version}" if version and slug.isascii() else ""
    return Component(
        part.name,
        version,
        part.licence,
        "library",
        within,
        copyright=part.copyright.strip(),
        home=part.home,
        purl=purl,
    )


def _with_texts(component: Component, names: Iterable[str]) -> Component:
    return msgspec.structs.replace(component, texts=tuple(dict.fromkeys(names)))


def _common() -> list[str]:
    return [path.stem for path in (FOLDER / "texts").glob("*.txt")]


def _called(component: Component) -> str:
    within = f" within {component.within}" if component.within else ""
    return f"{component.name} {component.version}{within}".replace("  ", " ")


def _order(component: Component) -> tuple[str, str, str]:
    return component.name.casefold(), component.within, component.version
