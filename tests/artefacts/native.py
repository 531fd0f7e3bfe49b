"""Small native files for tests, made with binutils."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path

from artefacts.stubs import RETURN_ZERO

SEVEN = {"x86_64": "mov $7, %eax\n ret", "aarch64": "mov x0, #7\n ret"}[platform.machine()]
ZERO = RETURN_ZERO[platform.machine()]


def function(name: str, body: str = SEVEN) -> str:
    """Return the source of a function that is visible outside."""
    return (
        f".text\n.globl {name}\n.type {name}, %function\n{name}: {body}\n.size {name}, .-{name}\n"
    )


def thing(name: str, value: int) -> str:
    """Return the source of eight bytes that are visible outside."""
    return f".data\n.globl {name}\n.type {name}, %object\n{name}: .quad {value}\n.size {name}, 8\n"


def asking(*names: str) -> str:
    """Return the source of pointers to what other libraries have."""
    return ".data\n" + "".join(f".quad {name}\n" for name in names)


def library(path: Path, source: str, uses: Sequence[Path] = (), versions: str = "") -> Path:
    """Make a library; `versions` is a linker's script."""
    code, rest = path.with_suffix(".s"), path.with_suffix(".o")
    code.write_text(f'.section .note.GNU-stack,"",%progbits\n{source}', encoding="ascii")
    subprocess.run(["as", "-g", "-o", rest, code], check=True)
    command: list[str | Path] = ["ld", "-shared", "-soname", path.name, "-o", path, rest]
    if versions:
        script = path.with_suffix(".map")
        script.write_text(versions, encoding="ascii")
        command += ["--version-script", script]
    subprocess.run([*command, "--no-as-needed", *uses], check=True)
    for made in (code, rest):
        made.unlink()
    return path
