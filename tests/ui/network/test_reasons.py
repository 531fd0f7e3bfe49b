from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.ui import wording
from app.ui.network.reasons import LINKS, SERVERS, link_reason, server_reason, short

ROOT = Path(__file__).parents[3]
LINK_CODES = re.compile(
    r"link_failed\(\"([a-z-]+)\"|\"link-failed\", \{\"reason\": \"([a-z-]+)\""
    r"|_deadline\([A-Z_]+, \"([a-z-]+)\"|link\.close\(\"([a-z-]+)\""
)


def link_codes() -> set[str]:
    found: set[str] = set()
    for folder in ("services", "transport"):
        for path in (ROOT / "app" / folder).glob("*.py"):
            groups = LINK_CODES.findall(path.read_text(encoding="utf-8"))
            found |= {code for each in groups for code in each if code}
    return found


def test_every_way_in_which_a_link_fails_has_words() -> None:
    assert len(link_codes()) >= 8
    unknown = wording.UNKNOWN.partition("{")[0]
    assert {code for code in link_codes() if link_reason(code).startswith(unknown)} == set()


@pytest.mark.parametrize("words", [*LINKS.values(), *SERVERS.values()])
def test_words_are_one_short_sentence(words: str) -> None:
    assert words[0].isupper()
    assert words.endswith(".")
    assert words.count(".") == 1
    assert len(words) < 70


def test_codes_mean_what_they_mean_of_a_link_or_a_server() -> None:
    assert link_reason("replaced") != server_reason("replaced")
    assert link_reason("version-mismatch") == wording.SENTENCES["version-mismatch"]
    assert server_reason("server-unreachable") == wording.SENTENCES["server-unreachable"]


def test_what_is_counted_is_named_by_its_first_sentence() -> None:
    assert short("server-unreachable") == "The server does not answer."
    assert short("ice-failed") == LINKS["ice-failed"]
    assert short("protocol") == SERVERS["protocol"]
