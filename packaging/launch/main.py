"""What `./parlor` does for each of its commands."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from launch import environment, qtlibs
from launch.environment import Checkout
from launch.shell import Command, Problem, explain_os_error, replace_process, say

USAGE = """\
Usage: ./parlor [--yes] COMMAND [ARGUMENT ...]

  run      open the window
  cli      the headless front end: JSON lines in, JSON lines out
  server   the signaling server
  test     run the tests (with the coverage limits, if no argument is given)
  check    style, types, layers, sizes: everything that must hold before the tests

The first start sets everything up. --yes (or CI=true) lets apt install what is missing without
asking. Further arguments go to the command; try ./parlor run --help.
"""

# command: lock, module to run, whether Qt's libraries are needed
PROGRAMS = {
    "run": ("app", "app", True),
    "cli": ("app", "app.cli", False),
    "server": ("server", "signaling", False),
}
GATES = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports", "--no-logo"),
    ("pytest", "-p", "no:cacheprovider", "tests/architecture"),
)
PURE = "app/domain/*,app/crypto/*,app/protocol/*"
COVERAGE_LIMITS = (
    ("app/domain, app/crypto and app/protocol, whole", ("--include", PURE, "--fail-under=100")),
    ("everything, at least 90 %", ("--fail-under=90",)),
)


@dataclass(frozen=True)
class Launch:
    """One call of `./parlor`: where, what, with which arguments, and whether yes is said."""

    checkout: Checkout
    command: str
    arguments: list[str]
    yes: bool

    def environ(self) -> dict[str, str]:
        """Return the environment for a program: the packages are found whatever the folder."""
        inherited = os.environ.get("PYTHONPATH")
        path = [str(self.checkout.root), *([inherited] if inherited else [])]
        programs = [str(self.checkout.bin), os.environ.get("PATH", os.defpath)]
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(path),
            "PATH": os.pathsep.join(programs),
            "VIRTUAL_ENV": str(self.checkout.venv),
        }

    def start(self) -> int:
        """Run one of the three programs in this one's place."""
        lock, module, needs_qt = PROGRAMS[self.command]
        environment.ensure(self.checkout, lock)
        env = self.environ()
        if needs_qt:
            env = qtlibs.ensure(env, self.checkout.tools, yes=self.yes)
        # -P: a folder named app where the person stands is not ours.
        command: Command = [self.checkout.python, "-P", "-m", module, *self.arguments]
        return replace_process(command, env)

    def tool(self, name: str, *arguments: str, env: dict[str, str]) -> bool:
        """Run one of the environment's tools in the checkout; return whether it was content."""
        command = [str(self.checkout.python), "-m", name, *arguments]
        if name == "lint-imports":
            command = [str(self.checkout.bin / name), *arguments]
        return subprocess.run(command, cwd=self.checkout.root, env=env, check=False).returncode == 0

    def _test_environ(self) -> dict[str, str]:
        environment.ensure(self.checkout, "test")
        env = qtlibs.ensure(self.environ(), self.checkout.tools, yes=self.yes)
        # Tests start some thousand programs: none is to compile what another one has.
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        return {**env, "PYTHONPYCACHEPREFIX": str(self.checkout.tools / "bytecode")}

    def check(self) -> int:
        """Run every gate, also after one has failed."""
        env = self._test_environ()
        failed = [gate[0] for gate in GATES if not self.tool(*gate, env=env)]
        if failed:
            raise Problem(f"Not everything holds: {', '.join(failed)}.")
        say("Style, types, layers and sizes hold.")
        return 0

    def test(self) -> int:
        """Run the tests: all with coverage and its limits, or those that the arguments name."""
        env = self._test_environ()
        qtlibs.ensure_window_tools(yes=self.yes)
        qtlibs.ensure_other_programs(yes=self.yes)
        if self.arguments:
            return 0 if self.tool("pytest", *self.arguments, env=env) else 1
        self.tool("coverage", "erase", env=env)
        workers = ("-n", "4", "--dist", "loadfile", "--max-worker-restart", "0")
        if not self.tool("pytest", *workers, "--cov", "--cov-report=", env=env):
            return 1
        return self._coverage(env)

    def _coverage(self, env: dict[str, str]) -> int:
        for subject, limit in COVERAGE_LIMITS:
            say(f"Branch coverage of {subject}:")
            if not self.tool("coverage", "report", *limit, env=env):
                raise Problem(f"The tests pass, but they leave out too much of {subject}.")
        return 0


def version(root: Path) -> str:
    """Return Parlor's version."""
    return (root / "resources" / "VERSION").read_text(encoding="ascii").strip()


def parse(root: Path, argv: list[str]) -> Launch | None:
    """Return what to launch, or None if only help or the version was asked for."""
    rest = [*argv]
    yes = rest[:1] == ["--yes"] and bool(rest.pop(0))
    command = rest.pop(0) if rest else "--help"
    yes = (rest[:1] == ["--yes"] and bool(rest.pop(0))) or yes
    if command in {"-h", "--help", "help"}:
        print(USAGE, end="")
        return None
    if command == "--version":
        print(f"parlor {version(root)}")
        return None
    if command not in {*PROGRAMS, "test", "check"}:
        known = "run, cli, server, test and check"
        raise Problem(f"There is no command {command!r}; there are {known}.")
    return Launch(Checkout(root), command, rest, yes)


def main(root: str, argv: list[str]) -> int:
    """Do what the arguments ask for; every failure is one sentence and the status 1."""
    try:
        launch = parse(Path(root), argv)
        if launch is None:
            return 0
        return {"test": launch.test, "check": launch.check}.get(launch.command, launch.start)()
    except Problem as problem:
        say(str(problem))
    except OSError as error:
        say(f"Setting Parlor up did not work: {explain_os_error(error)}.")
    except KeyboardInterrupt:
        return 130
    return 1
