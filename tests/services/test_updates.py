"""Checks for newer versions, against sources that tell the truth and others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.crypto.identity import Identity
from app.domain.errors import AppError
from app.domain.updates import DAY_MS, Artefact, Platform, Release, UpdateState
from app.domain.versions import parse_version
from app.protocol.update_manifest import MAX_MANIFEST, sign_manifest
from app.protocol.update_source import UpdateSource
from app.services.update_service import (
    MAX_REMEMBERED,
    SEEN_SETTING,
    SOURCE_SETTING,
    ThisProgram,
    UpdateService,
)
from app.storage.store import Store
from tests.services.world import World
from tests.storage.support import KEY
from tests.support.ports import deaf_port

NOW = 1_800_000_000_000
SIGNER, OTHER = Identity(bytes(range(32))), Identity(bytes(range(1, 33)))
URL = "https://parlor.example/latest"
SOURCE = str(UpdateSource(URL, SIGNER.peer))
FILES = tuple(
    Artefact(f"parlor.{system}", system, "any", 5, "ab" * 32, f"{URL}/{system}")
    for system in ("linux", "windows")
)
RELEASE = Release(
    parse_version("0.3.0"), "2027-01-15", NOW - DAY_MS, NOW + DAY_MS, "", "", 1, 11, FILES
)
TOMORROW = replace(RELEASE, issued_ms=NOW + 2 * DAY_MS, expires_ms=NOW + 3 * DAY_MS)
HERE = ThisProgram("0.2.0", Platform("linux", "x86_64"), 10)


class Side:
    """A service over a real store, and the web that it sees."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = NOW
        self.web: dict[str, bytes | AppError] = {}
        self.asked: list[tuple[str, int]] = []
        self.service = self.of(HERE)

    def of(self, program: ThisProgram) -> UpdateService:
        return UpdateService(program, self.store.settings, self._fetch, lambda: self.now)

    async def _fetch(self, url: str, most: int) -> bytes:
        self.asked.append((url, most))
        found = self.web[url]
        if isinstance(found, AppError):
            raise found
        return found

    def publish(self, release: Release = RELEASE, by: Identity = SIGNER) -> None:
        self.web[URL] = sign_manifest(by, release)

    async def state(self) -> UpdateState:
        return (await self.service.check()).state


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[Side]:
    store = await Store.open(tmp_path, KEY)
    made = Side(store)
    made.publish()
    await made.service.set_source(SOURCE)
    yield made
    await store.close()


async def test_nothing_is_asked_without_a_source(side: Side) -> None:
    assert await side.service.set_source("  ") == ""
    with pytest.raises(AppError, match="update source unset"):
        await side.service.check()
    assert side.asked == []


async def test_only_a_source_is_kept(side: Side) -> None:
    with pytest.raises(AppError, match="bad update source"):
        await side.service.set_source(URL)
    assert await side.service.source() == SOURCE
    assert side.asked == []


async def test_what_it_was_built_with_counts_until_something_is_chosen(side: Side) -> None:
    built = side.of(replace(HERE, source=str(UpdateSource(URL + "/built", SIGNER.peer))))
    assert await built.source() == SOURCE
    await built.set_source("")
    assert await built.source() == ""
    fresh = side.of(replace(HERE, source="no source"))
    await side.store.settings.set(SOURCE_SETTING, "no source")
    with pytest.raises(AppError, match="bad update source"):
        await fresh.check()


async def test_a_newer_version(side: Side) -> None:
    report = await side.service.check()
    assert report.state is UpdateState.NEWER
    assert (report.installed, report.release) == ("0.2.0", RELEASE)
    assert report.fitting == FILES[:1]
    assert (report.too_old, report.converts) == (False, True)
    assert side.asked == [(URL, MAX_MANIFEST)]
    assert (await side.of(replace(HERE, version="0.3.0")).check()).state is UpdateState.CURRENT


async def test_data_that_the_newer_version_does_not_read(side: Side) -> None:
    side.publish(replace(RELEASE, opens=11, issued_ms=NOW))
    assert (await side.service.check()).too_old


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (AppError("update-unreachable", {"reason": "timeout"}), UpdateState.UNREACHABLE),
        (b"<html>", UpdateState.MALFORMED),
        (sign_manifest(OTHER, RELEASE), UpdateState.UNSIGNED),
        (
            sign_manifest(
                SIGNER, replace(RELEASE, issued_ms=NOW + 2 * DAY_MS, expires_ms=NOW + 3 * DAY_MS)
            ),
            UpdateState.EARLY,
        ),
    ],
)
async def test_what_is_not_believed_is_not_remembered(
    side: Side, found: bytes | AppError, state: UpdateState
) -> None:
    side.web[URL] = found
    report = await side.service.check()
    assert report.state is state
    assert report.reason == ("timeout" if state is UpdateState.UNREACHABLE else "")
    assert await side.store.settings.get(SEEN_SETTING, "nothing") == "nothing"


async def test_an_old_statement_hides_nothing(side: Side) -> None:
    old = replace(RELEASE, version=parse_version("0.2.0"), issued_ms=NOW - 2 * DAY_MS)
    side.publish(old)
    assert await side.state() is UpdateState.CURRENT
    side.publish()
    assert await side.state() is UpdateState.NEWER
    side.publish(old)
    assert await side.state() is UpdateState.ROLLED_BACK
    side.service = side.of(HERE)
    assert await side.state() is UpdateState.ROLLED_BACK
    side.publish(replace(old, issued_ms=NOW))
    assert await side.state() is UpdateState.ROLLED_BACK
    side.publish(replace(RELEASE, issued_ms=NOW))
    assert await side.state() is UpdateState.NEWER


async def test_a_source_that_repeats_itself_for_ever(side: Side) -> None:
    assert await side.state() is UpdateState.NEWER
    side.now = RELEASE.expires_ms
    assert await side.state() is UpdateState.EXPIRED


async def test_each_key_is_remembered_by_itself(side: Side) -> None:
    assert await side.state() is UpdateState.NEWER
    side.publish(replace(RELEASE, version=parse_version("0.1.0")), by=OTHER)
    await side.service.set_source(str(UpdateSource(URL, OTHER.peer)))
    assert await side.state() is UpdateState.CURRENT
    side.publish(replace(RELEASE, issued_ms=NOW - 2 * DAY_MS))
    await side.service.set_source(SOURCE)
    assert await side.state() is UpdateState.ROLLED_BACK
    for number in range(MAX_REMEMBERED):
        signer = Identity(bytes([number]) * 32)
        side.publish(by=signer)
        await side.service.set_source(str(UpdateSource(URL, signer.peer)))
        assert await side.state() is UpdateState.NEWER
    assert (await side.store.settings.get(SEEN_SETTING)).count('"key"') == MAX_REMEMBERED


@pytest.mark.parametrize("stored", ["{", "[{}]", '[{"key":"","version":"x","issued_ms":1}]', "5"])
async def test_a_memory_that_cannot_be_read(side: Side, stored: str) -> None:
    await side.store.settings.set(SEEN_SETTING, stored)
    assert await side.state() is UpdateState.NEWER


async def test_other_troubles_are_not_swallowed(side: Side) -> None:
    side.web[URL] = AppError("disk-full")
    with pytest.raises(AppError, match="disk full"):
        await side.service.check()


async def test_a_profile_has_it(world: World) -> None:
    [ana] = await world.started("Ana")
    updates = ana.backend.updates
    assert await updates.source() == ""
    with deaf_port() as port:
        source = UpdateSource(f"https://127.0.0.1:{port}/latest", SIGNER.peer)
        await updates.set_source(str(source))
        report = await updates.check()
    assert (report.state, report.reason) == (UpdateState.UNREACHABLE, "connection")
