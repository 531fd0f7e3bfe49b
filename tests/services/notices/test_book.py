from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.domain.errors import AppError
from app.domain.notices import Component
from app.services.notices import book, load_notices
from app.services.notices.book import declared, shipped, write_notices
from app.services.notices.gather import gather
from app.services.notices.known import FOLDER, load_known, matches
from app.services.notices.wheels import native_files, needed, plain_name

ROOT = Path(__file__).resolve().parents[3]
COMPONENTS = (
    Component("Parlor", "1", "MIT", "program", texts=("Parlor-LICENSE",)),
    Component("Fast", "2", "ISC AND MIT", "library", copyright="(C) Ana", texts=("ISC", "MIT")),
)
TEXTS = {"Parlor-LICENSE": "ours\n", "ISC": "isc\n", "MIT": "mit\n"}


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    files = write_notices(tmp_path, COMPONENTS, TEXTS, "ours")
    assert {path.relative_to(tmp_path).as_posix() for path in files} == {
        "LICENSE", "README.txt", "notices.json", "texts/ISC.txt", "texts/MIT.txt",
        "texts/Parlor-LICENSE.txt",
    }  # fmt: skip
    read = shipped(tmp_path)
    assert read.components == COMPONENTS
    assert read.text(COMPONENTS[0]) == "ours\n"
    told = read.text(COMPONENTS[1])
    assert told.startswith("(C) Ana\n\nisc\n")
    assert told.endswith("mit\n")


def test_the_same_is_written_each_time(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_notices(tmp_path / name, COMPONENTS, TEXTS, "ours\n")
    one, two = ((tmp_path / name / "notices.json").read_bytes() for name in ("one", "two"))
    assert one == two
    assert (tmp_path / "one" / "LICENSE").read_text() == "ours\n"


@pytest.mark.parametrize("content", [None, "", "[]", '{"components": [], "format": 2}'])
def test_a_list_that_cannot_be_read_is_said_so(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "notices.json").write_text(content)
    with pytest.raises(AppError) as caught:
        shipped(tmp_path)
    assert caught.value.code == "no-notices"


def test_a_text_that_is_gone_is_said_so(tmp_path: Path) -> None:
    write_notices(tmp_path, COMPONENTS, TEXTS, "ours")
    (tmp_path / "texts" / "MIT.txt").unlink()
    with pytest.raises(AppError):
        shipped(tmp_path).text(COMPONENTS[1])


def test_no_name_of_a_text_leads_out_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    sly = Component("Sly", "1", "MIT", "library", texts=("../../secret",))
    write_notices(tmp_path / "licences", [COMPONENTS[0], sly], {}, "ours")
    with pytest.raises(AppError):
        shipped(tmp_path / "licences").text(sly)


def test_a_frozen_program_reads_what_lies_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_notices(tmp_path / "licences", COMPONENTS, TEXTS, "ours")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert load_notices().components == COMPONENTS


def test_from_source_the_environment_is_told() -> None:
    told = load_notices()
    by_name = {each.name: each for each in told.components}
    assert by_name["aiortc"].version
    assert by_name["x264"].within == "av"
    assert "pytest" not in by_name
    for component in told.components:
        assert component.licence, component
        assert len(told.text(component)) > 100, component


def test_everything_that_is_installed_is_known() -> None:
    gathered = gather("1", needed(declared(ROOT)), load_known())
    assert gathered.problems == []


def test_versions_in_the_tables_stand_in_the_files() -> None:
    known = load_known()
    for found in needed(declared(ROOT)):
        parts = [part for part in known.parts_of(plain_name(found.name)) if part.proof]
        wheel = known.wheel_of(plain_name(found.name))
        for part in parts:
            places = [
                Path(str(found.locate_file(path)))
                for path in native_files(found)
                if matches(path, part.files or part.when or wheel.own)
            ]
            proof = part.proof.format(part.version_in(found.version)).encode()
            assert not places or any(proof in path.read_bytes() for path in places), part.name


def test_our_own_licence_is_the_projects() -> None:
    assert (FOLDER / "parlor.txt").read_text() == (ROOT / "LICENSE").read_text()


def test_the_page_and_the_table_of_bundled_data_agree() -> None:
    page = (FOLDER.parent / "LICENSES.md").read_text()
    for resource in load_known().resource:
        assert f" {resource.version} |" in page or f" {resource.version}," in page, resource.name
        assert f"`{resource.text}`" in page
        assert any(FOLDER.parent.glob(resource.files[0]))


def test_requirements_come_from_the_project_or_from_what_was_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "other"\ndependencies = ["x"]\n')
    monkeypatch.setattr(book, "requires", lambda _name: ["y>=1"])
    assert declared(tmp_path) == ["y>=1"]
    monkeypatch.undo()
    assert declared(tmp_path / "nowhere") == []
    assert "aiortc>=1.16,<1.17" in declared(ROOT)
