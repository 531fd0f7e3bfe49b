"""Only over the libraries this knows; over any surprise aiortc's own path stays in use."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import aioice
import aiortc
import aiortc.rtcpeerconnection as target
import pytest
from aiortc import RTCDtlsTransport, RTCSctpTransport
from aiortc import rtcsctptransport as stock
from OpenSSL import SSL

from app.transport.fast_sctp import self_check
from app.transport.fast_sctp.dtls import FastDtls
from app.transport.fast_sctp.installing import ASSOCIATIONS, Recovery, install, uninstall


@pytest.fixture(autouse=True)
def stock_afterwards() -> Iterator[None]:
    yield
    uninstall()
    assert in_use() == (RTCDtlsTransport, RTCSctpTransport)


def in_use() -> tuple[object, object]:
    names = vars(target)
    return names["RTCDtlsTransport"], names["RTCSctpTransport"]


@pytest.mark.parametrize("recovery", Recovery)
def test_known_libraries_get_it(recovery: Recovery) -> None:
    assert install(recovery) is None
    assert in_use() == (FastDtls, ASSOCIATIONS[recovery])


@pytest.mark.parametrize("library", [aiortc, aioice])
def test_another_version_gets_none(library: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert install(Recovery.RATE) is None
    monkeypatch.setattr(library, "__version__", "99.0")
    assert "99.0" in str(install(Recovery.RATE))
    assert in_use() == (RTCDtlsTransport, RTCSctpTransport)


def test_a_hook_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(RTCSctpTransport, "_transmit_reconfig")
    assert install(Recovery.RATE) == "hooks: AttributeError"


def test_a_hook_with_other_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    def receive_chunk(self: object, chunk: object, more: object) -> None:
        del self, chunk, more

    monkeypatch.setattr(RTCSctpTransport, "_receive_chunk", receive_chunk)
    assert install(Recovery.RATE) == "hooks"


def test_another_codec(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stock.DataChunk, "type", 64)
    assert install(Recovery.RATE) == "codec"


def test_handles_that_are_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(connection: SSL.Connection) -> None:
        raise AttributeError(connection)

    monkeypatch.setattr(self_check, "Records", broken)
    assert install(Recovery.RATE) == "records: AttributeError"


def test_an_allocation_that_is_made_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_check, "INNER", "inner")
    assert install(Recovery.RATE) == "relays: AttributeError"


def test_it_is_imported_by_nothing_but_who_asks_for_it() -> None:
    """The window and the headless program must never change aiortc under a chat link."""
    script = (
        "import sys, app.bootstrap, app.transport.webrtc; "
        "sys.exit(any(name.startswith('app.transport.fast_sctp') for name in sys.modules))"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=100)
