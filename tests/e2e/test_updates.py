"""A real program asks a real web server for a newer version."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.crypto.identity import Identity
from app.domain.updates import DAY_MS, Artefact, Release
from app.domain.versions import parse_version
from app.protocol.update_manifest import sign_manifest
from app.protocol.update_source import UpdateSource
from resources.version import version
from tests.e2e.programs import Stage

pytestmark = pytest.mark.e2e
SIGNER, OTHER = Identity(bytes(range(32))), Identity(bytes(range(1, 33)))
FILE = Artefact("parlor.any", "any", "any", 5, "ab" * 32, "https://parlor.example/parlor.any")


class Source(ThreadingHTTPServer):
    """A folder of the web with one file in it."""

    daemon_threads = True

    def __init__(self) -> None:
        self.content = b""
        self.asked: list[dict[str, str]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    def publish(self, text: str, issued_ms: int, by: Identity = SIGNER) -> None:
        expires = issued_ms + DAY_MS
        release = Release(
            parse_version(text), "2027-01-15", issued_ms, expires, "", "", 1, 99, (FILE,)
        )
        self.content = sign_manifest(by, release)

    @property
    def line(self) -> str:
        url = f"http://127.0.0.1:{self.server_address[1]}/latest"
        return str(UpdateSource(url, SIGNER.peer))


class _Handler(BaseHTTPRequestHandler):
    server: Source

    def do_GET(self) -> None:
        self.server.asked.append(dict(self.headers))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.server.content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        pass


@pytest.fixture
def source() -> Iterator[Source]:
    made = Source()
    thread = threading.Thread(target=made.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield made
    made.shutdown()
    thread.join(10)
    made.server_close()


def test_what_a_source_says_and_said_before(programs: Stage, source: Source) -> None:
    now = time.time_ns() // 1_000_000
    ana = programs.start("Ana").ready()
    assert ana.ask("update_source")["source"] == ""
    assert ana.refused("update_check") == "update-source-unset"
    assert ana.refused("update_source", source="https://parlor.example") == "bad-update-source"
    ana.ask("update_source", source=source.line)
    assert source.asked == []
    source.publish("99.0", now)
    found = ana.ask("update_check")
    assert (found["state"], found["installed"]) == ("newer", version())
    assert [one["name"] for one in found["release"]["artefacts"]] == [FILE.name]
    assert found["release"]["converts_data"]
    assert {name.lower() for name in source.asked[0]} == {"host", "accept", "accept-encoding"}
    ana.quit()
    ana = programs.again_offline(ana)
    assert ana.ask("update_source")["source"] == source.line
    source.publish("98.0", now + 1)
    assert ana.ask("update_check")["state"] == "rolled-back"
    source.publish("99.0", now + 2, OTHER)
    assert ana.ask("update_check")["state"] == "bad-signature"
    source.content = b"<html></html>"
    assert ana.ask("update_check")["state"] == "malformed"
    source.publish("99.0", now + 1)
    assert ana.ask("update_check")["state"] == "newer"
    assert len(source.asked) == 5
