"""Requests about files; the settings are beyond what the headless contract asks for."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from app.cli.request_base import BaseRequest
from app.domain.files import Lane

Bytes = Annotated[int, Meta(ge=0, le=1 << 53)]


class SendFile(BaseRequest, tag="send_file"):
    """`path` is a file or folder, `text` what is said about it, in reply to a message perhaps."""

    room: str
    path: str
    text: str = ""
    reply_to: str | None = None


class FileAccept(BaseRequest, tag="file_accept"):
    """Without `to` it goes where the settings say."""

    transfer: str
    to: str | None = None


class FileDecline(BaseRequest, tag="file_decline"):
    transfer: str


class FilePause(BaseRequest, tag="file_pause"):
    transfer: str


class FileResume(BaseRequest, tag="file_resume"):
    transfer: str


class FileLocate(BaseRequest, tag="file_locate"):
    """It lies at `path` now."""

    transfer: str
    path: str


class FileCancel(BaseRequest, tag="file_cancel"):
    transfer: str


class Transfers(BaseRequest, tag="transfers"): ...


class FileSettings(BaseRequest, tag="file_settings"):
    """Those fields that are given are set; the answer has all of them.

    Caps are bytes a second, 0 for none. Bytes travel by `ways` alone; `recovery` lets WebRTC lanes
    take losses by rules of our own.
    """

    folder: str | None = None
    auto_folder: str | None = None
    auto_limit: Bytes | None = None
    voice_limit: Bytes | None = None
    trusted: list[str] | None = None
    cap_up: Bytes | None = None
    cap_down: Bytes | None = None
    ways: list[Lane] | None = None
    recovery: bool | None = None


TransferRequest = (
    SendFile
    | FileAccept
    | FileDecline
    | FilePause
    | FileResume
    | FileCancel
    | FileLocate
    | Transfers
    | FileSettings
)
