"""What the program is made of, and under which licences it was given to us."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

import msgspec

Kind = Literal["program", "python", "library", "data"]

_WORD = re.compile(r"[A-Za-z0-9.+-]+")
_JOINS = {"AND", "OR", "WITH"}
_GPL = re.compile(r"(?<![A-Za-z])GPL-")
_SHARING = re.compile(r"GPL-|MPL-")
_LATER = re.compile(r"-only$|-or-later$|\+$")


class Component(msgspec.Struct, frozen=True):
    """One thing that somebody made: a distribution, a library in it, a font.

    `licence` is an SPDX expression, "" if nobody knows it; `version` is "" where it cannot be
    told. `within` names the component that brings this one along. `texts` are names of licence
    texts, to be read after `copyright`.
    """

    name: str
    version: str
    licence: str
    kind: Kind
    within: str = ""
    copyright: str = ""
    home: str = ""
    purl: str = ""
    texts: tuple[str, ...] = ()


class Notices(msgspec.Struct, frozen=True):
    """Everything in one program, as it is written down beside it."""

    components: tuple[Component, ...]
    format: Literal[1] = 1


def component_key(component: Component) -> tuple[str, str, str]:
    """What tells one component from another: the same library may come along twice."""
    return component.name, component.within, component.version


def text_names(licence: str) -> tuple[str, ...]:
    """The common texts that an SPDX expression speaks of, each once, in its order.

    LGPL 3 is written as additions to GPL 3, so it brings that along.
    """
    names: list[str] = []
    for word in _WORD.findall(licence):
        if word not in _JOINS:
            name = _LATER.sub("", word)
            names += [name, "GPL-3.0"] if name == "LGPL-3.0" else [name]
    return tuple(dict.fromkeys(names))


def answers(component: Component, query: str) -> bool:
    """Whether each word of the query stands somewhere in a component's name, licence or origin."""
    told = f"{component.name} {component.version} {component.licence} {component.within}".casefold()
    return all(word in told for word in query.casefold().split())


def binds_all(component: Component) -> bool:
    """Whether a component's licence asks the GPL of what it is part of: no choice, no exception."""
    free = " OR " in component.licence or " WITH " in component.licence
    return not free and _GPL.search(component.licence) is not None


def shares_source(component: Component) -> bool:
    """Whether who gets a component has a right to its source code."""
    return _SHARING.search(component.licence) is not None


def whole_licence(components: Iterable[Component]) -> str:
    """Under which licence a program may be passed on together with its components, as SPDX."""
    program, *others = components
    strict = any(map(binds_all, others))
    return f"{program.licence} AND GPL-3.0-or-later" if strict else program.licence
