"""What a text consists of: blocks with styles in them; and offsets as Qt counts them."""

from __future__ import annotations

import re
import sys
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache

from app.domain import markdown
from app.domain.markdown import Kind, Part, Run, Style

BIG_EMOJI = 3
LONG, FOLD_TO = 4000, 3000
LONG_LINES, FOLD_TO_LINES = 60, 40
"""Characters and lines from which on a message is folded, and how much of it is then shown."""
UNFOLD = "unfold:"
UNFOLD_TEXT = "Show the whole message"
LINE_BREAK = "\u2028"
_JOINER = 0x200D
_EMOJI_PARTS = {_JOINER, 0xFE0F, 0x20E3}
_SKIN_TONES, _TAGS = range(0x1F3FB, 0x1F400), range(0xE0020, 0xE0080)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_PICTURES, _SYMBOLS = range(0x1F000, sys.maxunicode + 1), range(0x2600, 0x27C0)
_STACKED = re.compile(
    r"[\u0300-\u036f\u0483-\u0489\u0e31-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{4}"
)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch in another style: where it is, in UTF-16 units of the block's text.

    `url` is where it leads, "" for nowhere.
    """

    start: int
    length: int
    url: str
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class Block:
    """A run of lines of one kind. `start` is its place in the message, in UTF-16 units."""

    text: str
    start: int
    spans: tuple[Span, ...] = ()
    kind: Kind = Kind.TEXT
    language: str = ""
    level: int = 0


Names = tuple[tuple[str, bool], ...]
"""Who is mentioned, and whether that is us."""


@dataclass(frozen=True, slots=True)
class Content:
    """`big` for up to three emoji alone; `stacked` if marks may reach out of their line."""

    blocks: tuple[Block, ...]
    big: bool = False
    stacked: bool = False


def parse(text: str, *, whole: bool = False, names: Names = ()) -> Content:
    """Split a message's text into what is laid out. Never fails, whatever the text.

    Of a very long one only the beginning unless `whole`, with a link to unfold the rest.
    """
    if not whole and (part := folded(text)) != text:
        content = parse(part, whole=True, names=names)
        more = Span(0, units(UNFOLD_TEXT), UNFOLD)
        last = Block(UNFOLD_TEXT, units(markdown.plain(text)), (more,))
        return replace(content, blocks=(*content.blocks, last))
    if is_big_emoji(text):
        return Content((Block(text, 0),), big=True)
    blocks, start = [], 0
    for part_of in markdown.parse(text):
        block = _block(part_of, start, names)
        blocks.append(block)
        start += units(block.text) + 1
    return Content(tuple(blocks), stacked=bool(_STACKED.search(text)))


def _block(part: Part, start: int, names: Names) -> Block:
    runs = list(part.runs)
    if names and part.kind is not Kind.CODE:
        runs += mentions(part.text, names)
    spans = _spans(part.text, sorted(runs))
    shown = clean(part.text)
    return Block(shown, start, tuple(spans), part.kind, part.language, part.level)


def _spans(text: str, runs: list[Run]) -> list[Span]:
    """Count the places of `runs`, which are in order, as Qt does."""
    found, at, unit = [], 0, 0
    for run in runs:
        unit += units(text[at : run.start])
        at = run.start
        found.append(Span(unit, units(text[run.start : run.end]), run.url, run.style))
    return found


def mentions(text: str, names: Names) -> list[Run]:
    """Find where people are named after an `@`."""
    own = {name.casefold() for name, ours in names if ours}
    found = []
    for match in _mention_of(names).finditer(text):
        ours = match.group()[1:].casefold() in own
        style = Style.MENTION | (Style.OWN_MENTION if ours else Style.PLAIN)
        found.append(Run(match.start(), match.end(), style))
    return found


@lru_cache(maxsize=64)
def _mention_of(names: Names) -> re.Pattern[str]:
    longest_first = sorted((name for name, _ in names), key=len, reverse=True)
    return re.compile(
        rf"(?<!\w)@(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE
    )


def folded(text: str) -> str:
    """Return the beginning of a very long text, else the text itself."""
    if len(text) <= LONG and text.count("\n") <= LONG_LINES:
        return text
    lines = text[:FOLD_TO].split("\n")[:FOLD_TO_LINES]
    return "\n".join(lines)


def clean(text: str) -> str:
    """Return `text` of the same length, safe to lay out on one canvas.

    Line ends become U+2028; control and bidi override characters become blanks or nothing
    that could leave the bubble.
    """
    return text.translate(_CLEAN)


_CLEAN = dict.fromkeys(range(32), " ") | {
    0x7F: " ",
    0x0A: LINE_BREAK,
    0x0D: "\u200b",
    0x09: " ",
    0x2029: LINE_BREAK,
    0x202D: "\u200b",
    0x202E: "\u200b",
    0xFFFC: "\ufffd",
}


def is_big_emoji(text: str) -> bool:
    """Tell whether `text` is one to three emoji and nothing else."""
    count = 0
    joined = False
    if not text or len(text) > BIG_EMOJI * 12:
        return False
    for character in text:
        code = ord(character)
        if code in _EMOJI_PARTS or code in _SKIN_TONES or code in _TAGS:
            joined = code == _JOINER
        elif _is_emoji(character, code):
            count += not joined
            joined = False
        else:
            return False
    flags = sum(ord(character) in _FLAG_LETTERS for character in text)
    return 0 < count - flags // 2 <= BIG_EMOJI


def _is_emoji(character: str, code: int) -> bool:
    return unicodedata.category(character) == "So" and (code in _PICTURES or code in _SYMBOLS)


def is_rtl(text: str) -> bool:
    """Tell whether the first character of `text` that has a direction runs to the left."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((way for way in directions if way in ("L", "R", "AL")), "L") != "L"


def units(text: str) -> int:
    """Return the length of `text` in UTF-16 units, as Qt counts."""
    return len(text) + sum(character > "\uffff" for character in text)


def cut(text: str, start: int, end: int) -> str:
    """Return the part of `text` between two offsets in UTF-16 units."""
    raw = text.encode("utf-16-le", "surrogatepass")[2 * start : 2 * end]
    return raw.decode("utf-16-le", "ignore")
