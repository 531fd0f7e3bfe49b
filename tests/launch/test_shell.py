"""Every failure becomes one sentence."""

from __future__ import annotations

import errno
import sys

import pytest

from launch.shell import Problem, explain, explain_os_error, must, succeeds


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("error: failed to write: No space left on device (os error 28)", "the disk is full"),
        ("Caused by: invalid peer certificate: UnknownIssuer", "valid certificates"),
        ("SSLError(SSLCertVerificationError(1, 'certificate verify failed'))", "certificates"),
        ("Caused by: dns error\nfailed to lookup address information", "needs a network"),
        ("NewConnectionError: Connection refused", "needs a network"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "pinned"),
        ("error: Hash mismatch for `segno==1.6.6`", "pinned"),
        ("error: failed to create file: Read-only file system (os error 30)", "read-only"),
        ("Permission denied (os error 13)", "may not be written"),
        ("first\n\n  the last line tells\n\n", "the last line tells"),
        ("", "gave no reason"),
    ],
)
def test_output_of_a_failed_program_is_explained(output: str, words: str) -> None:
    assert words in explain(output)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(errno.ENOSPC, "x", "file"), "the disk is full (file)"),
        (OSError(errno.EACCES, "x"), "permission was denied"),
        (OSError(errno.ELOOP, "Too many links"), "Too many links"),
        (OSError("odd"), "odd"),
    ],
)
def test_an_error_of_the_system_is_explained(error: OSError, sentence: str) -> None:
    assert explain_os_error(error) == sentence


def test_a_command_that_must_succeed_returns_its_output() -> None:
    assert must([sys.executable, "-c", "print('yes')"], "Asking").strip() == "yes"


def test_a_command_that_fails_is_a_problem_with_its_cause() -> None:
    script = "import sys; sys.exit('No space left on device')"
    with pytest.raises(Problem, match=r"^Asking did not work: the disk is full\.$"):
        must([sys.executable, "-c", script], "Asking")


def test_a_command_that_does_not_exist_does_not_succeed() -> None:
    assert not succeeds(["no-such-program-here"])
    assert succeeds([sys.executable, "-c", ""])
