"""Looks at a film or a sound: how long it is, and a picture of it. Runs in the child."""

from __future__ import annotations

import importlib
import pkgutil
from itertools import islice
from typing import IO

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from app.media.look_wire import MAX_MS, Look

MAX_PIXELS = 50_000_000
MOST_FRAMES = 60
"""So many frames are decoded at most to find one that is a picture."""
DARK = 12
"""A frame whose brightest part is below this is not worth showing."""
_FIRST_US = 3_000_000
_TENTH = 10


def look(file: IO[bytes], side: int) -> Look | None:
    """Return what is in a file, None if it is neither film nor sound.

    The picture has at most `side` pixels each way; a film that cannot be decoded has none.
    """
    try:
        with av.open(file, "r") as container:
            return _look(container, side)
    except (FFmpegError, ValueError, OverflowError):
        return None


def warm_up() -> None:
    """Load what is loaded at first use: afterwards no file can be opened."""
    for module in pkgutil.walk_packages(av.__path__, "av."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    _pixels(VideoFrame(32, 32, "yuv420p"), 16)


def _look(container: InputContainer, side: int) -> Look | None:
    films = [stream for stream in container.streams.video if not _is_cover(stream)]
    sounds = container.streams.audio
    if not films and not sounds:
        return None
    ms = min(max(container.duration or 0, 0) // 1000, MAX_MS)
    found = Look(ms, bool(sounds), bool(films))
    pictured = (films or container.streams.video)[:1]
    frame = _frame(container, pictured[0]) if pictured else None
    if frame is None:
        return found
    width, height, rgba = _pixels(frame, side)
    turned = -frame.rotation % 360
    turned = turned if turned % 90 == 0 else 0
    return Look(ms, found.has_sound, found.has_film, width, height, turned, rgba)


def _is_cover(stream: VideoStream) -> bool:
    """Whether it is the picture on the cover of some music."""
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _frame(container: InputContainer, stream: VideoStream) -> VideoFrame | None:
    """Return a frame from not quite the beginning; the first one where nothing else can be had."""
    # Whatever PyAV's types say, there is none where no decoder is known.
    context: VideoCodecContext | None = stream.codec_context
    if context is None or not 0 < context.width * context.height <= MAX_PIXELS:
        return None
    context.thread_count = 1
    context.thread_type = "NONE"
    at = min((container.duration or 0) // _TENTH, _FIRST_US)
    for start in (at, 0) if at > 0 and not _is_cover(stream) else (0,):
        try:
            if start or at:
                container.seek(start)
            if frame := _brightest(container, stream):
                return frame
        except FFmpegError:
            continue
    return None


def _brightest(container: InputContainer, stream: VideoStream) -> VideoFrame | None:
    """Return the first frame that is not dark, else the first."""
    first = None
    for picture in islice(container.decode(stream), MOST_FRAMES):
        if not _is_sound_size(picture):
            return first
        if not _is_dark(picture):
            return picture
        first = first or picture
    return first


def _is_sound_size(frame: VideoFrame) -> bool:
    """A frame may be larger than its stream said."""
    return 0 < frame.width * frame.height <= MAX_PIXELS


def _is_dark(frame: VideoFrame) -> bool:
    small = frame.reformat(16, 16, "gray")
    return max(bytes(small.planes[0])[: 16 * small.planes[0].line_size]) < DARK


def _pixels(frame: VideoFrame, side: int) -> tuple[int, int, bytes]:
    scale = min(side / max(frame.width, frame.height), 1.0)
    width, height = max(int(frame.width * scale), 1), max(int(frame.height * scale), 1)
    shown = frame.reformat(width, height, "rgba")
    plane = shown.planes[0]
    whole, row, step = bytes(plane), width * 4, plane.line_size
    if row == step:
        return width, height, whole[: row * height]
    return width, height, b"".join(whole[at * step : at * step + row] for at in range(height))
