"""Whatever a microphone gives becomes a file that says how long and how loud it is."""

from __future__ import annotations

import io
from array import array
from itertools import pairwise

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.limits import MAX_WAVE_BYTES
from app.media.loudness import BARS, bars, loudness
from app.media.pcm import Pcm
from app.media.voice import VoiceEncoder
from tests.media.samples import spoken, tone

KINDS = [
    Pcm(),
    Pcm(44_100, 2, "flt"),
    Pcm(16_000, 1, "s16"),
    Pcm(48_000, 6, "s16"),
    Pcm(8_000, 1, "u8"),
    Pcm(96_000, 2, "s32"),
]


def decoded(sound: bytes) -> tuple[int, int]:
    """Return how many samples come out at 48 kHz, and the loudest of them in thousandths."""
    samples, loudest = 0, 0.0
    with av.open(io.BytesIO(sound), "r") as container:
        for frame in container.decode(audio=0):
            samples += frame.samples
            found = array("f", bytes(frame.planes[0])[: frame.samples * 4])
            loudest = max(loudest, *map(abs, found))
    return samples, round(loudest * 1000)


@pytest.mark.parametrize("pcm", KINDS, ids=lambda pcm: f"{pcm.kind}-{pcm.rate}-{pcm.channels}")
def test_every_kind_of_source_sounds_as_it_did(pcm: Pcm) -> None:
    encoder = VoiceEncoder(pcm)
    encoder.feed(tone(pcm, 1.5))
    assert encoder.ms == 1500
    made = encoder.finish()
    samples, loudest = decoded(made.sound)
    assert abs(samples - 72_000) < 2000
    assert 300 < loudest < 1000
    assert made.ms == 1500
    assert len(made.wave) == 75
    assert min(made.wave[2:-2]) > 200


def test_it_is_small_and_what_it_says_it_is() -> None:
    made = spoken(10)
    assert len(made.sound) < 60_000
    with av.open(io.BytesIO(made.sound), "r") as container:
        assert container.format.name == "ogg"
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.channels) == ("opus", 1)
    assert len(made.wave) == BARS <= MAX_WAVE_BYTES


@settings(max_examples=15, deadline=None)
@given(cuts=st.lists(st.integers(0, 48_000), max_size=12))
def test_how_it_is_cut_makes_no_difference(cuts: list[int]) -> None:
    pcm = tone(Pcm(), 0.5)
    whole, parts = VoiceEncoder(Pcm()), VoiceEncoder(Pcm())
    whole.feed(pcm)
    edges = [0, *sorted(min(cut, len(pcm)) for cut in cuts), len(pcm)]
    for start, end in pairwise(edges):
        parts.feed(pcm[start:end])
    one, other = whole.finish(), parts.finish()
    assert (one.ms, one.wave) == (other.ms, other.wave)
    assert decoded(one.sound) == decoded(other.sound)


def test_nothing_and_silence_are_recordings_too() -> None:
    assert VoiceEncoder(Pcm()).finish().ms == 0
    made = spoken(0.2, 0.0)
    assert (made.ms, set(made.wave)) == (200, {0})


def test_what_is_given_up_leaves_nothing() -> None:
    encoder = VoiceEncoder(Pcm())
    encoder.feed(tone(Pcm(), 0.1))
    encoder.close()


def test_loudness() -> None:
    assert loudness(array("h")) == 0
    assert loudness(array("h", [0] * 960)) == 0
    assert loudness(array("h", [1] * 960)) == 0
    assert loudness(array("h", [32767, -32768] * 480)) == 255
    quiet, loud = (array("h", [value, -value] * 480) for value in (300, 9000))
    assert 0 < loudness(quiet) < loudness(loud) < 255


@given(st.binary(max_size=700), st.integers(1, 128))
def test_bars_keep_the_order_and_the_loudest(levels: bytes, most: int) -> None:
    found = bars(levels, most)
    assert len(found) == min(len(levels), most)
    assert max(found, default=0) == max(levels, default=0)
    if len(levels) <= most:
        assert found == levels
