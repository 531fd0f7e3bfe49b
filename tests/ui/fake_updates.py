"""A source of newer versions that says what a test wants."""

from __future__ import annotations

from app.domain.errors import AppError
from app.domain.updates import Artefact, Release, UpdateState
from app.domain.versions import parse_version
from app.protocol.update_source import parse_source
from app.services.updates_api import UpdateReport

SOURCE = "https://parlor.example/latest#ed25519=O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik"
INSTALLED = "0.2.0"
ARTEFACTS = (
    Artefact(
        "parlor_0.3.0_amd64.deb",
        "linux",
        "x86_64",
        58_200_000,
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "https://parlor.example/0.3.0/parlor_0.3.0_amd64.deb",
    ),
    Artefact(
        "parlor-0.3.0-linux-x86_64.tar.xz",
        "linux",
        "x86_64",
        56_100_000,
        "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
        "https://parlor.example/0.3.0/parlor-0.3.0-linux-x86_64.tar.xz",
    ),
)
RELEASE = Release(
    parse_version("0.3.0"),
    "2027-01-15",
    1_800_000_000_000,
    1_808_000_000_000,
    "Calls of two people and of groups.\nFiles go on after a change of network.",
    "https://parlor.example/0.3.0",
    1,
    11,
    ARTEFACTS,
)


def report(state: UpdateState = UpdateState.NEWER, *, too_old: bool = False) -> UpdateReport:
    """Return what a check leads to; it knows of a release if it was a genuine one."""
    genuine = state not in (UpdateState.UNREACHABLE, UpdateState.UNSIGNED, UpdateState.MALFORMED)
    if not genuine:
        return UpdateReport(state, INSTALLED, reason="timeout")
    return UpdateReport(state, INSTALLED, RELEASE, ARTEFACTS, too_old=too_old, converts=True)


class FakeUpdates:
    """`answer` is what the next check finds, or what goes wrong."""

    def __init__(self) -> None:
        self.kept = ""
        self.answer = report()
        self.checks = 0

    async def source(self) -> str:
        return self.kept

    async def set_source(self, text: str) -> str:
        self.kept = str(parse_source(text)) if text.strip() else ""
        return self.kept

    async def check(self) -> UpdateReport:
        if not self.kept:
            raise AppError("update-source-unset")
        self.checks += 1
        return self.answer
