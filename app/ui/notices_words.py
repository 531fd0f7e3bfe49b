"""What the page about the program says. Pure, so it can be tested."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable

from app.domain.notices import Component, binds_all

WHAT = "A messenger whose conversations live on their members' own machines."
OWN = "Parlor's own code is under the MIT licence."
UNKNOWN = "Licence not known"


def title(component: Component) -> str:
    """A component's name with its version, as far as that is known."""
    return f"{component.name} {component.version}".rstrip()


def licence_line(component: Component) -> str:
    """Under which licence a component came, and inside of what."""
    licence = component.licence or UNKNOWN
    return f"{licence} · in {component.within}" if component.within else licence


def bundle_line(components: Iterable[Component]) -> str:
    """What the licences of the components mean for passing the program on as a whole."""
    strict = [each.name for each in components if binds_all(each)]
    if not strict:
        return OWN
    being = "are" if len(strict) > 1 else "is"
    return (
        f"{OWN} It comes with {_listed(strict)}, which {being} under the GNU General Public"
        " License: all of it together may be passed on under the GPL, version 3 or later."
    )


def count_line(shown: int, total: int) -> str:
    """How many components are listed."""
    if shown == total:
        return f"Made with {total} components, each under its own licence"
    return f"{shown} of {total} components"


def version_info(version: str, qt: str) -> str:
    """What a report of a fault should say about the program and what it runs on."""
    way = "installed" if getattr(sys, "frozen", False) else "run from source"
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    return "\n".join(
        (f"Parlor {version}, {way}", f"Python {platform.python_version()}, Qt {qt}", system)
    )


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
