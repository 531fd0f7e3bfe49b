"""What the architecture tests look at: the committed files, and the functions in them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OWN_PACKAGES = ("app", "signaling")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def committed() -> tuple[Path, ...]:
    """Return the files that git knows of and that are still there; without git, all but caches."""
    try:
        names = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        return tuple(path for path in ROOT.rglob("*") if path.is_file() and not is_made(path))
    return tuple(path for path in (ROOT / name for name in names if name) if path.is_file())


def is_made(path: Path) -> bool:
    """Return whether a file was made here by a tool: what .gitignore is about."""
    parts = path.relative_to(ROOT).parts
    made = {"build", "dist", "htmlcov", "__pycache__"}
    return any(
        part in made or part.endswith(".egg-info") or (part.startswith(".") and part != ".ci")
        for part in parts
    )


@cache
def own_code() -> tuple[Path, ...]:
    """Return the program's Python files, empty package markers left out."""
    return tuple(
        path
        for path in committed()
        if path.suffix == ".py"
        and path.relative_to(ROOT).parts[0] in OWN_PACKAGES
        and path.stat().st_size > 0
    )


def text(path: Path) -> str | None:
    """Return a file's text, or None if it is not text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def nodes(kind: type[ast.AST] | tuple[type[ast.AST], ...]) -> Iterator[tuple[str, ast.AST]]:
    """Yield every node of a kind in the program's code, with the place to name in a message."""
    for path in own_code():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, kind):
                yield f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}", node
