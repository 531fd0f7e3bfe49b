from __future__ import annotations

from app.domain.errors import AppError, RemoteProtocolError


def test_an_app_error_says_its_code_in_plain_words() -> None:
    assert str(AppError("no-such-room")) == "no such room"
    assert str(AppError("name-too-long", {"limit": 64})) == "name too long (limit: 64)"


def test_an_app_error_keeps_its_own_params() -> None:
    params: dict[str, object] = {"limit": 64}
    error = AppError("name-too-long", params)
    params["limit"] = 65
    assert error.params == {"limit": 64}
    assert AppError("text-empty").params == {}


def test_a_remote_error_may_carry_a_detail() -> None:
    assert str(RemoteProtocolError("event-version", "9")) == "event-version: 9"
    assert str(RemoteProtocolError("bad-signature")) == "bad-signature"
    assert RemoteProtocolError("bad-signature").code == "bad-signature"
