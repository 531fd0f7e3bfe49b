"""What macOS gets: the bundle's description and icon, and the disk image."""

from __future__ import annotations

import shutil
from pathlib import Path

from artefacts.icon_files import icns, pictures
from artefacts.plan import Build
from launch.shell import Problem, must

BUNDLE = "org.parlor.Parlor"
OLDEST = "14.0"
"""What PyAV's wheels ask for."""
SERVICES = ("_parlor._tcp", "_parlor-peer._tcp")
"""What the app announces and looks for on the network, without its domain."""


def info_plist(version: str) -> dict[str, object]:
    """Return what the bundle says about itself, beyond what PyInstaller writes."""
    return {
        "CFBundleName": "Parlor",
        "CFBundleDisplayName": "Parlor",
        "CFBundleExecutable": "parlor",
        "CFBundleIdentifier": BUNDLE,
        "CFBundleShortVersionString": version,
        "CFBundleVersion": version,
        "CFBundleURLTypes": [
            {
                "CFBundleURLName": BUNDLE,
                "CFBundleURLSchemes": ["parlor"],
                "CFBundleTypeRole": "Viewer",
            }
        ],
        "LSApplicationCategoryType": "public.app-category.social-networking",
        "LSBackgroundOnly": False,
        "LSMinimumSystemVersion": OLDEST,
        "NSBonjourServices": list(SERVICES),
        "NSCameraUsageDescription": "The camera is used while you show yourself or scan a code.",
        "NSHighResolutionCapable": True,
        "NSHumanReadableCopyright": "MIT License, Parlor contributors",
        "NSLocalNetworkUsageDescription": (
            "Parlor finds people on your network and talks to them without a detour."
        ),
        "NSMicrophoneUsageDescription": "The microphone is used while you record a voice message.",
        "NSPrincipalClass": "NSApplication",
        "NSRequiresAquaSystemAppearance": False,
    }


def icon(root: Path, work: Path) -> Path:
    """Write the icon file into a folder; return where it is."""
    work.mkdir(parents=True, exist_ok=True)
    file = work / "parlor.icns"
    file.write_bytes(icns(pictures(root / "packaging" / "icons")))
    return file


def bundle(build: Build) -> Path:
    """Return the bundle that the freezing has left beside the frozen folder."""
    return build.app.with_name("Parlor.app")


def image(build: Build) -> list[Path]:
    """Sign the bundle and pack it into a disk image. Raises Problem if this is no Mac."""
    if shutil.which("hdiutil") is None:
        raise Problem("A disk image can be made on macOS only.")
    scripts = build.root / "packaging" / "macos"
    app = bundle(build)
    add_licences(build.app, app)
    must([scripts / "sign.sh", app], "Signing the bundle", env=build.environ())
    made = build.out / f"parlor-{build.version}-macos-{build.machine}.dmg"
    must([scripts / "image.sh", app, made], "Making the image", env=build.environ())
    return [made]


def add_licences(folder: Path, app: Path) -> None:
    """Copy the notices of a frozen folder to where the bundle's program looks for them.

    Code is signed where it lies, data only among resources: a link leads there.
    """
    there = app / "Contents" / "Resources" / "licences"
    link = app / "Contents" / "Frameworks" / "licences"
    shutil.rmtree(there, ignore_errors=True)
    shutil.copytree(folder / "_internal" / "licences", there)
    link.unlink(missing_ok=True)
    link.symlink_to(Path("..", "Resources", "licences"))
