"""Transfers as the JSON objects of the headless contract."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from app.domain.files import FileOffered, Lane, Receiver, TransferState, TransferView, WayTrouble
from app.domain.ids import EventId, PeerId, to_text
from app.services.transfers_api import TransferSettings

Json = dict[str, Any]
Known = tuple[TransferState, int]


def offer(file: FileOffered) -> Json:
    """Return what a message offers."""
    return {
        "name": file.name,
        "size": file.size,
        "files": file.files,
        "folder": file.is_folder,
        "digest": file.root.hex(),
        **({"voice_ms": file.voice_ms} if file.voice_ms else {}),
    }


def transfer(view: TransferView) -> Json:
    extra = {
        "files": view.files,
        "path": view.path,
        "reason": view.reason,
        "reused": view.reused,
    }
    receivers = [_receiver(one) for one in view.receivers]
    troubles = [_trouble(one) for one in view.troubles]
    return {
        "transfer": to_text(view.transfer),
        "room": to_text(view.room),
        "peer": to_text(view.peer),
        "name": view.name,
        "size": view.size,
        "done": view.done,
        "state": view.state.value,
        "rate": round(view.rate),
        "lane": _lane(view.lane),
        "digest": view.digest,
        "own": view.own,
        "folder": view.is_folder,
        **{name: value for name, value in extra.items() if value},
        **({"receivers": receivers} if receivers else {}),
        **({"troubles": troubles} if troubles else {}),
    }


def settings(chosen: TransferSettings) -> Json:
    return {
        "folder": str(chosen.folder),
        "auto_folder": str(chosen.auto_folder),
        "auto_limit": chosen.auto_limit,
        "voice_limit": chosen.voice_limit,
        "trusted": sorted(map(to_text, chosen.trusted)),
        "cap_up": chosen.cap_up,
        "cap_down": chosen.cap_down,
        "ways": [lane.value for lane in Lane if lane in chosen.ways],
        "recovery": chosen.recovery,
    }


def _receiver(one: Receiver) -> Json:
    return {
        "peer": to_text(one.peer),
        "name": one.name,
        "done": one.done,
        "state": one.state.value,
        "rate": round(one.rate),
        "lane": _lane(one.lane),
        **({"reason": one.reason} if one.reason else {}),
    }


def _trouble(one: WayTrouble) -> Json:
    return {"peer": to_text(one.peer), "lane": one.lane.value, "code": one.code}


def _lane(lane: Lane | None) -> str | None:
    return lane.value if lane is not None else None


class TransferNotices:
    """Makes notices of how transfers change; `known` ones have been told of."""

    def __init__(self, known: Iterable[TransferView] = ()) -> None:
        self._last: dict[tuple[EventId, PeerId], Known] = {}
        for view in known:
            self._last |= {key: (one.state, one.done) for key, one in _ends(view)}

    def of(self, view: TransferView) -> Iterator[Json]:
        """Yield what is new in a view; for an own offer, of each receiver.

        Nothing is told of what is read, before it is offered or once more: its request is answered
        in the end.
        """
        if not view.is_offered or view.state is TransferState.PREPARING:
            return
        for key, one in _ends(view):
            last = self._last.get(key)
            now = self._last[key] = (one.state, one.done)
            if now != last:
                yield from _notices(view, one, last)


def _ends(view: TransferView) -> Iterator[tuple[tuple[EventId, PeerId], Receiver]]:
    """Yield how far each end is that matters: of what we get the author, else all receivers.

    Our own state stands beside those only if nobody gets anything in it.
    """
    whole = Receiver(view.peer, view.peer_name, view.done, view.state, view.rate, view.lane)
    if not view.own or view.state in (TransferState.FAILED, TransferState.CANCELLED):
        yield (view.transfer, view.peer), whole
    for one in view.receivers:
        yield (view.transfer, one.peer), one


def _notices(view: TransferView, one: Receiver, last: Known | None) -> Iterator[Json]:
    named = {"transfer": to_text(view.transfer), "peer": to_text(one.peer)}
    before = last[0] if last is not None else None
    match one.state:
        case TransferState.OFFERED if before is None:
            yield {
                "event": "file_offer",
                "room": to_text(view.room),
                **named,
                "name": view.name,
                "size": view.size,
                "digest": view.digest,
                "files": view.files,
                "folder": view.is_folder,
            }
        case TransferState.RUNNING:
            yield {
                "event": "file_progress",
                **named,
                "done": one.done,
                "size": view.size,
                "rate": round(one.rate),
                "lane": _lane(one.lane),
            }
        case TransferState.DONE if before is not TransferState.DONE:
            reused = {"reused": view.reused} if view.reused else {}
            yield {
                "event": "file_done",
                **named,
                "path": view.path,
                "digest": view.digest,
                **reused,
            }
        case TransferState.FAILED if before is not TransferState.FAILED:
            yield {"event": "file_failed", **named, "code": one.reason or view.reason}
        case TransferState.CANCELLED if before is not TransferState.CANCELLED:
            yield {"event": "file_failed", **named, "code": "cancelled"}
        case TransferState.DECLINED if view.own and before is not TransferState.DECLINED:
            yield {"event": "file_failed", **named, "code": "declined"}
