from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.crypto.content import piece_digest, root_digest
from app.domain.errors import AppError
from app.domain.manifest import PIECE_SIZE, Manifest
from app.protocol.manifests import decode_manifest, encode_manifest
from app.transport.bulk import manifest_files, sources, surveying
from app.transport.bulk.sources import MAX_OPEN, SourceFiles
from app.transport.bulk.surveying import digest_all, survey
from tests.support.examples import ONE_FIXTURE


def no_news(_done: int, _total: int) -> None:
    """Nobody watches."""


def code_of(path: Path) -> str:
    with pytest.raises(AppError) as caught:
        survey(path)
    return caught.value.code


def test_a_file_is_surveyed(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"hello")
    found = digest_all(path, survey(path), no_news)
    assert (found.name, found.is_folder, found.size) == ("a.txt", False, 5)
    assert found.digests == piece_digest([b"hello"])


def test_a_folder_is_surveyed_with_its_empty_folders(tmp_path: Path) -> None:
    for folder in ("b/c", "empty/within", "d"):
        (tmp_path / folder).mkdir(parents=True)
    for file in ("b/c/x", "b/y", "z"):
        (tmp_path / file).write_bytes(file.encode())
    found = survey(tmp_path)
    assert [entry.path for entry in found.entries] == ["b/c/x", "b/y", "z"]
    assert found.folders == ("d", "empty/within")
    wire = encode_manifest(digest_all(tmp_path, found, no_news))
    assert decode_manifest(wire, root_digest(wire)).entries == found.entries


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_and_devices_are_left_out(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"s")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link").symlink_to(secret)
    (folder / "up").symlink_to(tmp_path, target_is_directory=True)
    os.mkfifo(folder / "pipe")
    assert survey(folder) == Manifest("folder", True, ())
    assert code_of(folder / "link") == "not-a-file"
    assert code_of(folder / "pipe") == "not-a-file"


def test_what_cannot_be_sent_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert code_of(tmp_path / "nothing") == "file-not-found"
    monkeypatch.setattr(surveying, "MAX_FILES", 1)
    (tmp_path / "a").touch()
    (tmp_path / "b").touch()
    assert code_of(tmp_path) == "too-many-files"


@pytest.mark.skipif(sys.platform != "linux", reason="names are text elsewhere")
def test_a_name_that_is_no_text_is_said(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff")).touch()
    assert code_of(tmp_path) == "bad-file-name"


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_no_link_is_followed_to_what_was_not_offered(tmp_path: Path) -> None:
    path = tmp_path / "offered"
    path.write_bytes(b"x")
    found = survey(path)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(AppError, match="file unreadable"):
        SourceFiles(path, found).read(0)


@settings(suppress_health_check=ONE_FIXTURE, deadline=None)
@given(st.lists(st.integers(0, PIECE_SIZE + 50_000), min_size=1, max_size=6), st.data())
def test_pieces_are_the_bytes_of_the_files(
    tmp_path: Path, sizes: list[int], data: st.DataObject
) -> None:
    for old in tmp_path.iterdir():
        old.unlink()
    contents = [os.urandom(size) for size in sizes]
    for number, content in enumerate(contents):
        (tmp_path / f"{number}").write_bytes(content)
    source = SourceFiles(tmp_path, survey(tmp_path))
    for piece in data.draw(st.permutations(range(source.layout.count))):
        parts = source.layout.slices(piece)
        cut = (contents[part.entry][part.offset : part.offset + part.length] for part in parts)
        assert bytes(source.read(piece)) == b"".join(cut)
        assert source.digest(piece) == piece_digest([bytes(source.read(piece))])
    source.close()


def test_few_files_are_open_at_once(tmp_path: Path) -> None:
    count = MAX_OPEN + 20
    for number in range(count):
        (tmp_path / f"{number:03}").write_bytes(b"x")
    source = SourceFiles(tmp_path, survey(tmp_path))
    assert bytes(source.read(0)) == b"x" * count
    assert len(source._open) == MAX_OPEN
    source.close()
    source.close()


def test_a_file_that_was_changed_is_not_sent(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"before")
    found = survey(path)
    path.write_bytes(b"afterwards")
    with pytest.raises(AppError, match="source changed"):
        SourceFiles(path, found).read(0)
    path.unlink()
    with pytest.raises(AppError, match="file not found"):
        SourceFiles(path, found).read(0)


def test_a_file_that_shrinks_meanwhile_is_not_sent(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(bytes(PIECE_SIZE + 10))
    source = SourceFiles(path, survey(path))
    source.read(0)
    os.truncate(path, 5)
    with pytest.raises(AppError, match="source changed"):
        source.read(1)
    source.close()


def test_progress_is_told_in_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(bytes(PIECE_SIZE + 10))
    told: list[tuple[int, int]] = []
    digest_all(path, survey(path), lambda done, total: told.append((done, total)))
    assert told == [(PIECE_SIZE, PIECE_SIZE + 10), (PIECE_SIZE + 10, PIECE_SIZE + 10)]


def test_another_way_to_read_at_a_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "_HAS_PREADV", False)
    path = tmp_path / "a"
    path.write_bytes(b"x" * PIECE_SIZE + b"end")
    source = SourceFiles(path, survey(path))
    assert bytes(source.read(1)) == b"end"
    source.close()


def test_a_manifest_that_nobody_would_take_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest_files, "most_bytes", lambda _size, _files: 10)
    with pytest.raises(AppError) as caught:
        manifest_files.save_manifest(tmp_path / "m", Manifest("d", True, (), ("a" * 20,), b""))
    assert caught.value.code == "too-many-files"
    assert not (tmp_path / "m").exists()
