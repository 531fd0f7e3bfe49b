"""The form every body must have before its content is looked at.

Libraries differ over doubled keys, broken UTF-8, deep nesting and extension types, and one that
gives up on them does so at a depth of its own. Members must not differ, so these rules come first.
"""

from __future__ import annotations

MAX_DEPTH = 8
MAX_VALUES = 512

_FIXMAP, _FIXARRAY, _FIXSTR, _NIL, _NEGATIVE = 0x80, 0x90, 0xA0, 0xC0, 0xE0
_SCALARS = dict.fromkeys((0xC0, 0xC2, 0xC3), 0) | dict(
    zip(range(0xCA, 0xD4), (4, 8, 1, 2, 4, 8, 1, 2, 4, 8), strict=True)
)
"""Nothing, false and true; two floats, then unsigned and signed integers: bytes that follow."""
_STRINGS = {0xD9: 1, 0xDA: 2, 0xDB: 4}
_BINARIES = {0xC4: 1, 0xC5: 2, 0xC6: 4}
_ARRAYS = {0xDC: 2, 0xDD: 4}
_MAPS = {0xDE: 2, 0xDF: 4}


def is_plain(raw: bytes) -> bool:
    """Tell whether `raw` is one MessagePack map under distinct text keys and nothing else.

    At most 512 values nested at most 8 deep, all text valid UTF-8, no extension types.
    """
    try:
        return _Scanner(raw).scan()
    except (ValueError, IndexError):
        return False


class _Scanner:
    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 0
        self._open: list[int] = []
        """How many values each enclosing map or array still lacks, a map's keys included."""
        self._keys: set[str] = set()

    def scan(self) -> bool:
        if not self._is_map():
            return False
        self._step()
        passed = 1
        while self._lacks():
            if passed == MAX_VALUES:
                return False
            passed += 1
            self._open[-1] -= 1
            if len(self._open) == 1 and self._open[0] % 2:
                self._key()
            else:
                self._step()
        return self._at == len(self._raw)

    def _lacks(self) -> bool:
        while self._open and not self._open[-1]:
            self._open.pop()
        return bool(self._open)

    def _is_map(self) -> bool:
        first = self._raw[0]
        return _FIXMAP <= first < _FIXARRAY or first in _MAPS

    def _key(self) -> None:
        text = self._step()
        if text is None or text in self._keys:
            raise ValueError("no key, or a doubled one")
        self._keys.add(text)

    def _step(self) -> str | None:
        """Pass one value or the beginning of a map or array; return it if it is text."""
        kind = self._number(1)
        if kind < _FIXMAP or kind >= _NEGATIVE:
            return None
        if kind < _NIL:
            return self._short(kind)
        if kind in _STRINGS:
            return self._take(self._number(_STRINGS[kind])).decode("utf-8")
        if kind in _MAPS:
            self._enter(2 * self._number(_MAPS[kind]))
        elif kind in _ARRAYS:
            self._enter(self._number(_ARRAYS[kind]))
        elif kind in _BINARIES:
            self._take(self._number(_BINARIES[kind]))
        elif kind in _SCALARS:
            self._take(_SCALARS[kind])
        else:
            raise ValueError("extension or unused type")
        return None

    def _short(self, kind: int) -> str | None:
        if kind >= _FIXSTR:
            return self._take(kind - _FIXSTR).decode("utf-8")
        self._enter(kind - _FIXARRAY if kind >= _FIXARRAY else 2 * (kind - _FIXMAP))
        return None

    def _enter(self, lacking: int) -> None:
        if len(self._open) == MAX_DEPTH:
            raise ValueError("too deep")
        self._open.append(lacking)

    def _number(self, size: int) -> int:
        return int.from_bytes(self._take(size), "big")

    def _take(self, size: int) -> bytes:
        taken = self._raw[self._at : self._at + size]
        if len(taken) < size:
            raise ValueError("truncated")
        self._at += size
        return taken
