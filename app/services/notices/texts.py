"""Licence texts, each kept once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import chain, count
from pathlib import Path

from app.services.notices.known import FOLDER

_ODD = re.compile(r"[^A-Za-z0-9.+-]+")


class Texts:
    """Names for texts; what differs in nothing but white space is one text."""

    def __init__(self, common: Path = FOLDER / "texts") -> None:
        self._common = common
        self._texts: dict[str, str] = {}
        self._names: dict[str, str] = {}
        for path in sorted(common.glob("*.txt")):
            self._names[_folded(path.read_text(encoding="utf-8"))] = path.stem

    def add(self, name: str, text: str) -> str:
        """Take a text in; its name from now on, which is `name` unless it was here already."""
        folded = _folded(text)
        known = self._names.get(folded)
        if known is None:
            known = self._names[folded] = self._free(_ODD.sub("-", name).strip("-"))
        self._texts.setdefault(known, _tidy(text))
        return known

    def _free(self, name: str) -> str:
        """This name, or the first of it with a number that no text has."""
        taken = set(self._names.values())
        numbered = (f"{name}-{number}" for number in count(2))
        return next(each for each in chain([name], numbered) if each not in taken)

    def common(self, name: str) -> str | None:
        """Take in the common text of a licence; None if there is none of this name."""
        path = self._common / f"{name}.txt"
        return self.add(name, path.read_text(encoding="utf-8")) if path.is_file() else None

    def all(self) -> Mapping[str, str]:
        """Every text that was taken in, by its name."""
        return dict(sorted(self._texts.items()))


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines()) + "\n"


def _folded(text: str) -> str:
    return " ".join(text.split())
