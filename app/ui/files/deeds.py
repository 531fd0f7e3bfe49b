"""What a person can do with a transfer, by its state."""

from __future__ import annotations

from enum import Enum

from app.domain.files import TransferState, TransferView
from app.ui.files.phrases import is_image


class Deed(Enum):
    """The value is what a button or a menu says."""

    ACCEPT = "Accept"
    SAVE_AS = "Save as…"
    DECLINE = "Decline"
    PAUSE = "Pause"
    RESUME = "Resume"
    CANCEL = "Cancel"
    OPEN = "Open"
    SHOW = "Show in folder"
    COPY_TO = "Save a copy…"
    COPY_IMAGE = "Copy image"
    LOCATE = "Locate…"


GLYPHS = {
    Deed.ACCEPT: "download",
    Deed.SAVE_AS: "folder-open",
    Deed.DECLINE: "x",
    Deed.PAUSE: "pause",
    Deed.RESUME: "play",
    Deed.CANCEL: "x",
    Deed.OPEN: "file",
    Deed.SHOW: "folder",
    Deed.COPY_TO: "download",
    Deed.COPY_IMAGE: "image",
    Deed.LOCATE: "search",
}
_MOVED = {"file-not-found", "source-gone"}
_MOVING = (Deed.PAUSE, Deed.CANCEL)
_STOPPED = (Deed.RESUME, Deed.CANCEL)
_HERE = (Deed.OPEN, Deed.SHOW)
_OWN = {
    TransferState.PREPARING: (Deed.CANCEL,),
    TransferState.OFFERED: (*_HERE, Deed.CANCEL),
    TransferState.WAITING: (*_HERE, Deed.CANCEL),
    TransferState.RUNNING: _MOVING,
    TransferState.PAUSED: _STOPPED,
    TransferState.DONE: _HERE,
    TransferState.FAILED: _STOPPED,
    TransferState.DECLINED: _HERE,
    TransferState.CANCELLED: _HERE,
}
_THEIRS = {
    TransferState.OFFERED: (Deed.ACCEPT, Deed.SAVE_AS, Deed.DECLINE),
    TransferState.WAITING: _MOVING,
    TransferState.RUNNING: _MOVING,
    TransferState.PAUSED: _STOPPED,
    TransferState.DONE: _HERE,
    TransferState.FAILED: _STOPPED,
    TransferState.DECLINED: (Deed.ACCEPT, Deed.SAVE_AS),
}


def deeds(view: TransferView) -> tuple[Deed, ...]:
    """Return what makes sense now, the likeliest first."""
    found = (_OWN if view.own else _THEIRS).get(view.state, ())
    if view.state is TransferState.FAILED and view.own and view.is_offered:
        moved = not view.path or view.reason in _MOVED
        found = (Deed.LOCATE, Deed.RESUME) if moved else (Deed.RESUME, Deed.LOCATE)
        found = (*(deed for deed in found if view.path or deed is Deed.LOCATE), Deed.CANCEL)
    return found if view.path else tuple(deed for deed in found if deed not in _HERE)


def more_deeds(view: TransferView) -> tuple[Deed, ...]:
    """Return what may be done besides, in a menu."""
    if not view.path or Deed.OPEN not in deeds(view):
        return ()
    found = (Deed.COPY_TO, Deed.COPY_IMAGE) if is_image(view.name) else (Deed.COPY_TO,)
    return found if view.own else (*found, Deed.LOCATE)
