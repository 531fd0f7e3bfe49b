"""What a genuine statement means: newer, current, too old to be believed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.updates import (
    MAX_EARLY_MS,
    Artefact,
    Platform,
    Release,
    Seen,
    UpdateState,
    fitting,
    judge,
)
from app.domain.versions import parse_version as v

NOW = 1_800_000_000_000
RELEASE = Release(v("0.3.0"), "2027-01-15", NOW - 1000, NOW + 1000, "", "", 1, 11, ())


@pytest.mark.parametrize(
    ("installed", "state"),
    [
        ("0.2.0", UpdateState.NEWER),
        ("0.3.0rc1", UpdateState.NEWER),
        ("0.3", UpdateState.CURRENT),
        ("0.4.0.dev1", UpdateState.CURRENT),
    ],
)
def test_compared_with_what_is_installed(installed: str, state: UpdateState) -> None:
    assert judge(RELEASE, v(installed), None, NOW) is state


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (Seen(v("0.3.0"), NOW - 1000), UpdateState.NEWER),
        (Seen(v("0.2.9"), NOW - 5000), UpdateState.NEWER),
        (Seen(v("0.3.0"), NOW - 999), UpdateState.ROLLED_BACK),
        (Seen(v("0.3.1"), NOW - 5000), UpdateState.ROLLED_BACK),
        (Seen(v("0.2.0"), NOW - 999), UpdateState.ROLLED_BACK),
    ],
)
def test_what_was_heard_before_is_not_taken_back(seen: Seen, state: UpdateState) -> None:
    assert judge(RELEASE, v("0.2.0"), seen, NOW) is state


def test_times() -> None:
    def at(now_ms: int) -> UpdateState:
        return judge(RELEASE, v("0.2.0"), None, now_ms)

    assert at(RELEASE.expires_ms - 1) is UpdateState.NEWER
    assert at(RELEASE.expires_ms) is UpdateState.EXPIRED
    assert at(RELEASE.issued_ms - MAX_EARLY_MS) is UpdateState.NEWER
    assert at(RELEASE.issued_ms - MAX_EARLY_MS - 1) is UpdateState.EARLY
    stale = Seen(v("0.3.0"), NOW)
    assert judge(RELEASE, v("0.2.0"), stale, NOW + 9999) is UpdateState.ROLLED_BACK


def test_files_that_fit() -> None:
    def one(system: str, machine: str) -> Artefact:
        return Artefact(f"{system}-{machine}", system, machine, 1, "0" * 64, "https://a.example")

    pairs = [("linux", "x86_64"), ("linux", "aarch64"), ("macos", "any"), ("any", "any")]
    made = tuple(one(*pair) for pair in pairs)
    release = replace(RELEASE, artefacts=made)
    assert fitting(release.artefacts, Platform("linux", "x86_64")) == (made[0], made[3])
    assert fitting(release.artefacts, Platform("macos", "aarch64")) == (made[2], made[3])
    assert fitting(release.artefacts, Platform("windows", "x86_64")) == (made[3],)
