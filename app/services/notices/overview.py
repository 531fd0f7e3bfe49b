"""A page for whoever opens the folder of licences without the program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.domain.notices import Component, binds_all, shares_source

_HEAD = """\
What {program} is made of
{rule}

{program} itself is under the licence in the file LICENSE. It comes with what is listed
below, each part under its own licence; the texts that a line names lie in the folder texts.
"""
_WHOLE = """
The licence of {names} is the GNU General Public License, without a choice. All of this
together may therefore be passed on under the GPL, version 3 or later.
"""
_SOURCE = """
Of these parts you may have the source code, and change them; most lie here as files of their own,
which you may replace by others of the same kind. Their makers publish the source of the versions
named at the addresses given, and the projects of the wheels that they came in (see "All parts")
how they were built from it. Nothing was changed in their code for this; names for debuggers, and
data that nobody asks for, may have been left out.
"""


def overview(components: Sequence[Component]) -> str:
    """Say in plain text what there is, what that means together, and where source code is."""
    program, *others = components
    called = f"{program.name} {program.version}"
    rule = "=" * len(f"What {called} is made of")
    parts = [_HEAD.format(program=called, rule=rule)]
    if strict := [each.name for each in others if binds_all(each)]:
        parts.append(_WHOLE.format(names=" and ".join(strict)))
    if shared := [each for each in others if shares_source(each)]:
        parts += [
            _SOURCE,
            "\n",
            *_lines(f"{_title(each)}: {each.home or each.purl}" for each in shared),
        ]
    parts += ["\nAll parts\n---------\n\n", *_lines(map(_line, others))]
    return "".join(parts)


def _title(component: Component) -> str:
    return f"{component.name} {component.version}".rstrip()


def _line(component: Component) -> str:
    within = f" (in {component.within})" if component.within else ""
    return f"{_title(component)}{within}: {component.licence} [{', '.join(component.texts)}]"


def _lines(texts: Iterable[str]) -> list[str]:
    return [f"  {text}\n" for text in texts]
