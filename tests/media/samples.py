"""Films and sounds made for tests."""

from __future__ import annotations

import math
from array import array
from pathlib import Path
from typing import cast

import av
from av.audio.stream import AudioStream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from app.media.pcm import Pcm, Spoken
from app.media.voice import VoiceEncoder

TONE_HZ = 440


def tone(pcm: Pcm, seconds: float = 1.0, share: float = 0.6, hz: int = TONE_HZ) -> bytes:
    """Return a sine of so much of full scale, as a source of this kind gives it."""
    kinds = {"u8": ("B", 127), "s16": ("h", 32767), "s32": ("i", 2**31 - 1), "flt": ("f", 1)}
    code, full = kinds[pcm.kind]
    middle = 128 if pcm.kind == "u8" else 0
    found = array(code)
    for at in range(round(pcm.rate * seconds)):
        value = middle + share * full * math.sin(2 * math.pi * hz * at / pcm.rate)
        found.extend([value if pcm.kind == "flt" else int(value)] * pcm.channels)  # type: ignore[list-item]
    return found.tobytes()


def spoken(seconds: float = 1.0, share: float = 0.6) -> Spoken:
    """Return a finished voice message."""
    encoder = VoiceEncoder(Pcm())
    encoder.feed(tone(Pcm(), seconds, share))
    return encoder.finish()


def film(  # noqa: PLR0913 - a test names what it needs
    path: Path,
    *,
    codec: str = "mpeg4",
    frames: int = 25,
    rate: int = 25,
    size: tuple[int, int] = (96, 64),
    dark: int = 0,
    sound: bool = False,
) -> Path:
    """Write a film whose first `dark` frames are black and the others blue."""
    with av.open(str(path), "w") as container:
        stream = cast("VideoStream", container.add_stream(codec, rate=rate))
        stream.width, stream.height = size
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        track: AudioStream | None = None
        if sound:
            track = container.add_stream("aac", rate=48_000, layout="mono")
        for at in range(frames):
            frame = _plain(size, b"\0\0\0" if at < dark else b"\x20\x40\xe0")
            frame = frame.reformat(format=stream.pix_fmt)
            frame.pts = at
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if track is not None:
            silence = av.AudioFrame("fltp", "mono", 1024)
            silence.planes[0].update(bytes(4096))
            silence.sample_rate = 48_000
            container.mux(track.encode(silence))
            container.mux(track.encode(None))
    return path


def _plain(size: tuple[int, int], colour: bytes) -> VideoFrame:
    frame = VideoFrame(*size, "rgb24")
    row = (colour * size[0]).ljust(frame.planes[0].line_size, b"\0")
    frame.planes[0].update(row * size[1])
    return frame
