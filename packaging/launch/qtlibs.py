"""The shared libraries that Qt loads from the system, and the tools that window tests need."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from launch import debian
from launch.shell import Problem, must, say, succeeds

# library: package on Debian and Ubuntu, on Fedora, on Arch
LIBRARIES = {
    "libGL.so.1": ("libgl1", "libglvnd-glx", "libglvnd"),
    "libEGL.so.1": ("libegl1", "libglvnd-egl", "libglvnd"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon", "libxkbcommon"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs", "dbus"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig", "fontconfig"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2", "glib2"),
    "libbrotlidec.so.1": ("libbrotli1", "libbrotli", "brotli"),
    "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor"),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11"),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm", "xcb-util-wm"),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms"),
    "libxcb-shape.so.0": ("libxcb-shape0", "libxcb", "libxcb"),
    "libxcb-xkb.so.1": ("libxcb-xkb1", "libxcb", "libxcb"),
    "libxcb-util.so.1": ("libxcb-util1", "xcb-util", "xcb-util"),
    "libpulse.so.0": ("libpulse0", "pulseaudio-libs", "libpulse"),
    "libwayland-client.so.0": ("libwayland-client0", "libwayland-client", "wayland"),
    "libwayland-cursor.so.0": ("libwayland-cursor0", "libwayland-cursor", "wayland"),
    "libwayland-egl.so.1": ("libwayland-egl1", "libwayland-egl", "wayland"),
}
# A window without letters helps nobody, and bare systems have no font at all.
FONT = ("fonts-dejavu-core", "dejavu-sans-fonts", "ttf-dejavu")

WINDOW_PROGRAMS = {
    "Xvfb": "xvfb",
    "xdotool": "xdotool",
    "openbox": "openbox",
    "import": "imagemagick",
    "dbus-run-session": "dbus",
}
ATSPI = "import gi; gi.require_version('Atspi', '2.0'); from gi.repository import Atspi"
ATSPI_PACKAGES = ("at-spi2-core", "python3-gi", "gir1.2-atspi-2.0")
# What tests talk to, each a program and its package.
OTHER_PROGRAMS = {
    "appstreamcli": "appstream",
    "chromium": "chromium",
    "desktop-file-validate": "desktop-file-utils",
    "haproxy": "haproxy",
    "ip": "iproute2",
    "ld": "binutils",
    "mandoc": "mandoc",
    "mosquitto": "mosquitto",
    "msiextract": "msitools",
    "nft": "nftables",
    "plistutil": "libplist-utils",
    "pulseaudio": "pulseaudio",
    "rabbitmq-server": "rabbitmq-server",
    "redis-server": "redis-server",
    "turnserver": "coturn",
    "wixl": "wixl",
}
SYSTEM_PATH = "/usr/sbin:/sbin"

PROBE = """
import ctypes, sys
for name in sys.argv[1:]:
    try:
        ctypes.CDLL(name)
    except OSError:
        print(name)
"""


def missing(env: Mapping[str, str]) -> list[str]:
    """Return the libraries that a process with this environment cannot load."""
    probe = [sys.executable, "-I", "-c", PROBE, *LIBRARIES]
    return must(probe, "Looking for Qt's libraries", env=env).split()


def with_private(env: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return the environment in which what is unpacked under `folder` is found."""
    libraries = [
        str(path) for top in ("usr/lib", "lib") for path in folder.glob(f"{top}/*-linux-*")
    ]
    if not libraries:
        return dict(env)
    inherited = [env["LD_LIBRARY_PATH"]] if env.get("LD_LIBRARY_PATH") else []
    found = {**env, "LD_LIBRARY_PATH": os.pathsep.join([*libraries, *inherited])}
    if not Path("/etc/fonts").exists():
        found["FONTCONFIG_SYSROOT"] = str(folder)
    if not Path("/usr/share/X11/xkb").exists():
        found["XKB_CONFIG_ROOT"] = str(folder / "usr/share/X11/xkb")
    return found


def _names_for(libraries: list[str]) -> str:
    for column, tool in ((0, "apt-get"), (1, "dnf"), (2, "pacman")):
        if shutil.which(tool):
            return " ".join(sorted({LIBRARIES[name][column] for name in libraries}))
    return " ".join(libraries)


def _has_font() -> bool:
    folders = ("/usr/share/fonts", "/usr/local/share/fonts", Path.home() / ".local/share/fonts")
    return any(
        next((path for path in Path(folder).rglob("*") if path.suffix in {".ttf", ".otf"}), None)
        for folder in folders
    )


def ensure(env: Mapping[str, str], tools: Path, *, yes: bool) -> dict[str, str]:
    """Return the environment in which Qt finds its libraries, getting them first if need be."""
    if sys.platform != "linux":
        return dict(env)
    private = tools / "libraries"
    env = with_private(env, private)
    lacking = missing(env)
    if not lacking:
        return env
    if not debian.is_debian():
        raise Problem(f"Qt lacks libraries of the system; please install: {_names_for(lacking)}.")
    packages = sorted({LIBRARIES[name][0] for name in lacking})
    if not _has_font():
        packages.append(FONT[0])
    say(f"Qt needs libraries that this system lacks: {', '.join(lacking)}.")
    if not debian.install(packages, yes=yes):
        say(f"Unpacking them for Parlor alone, in {private}.")
        debian.unpack(packages, private)
        env = with_private(env, private)
    if still := missing(env):
        raise Problem(f"Qt still lacks {', '.join(still)}; please install: {_names_for(still)}.")
    return env


def ensure_window_tools(*, yes: bool) -> None:
    """Install what drives and reads real windows in tests; without it those tests are skipped."""
    if sys.platform != "linux":
        return
    packages = [package for name, package in WINDOW_PROGRAMS.items() if not shutil.which(name)]
    if not succeeds(["/usr/bin/python3", "-c", ATSPI]):
        packages += ATSPI_PACKAGES
    if not packages:
        return
    if not (debian.is_debian() and debian.install(packages, yes=yes)):
        say(f"The window tests are left out; they need {' '.join(packages)}.")


def ensure_other_programs(*, yes: bool) -> None:
    """Install a browser, a broker and the like for tests; without one its tests are skipped."""
    if sys.platform != "linux":
        return
    for name, package in OTHER_PROGRAMS.items():
        if not (shutil.which(name) or shutil.which(name, path=SYSTEM_PATH)):
            _ensure_program(package, yes=yes)


def _ensure_program(package: str, *, yes: bool) -> None:
    try:
        installed = debian.is_debian() and debian.install([package], yes=yes)
    except Problem:  # not every system with apt has it as a package
        installed = False
    if not installed:
        say(f"The tests against {package} are left out; they need it installed.")
