"""What every test gets: a home of its own, no real keyring, and no warning left unnoticed."""

from __future__ import annotations

import gc
import inspect
import logging
import os
import re
import shutil
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from xdist.remote import Producer

from tests.support import examples
from tests.support.sharing_out import ByKind, Kind
from tests.support.watching import Ending, Watch

ROOT = Path(__file__).resolve().parent.parent

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
# Programs that a test starts find the packages whatever folder they run in.
_inherited = os.environ.get("PYTHONPATH")
os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *([_inherited] if _inherited else [])])

examples.load()

# Why each line that is nobody's fault here may stand in the log: (logger, message).
TOLERATED = (
    # asyncio's own remark on slow callbacks in debug mode tells of the machine, not of the code.
    re.compile(r"^asyncio: Executing <"),
)


# Without these a window test cannot run; in a CI run it has to fail for it.
WINDOW_PROGRAMS = ("Xvfb", "xdotool", "openbox", "import", "dbus-run-session")


def kind_of(path: str) -> Kind:
    """Return what the tests of a file are, by what most of them do."""
    if path.startswith("tests/e2e/windows/"):
        return "windows"
    is_e2e = path.startswith("tests/e2e/") or path.endswith("test_other_programs.py")
    return "programs" if is_e2e else "others"


def pytest_configure(config: pytest.Config) -> None:
    """Watch a run of several workers, from the side of either."""
    if hasattr(config, "workerinput"):
        config.pluginmanager.register(Ending())
    elif config.getoption("numprocesses", None):
        config.pluginmanager.register(Watch(partial(say, config)))


def say(config: pytest.Config, text: str) -> None:
    terminal = config.pluginmanager.getplugin("terminalreporter")
    terminal.ensure_newline()
    terminal.write_line(text, flush=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByKind | None:
    """Share the tests out by what they need, where `--dist loadfile` is asked for."""
    by_file = config.getoption("dist") == "loadfile"
    return ByKind(config, log, kind_of) if by_file else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what cannot run here, and look long at properties if that is wanted."""
    examples.deepen(items)
    lacking = [name for name in WINDOW_PROGRAMS if shutil.which(name) is None]
    for item in items:
        if lacking and os.environ.get("CI") != "true" and item.get_closest_marker("window"):
            item.add_marker(pytest.mark.skip(reason=f"needs {', '.join(lacking)}"))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Leave what was loaded out of every later collection: with it, each one takes 0.3 s."""
    gc.collect()
    gc.freeze()


class LogGuard(logging.Handler):
    """Keeps the records that no healthy run writes: asyncio's warnings, anybody's errors."""

    def __init__(self, expected: list[re.Pattern[str]]) -> None:
        super().__init__()
        self.expected = [*TOLERATED, *expected]
        self.strays: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        floor = logging.WARNING if record.name == "asyncio" else logging.ERROR
        line = f"{record.name}: {record.getMessage()}"
        if record.levelno < floor or any(pattern.search(line) for pattern in self.expected):
            return
        trace = logging.Formatter().formatException(record.exc_info) if record.exc_info else ""
        self.strays.append(f"{line}\n{trace}".rstrip())


@pytest.fixture(autouse=True)
def log_guard(request: pytest.FixtureRequest) -> Iterator[LogGuard]:
    """Fail the test over stray records; `@pytest.mark.expected_errors("regex")` allows some.

    The expression is searched for in "logger name: message".
    """
    marks = request.node.iter_markers("expected_errors")
    guard = LogGuard([re.compile(pattern) for mark in marks for pattern in mark.args])
    root = logging.getLogger()
    root.addHandler(guard)
    yield guard
    if inspect.iscoroutinefunction(getattr(request.node, "obj", None)):
        gc.collect()  # "Task was destroyed" is only said when the task is collected
    root.removeHandler(guard)
    if guard.strays:
        pytest.fail("stray records in the log:\n" + "\n".join(guard.strays), pytrace=False)


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Point every XDG folder into a temporary one, so that no test touches the person's."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DATA", "CONFIG", "STATE", "CACHE"):
            patch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
        if "XDG_RUNTIME_DIR" not in os.environ and sys.platform == "linux":
            runtime = home / "runtime"
            runtime.mkdir(mode=0o700)
            patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        yield home
