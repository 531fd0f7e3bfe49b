"""The three kinds of error that cross a layer's border."""

from __future__ import annotations

from collections.abc import Mapping


class AppError(Exception):
    """Something a person should hear of: a stable code and the values its text needs.

    `code` is kebab-case and part of the headless contract. The wording for a window is chosen
    in `ui`; `str(error)` is a plain English fallback for logs and the headless front end.
    """

    def __init__(self, code: str, params: Mapping[str, object] | None = None) -> None:
        self.code = code
        self.params: dict[str, object] = dict(params or {})
        detail = ", ".join(f"{key}: {value}" for key, value in self.params.items())
        super().__init__(
            f"{code.replace('-', ' ')} ({detail})" if detail else code.replace("-", " ")
        )


class RemoteProtocolError(Exception):
    """A peer or server broke the protocol; its link is dropped. `code` is kebab-case."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        super().__init__(f"{code}: {detail}" if detail else code)


class LocalProtocolError(Exception):
    """Our own code misused a state machine: a bug, logged with its trace."""
