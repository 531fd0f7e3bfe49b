"""Any line is a request or an error with a code."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli import requests as ask
from app.cli.render import error as render_error
from app.cli.requests import BadRequestError, parse_request

IDS = st.none() | st.integers() | st.text(max_size=5) | st.floats() | st.booleans()
WORDS = st.sampled_from(
    ["send", "history", "search", "whoami", "quit", "react", "nonsense", "room_join", ""]
)
VALUES = st.none() | st.integers() | st.text(max_size=20) | st.lists(st.integers(), max_size=2)
FIELDS = st.sampled_from(
    ["room", "text", "limit", "query", "from", "before", "reply_to", "invite", "x"]
)
REFUSALS = {"bad-request", "unknown-request", "not-implemented", "bad-json"}
OBJECTS = st.builds(
    lambda number, do, rest: {"id": number, "do": do, **rest},
    IDS,
    WORDS | st.integers(),
    st.dictionaries(FIELDS, VALUES, max_size=4),
)


def code_of(line: bytes) -> tuple[str, object]:
    with pytest.raises(BadRequestError) as caught:
        parse_request(line)
    return caught.value.error.code, caught.value.id


def outcome(line: bytes) -> ask.Request | BadRequestError:
    try:
        return parse_request(line)
    except BadRequestError as bad:
        return bad


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda t: t.encode("utf-8", "replace")))
def test_any_bytes_are_taken_or_refused(line: bytes) -> None:
    found = outcome(line)
    if isinstance(found, BadRequestError):
        assert json.dumps(render_error(found.error))


@given(OBJECTS)
def test_any_object_is_taken_or_refused_with_its_id(given_object: dict[str, object]) -> None:
    found = outcome(json.dumps(given_object).encode())
    number = given_object["id"]
    if isinstance(found, BadRequestError):
        known = isinstance(number, str) or type(number) is int
        assert found.id == (number if known else None)
        assert found.error.code in REFUSALS
    else:
        assert found.id == number
        assert type(found).__struct_config__.tag == given_object["do"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b'{"do": "history", "room": "r", "id": "x"}', ask.History(id="x", room="r")),
        (b'{"do": "search", "query": "q", "from": "p"}', ask.Search(query="q", author="p")),
        (b'{"do": "directory"}', ask.Directory()),
        (b'{"id": 1, "do": "send", "room": "r", "text": ""}', ask.Send(id=1, room="r", text="")),
    ],
)
def test_requests(line: bytes, expected: ask.Request) -> None:
    assert parse_request(line) == expected


@pytest.mark.parametrize(
    ("line", "code", "number"),
    [
        (b"hello", "bad-json", None),
        (b'{"id": 3, "do": "send"', "bad-json", 3),
        (b"\xff", "bad-json", None),
        (b"[1]", "bad-request", None),
        (b"7", "bad-request", None),
        (b'{"id": 3}', "bad-request", 3),
        (b'{"id": 3, "do": 4}', "bad-request", 3),
        (b'{"id": true, "do": "quit"}', "bad-request", None),
        (b'{"id": 3, "do": "fly"}', "unknown-request", 3),
        (b'{"id": "a", "do": "call_end", "call": "c"}', "not-implemented", "a"),
        (b'{"id": 3, "do": "send", "room": "r"}', "bad-request", 3),
        (b'{"id": 3, "do": "send", "room": "r", "text": 5}', "bad-request", 3),
        (b'{"id": 3, "do": "send", "room": "r", "text": "", "ttl": 1}', "not-implemented", 3),
        (b'{"id": 3, "do": "history", "room": "r", "limit": 0}', "bad-request", 3),
        (b'{"id": 3, "do": "history", "room": "r", "limit": 100001}', "bad-request", 3),
        (b"[" * 100_000, "bad-request", None),
        (b'{"id": 3, "do": ' + b"[" * 100_000, "bad-json", 3),
        (b'{"do": "send", "id":"a", "text": "\\ud800"}', "bad-json", "a"),
        (b'{"id": 3, "do": "history", "limit": ' + b"9" * 5000 + b"}", "bad-request", 3),
        (b'{"id": ' + b"9" * 5000 + b', "do": "whoami"}', "bad-request", None),
        (b'{"text": "\\"id\\": 3, \xff', "bad-json", None),
    ],
)
def test_refusals(line: bytes, code: str, number: object) -> None:
    assert code_of(line) == (code, number)
