"""The steps of a build that say what is in it: licences inside, bills of materials beside."""

from __future__ import annotations

from pathlib import Path

from artefacts.licences import write_licences
from artefacts.plan import Build
from artefacts.sbom import SUFFIX, bills

ARTEFACTS = (".deb", ".rpm", ".tar.xz", ".AppImage", ".exe", ".msi", ".dmg")


def licences(build: Build) -> list[Path]:
    """Write what they are made of into the frozen folders that are there."""
    folders = [folder for folder in (build.app, build.server) if folder.is_dir()]
    return [path for folder in folders for path in write_licences(folder)[:1]]


def sboms(build: Build) -> list[Path]:
    """Write a bill of materials beside each artefact of this version."""
    return bills(build, {path: _inside(build, path) for path in artefacts(build)})


def artefacts(build: Build) -> list[Path]:
    """Return the artefacts of this version that were made."""
    return [
        path
        for path in sorted(build.out.iterdir())
        if path.is_file()
        and build.version in path.name
        and path.name.lower().startswith("parlor")
        and path.name.endswith(ARTEFACTS)
        and not path.name.endswith(SUFFIX)
    ]


def _inside(build: Build, artefact: Path) -> Path:
    """Return the frozen folder that is in an artefact, by its name."""
    return build.server if artefact.name.startswith("parlor-server") else build.app
