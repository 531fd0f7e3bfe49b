from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.errors import AppError
from app.storage.profile_folders import CHOICE, PROFILES, ProfileFolders
from app.storage.vault_file import VAULT_NAME


@pytest.fixture
def folders(tmp_path: Path) -> ProfileFolders:
    return ProfileFolders(tmp_path / "data")


def test_the_first_profile_needs_nothing(folders: ProfileFolders) -> None:
    assert folders.names() == [""]
    assert folders.path("") == folders.root
    assert folders.chosen() == ""
    assert not folders.root.exists()


def test_profiles_have_folders_of_their_own(folders: ProfileFolders) -> None:
    assert folders.create("  Work ") == "Work"
    assert folders.create("Bücherei 2") == "Bücherei 2"
    (folders.root / PROFILES / ".hidden").mkdir()
    (folders.root / PROFILES / "file").touch()
    assert folders.names() == ["", "Bücherei 2", "Work"]
    assert folders.path("Work") == folders.root / PROFILES / "Work"
    assert folders.path("Work").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "name", ["", " ", ".", "..", "../x", "a/b", "a\\b", "a.", "-a", "CON", "lpt1", "x" * 33, "a\0b"]
)
def test_names_that_no_folder_should_have(folders: ProfileFolders, name: str) -> None:
    with pytest.raises(AppError, match="bad profile name"):
        folders.create(name)
    if name:
        with pytest.raises(AppError, match="unknown profile"):
            folders.path(name)


def test_case_makes_no_other_profile(folders: ProfileFolders) -> None:
    folders.create("Work")
    with pytest.raises(AppError, match="profile exists"):
        folders.create("wORK")


def test_the_choice_is_remembered(folders: ProfileFolders) -> None:
    folders.create("Work")
    folders.choose("Work")
    assert folders.chosen() == "Work"
    folders.delete("Work")
    assert folders.chosen() == ""
    folders.choose("")
    assert folders.chosen() == ""
    (folders.root / CHOICE).write_bytes(b"\xff")
    assert folders.chosen() == ""


def test_deleting_leaves_what_is_not_ours(folders: ProfileFolders) -> None:
    folders.create("Work")
    folder = folders.path("Work")
    (folder / VAULT_NAME).touch()
    (folder / "dear.txt").touch()
    folders.delete("Work")
    assert [path.name for path in folder.iterdir()] == ["dear.txt"]
    (folder / "dear.txt").unlink()
    folders.delete("Work")
    assert folders.names() == [""]
