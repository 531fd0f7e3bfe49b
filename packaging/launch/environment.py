"""uv, and the environment that it makes from a hash-pinned lock."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from launch import debian
from launch.shell import Problem, must, say, succeeds

# Each lock holds everything that the ones before it hold; `build` stands apart.
LOCKS = ("server", "app", "test")
# Megabytes that setting one up takes, downloads and system libraries included.
SPACE = {"server": 200, "app": 900, "test": 1200, "build": 2500}
# Debian's pip looks for certificates in one place only, which a bare system does not have.
DEBIAN_PIP = """
import runpy, sys
sys.path.insert(0, sys.argv.pop(1))
import pip._vendor.certifi.core
pip._vendor.certifi.core.DEBIAN_CA_CERTS_PATH = sys.argv.pop(1)
runpy.run_module("pip", run_name="__main__")
"""
RECENT = "import sys; sys.exit(sys.version_info < (3, 11))"


@dataclass(frozen=True)
class Checkout:
    """Where things are in this copy of Parlor."""

    root: Path

    @property
    def tools(self) -> Path:
        """What the launcher fetches for itself."""
        return self.root / ".tools"

    @property
    def venv(self) -> Path:
        """The environment that the programs run in."""
        return self.root / ".venv"

    @property
    def bin(self) -> Path:
        """Where the environment's programs are."""
        return self.venv / ("Scripts" if os.name == "nt" else "bin")

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.bin / ("python.exe" if os.name == "nt" else "python")

    @property
    def stamp(self) -> Path:
        """Which lock the environment was made from."""
        return self.venv / "parlor-lock"

    def lock(self, name: str) -> Path:
        """Return the file of one lock."""
        return self.root / "packaging" / "requirements" / f"{name}.txt"

    def lock_stamp(self, name: str) -> str:
        """Return what the stamp says when the environment agrees with a lock."""
        digest = hashlib.sha256(self.lock(name).read_bytes()).hexdigest()
        return f"{name} {digest}"


@dataclass(frozen=True)
class Workshop(Checkout):
    """A copy of Parlor whose environment is for building, beside the one that programs run in."""

    @property
    def venv(self) -> Path:
        """The environment that what people install is made in."""
        return self.tools / "workshop"


@contextmanager
def alone(checkout: Checkout) -> Iterator[None]:
    """Let one launcher at a time change the environment."""
    checkout.tools.mkdir(exist_ok=True)
    with (checkout.tools / "lock").open("w", encoding="ascii") as handle:
        if os.name == "posix":
            import fcntl  # noqa: PLC0415 - does not exist on Windows

            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def is_ready(checkout: Checkout, name: str) -> bool:
    """Return whether the environment already holds a lock's packages, or those of a wider one."""
    try:
        stamp = checkout.stamp.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return False
    wide_enough = LOCKS[LOCKS.index(name) :] if name in LOCKS else (name,)
    return checkout.python.exists() and stamp in map(checkout.lock_stamp, wide_enough)


def ensure(checkout: Checkout, name: str) -> None:
    """Make the environment agree with a lock; quick if it does already."""
    if is_ready(checkout, name):
        return
    with alone(checkout):
        if is_ready(checkout, name):
            return
        _check_space(checkout, name)
        uv = find_uv(checkout)
        say("Setting Parlor up; the first time, this fetches up to 320 MB.")
        checkout.stamp.unlink(missing_ok=True)
        if not succeeds([checkout.python, "-c", RECENT]):
            _make(uv, checkout)
        sync: list[str | Path] = [
            uv,
            "pip",
            "sync",
            "--quiet",
            "--require-hashes",
            "--python",
            checkout.python,
        ]
        must([*sync, checkout.lock(name)], "Installing Parlor's packages")
        checkout.stamp.write_text(checkout.lock_stamp(name), encoding="ascii")


def _check_space(checkout: Checkout, name: str) -> None:
    free = shutil.disk_usage(checkout.root).free // 1_000_000
    if free < SPACE[name] and not checkout.venv.exists():
        raise Problem(
            f"Setting Parlor up takes {SPACE[name]} MB, and only {free} MB of this disk are free."
        )


def _make(uv: Path, checkout: Checkout) -> None:
    options = ["--quiet", "--clear", "--no-python-downloads", "--python", sys.executable]
    must([uv, "venv", *options, checkout.venv], "Making the environment")


def find_uv(checkout: Checkout) -> Path:
    """Return uv: the person's own, or one that is pinned by hash and kept under .tools/."""
    own = checkout.tools / "uv" / "bin" / ("uv.exe" if os.name == "nt" else "uv")
    for candidate in (shutil.which("uv"), own):
        if candidate and succeeds([candidate, "pip", "sync", "--help"]):
            return Path(candidate)
    pip = _find_pip(checkout)
    say("Fetching uv, which installs the packages.")
    must(
        [
            *pip, "install", "--quiet", "--target", checkout.tools / "uv", "--upgrade", "--no-deps",
            "--require-hashes", "--only-binary", ":all:", "-r", checkout.lock("uv"),
        ],
        "Fetching uv",
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )  # fmt: skip
    if not succeeds([own, "--version"]):
        raise Problem("The uv that was fetched does not run here; please install uv yourself.")
    return own


def _find_pip(checkout: Checkout) -> list[str | Path]:
    """Return a command that is pip: this Python's, its bundled one, or Debian's wheel of it.

    The index that pip is set up for, or pip's own default, is the one that is used.
    """
    if succeeds([sys.executable, "-m", "pip", "--version"]):
        return [sys.executable, "-m", "pip"]
    boot = checkout.tools / "pip"
    bundled = boot / ("Scripts" if os.name == "nt" else "bin") / "python"
    if succeeds([sys.executable, "-m", "venv", boot]):
        return [bundled, "-m", "pip"]
    shutil.rmtree(boot, ignore_errors=True)
    if not debian.is_debian():
        raise Problem("Neither uv nor pip is on this machine; please install one of them.")
    return _debian_pip(boot)


def _debian_pip(boot: Path) -> list[str | Path]:
    debian.unpack(["python3-pip-whl"], boot)
    site = boot / "site"
    for wheel in boot.glob("usr/share/python-wheels/pip-*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(site)
    named = os.environ.get("SSL_CERT_FILE")
    known = [Path(named)] if named else []
    known += [Path("/etc/ssl/certs/ca-certificates.crt"), site / "pip/_vendor/certifi/cacert.pem"]
    authorities = next((path for path in known if path.exists()), known[0])
    return [sys.executable, "-c", DEBIAN_PIP, site, authorities]
