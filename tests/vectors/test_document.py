"""The page on the protocol names every label, kind and bound that the code has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from app.crypto.kdf import ARGON2_ITERATIONS, ARGON2_MEMORY_KIB
from app.crypto.room_keys import CODE_SALT
from app.domain.clock import MAX_AHEAD_MS
from app.domain.events import MAX_EVENT_SIZE, MIN_EVENT_SIZE, KnownBody
from app.domain.limits import MAX_TEXT_BYTES
from app.domain.shape import MAX_DEPTH, MAX_VALUES
from app.protocol.fragments import MAX_MESSAGE_SIZE
from app.protocol.frames import MAX_FRAME_SIZE, MAX_TAGS, MAX_VECTOR_ENTRIES, TYPES
from app.protocol.heartbeat import DEAD_AFTER, PING_EVERY
from app.protocol.log_sync import BATCH_BYTES, RELAY_DELAY, WINDOW
from app.protocol.room_log import MAX_AUTHORS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
CODE = [*(ROOT / "app" / "crypto").glob("*.py"), *(ROOT / "app" / "protocol").glob("*.py")]
# What stays on one machine is no part of the protocol.
LOCAL = {"vault.py", "archive.py"}
LABELS = {
    label
    for path in CODE
    if path.name not in LOCAL
    for label in re.findall(r'b?"(parlor [a-z ]+ \d+)(?:\\x00)?"', path.read_text("utf-8"))
}


@pytest.mark.parametrize("label", sorted(LABELS))
def test_every_label_is_written_down(label: str) -> None:
    assert label in PAGE


def test_the_labels_were_found() -> None:
    assert CODE_SALT.decode("ascii") in LABELS
    assert len(LABELS) > 8


@pytest.mark.parametrize("kind", get_args(KnownBody))
def test_every_kind_and_field_is_written_down(kind: type[msgspec.Struct]) -> None:
    assert f"| `{kind.__struct_config__.tag}` |" in PAGE
    for field in kind.__struct_fields__:
        assert f"| `{field}` |" in PAGE


@pytest.mark.parametrize(
    "bound",
    [
        f"{MIN_EVENT_SIZE} to {MAX_EVENT_SIZE} bytes",
        f"1 to {MAX_TEXT_BYTES} bytes",
        f"more than {MAX_AHEAD_MS}",
        f"at most {MAX_AUTHORS} authors",
        f"at most {MAX_DEPTH} deep",
        f"at most {MAX_VALUES} values",
        f"{ARGON2_MEMORY_KIB} KiB",
        f"{ARGON2_ITERATIONS} iterations",
    ],
)
def test_every_bound_is_written_down(bound: str) -> None:
    assert bound in " ".join(PAGE.split())


@pytest.mark.parametrize(("number", "kind"), sorted(TYPES.items()))
def test_every_frame_is_written_down(number: int, kind: type[msgspec.Struct]) -> None:
    assert f"| {number} | {kind.__name__.lower()} |" in PAGE


@pytest.mark.parametrize(
    "bound",
    [
        f"at most {MAX_MESSAGE_SIZE} bytes",
        f"at most {MAX_FRAME_SIZE} bytes",
        f"at most {MAX_VECTOR_ENTRIES} entries",
        f"at most {MAX_TAGS} times",
        f"at most {BATCH_BYTES} bytes",
        f"at most {WINDOW} bytes",
        f"{RELAY_DELAY} s",
        f"for {DEAD_AFTER:.0f} s",
        f"every {PING_EVERY:.0f} s",
    ],
)
def test_every_bound_of_links_is_written_down(bound: str) -> None:
    assert bound in " ".join(PAGE.split())
