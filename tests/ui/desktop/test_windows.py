"""What is said to Windows, heard by stand-ins of the two libraries that are only there."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Self

import pytest

import app.ui.desktop.windows as elsewhere
from app.placement import APP_ID, Kind, Placement
from app.ui.desktop.autostart import RUN_KEY, RUN_NAME, RegistryRun
from app.ui.desktop.choices import desktop_choices

PATH = "C:\\Parlor\\parlor.exe"


class Key:
    def __init__(self, values: dict[str, tuple[object, int]]) -> None:
        self.values = values

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class FakeWinreg(ModuleType):
    HKEY_CURRENT_USER, REG_SZ, KEY_SET_VALUE = 1, 1, 2

    def __init__(self) -> None:
        super().__init__("winreg")
        self.keys: dict[str, dict[str, tuple[object, int]]] = {}

    def OpenKey(self, _root: int, key: str, _zero: int = 0, _access: int = 0) -> Key:  # noqa: N802 - its name
        if key not in self.keys:
            raise FileNotFoundError
        return Key(self.keys[key])

    def CreateKey(self, _root: int, key: str) -> Key:  # noqa: N802 - its name
        return Key(self.keys.setdefault(key, {}))

    def QueryValueEx(self, key: Key, name: str) -> tuple[object, int]:  # noqa: N802 - its name
        if name not in key.values:
            raise FileNotFoundError
        return key.values[name]

    def SetValueEx(self, key: Key, name: str, _zero: int, kind: int, text: str) -> None:  # noqa: N802 - its name
        key.values[name] = (text, kind)

    def DeleteValue(self, key: Key, name: str) -> None:  # noqa: N802 - its name
        if key.values.pop(name, None) is None:
            raise FileNotFoundError


@pytest.fixture
def said() -> list[tuple[object, ...]]:
    return []


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch, said: list[tuple[object, ...]]) -> Any:
    """Load the module as Windows does."""

    def hear(*words: object) -> None:
        said.append(words)

    libraries = SimpleNamespace(
        shell32=SimpleNamespace(SetCurrentProcessExplicitAppUserModelID=hear),
        kernel32=SimpleNamespace(CreateMutexW=hear),
    )
    monkeypatch.setattr("ctypes.windll", libraries, raising=False)
    monkeypatch.setitem(sys.modules, "winreg", FakeWinreg())
    monkeypatch.setattr(sys, "platform", "win32")
    spec = importlib.util.spec_from_file_location("windows_there", elsewhere.__file__)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_windows_is_told_who_runs(windows: Any, said: list[tuple[object, ...]]) -> None:
    windows.identify()
    assert said == [(APP_ID,), (None, False, APP_ID)]


def test_the_value_is_written_and_taken_away(windows: Any) -> None:
    registry = windows.OwnRegistry()
    startup = RegistryRun(registry, (PATH,))
    assert not startup.is_on()
    startup.switch(False)
    startup.switch(True)
    assert startup.is_on()
    assert windows.winreg.keys[RUN_KEY][RUN_NAME] == (f'"{PATH}" --background', 1)
    windows.winreg.keys[RUN_KEY][RUN_NAME] = (7, 4)
    assert not startup.is_on()
    startup.switch(False)
    startup.switch(False)
    assert not windows.winreg.keys[RUN_KEY]


def test_windows_offers_to_start_it(
    windows: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "app.ui.desktop.windows", windows)
    made = desktop_choices(Placement(Kind.FOLDER, (PATH,)), {}, tmp_path)
    assert isinstance(made.startup, RegistryRun)
    assert made.links is None


def test_elsewhere_nobody_is_told(said: list[tuple[object, ...]]) -> None:
    elsewhere.identify()
    assert not said
