"""Each worker begins with another kind of file, and all files are run, each by one worker."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONFTEST = """
from tests.support.sharing_out import ByKind

def kind(path):
    return path.split('_')[1]

def pytest_xdist_make_scheduler(config, log):
    return ByKind(config, log, kind)
"""
KINDS = ("windows", "programs", "others")


def test_each_begins_with_a_kind_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    for kind in KINDS:
        for number in range(4):
            test = f"def test_{kind}(): pass\n"
            (tmp_path / f"test_{kind}_{number}.py").write_text(test)
    options = ("-n3", "--dist=loadfile", "-v", "-pno:cacheprovider", f"--rootdir={tmp_path}")
    command = [sys.executable, "-m", "pytest", "-c", "/dev/null", *options, str(tmp_path)]
    ran = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, timeout=150, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    told = re.findall(r"\[(gw\d)\].* PASSED \S*?test_(\w+?)_\d\.py", ran.stdout)
    first: dict[str, str] = {}
    for worker, kind in told:
        first.setdefault(worker, kind)
    assert len(told) == 4 * len(KINDS)
    assert sorted(first.values()) == sorted(KINDS)
