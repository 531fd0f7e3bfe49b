"""Running other programs, and saying in one sentence why something failed."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

Command = Sequence[str | Path]


class Problem(Exception):  # noqa: N818 - it is told to a person, word for word
    """Why the launcher stops: one sentence for the person, and an exit status of 1."""


NO_NETWORK = (
    r"dns error|name resolution|resolve|unreachable|refused|timed out|timeout|connect|"
    r"failed to fetch|no matching distribution|network"
)
NO_TRUST = (
    "the package index could not be verified, as this machine lacks valid certificates; "
    "install ca-certificates, or name your own with SSL_CERT_FILE"
)
# What other programs print when something outside is wrong, and how to say it. First match wins.
CAUSES = (
    (r"no space left|os error 28|disk quota", "the disk is full"),
    (
        r"hash mismatch|do not match the hashes|hashes are required",
        "a downloaded package is not the one that was pinned, so nothing of it was used",
    ),
    (r"certificate|unknownissuer|tls handshake|ssl:", NO_TRUST),
    (NO_NETWORK, "the package index could not be reached; the first start needs a network"),
    (r"read-only file system", "this folder is read-only"),
    (r"permission denied|os error 13", "this folder may not be written to"),
)


def explain(output: str) -> str:
    """Return the cause that a failed program's output tells of: known words, or its last line."""
    for pattern, words in CAUSES:
        if re.search(pattern, output, re.IGNORECASE):
            return words
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "it gave no reason"


def explain_os_error(error: OSError) -> str:
    """Return the cause of an error of the operating system in plain words."""
    where = f" ({error.filename})" if error.filename else ""
    known = {
        errno.ENOSPC: "the disk is full",
        errno.EDQUOT: "the disk quota is used up",
        errno.EROFS: "the disk is read-only",
        errno.EACCES: "permission was denied",
        errno.EPERM: "permission was denied",
    }
    return known.get(error.errno or 0, error.strerror or str(error)) + where


def failure(doing: str, output: str) -> Problem:
    """Return the Problem of a failed program; with PARLOR_VERBOSE set, show what it printed."""
    if os.environ.get("PARLOR_VERBOSE"):
        print(output, file=sys.stderr)
    return Problem(f"{doing} did not work: {explain(output)}.")


def say(text: str) -> None:
    """Tell the person what goes on, apart from the output of the program itself."""
    print(f"parlor: {text}", file=sys.stderr, flush=True)


def words(command: Command) -> list[str]:
    """Return a command's parts as text."""
    return [str(part) for part in command]


def succeeds(command: Command, env: Mapping[str, str] | None = None) -> bool:
    """Return whether a command can be run and ends well, in silence."""
    try:
        done = subprocess.run(words(command), env=env, capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def must(command: Command, doing: str, env: Mapping[str, str] | None = None) -> str:
    """Run a command in silence and return its output; raise Problem with the cause if it fails.

    `doing` completes "... did not work", for instance "Installing the packages".
    """
    done = subprocess.run(
        words(command), env=env, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode != 0:
        raise failure(doing, done.stdout + done.stderr)
    return done.stdout


def replace_process(command: Command, env: Mapping[str, str]) -> int:
    """Become the given program; where there is no such thing, run it and return its status."""
    sys.stdout.flush()
    if os.name == "posix":
        os.execve(command[0], words(command), dict(env))  # noqa: S606 - a shell is not wanted
    return subprocess.run(words(command), env=env, check=False).returncode
