"""The changelog in the forms of packages and software centres."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

from artefacts import changes

EPOCH = 1_790_000_000  # 2026-09-21
TEXT = """\
# Changelog

Versions are counted.

## [Unreleased]

## [0.3.0]

### Added

- A **new** thing. It has [details](docs/x.md)
  over two lines.
- `parlor-cli`: only for programs.
- Without an end

## [0.2.0] - 2026-05-06

### Fixed

- Something old.

## [0.1.0] - unreleased

- Never came out.
"""


def test_releases_have_dates_and_sentences() -> None:
    newest, older = changes.releases(TEXT, "0.3.0", EPOCH)
    assert (newest.version, newest.date.date().isoformat()) == ("0.3.0", "2026-09-21")
    assert newest.points == ("A new thing.", "Without an end.")
    assert (older.version, older.date.date().isoformat()) == ("0.2.0", "2026-05-06")


def test_what_is_unreleased_is_the_version_that_is_built() -> None:
    text = TEXT.replace("[0.3.0]", "[Unreleased]")
    assert [each.version for each in changes.releases(text, "0.3.0", EPOCH)] == ["0.3.0", "0.2.0"]


def test_a_version_without_any_words_is_a_release_all_the_same() -> None:
    first = changes.releases("# Changelog\n", "9.0", EPOCH)
    assert [(each.version, each.points) for each in first] == [("9.0", ())]
    assert "See the changelog" in changes.debian("parlor", first)


def test_two_of_one_day_follow_each_other() -> None:
    text = "## [0.2.0] - 2026-05-06\n- Two.\n\n## [0.1.0] - 2026-05-06\n- One.\n"
    second, first = changes.releases(text, "0.2.0", EPOCH)
    assert (second.date - first.date).total_seconds() == 3600


def test_debian_reads_entries_and_dates() -> None:
    entries = changes.debian("parlor", changes.releases(TEXT, "0.3.0", EPOCH))
    assert entries.startswith("parlor (0.3.0) stable; urgency=medium\n\n  * A new thing.\n")
    assert entries.count(f" -- {changes.MAINTAINER}  ") == 2
    assert "Wed, 06 May 2026 00:00:00 +0000\n" in entries


def test_long_sentences_are_broken() -> None:
    release = changes.releases(f"## [1.0] - 2026-01-01\n- {'word ' * 40}.\n", "1.0", EPOCH)
    lines = changes.debian("parlor", release).splitlines()
    assert max(len(line) for line in lines if line.startswith("  ")) <= 80


def test_software_centres_read_the_same() -> None:
    text = changes.appstream(changes.releases(TEXT, "0.3.0", EPOCH))
    top = fromstring(text)  # noqa: S314 - our own
    found = [(each.get("version"), each.get("date")) for each in top]
    assert found == [("0.3.0", "2026-09-21"), ("0.2.0", "2026-05-06")]
    assert [each.text for each in top.iter("li")][:1] == ["A new thing."]
