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
_LEADS_OUT = re.compile(r"(?:\A|/)\.{0,2}(?:/|\Z)|\0")
_PLAIN = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z _.()+,@-]*[0-9A-Za-z_()+,@-])?")
"""Names that nobody minds, unless they are those of devices."""


def split_path(path: str) -> tuple[str, ...]:
    """Return the parts of a relative path with `/` between them, as a peer sent it.

    Raises RemoteProtocolError("bad-path") if it is absolute, leads out, or is too long or deep.
    """
    if _LEADS_OUT.search(path):
        raise RemoteProtocolError("bad-path")
    parts = tuple(path.split("/"))
    size = len(path) if path.isascii() else len(path.encode("utf-8", "surrogatepass"))
    if len(parts) > MAX_DEPTH or size > MAX_PATH_BYTES:
        raise RemoteProtocolError("bad-path", "too long")
    return parts


def safe_name(name: str) -> str:
    """Return `name` as one part of a path that every platform takes; never empty."""
    return name if _is_plain(name) else _mended(name)


def _is_plain(name: str) -> bool:
    """Tell at once of most names that nothing has to be mended."""
    return (
        len(name) <= MAX_NAME_BYTES and _PLAIN.fullmatch(name) is not None and not _is_device(name)
    )


def _is_device(name: str) -> bool:
    return _DEVICE.fullmatch(name.split(".", 1)[0].strip()) is not None


def _mended(name: str) -> str:
    composed = unicodedata.normalize("NFC", name)
    shown = "".join("_" if unicodedata.category(c) in _UNSHOWN else c for c in composed)
    plain = _RESERVED.sub("_", shown).strip().rstrip(". ")
    if not plain.strip("._ "):
        plain = _UNNAMED
    if _is_device(plain):
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
    root = _Folder(())
    return [_place(root, split_path(path)) for path in paths]


def _place(root: _Folder, parts: tuple[str, ...]) -> tuple[str, ...]:
    folder = root
    for part in parts[:-1]:
        folder = folder.folder(part)
    return (*folder.place, folder.file(parts[-1]))


class _Folder:
    """The names given out in a folder so far: how what a peer calls something is called here."""

    def __init__(self, place: tuple[str, ...]) -> None:
        self.place = place
        self._taken: set[str] = set()
        self._files: set[str] = set()
        self._folders: dict[str, _Folder] = {}
        self._numbers: dict[str, int] = {}
        """The last number given to a name, so that a million namesakes take no longer each."""

    def folder(self, name: str) -> _Folder:
        known = self._folders.get(name)
        if known is None:
            known = self._folders[name] = _Folder((*self.place, self._claim(name)))
        return known

    def file(self, name: str) -> str:
        if name in self._files:
            raise RemoteProtocolError("bad-path", "doubled")
        self._files.add(name)
        return self._claim(name)

    def _claim(self, name: str) -> str:
        free = safe = safe_name(name)
        key = folded = _folded(safe)
        while folded in self._taken:
            self._numbers[key] = self._numbers.get(key, 1) + 1
            free = numbered(safe, self._numbers[key])
            folded = _folded(free)
        self._taken.add(folded)
        return free


def numbered(name: str, number: int) -> str:
    """Return `name` with a number before its ending: `photo (2).jpg`."""
    stem, dot, ending = name.rpartition(".")
    if not stem.strip(".") or " " in ending:
        stem, dot, ending = name, "", ""
    return f"{stem} ({number}){dot}{ending}"


def _folded(name: str) -> str:
    """Two names are one to a disk that knows neither case nor forms of characters."""
    if name.isascii():
        return name.lower()
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
