"""What no committed file may contain."""

from __future__ import annotations

import re

from tests.architecture.files import ROOT, committed, text

# Put together here, so that this file may itself be committed.
INDEX_HOSTS = [
    "pypi" + ".org", "pythonhosted" + ".org", "deb.debian" + ".org", "snapshot.debian" + ".org",
    "npmjs" + ".org", "npmjs" + ".com", "archive.ubuntu" + ".com", "crates" + ".io",
    "proxy.golang" + ".org", "files." + "python", "docker" + ".io", "ghcr" + ".io",
]  # fmt: skip
MACHINE_PATHS = ["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/", "/Us" + "ers/", "/opt/" + "pypi"]
UNOWNED = re.compile("\\b(?:TO" + "DO|FIX" + "ME|X" + "XX|HA" + "CK)\\b(?!\\([\\w-]+\\))")
LOCKS = ROOT / "packaging" / "requirements"


def offenders(*fragments: str) -> list[str]:
    """Return the lines of committed files that contain one of the fragments."""
    pattern = re.compile("|".join(map(re.escape, fragments)), re.IGNORECASE)
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in committed()
        for number, line in enumerate((text(path) or "").splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_a_package_index() -> None:
    assert not offenders(*INDEX_HOSTS)


def test_no_file_names_a_path_of_one_machine() -> None:
    assert not offenders(*MACHINE_PATHS)


def test_nothing_is_left_to_be_done_by_nobody() -> None:
    left = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in committed()
        for match in UNOWNED.finditer(text(path) or "")
    ]
    assert not left


def test_locks_are_pinned_and_hashed_and_name_no_place() -> None:
    locks = sorted(LOCKS.glob("*.txt"))
    assert [lock.stem for lock in locks] == ["app", "build", "server", "test", "uv"]
    for lock in locks:
        content = lock.read_text(encoding="utf-8")
        assert not re.search(r"://|^\s*-(i|f|-index|-extra|-find|e)\b", content, re.MULTILINE)
        for requirement in re.split(r"\n(?=[a-z])", content)[1:]:
            assert re.match(r"[a-z0-9-]+(\[[\w,-]+\])?==[\w.]+ ", requirement), requirement[:60]
            assert "--hash=sha256:" in requirement


def test_no_file_of_one_persons_tools_is_committed() -> None:
    names = {path.name for path in committed()}
    assert not names & {"uv.lock", ".python-version", "pip.conf", "uv.toml"}
