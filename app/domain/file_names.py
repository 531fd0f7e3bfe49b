"""Names of received files: what a peer may call them, and what they are called on our disk.

A path that tries to leave its folder is refused; a name that is only awkward is mended. Rules of
Windows hold everywhere, for folders are carried on: docs.microsoft.com, "Naming Files, Paths".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from app.domain.errors import RemoteProtocolError

MAX_NAME_BYTES = 200
"""Of one part of a path. Most disks take 255; the rest is for `.part` and ` (2)`."""
MAX_DEPTH = 40
MAX_PATH_BYTES = 2048

_UNSHOWN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_RESERVED = re.compile(r'[<>:"/\\|?*]')
_DEVICE = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])", re.IGNORECASE
)
_UNNAMED = "unnamed"


def split_path(path: str) -> tuple[str, ...]:
    """Return the parts of a relative path with `/` between them, as a peer sent it.

    Raises RemoteProtocolError("bad-path") if it is absolute, leads out, or is too long or deep.
    """
    parts = tuple(path.split("/"))
    if any(part in ("", ".", "..") or "\0" in part for part in parts):
        raise RemoteProtocolError("bad-path")
    if len(parts) > MAX_DEPTH or len(path.encode("utf-8", "surrogatepass")) > MAX_PATH_BYTES:
        raise RemoteProtocolError("bad-path", "too long")
    return parts


def safe_name(name: str) -> str:
    """Return `name` as one part of a path that every platform takes; never empty."""
    composed = unicodedata.normalize("NFC", name)
    shown = "".join("_" if unicodedata.category(c) in _UNSHOWN else c for c in composed)
    plain = _RESERVED.sub("_", shown).strip().rstrip(". ")
    if not plain.strip("._ "):
        plain = _UNNAMED
    if _DEVICE.fullmatch(plain.split(".", 1)[0].strip()):
        plain = "_" + plain
    return _shortened(plain, MAX_NAME_BYTES)


def safe_top_name(name: str) -> str:
    """Return the name of what lies in the chosen folder itself: not hidden either."""
    safe = safe_name(name)
    return "_" + safe[1:] if safe.startswith(".") else safe


def safe_paths(paths: Iterable[str]) -> list[tuple[str, ...]]:
    """Return a place of its own for each path of files, the same for the same list.

    Two names that some disk takes for one get different numbers. Raises
    RemoteProtocolError("bad-path") as `split_path` does, and for a doubled path.
    """
    tree = _Tree()
    return [tree.place(split_path(path)) for path in paths]


class _Tree:
    """The folders given out so far: how what a peer calls something is called here."""

    def __init__(self) -> None:
        self._taken: dict[tuple[str, ...], set[str]] = {}
        self._folders: dict[tuple[str, ...], tuple[str, ...]] = {(): ()}
        self._files: set[tuple[str, ...]] = set()
        self._numbers: dict[tuple[tuple[str, ...], str], int] = {}
        """The last number given to a name, so that a million namesakes take no longer each."""

    def place(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        if parts in self._files:
            raise RemoteProtocolError("bad-path", "doubled")
        self._files.add(parts)
        folder = self._folder(parts[:-1])
        return (*folder, self._claim(folder, parts[-1]))

    def _folder(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        known = self._folders.get(parts)
        if known is None:
            above = self._folder(parts[:-1])
            known = (*above, self._claim(above, parts[-1]))
            self._folders[parts] = known
        return known

    def _claim(self, folder: tuple[str, ...], name: str) -> str:
        taken = self._taken.setdefault(folder, set())
        free = safe = safe_name(name)
        key = folder, _folded(safe)
        while _folded(free) in taken:
            self._numbers[key] = self._numbers.get(key, 1) + 1
            free = numbered(safe, self._numbers[key])
        taken.add(_folded(free))
        return free


def numbered(name: str, number: int) -> str:
    """Return `name` with a number before its ending: `photo (2).jpg`."""
    stem, dot, ending = name.rpartition(".")
    if not stem.strip(".") or " " in ending:
        stem, dot, ending = name, "", ""
    return f"{stem} ({number}){dot}{ending}"


def _folded(name: str) -> str:
    """Two names are one to a disk that knows neither case nor forms of characters."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _shortened(name: str, limit: int) -> str:
    if len(name.encode("utf-8")) <= limit:
        return name
    stem, dot, ending = name.rpartition(".")
    end = (dot + ending).encode("utf-8")
    if not stem or len(end) > limit // 4:
        stem, end = name, b""
    kept = stem.encode("utf-8")[: limit - len(end)].decode("utf-8", "ignore").rstrip(". ")
    return kept + end.decode("utf-8")
