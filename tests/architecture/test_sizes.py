"""Files, functions and classes stay small enough to be read in one go."""

from __future__ import annotations

import ast
from pathlib import Path
from statistics import median, quantiles

from tests.architecture.files import ROOT, Function, committed, nodes, own_code

MAX_FILE = 400
MEDIAN_FILE = 170
MEDIAN_FUNCTION = 10
P90_FUNCTION = 25
MAX_PUBLIC_METHODS = 20


def lines_of(function: Function) -> int:
    """Return how many lines a function's body has, its docstring not counted."""
    body = function.body
    if ast.get_docstring(function) is not None:
        body = body[1:]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def length(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_file_is_long() -> None:
    """Tests and what builds packages as little as the program."""
    lengths = {path: length(path) for path in committed() if path.suffix == ".py"}
    assert not {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n > MAX_FILE}
    assert median(map(length, own_code())) < MEDIAN_FILE


def test_functions_are_short() -> None:
    lengths = {
        f"{place} {node.name}": lines_of(node)
        for place, node in nodes((ast.FunctionDef, ast.AsyncFunctionDef))
        if isinstance(node, Function)
    }
    longest = sorted(lengths, key=lambda name: -lengths[name])[:20]
    shown = [f"{lengths[name]} {name}" for name in longest]
    assert median(lengths.values()) < MEDIAN_FUNCTION, shown
    assert quantiles(lengths.values(), n=10)[-1] < P90_FUNCTION, shown


def is_public_method(node: ast.AST) -> bool:
    """Return whether others call this: not private, not a property, not one of Qt's own names."""
    return (
        isinstance(node, Function)
        and not node.name.startswith("_")
        and node.name.islower()
        and not any(ast.unparse(mark).endswith("property") for mark in node.decorator_list)
    )


def test_no_class_does_everything() -> None:
    broad = [
        f"{place} {node.name}"
        for place, node in nodes(ast.ClassDef)
        if isinstance(node, ast.ClassDef)
        and sum(map(is_public_method, node.body)) > MAX_PUBLIC_METHODS
    ]
    assert not broad
