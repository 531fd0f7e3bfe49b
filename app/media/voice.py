"""What a microphone gives becomes a voice message: Opus in Ogg, one channel."""

from __future__ import annotations

import io
from array import array
from collections.abc import Iterator

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream

from app.media.loudness import bars, loudness
from app.media.pcm import RATE, Pcm, Spoken

BITS_PER_SECOND = 28_000
CHUNK = RATE // 50
"""Samples of which each tells one level: 20 ms."""


class VoiceEncoder:
    """Encodes while it is being spoken; `levels` has one byte for each 20 ms so far."""

    def __init__(self, source: Pcm) -> None:
        self._source = source
        self._file = io.BytesIO()
        self._container = av.open(self._file, "w", format="ogg")
        options = {"application": "voip"}
        stream = self._container.add_stream("libopus", rate=RATE, options=options)
        self._stream: AudioStream = stream
        self._stream.bit_rate = BITS_PER_SECOND
        self._stream.layout = "mono"
        self._stream.format = "s16"
        self._resampler = AudioResampler("s16", "mono", RATE, CHUNK)
        self._rest = b""
        self._given = 0
        self._encoded = 0
        self.levels = bytearray()

    @property
    def ms(self) -> int:
        """How long it is so far."""
        return self._given * 1000 // self._source.rate

    def feed(self, pcm: bytes) -> None:
        """Take in what was recorded since; half a sample is kept for the next time."""
        whole = self._rest + pcm
        size = self._source.frame_bytes
        count = len(whole) // size
        self._rest = whole[count * size :]
        if count:
            self._take(self._frame(whole[: count * size], count))

    def finish(self) -> Spoken:
        """Return the whole; nothing can be fed any more."""
        self._encode(self._resampler.resample(None))
        for packet in self._stream.encode(None):
            self._container.mux(packet)
        self._container.close()
        return Spoken(self._file.getvalue(), self.ms, bars(bytes(self.levels)))

    def close(self) -> None:
        """Give up what was recorded."""
        self._container.close()

    def _frame(self, pcm: bytes, count: int) -> AudioFrame:
        layout = "mono" if self._source.channels == 1 else f"{self._source.channels} channels"
        frame = AudioFrame(self._source.kind, layout, count)
        frame.planes[0].update(pcm)
        frame.sample_rate = self._source.rate
        frame.pts = self._given
        return frame

    def _take(self, frame: AudioFrame) -> None:
        self._given += frame.samples
        self._encode(self._resampler.resample(frame))

    def _encode(self, frames: list[AudioFrame]) -> None:
        for frame in frames:
            self.levels += bytes(_levels(frame))
            frame.pts = self._encoded
            self._encoded += frame.samples
            for packet in self._stream.encode(frame):
                self._container.mux(packet)


def _levels(frame: AudioFrame) -> Iterator[int]:
    samples = array("h", bytes(frame.planes[0])[: frame.samples * 2])
    for at in range(0, len(samples), CHUNK):
        yield loudness(samples[at : at + CHUNK])
