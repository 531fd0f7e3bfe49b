"""Frozen programs believe the certificates of the system that they run on."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from freeze.trust import BUNDLES, believe_the_system


@pytest.fixture
def bundles(tmp_path: Path) -> list[Path]:
    (tmp_path / "second").touch()
    (tmp_path / "third").touch()
    return [tmp_path / name for name in ("first", "second", "third")]


def test_the_first_that_is_there_is_named(bundles: list[Path]) -> None:
    environ: dict[str, str] = {}
    believe_the_system(environ, bundles, "linux")
    assert environ == {"SSL_CERT_FILE": str(bundles[1])}


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_what_a_person_has_named_counts(bundles: list[Path], name: str) -> None:
    environ = {name: "mine"}
    believe_the_system(environ, bundles, "darwin")
    assert environ == {name: "mine"}


def test_windows_knows_by_itself_and_others_may_have_none(bundles: list[Path]) -> None:
    environ: dict[str, str] = {}
    believe_the_system(environ, bundles, "win32")
    believe_the_system(environ, bundles[:1], "linux")
    assert environ == {}


def test_a_bundle_of_this_system_is_one() -> None:
    for bundle in BUNDLES:
        if bundle.is_file():
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.load_verify_locations(bundle)
            assert context.get_ca_certs()
