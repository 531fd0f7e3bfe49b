"""Two people in front of their screens; what they saw when a test failed is kept as a picture."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.desktop import Desktop, desktop, lacking
from tests.support.windows import Window


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Desktop]:
    """A desktop of its own with a network of its own."""
    absent = lacking()
    if absent and os.environ.get("CI") != "true":
        pytest.skip(f"needs {absent}")
    with desktop(tmp_path) as made:
        yield made


class People:
    """Opens windows and looks after them."""

    def __init__(self, screen: Desktop, folder: Path) -> None:
        self._screen, self._folder = screen, folder
        self.windows: list[Window] = []

    def open(self, name: str, before: tuple[str, ...] = (), *, lan: bool = False) -> Window:
        """Open the window of a new person."""
        folder = self._folder / name.split(maxsplit=1)[0].lower()
        window = Window(self._screen, folder, name, len(self.windows), before, lan=lan)
        self.windows.append(window)
        return window

    def close(self) -> None:
        """End all of them, whatever becomes of one."""
        with ExitStack() as ends:
            for window in self.windows:
                ends.callback(window.close)


@pytest.fixture
def people(screen: Desktop, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[People]:
    """Open windows here. What a program complains of fails the test, and so does a bad end."""
    made = People(screen, tmp_path)
    failures = request.session.testsfailed
    with ExitStack() as ends:
        ends.callback(made.close)
        yield made
        if request.session.testsfailed > failures:
            screen.picture(request.node.name)
    codes = [window.process.returncode for window in made.windows]
    complaints = [f"{window.name}: {window.complaints()}" for window in made.windows]
    assert not any(window.complaints() for window in made.windows), "\n".join(complaints)
    assert all(code in (0, -9) for code in codes), codes


@pytest.fixture
def pair(people: People) -> tuple[Window, Window]:
    """Ana, who hosts, and Bob, who talk to each other in an open conversation."""
    ana, bob = people.open("Ana Lima"), people.open("Bob Martins")
    meet(ana, bob)
    return ana, bob


def meet(ana: Window, bob: Window) -> None:
    """Let Ana host, and Bob find her, greet her and be read."""
    ana.press("Host here")
    bob.click(bob.row("Ana Lima", "On this network"))
    bob.say("Hello Ana")
    ana.click(ana.row("Requests", "Bob Martins: Hello Ana"))
    ana.press("Accept Bob Martins")
    ana.hear("Bob Martins: Hello Ana")
    bob.hear("You: Hello Ana", "read")
