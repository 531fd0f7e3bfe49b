"""Where the list of components comes from, and what is to be read about each."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import msgspec

import resources
from app.domain.errors import AppError
from app.domain.notices import Component, Notices
from app.services.notices.gather import gather
from app.services.notices.known import load_known
from app.services.notices.overview import overview
from app.services.notices.wheels import needed
from resources.version import version

LIST, TEXTS, OWN, PAGE = "notices.json", "texts", "LICENSE", "README.txt"
SOURCE = Path(resources.__file__ or "").parent.parent
"""Where the project lies when it is run from source."""

_RULE = "\n" + "-" * 72 + "\n\n"


class NoticeBook:
    """All components of this program, and their licence texts, which are read when asked for."""

    def __init__(self, components: Iterable[Component], read: Callable[[str], str]) -> None:
        self.components = tuple(components)
        self._read = read

    def text(self, component: Component) -> str:
        """Whose work a component is and its whole licence. AppError if a text cannot be read."""
        texts = [self._read(name) for name in component.texts]
        holder = f"{component.copyright}\n\n" if component.copyright else ""
        return holder + _RULE.join(texts)


def load_notices() -> NoticeBook:
    """Tell what this very program consists of. AppError if its list is missing or damaged."""
    if getattr(sys, "frozen", False):
        return shipped(Path(getattr(sys, "_MEIPASS", "")) / "licences")
    gathered = gather(version(), needed(declared(SOURCE)), load_known())
    return NoticeBook(gathered.sorted(), gathered.texts.all().__getitem__)


def shipped(folder: Path) -> NoticeBook:
    """Read what `write_notices` has written."""
    try:
        notices = msgspec.json.decode((folder / LIST).read_bytes(), type=Notices)
    except (OSError, ValueError) as error:
        raise AppError("no-notices", {"place": str(folder)}) from error

    def read(name: str) -> str:
        try:
            return (folder / TEXTS / f"{Path(name).name}.txt").read_text(encoding="utf-8")
        except OSError as error:
            raise AppError("no-notices", {"place": str(folder)}) from error

    return NoticeBook(notices.components, read)


def write_notices(
    folder: Path, components: Sequence[Component], texts: Mapping[str, str], own: str
) -> list[Path]:
    """Write a list, the program first, a page for people, the texts, and the program's own licence.

    The same input gives the same bytes.
    """
    (folder / TEXTS).mkdir(parents=True, exist_ok=True)
    notices = Notices(tuple(components))
    content = msgspec.json.format(msgspec.json.encode(notices), indent=1)
    files = {folder / LIST: content, folder / OWN: own.encode()}
    files[folder / PAGE] = overview(components).encode()
    files |= {folder / TEXTS / f"{name}.txt": text.encode() for name, text in texts.items()}
    for path, data in files.items():
        path.write_bytes(data + (b"" if data.endswith(b"\n") else b"\n"))
    return sorted(files)


def declared(source: Path) -> list[str]:
    """What the program asks for: by pyproject.toml if it is there, else as it was installed."""
    try:
        told = tomllib.loads((source / "pyproject.toml").read_text(encoding="utf-8"))
        project = told["project"]
    except (OSError, KeyError):
        project = {}
    if project.get("name") == "parlor":
        return list(project["dependencies"])
    try:
        return list(requires("parlor") or ())
    except PackageNotFoundError:
        return []
