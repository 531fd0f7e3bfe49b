"""Distributions as an installer leaves them."""

from __future__ import annotations

from importlib.metadata import Distribution
from pathlib import Path

MIT = "Permission is hereby granted to do as one pleases."


def install(
    site: Path,
    name: str,
    version: str = "1.0",
    *,
    metadata: str = "License-Expression: MIT",
    files: dict[str, str] | None = None,
) -> Distribution:
    """Lay a distribution into `site`; in the names of files ! stands for its dist-info."""
    info = site / f"{name.replace('-', '_')}-{version}.dist-info"
    laid = {path.replace("!", f"{info.name}/"): text for path, text in (files or {}).items()}
    laid[f"{info.name}/METADATA"] = (
        f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{metadata}\n"
    )
    laid[f"{info.name}/RECORD"] = "".join(f"{path},,\n" for path in laid)
    for path, text in laid.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text, encoding="utf-8")
    return Distribution.at(info)
