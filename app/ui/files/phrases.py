"""Short texts about files: sizes, rates, times, states. Pure, so they can be tested."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import PurePosixPath

from app.domain.files import FileOffered, Lane, Receiver, TransferState, TransferView
from app.ui import wording
from app.ui.file_names import shown_name
from app.ui.phrases import count, first_name, one_line
from app.ui.voice.sounding import lasting

_UNITS = ("bytes", "KB", "MB", "GB", "TB")
_STEP = 1000
_FEW = 10
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_LONG_S = 30 * _DAY
LANES = {Lane.DIRECT: "direct", Lane.WEBRTC: "WebRTC", Lane.RELAY: "relayed"}
_KINDS = {
    "image": "png jpg jpeg webp gif bmp tif tiff svg heic avif",
    "film": "mp4 mkv webm mov avi m4v",
    "music": "mp3 ogg opus flac wav m4a aac",
    "file-archive": "zip gz xz bz2 zst tar tgz 7z rar deb rpm iso",
    "table": "csv tsv xls xlsx ods",
    "file-code": "py js ts c h cpp rs go java sh json xml html css toml yaml yml",
    "file-text": "txt md pdf doc docx odt rtf tex log epub",
}
_GLYPHS = {end: glyph for glyph, ends in _KINDS.items() for end in ends.split()}
_STATES = {
    TransferState.PREPARING: "Being read",
    TransferState.WAITING: "Waiting for {giver}",
    TransferState.PAUSED: "Paused",
    TransferState.FAILED: "Stopped",
    TransferState.DECLINED: "Declined",
    TransferState.CANCELLED: "Taken back",
}
SPOILT = "What came was not what was offered, and was thrown away. It is tried again now and then."
NO_WAY = "No connection yet. Tried {ways}; it goes on trying by itself."
_NO_TROUBLE = {"paused", "not-here", "crossed", "busy"}
"""Codes with which the other side is reached all the same."""
CUT_OFF = "Cut off for breaking the rules"
MOST_NAMED = 3
_STUCK = {TransferState.FAILED, TransferState.PAUSED, TransferState.WAITING}
_AT_REST = {TransferState.OFFERED, TransferState.DONE}


def glyph(name: str, *, is_folder: bool = False) -> str:
    """The icon for a file with this name."""
    end = PurePosixPath(name).suffix.removeprefix(".").lower()
    return "folder" if is_folder else _GLYPHS.get(end, "file")


def is_image(name: str) -> bool:
    """Whether a small picture of such a file may be tried."""
    return name.lower().endswith((".png", ".jpg", ".jpeg", ".webp"))


def size(number: int) -> str:
    """`0 bytes`, `48 KB`, `2.8 MB`, `742 MB`: decimal units, as the system's file manager."""
    value, unit = float(max(number, 0)), 0
    while round(value) >= _STEP and unit < len(_UNITS) - 1:
        value, unit = value / _STEP, unit + 1
    return f"{_digits(value, unit)} {_UNITS[unit] if number != 1 else 'byte'}"


def _digits(value: float, unit: int) -> str:
    return f"{value:.1f}" if unit and value < _FEW else f"{value:.0f}"


def rate(bytes_per_second: float) -> str:
    """`18.4 MB/s`: three figures tell how fast it is."""
    value, unit = max(bytes_per_second, 0.0), 0
    while round(value) >= _STEP and unit < len(_UNITS) - 1:
        value, unit = value / _STEP, unit + 1
    figures = f"{value:.1f}" if unit and value < _FEW * _FEW else f"{value:.0f}"
    return f"{figures} {_UNITS[unit] if unit else 'B'}/s"


def part(done: int, whole: int) -> str:
    """`486 of 742 MB`; the unit once if it is the same."""
    first, last = size(done), size(whole)
    figures, _, unit = first.partition(" ")
    return f"{figures} of {last}" if last.endswith(f" {unit}") else f"{first} of {last}"


def percent(done: int, whole: int) -> int:
    """How much there is, rounded down; all of an empty file."""
    return 100 if whole <= 0 else min(max(done, 0) * 100 // whole, 100)


def left(seconds: float) -> str:
    """`14 s left`, `3 min left`, `2 h left`; "" for what nobody can tell."""
    if not math.isfinite(seconds) or seconds > _LONG_S:
        return ""
    for unit, word in ((_DAY, "days"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= 2 * unit:
            return f"{math.ceil(seconds / unit)} {word} left"
    return f"{max(math.ceil(seconds), 1)} s left"


def time_left(view: TransferView) -> str:
    """How long a running transfer may still take, as far as its rate tells."""
    return left((view.size - view.done) / view.rate) if view.rate > 0 else ""


def progress_line(view: TransferView) -> str:
    """`486 of 742 MB · 14 s left`."""
    return _joined([part(view.done, view.size), time_left(view)])


def sum_line(running: Sequence[TransferView]) -> str:
    """`2 transfers · 41.0 MB/s · 3 min left`: what all that runs, or is read, comes to."""
    fast = sum(view.rate for view in running)
    missing = sum(max(view.size - view.done, 0) for view in running)
    if all(view.state is TransferState.PREPARING for view in running):
        many = f"Reading {count(len(running), 'file')}"
        return _joined([many, left(missing / fast)]) if fast > 0 else many
    many = count(len(running), "transfer")
    return _joined([many, rate(fast), left(missing / fast)]) if fast > 0 else many


def lane_line(view: TransferView) -> str:
    """`direct · 412 MB/s`; for several who fetch, how far each is; "" while nothing moves."""
    fetching = [each for each in view.receivers if each.state is TransferState.RUNNING]
    if view.own and len(fetching) > 1:
        shares = [(first_name(one_line(each.name)), each.done) for each in fetching[:MOST_NAMED]]
        named = [f"{name} {percent(done, view.size)} %" for name, done in shares]
        more = [f"{len(fetching) - MOST_NAMED} more"] if len(fetching) > MOST_NAMED else []
        return _joined([*named, *more])
    lane = view.lane or next((each.lane for each in view.receivers if each.lane), None)
    return _joined([LANES[lane] if lane else "", rate(view.rate) if view.rate > 0 else ""])


def what(name: str, whole: int, files: int, *, is_folder: bool) -> str:
    """`2.8 MB`, `1 204 files · 312 MB`, without saying which."""
    many = is_folder or files != 1
    return _joined([count(files, "file") if many else "", size(whole)]) if name else ""


def offer_line(offer: FileOffered) -> str:
    """What is offered, besides its name."""
    return what(offer.name, offer.size, offer.files, is_folder=offer.is_folder)


def reading_line(view: TransferView) -> str:
    """`Reading 1.2 of 50 GB · 40 s left` of what is looked through before it is given."""
    if view.state is TransferState.FAILED:
        return wording.sentence(view.reason)
    if not view.size:
        return "Waiting to be read"
    return _joined([f"Reading {part(view.done, view.size)}", time_left(view)])


def state_line(view: TransferView) -> str:
    """The line below a name: what it is, and what keeps it from moving."""
    if view.state is TransferState.PREPARING or not view.is_offered:
        return reading_line(view)
    if view.state is TransferState.RUNNING:
        return progress_line(view)
    about = what(view.name, view.size, view.files, is_folder=view.is_folder)
    if view.own and view.state in {*_AT_REST, TransferState.WAITING}:
        return _joined([about, receivers_line(view.receivers)])
    if view.state in _AT_REST:
        return about
    begun = 0 < view.done < view.size
    about = part(view.done, view.size) if begun else about
    return _joined([_standing(view), about])


def _standing(view: TransferView) -> str:
    """What keeps it from moving, in a few words."""
    giver = one_line(view.peer_name) or "a member"
    if view.state is TransferState.WAITING and _is_paused_there(view):
        return f"Paused by {giver}"
    return _STATES[view.state].format(giver=giver)


def _is_paused_there(view: TransferView) -> bool:
    return any(each.peer == view.peer and each.code == "paused" for each in view.troubles)


def has_bar(view: TransferView) -> bool:
    """Whether it is worth while to show how far it is."""
    if view.state is TransferState.PREPARING:
        return view.size > 0
    return view.state is TransferState.RUNNING or (view.state in _STUCK and view.done > 0)


def reason_line(view: TransferView) -> str:
    """Why a transfer does not move that nobody stopped, as a sentence; else ""."""
    match view.state:
        case TransferState.FAILED | TransferState.PAUSED if view.reason:
            return wording.sentence(view.reason)
        case TransferState.WAITING if view.reason in wording.PEER_FAULTS:
            return SPOILT
        case TransferState.WAITING if view.reason == "not-there":
            return wording.sentence(view.reason)
        case TransferState.WAITING if ways_tried(view):
            return NO_WAY.format(ways=_listed([way for way, _ in ways_tried(view)]))
        case _:
            return ""


def ways_tried(view: TransferView) -> list[tuple[str, str]]:
    """By which ways who offers it could not be reached, each with the code of why."""
    tried = [each for each in view.troubles if each.peer == view.peer]
    return [(LANES[each.lane], each.code) for each in tried if each.code not in _NO_TROUBLE]


def ways_line(view: TransferView) -> str:
    """Why there is no connection, way by way, as sentences."""
    tried = [f"{way}: {wording.sentence(code)}" for way, code in ways_tried(view)]
    return "\n".join(tried)


def reused_line(view: TransferView) -> str:
    """`312 MB of 1.2 GB were here already`; "" if nothing was."""
    if view.reused <= 0:
        return ""
    return f"{size(view.reused)} of {size(view.size)} were here already"


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def receivers_line(receivers: Sequence[Receiver]) -> str:
    """`2 of 3 have it`; "" if nobody could."""
    if not receivers:
        return ""
    have = sum(each.state is TransferState.DONE for each in receivers)
    if have == len(receivers):
        return "received" if have == 1 else "all have it"
    return f"{have} of {len(receivers)} have it" if len(receivers) > 1 else "waiting to be fetched"


def receiver_line(receiver: Receiver, whole: int) -> str:
    """How far one member is: `direct · 412 MB/s · 40 %`."""
    match receiver.state:
        case TransferState.DONE:
            return "Has it"
        case TransferState.RUNNING:
            lane = LANES[receiver.lane] if receiver.lane else ""
            fast = rate(receiver.rate) if receiver.rate > 0 else ""
            return _joined([lane, fast, f"{percent(receiver.done, whole)} %"])
        case TransferState.OFFERED:
            return "Has not answered"
        case TransferState.DECLINED:
            return "Declined"
        case TransferState.FAILED | TransferState.PAUSED:
            cut_off = receiver.reason in wording.PEER_FAULTS
            return CUT_OFF if cut_off else f"Stopped at {percent(receiver.done, whole)} %"
        case _:
            return "Waiting"


def spoken(view: TransferView) -> str:
    """State and progress as a screen reader says them; the same within one percent."""
    name = "Folder" if view.is_folder else "File"
    about = what(view.name, view.size, view.files, is_folder=view.is_folder)
    head = f"{name} {shown_name(view.name)}, {about}"
    if view.voice_ms:
        head = f"Voice message, {lasting(view.voice_ms)}"
    if view.state is TransferState.RUNNING:
        way = f", {LANES[view.lane]}" if view.lane else ""
        verb = "sending" if view.own else "receiving"
        return f"{head}, {verb}, {percent(view.done, view.size)} percent{way}"
    return ", ".join(each for each in (head, _at_rest(view), reason_line(view)) if each)


def spoken_state(view: TransferView) -> str:
    """How far it is, as a phrase of its own."""
    if view.state is TransferState.RUNNING:
        return _joined([progress_line(view), lane_line(view)])
    return _joined([_at_rest(view).capitalize(), reason_line(view)])


def _at_rest(view: TransferView) -> str:
    match view.state:
        case TransferState.OFFERED if not view.own:
            return "offered to you"
        case TransferState.DONE if not view.own:
            return "received"
        case TransferState.OFFERED | TransferState.DONE | TransferState.WAITING if view.own:
            return receivers_line(view.receivers)
        case _:
            return _standing(view)


def _joined(parts: Sequence[str]) -> str:
    return " · ".join(each for each in parts if each)
