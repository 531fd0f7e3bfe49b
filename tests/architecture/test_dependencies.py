"""Every dependency has a reason, every lock agrees with the others, every picture a licence."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import grimp
import pytest

from tests.architecture.files import ROOT, committed

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OWN = {"app", "signaling", "resources"}
RESOURCES = ROOT / "resources"


def name_of(requirement: str) -> str:
    """Return the package's name in the form that the index compares."""
    found = re.match(r"[\w.-]+", requirement)
    assert found, requirement
    return re.sub(r"[-_.]+", "-", found.group()).lower()


def declared() -> dict[str, set[str]]:
    """Return the package names that pyproject.toml asks for, by the lock they belong to."""
    groups = PROJECT["dependency-groups"]
    app = {name_of(line) for line in PROJECT["project"]["dependencies"]}
    return {
        "app": app,
        "server": {name_of(line) for line in groups["server"]},
        "test": app | {name_of(line) for line in groups["test"]},
        "build": app | {name_of(line) for line in groups["build"]},
    }


def pins(lock: str) -> dict[str, set[str]]:
    """Return the pinned versions of each package in a lock."""
    content = (ROOT / "packaging" / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    pinned: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9-]+)(?:\[[^]]*\])?==(\S+)", content, re.MULTILINE):
        pinned.setdefault(name, set()).add(version)
    return pinned


def test_every_dependency_has_its_reason() -> None:
    records = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "adr").glob("*.md")
    ).lower()
    unexplained = {
        name for names in declared().values() for name in names if f"`{name}`" not in records
    }
    assert not unexplained


@pytest.mark.parametrize(("package", "lock"), [("app", "app"), ("signaling", "server")])
def test_what_is_imported_is_declared(package: str, lock: str) -> None:
    graph = grimp.build_graph(package, include_external_packages=True, cache_dir=None)
    external = {module for module in graph.modules if not module.startswith(package)}
    distributions = packages_distributions()
    undeclared = {
        module
        for module in external - sys.stdlib_module_names - OWN
        if not {name_of(name) for name in distributions.get(module, [])} & declared()[lock]
    }
    assert not undeclared


def test_locks_hold_what_is_declared() -> None:
    for lock, names in declared().items():
        assert names <= pins(lock).keys(), f"run packaging/lock.sh: {lock}"


def test_a_wider_lock_holds_the_narrower_one() -> None:
    narrow, app, wide = pins("server"), pins("app"), pins("test")
    assert {name: app.get(name) for name in narrow} == narrow
    assert {name: wide.get(name) for name in app} == app


def test_every_bundled_thing_has_its_licence() -> None:
    bundled = {
        path.relative_to(RESOURCES).parts[0]
        for path in committed()
        if path.is_relative_to(RESOURCES)
        and path.suffix not in {".py", ".md"}
        and path.name != "VERSION"
    }
    licences = RESOURCES / "LICENSES.md"
    named = licences.read_text(encoding="utf-8") if licences.exists() else ""
    assert not {name for name in bundled if f"`{name}" not in named}
