"""Qt's own player, begun and ended at any moment."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QTest

from app.ui.voice.engine import Engine
from tests.media.samples import film

pytestmark = pytest.mark.usefixtures("qapp")
ROUNDS = 24


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(film(tmp_path_factory.mktemp("film") / "short.mp4", frames=50, sound=True))


def test_it_is_stopped_while_its_threads_are_at_work(path: str) -> None:
    """They and we may wait for each other for ever, if we keep Python's lock meanwhile."""
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


def test_what_is_asked_of_it_is_done(path: str) -> None:
    engine = Engine()
    engine.load(path)
    assert engine.media.source().toLocalFile() == path
    engine.set_rate(1.5)
    assert engine.media.playbackRate() == 1.5
    engine.play()
    assert engine.is_playing
    engine.pause()
    assert not engine.is_playing
    engine.stop()
