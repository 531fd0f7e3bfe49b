"""Offers of files as bodies, and what a person may say of them."""

from __future__ import annotations

import msgspec
import pytest

from app.domain.bounds import is_file_name, is_within_bounds
from app.domain.codec import decode_body, encode_body
from app.domain.errors import AppError
from app.domain.events import Unsupported
from app.domain.files import FileOffered, bare
from app.domain.limits import MAX_FILE_SIZE, MAX_TEXT_BYTES, MAX_VOICE_MS, MAX_WAVE_BYTES
from app.domain.manifest import MAX_FILES
from app.domain.policy import check_operable, clean_caption, clean_file_name
from app.domain.views import MessageKind

ROOT = bytes(32)
OFFER = FileOffered("a.txt", 5, ROOT)


@pytest.mark.parametrize(
    "offer",
    [
        OFFER,
        FileOffered("Photos", MAX_FILE_SIZE, ROOT, MAX_FILES, True, "See", bytes(32), 60),
        FileOffered("Приве́т 🎉", 0, ROOT, 0),
        FileOffered("مرحبا.pdf", 0, ROOT),
        FileOffered("a.ogg", 5, ROOT, voice_ms=1),
        FileOffered("a.ogg", 5, ROOT, voice_ms=MAX_VOICE_MS, wave=bytes(MAX_WAVE_BYTES)),
        FileOffered("a", 5, ROOT, text="@Bo", forwarded_from="Ana", mentions=(bytes(32),)),
    ],
)
def test_good_offers_are_read_as_they_were_written(offer: FileOffered) -> None:
    assert decode_body(encode_body(offer)) == offer


@pytest.mark.parametrize(
    "offer",
    [
        FileOffered("", 5, ROOT),
        FileOffered("..", 5, ROOT),
        FileOffered(".", 5, ROOT),
        FileOffered("a/b", 5, ROOT),
        FileOffered("a\x00b", 5, ROOT),
        FileOffered("gpj.\u202eexe", 5, ROOT),
        FileOffered("x" * 256, 5, ROOT),
        FileOffered("a", -1, ROOT),
        FileOffered("a", MAX_FILE_SIZE + 1, ROOT),
        FileOffered("a", 5, b"short"),
        FileOffered("a", 5, ROOT, -1),
        FileOffered("a", 5, ROOT, MAX_FILES + 1),
        FileOffered("a", 5, ROOT, text="\x07"),
        FileOffered("a", 5, ROOT, text="x" * (MAX_TEXT_BYTES + 1)),
        FileOffered("a", 5, ROOT, reply_to=b"short"),
        FileOffered("a", 5, ROOT, vanish_s=-1),
        FileOffered("a", 5, ROOT, voice_ms=-1),
        FileOffered("a", 5, ROOT, voice_ms=MAX_VOICE_MS + 1),
        FileOffered("a", 5, ROOT, voice_ms=1, wave=bytes(MAX_WAVE_BYTES + 1)),
        FileOffered("a", 5, ROOT, wave=b"\x05"),
        FileOffered("a", 5, ROOT, files=2, voice_ms=1),
        FileOffered("a", 5, ROOT, is_folder=True, voice_ms=1),
        FileOffered("a", 5, ROOT, forwarded_from=" Ana"),
        FileOffered("a", 5, ROOT, mentions=(b"short",)),
    ],
)
def test_offers_out_of_their_bounds_are_not_read(offer: FileOffered) -> None:
    assert not is_within_bounds(offer)
    assert decode_body(msgspec.msgpack.encode(offer)) == Unsupported("file")


def test_what_is_said_is_apart_from_what_is_offered() -> None:
    said = FileOffered("a", 5, ROOT, 2, True, "Look", bytes(32), 9, "Ana", (bytes(32),))
    assert bare(said) == FileOffered("a", 5, ROOT, 2, True)


def test_captions() -> None:
    assert clean_caption("") == ""
    assert clean_caption(" \n\u200b ") == ""
    assert clean_caption("Look\x07 here") == "Look here"
    with pytest.raises(AppError, match="text too long"):
        clean_caption("x" * (MAX_TEXT_BYTES + 1))


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a b.txt", "a b.txt"), ("gpj.\u202eexe", "gpj._exe"), ("a" * 300, "a" * 200)],
)
def test_names(name: str, shown: str) -> None:
    clean = clean_file_name(name)
    assert is_file_name(clean)
    assert clean == shown


def test_a_file_may_be_changed_as_a_text_may() -> None:
    check_operable(MessageKind.FILE, deleted=False)
    with pytest.raises(AppError, match="message deleted"):
        check_operable(MessageKind.FILE, deleted=True)
