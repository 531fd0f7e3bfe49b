"""Looks at a signaling server from outside: name, port, TLS, and who answers there."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from contextlib import suppress
from urllib.parse import urlsplit

from app.domain.probes import ServerProbe

STEP_SECONDS = 2.5
TLS_SECONDS = 1.0
PORTS = {"http": 80, "https": 443, "mqtt": 1883, "mqtts": 8883}
SECURE = ("https", "mqtts")
MAX_ANSWER = 4096


class _ProblemError(Exception):
    """Its text is the problem's word."""


async def probe_server(url: str, step_seconds: float = STEP_SECONDS) -> ServerProbe:
    """Return how far one gets. No step takes longer than so many seconds."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
    began, address = time.monotonic(), ""
    try:
        async with asyncio.timeout(step_seconds):
            address = await _resolve(host, port)
        async with asyncio.timeout(step_seconds):
            await _look(parts.scheme, host, address, port)
    except _ProblemError as error:
        return ServerProbe(str(error), address)
    except TimeoutError:
        return ServerProbe("timeout" if address else "dns", address)
    return ServerProbe("", address, (time.monotonic() - began) * 1000)


async def _resolve(host: str, port: int) -> str:
    try:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _ProblemError("dns") from error
    return str(found[0][4][0])


async def _look(scheme: str, host: str, address: str, port: int) -> None:
    context = ssl.create_default_context() if scheme in SECURE else None
    try:
        reader, writer = await asyncio.open_connection(
            host, port, ssl=context, happy_eyeballs_delay=0.25
        )
    except ssl.SSLCertVerificationError as error:
        raise _ProblemError("certificate") from error
    except (ssl.SSLError, ConnectionResetError) as error:
        raise _ProblemError("no-tls" if context else "unreachable") from error
    except ConnectionRefusedError as error:
        raise _ProblemError("refused") from error
    except OSError as error:
        several = getattr(error, "exceptions", ()) or (error,)
        refused = all(isinstance(one, ConnectionRefusedError) for one in several)
        raise _ProblemError("refused" if refused else "unreachable") from error
    try:
        if scheme in ("http", "https") and not await _is_parlor(reader, writer, host):
            secret = context is None and await _speaks_tls(address, port)
            raise _ProblemError("needs-tls" if secret else "not-parlor")
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _is_parlor(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> bool:
    shown = f"[{host}]" if ":" in host else host
    request = f"GET /healthz HTTP/1.1\r\nHost: {shown}\r\nConnection: close\r\n\r\n"
    try:
        writer.write(request.encode("ascii", "replace"))
        answer = await reader.read(MAX_ANSWER)
        while answer and b"}" not in answer and len(answer) < MAX_ANSWER:
            more = await reader.read(MAX_ANSWER)
            if not more:
                break
            answer += more
    except (OSError, ssl.SSLError):
        return False
    return answer.startswith(b"HTTP/1.1 200") and b'"status"' in answer


async def _speaks_tls(address: str, port: int) -> bool:
    """Tell whether there is TLS behind a port, whoever it is."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        async with asyncio.timeout(TLS_SECONDS):
            _, writer = await asyncio.open_connection(address, port, ssl=context)
    except OSError:  # TLS errors and time-outs are OSErrors, too
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True
