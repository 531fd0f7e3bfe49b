from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from artefacts import licences, sbom
from artefacts.contents import INSIDE
from artefacts.licences import inventory
from artefacts.papers import artefacts, sboms
from artefacts.papers import licences as licences_step
from artefacts.plan import Build
from artefacts.sbom import Subject, check, pinned, write_bill
from launch.shell import Problem
from tests.artefacts.frozen import freeze, freezer, native

ROOT = Path(__file__).resolve().parents[2]
EPOCH = 1_700_000_000
PINS = {"segno": ("ab" * 32, "cd" * 32)}


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """A build whose folders are frozen and whose artefacts are made."""
    base = tmp_path_factory.mktemp("build")
    made = Build(ROOT, base / "dist", base / "work", "0.2.0", EPOCH, "x86_64")
    made.out.mkdir()
    freeze(made.app)
    freeze(made.server)
    for name in ("parlor_0.2.0_amd64.deb", "parlor-server-0.2.0-linux-x86_64.tar.xz"):
        (made.out / name).write_bytes(name.encode())
    for name in ("parlor_0.1.0_amd64.deb", "notes-0.2.0.deb", "parlor-0.2.0.txt"):
        (made.out / name).write_bytes(b"something else")
    return made


@pytest.fixture(scope="module", autouse=True)
def own_freezer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    made = freezer(tmp_path_factory.mktemp("site"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(licences, "distribution", lambda _name: made)
        yield


@pytest.fixture(scope="module")
def bill(build: Build) -> dict[str, Any]:
    subject = Subject(build.out / "parlor_0.2.0_amd64.deb", build.app, build.version, EPOCH)
    path = write_bill(subject, inventory(build.app), PINS)
    check(path)
    first = path.read_bytes()
    assert write_bill(subject, inventory(build.app), PINS).read_bytes() == first
    loaded: dict[str, Any] = json.loads(first)
    return loaded


def component(bill: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in bill["components"] if each["name"] == name)


def test_it_is_about_the_artefact(bill: dict[str, Any], build: Build) -> None:
    root = bill["metadata"]["component"]
    digest = hashlib.sha256((build.out / "parlor_0.2.0_amd64.deb").read_bytes()).hexdigest()
    assert root["hashes"] == [{"alg": "SHA-256", "content": digest}]
    assert root["licenses"] == [{"expression": "MIT AND GPL-3.0-or-later"}]
    assert (root["name"], root["version"]) == ("Parlor", "0.2.0")
    assert bill["specVersion"] == "1.6"
    assert bill["metadata"]["timestamp"] == "2023-11-14T22:13:20+00:00"


def test_another_artefact_has_another_number(build: Build) -> None:
    found = inventory(build.app)
    subject = Subject(build.out / "parlor_0.2.0_amd64.deb", build.app, "0.2.0", EPOCH)
    other = replace(subject, artefact=build.out / "parlor-0.2.0.txt")
    paths = [write_bill(each, found, PINS) for each in (subject, other)]
    numbers = {json.loads(path.read_text())["serialNumber"] for path in paths}
    paths[1].unlink()
    assert len(numbers) == 2


def test_components_say_where_they_came_from(bill: dict[str, Any]) -> None:
    segno = component(bill, "segno")
    assert segno["purl"].startswith("pkg:pypi/segno@")
    assert segno["licenses"] == [{"expression": "BSD-3-Clause"}]
    distribution = next(each for each in segno["externalReferences"] if "hashes" in each)
    assert [each["content"] for each in distribution["hashes"]] == list(PINS["segno"])
    xz = component(bill, "SipHash")
    assert xz["licenses"] == [{"expression": "CC0-1.0"}]
    icc = component(bill, "sRGB colour profile")
    assert icc["licenses"] == [{"license": {"name": "ICC"}}]


def test_every_native_file_belongs_to_one_component(bill: dict[str, Any], build: Build) -> None:
    named = [part["name"] for each in bill["components"] for part in each.get("components", ())]
    wanted = [native("av.libs/libopus"), native("av.libs/libx264"), native("PySide6/QtCore.")]
    interpreter = ["libpython3.11.so.1.0", "python3.11/lib-dynload/_ssl.so"]
    assert sorted(named) == sorted([*wanted, *interpreter, "libffi.so.8", "parlor"])
    ours = bill["metadata"]["component"]["components"]
    assert [each["name"] for each in ours] == [native("av.libs/libx265")]
    opus = component(bill, "Opus")["components"][0]
    data = (build.app / INSIDE / opus["name"]).read_bytes()
    assert opus["hashes"][0]["content"] == hashlib.sha256(data).hexdigest()


def test_the_graph_reaches_everything(bill: dict[str, Any]) -> None:
    graph = {each["ref"]: each.get("dependsOn", []) for each in bill["dependencies"]}
    root = bill["metadata"]["component"]["bom-ref"]
    reached, ahead = set(), [root]
    while ahead:
        ref = ahead.pop()
        reached |= {ref}
        ahead += [each for each in graph[ref] if each not in reached]
    assert {each["bom-ref"] for each in bill["components"]} <= reached
    aiortc = next(ref for ref in graph if ref.startswith("aiortc@"))
    assert any(ref.startswith("aioice@") for ref in graph[aiortc])
    av = next(ref for ref in graph if ref.startswith("av@"))
    assert any(ref.startswith("av/x264@") for ref in graph[av])


def test_a_file_of_nobodys_stops_the_bill(tmp_path: Path, build: Build) -> None:
    found = inventory(build.app)
    strange = replace(found, contents=replace(found.contents, strays=("libsecret.so.1",)))
    subject = Subject(tmp_path / "parlor.deb", build.app, "0.2.0", EPOCH)
    with pytest.raises(Problem, match="libsecret"):
        write_bill(subject, strange, PINS)


def test_what_is_not_well_formed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bill.cdx.json"
    path.write_text('{"bomFormat": "CycloneDX"}')
    with pytest.raises(Problem, match="not well formed"):
        check(path)


def test_the_steps_find_their_folders_and_artefacts(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[Path] = []
    monkeypatch.setattr(sbom, "check", checked.append)
    assert [path.name for path in artefacts(build)] == [
        "parlor-server-0.2.0-linux-x86_64.tar.xz", "parlor_0.2.0_amd64.deb",
    ]  # fmt: skip
    assert {path.parents[2].name for path in licences_step(build)} == {"parlor", "parlor-server"}
    made = sboms(build)
    assert [path.name.removesuffix(".cdx.json") for path in made] == [
        path.name for path in artefacts(build)
    ]
    assert sorted(checked) == made


def test_digests_come_from_the_lock() -> None:
    pins = pinned((ROOT / "packaging" / "requirements" / "app.txt").read_text())
    assert all(len(digest) == 64 for digest in pins["segno"])
    assert "python-socketio" in pins
    assert {"av", "pyside6-essentials", "zxing-cpp"} <= pins.keys()
