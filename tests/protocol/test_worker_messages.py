"""What passes between the app and the worker that moves files."""

from __future__ import annotations

import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import LocalProtocolError
from app.protocol.worker_messages import (
    LENGTH,
    MAX_MESSAGE,
    Command,
    Earlier,
    Failed,
    IceServer,
    Notice,
    Way,
    decode_command,
    decode_notice,
    encode_message,
)

_numbers = st.integers(0, (1 << 63) - 1)
FIELDS: dict[object, st.SearchStrategy[object]] = {
    int: _numbers,
    int | None: st.none() | _numbers,
    float: st.floats(allow_nan=False),
    bool: st.booleans(),
    str: st.text(),
    bytes: st.binary(max_size=100),
    dict[str, str]: st.dictionaries(st.text(), st.text()),
    tuple[Earlier, ...]: st.lists(
        st.builds(Earlier, st.text(), st.text(), st.binary(max_size=40), st.booleans())
    ).map(tuple),
    Way: st.sampled_from(typing.get_args(Way)),
    tuple[IceServer, ...]: st.lists(st.builds(IceServer, st.text(), st.text(), st.text())).map(
        tuple
    ),
    tuple[tuple[str, int], ...]: st.lists(st.tuples(st.text(), _numbers)).map(tuple),
}


def messages(union: object) -> st.SearchStrategy[typing.Any]:
    """Return a strategy for every kind of a union of messages."""
    kinds = [
        st.builds(
            kind, **{name: FIELDS[hint] for name, hint in typing.get_type_hints(kind).items()}
        )
        for kind in typing.get_args(union)
    ]
    return st.one_of(kinds)


commands = messages(Command)
notices = messages(Notice)


@given(commands)
def test_a_command_arrives_as_it_was(command: Command) -> None:
    raw = encode_message(command)
    assert LENGTH.unpack_from(raw) == (len(raw) - LENGTH.size,)
    assert decode_command(raw[LENGTH.size :]) == command


@given(notices)
def test_a_notice_arrives_as_it_was(notice: Notice) -> None:
    assert decode_notice(encode_message(notice)[LENGTH.size :]) == notice


@given(st.binary(max_size=64))
def test_what_is_no_message_is_refused(raw: bytes) -> None:
    for decode in (decode_command, decode_notice):
        with pytest.raises(LocalProtocolError):
            decode(raw)


def test_a_message_has_a_longest_length() -> None:
    with pytest.raises(LocalProtocolError):
        encode_message(Failed(1, "x" * MAX_MESSAGE, {}))
