"""Qt's own player, begun and ended at any moment."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QTest

from app.ui.voice.engine import Engine
from tests.media.samples import film

pytestmark = pytest.mark.usefixtures("qapp")
ROUNDS = 30


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(film(tmp_path_factory.mktemp("film") / "short.mp4", frames=50, sound=True))


# Nor is Python asked to take down what Qt's threads complain of, as it is not in the program.
@pytest.mark.no_qt_log
def test_it_is_stopped_while_its_threads_are_at_work(path: str) -> None:
    """They and we waited for each other for ever when they had to ask Python for something."""
    for number in range(ROUNDS):
        engine = Engine()
        engine.load(path)
        engine.set_rate(1.5)
        engine.play()
        QTest.qWait(7 * (number % 12))
        engine.seek(50 * number)
        QTest.qWait(5 * (number % 5))
        engine.stop()
        assert engine.media.source().isEmpty()
        assert not engine.is_playing
