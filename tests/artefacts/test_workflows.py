"""The workflows: what runs them is elsewhere, so all that can be is read here."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
HERE = str(Path(sys.executable).parent)
SCHEMA = shutil.which("check-jsonschema", path=HERE)
ZIZMOR = shutil.which("zizmor", path=HERE)
SHELLCHECK = shutil.which("shellcheck", path=HERE)
PINNED = re.compile(r"^\s*(?:- )?uses: (\S+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$", re.MULTILINE)
NOTES = ROOT / "packaging" / "release" / "notes.sh"


def finds_nothing(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def steps(workflow: Path) -> list[dict[str, Any]]:
    jobs = yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"]
    return [step for job in jobs.values() for step in job["steps"]]


@pytest.mark.skipif(SCHEMA is None, reason="check-jsonschema is not installed")
@pytest.mark.parametrize(
    ("kind", "files"),
    [("github-workflows", WORKFLOWS), ("dependabot", [GITHUB / "dependabot.yml"])],
)
def test_the_schema_holds(kind: str, files: list[Path]) -> None:
    finds_nothing(SCHEMA or "", "--builtin-schema", f"vendor.{kind}", *map(str, files))


@pytest.mark.skipif(ZIZMOR is None, reason="zizmor is not installed")
def test_nothing_is_found_that_could_be_attacked() -> None:
    finds_nothing(ZIZMOR or "", "--offline", "--quiet", "--persona", "auditor", str(GITHUB))


def test_actions_are_pinned_to_what_was_confirmed() -> None:
    told = (ROOT / "docs" / "releasing.md").read_text(encoding="utf-8")
    for workflow in WORKFLOWS:
        text = workflow.read_text(encoding="utf-8")
        pins = PINNED.findall(text)
        assert len(pins) == text.count("uses:"), workflow.name
        for action, commit, version in pins:
            assert f"| `{action}` | {version} | `{commit}` |" in told


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda each: each.stem)
def test_rights_are_given_job_by_job(workflow: Path) -> None:
    found = yaml.safe_load(workflow.read_text(encoding="utf-8"))
    assert found["permissions"] == {}
    for name, job in found["jobs"].items():
        assert job["timeout-minutes"] <= 90
        writes = {right for right, how in job["permissions"].items() if how == "write"}
        assert not writes or name == "publish"


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda each: each.stem)
def test_no_step_keeps_credentials_or_writes_into_a_script(workflow: Path) -> None:
    for step in steps(workflow):
        assert "${{" not in step.get("run", "")
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda each: each.stem)
def test_what_is_run_is_there(workflow: Path) -> None:
    for step in steps(workflow):
        for path in re.findall(r"\S*(?:packaging|\.ci)/[\w./-]+", step.get("run", "")):
            assert (ROOT / path).is_file(), path


def test_secrets_are_asked_for_one_by_one() -> None:
    told = (ROOT / "docs" / "releasing.md").read_text(encoding="utf-8")
    for workflow in WORKFLOWS:
        for kind, name in re.findall(r"\b(secrets|vars)\.(\w+)", workflow.read_text("utf-8")):
            assert f"`{name}`" in told, kind


@pytest.mark.skipif(SHELLCHECK is None, reason="shellcheck is not installed")
def test_the_scripts_are_clean() -> None:
    folders = ("linux", "release", "windows")
    scripts = [each for name in folders for each in (ROOT / "packaging" / name).glob("*.sh")]
    assert len(scripts) >= 3
    finds_nothing(SHELLCHECK or "", *map(str, scripts))


def test_the_notes_of_a_version_are_its_own() -> None:
    done = subprocess.run([NOTES, "0.1.0"], capture_output=True, text=True, check=True, timeout=120)
    assert "### Added" in done.stdout
    assert "## [" not in done.stdout
    missing = subprocess.run([NOTES, "0.0.0"], capture_output=True, check=False, timeout=120)
    assert (missing.returncode, missing.stdout) == (1, b"")
