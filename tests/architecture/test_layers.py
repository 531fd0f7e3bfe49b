"""What the import contracts in pyproject.toml cannot say."""

from __future__ import annotations

import subprocess
import sys
from graphlib import CycleError, TopologicalSorter

import grimp
import pytest

from tests.architecture.files import ROOT

LAYERS = {
    "app.cli", "app.crypto", "app.domain", "app.media", "app.protocol",
    "app.services", "app.storage", "app.transport", "app.ui",
}  # fmt: skip
FILES = {"app.__main__", "app.config", "app.placement"}
ENTRY_POINTS = {"app.__main__", "app.cli.__main__"}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("app", "signaling", cache_dir=None)


def is_bootstrap(module: str) -> bool:
    """Return whether a module is part of the composition root: app/bootstrap*."""
    return module.startswith("app.bootstrap")


def test_nothing_stands_beside_the_layers(graph: grimp.ImportGraph) -> None:
    children = {module for module in graph.find_children("app") if not is_bootstrap(module)}
    assert children - FILES == LAYERS


def test_only_the_entry_points_ask_the_composition_root(graph: grimp.ImportGraph) -> None:
    strays = {
        (importer, module)
        for module in filter(is_bootstrap, graph.modules)
        for importer in graph.find_modules_that_directly_import(module)
        if importer not in ENTRY_POINTS and not is_bootstrap(importer)
    }
    assert not strays


def test_the_servers_wire_types_need_nothing_of_the_server(graph: grimp.ImportGraph) -> None:
    wire = "signaling.protocol"
    if wire in graph.modules:
        assert not graph.find_modules_directly_imported_by(wire)


def test_no_modules_import_each_other_in_a_circle(graph: grimp.ImportGraph) -> None:
    sorter = TopologicalSorter(
        {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    )
    try:
        sorter.prepare()
    except CycleError as error:
        pytest.fail(f"import cycle: {' <- '.join(error.args[1])}", pytrace=False)


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("app.cli.__main__", ("PySide6", "qasync")),
        ("signaling.__main__", ("PySide6", "aiortc", "av", "peewee", "app")),
        ("app.domain", ("asyncio",)),
        ("app.ui.session", ("PySide6.QtMultimedia", "app.services.notices", "av")),
    ],
)
def test_a_program_loads_only_what_is_its_own(module: str, unwanted: tuple[str, ...]) -> None:
    file = ROOT.joinpath(*module.split("."))
    if not (file.with_suffix(".py").exists() or file.is_dir()):
        pytest.skip(f"{module} does not exist")
    probe = f"import sys, {module}; print(sorted(sys.modules.keys() & set(sys.argv[1:])))"
    found = subprocess.run(
        [sys.executable, "-c", probe, *unwanted], cwd=ROOT, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert found.stdout.strip() == "[]"
