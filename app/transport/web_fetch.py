"""Fetches one small file of the web, telling the other side nothing but that somebody wants it."""

from __future__ import annotations

import ssl
from http import HTTPStatus
from urllib.parse import urljoin

import aiohttp

from app.domain.errors import AppError
from app.domain.web_addresses import is_safe_address

WHOLE_SECONDS = 20.0
MAX_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity"}
_LEFT_OUT = frozenset({"User-Agent"})


async def fetch(url: str, most: int, seconds: float = WHOLE_SECONDS) -> bytes:
    """Return what lies there, at most `most` bytes, within so many seconds.

    Addresses are safe ones (`is_safe_address`), and so is wherever they lead on to. Nothing is
    unpacked, no cookie is kept, the program does not say what it is. Raises
    AppError("update-unreachable") with a "reason".
    """
    options = {"auto_decompress": False, "cookie_jar": aiohttp.DummyCookieJar()}
    try:
        async with aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(seconds),
            headers=_HEADERS,
            skip_auto_headers=_LEFT_OUT,
            **options,  # type: ignore[arg-type] # of two types
        ) as session:
            return await _follow(session, url, most)
    except TimeoutError as error:
        raise _unreachable("timeout") from error
    except aiohttp.ClientConnectorCertificateError as error:
        raise _unreachable("certificate") from error
    except (aiohttp.ClientSSLError, ssl.SSLError) as error:
        raise _unreachable("no-tls") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise _unreachable("connection") from error


async def _follow(session: aiohttp.ClientSession, url: str, most: int) -> bytes:
    for _ in range(MAX_REDIRECTS + 1):
        if not is_safe_address(url):
            raise _unreachable("redirect")
        async with session.get(url, allow_redirects=False) as answer:
            if answer.status not in _REDIRECTS:
                return await _body(answer, most)
            url = urljoin(url, answer.headers.get("Location", ""))
    raise _unreachable("redirect")


async def _body(answer: aiohttp.ClientResponse, most: int) -> bytes:
    if answer.status != HTTPStatus.OK:
        raise _unreachable(f"status {answer.status}")
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise _unreachable("packed")
    body = bytearray()
    async for chunk in answer.content.iter_chunked(1 << 14):
        body += chunk
        if len(body) > most:
            raise _unreachable("too-long")
    return bytes(body)


def _unreachable(reason: str) -> AppError:
    return AppError("update-unreachable", {"reason": reason})
