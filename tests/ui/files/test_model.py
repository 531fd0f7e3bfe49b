from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.files import TransferState
from app.ui.files.deeds import GLYPHS, Deed, deeds
from app.ui.files.model import FileSection, TransfersModel
from app.ui.files.steady import Steady
from tests.gallery.entry import frozen_now
from tests.ui.fake_names import FROZEN_MS
from tests.ui.files.views import running, view
from tests.ui.model_check import ModelTester, check_model

MINUTE = 60_000


def titles(model: TransfersModel) -> list[str]:
    return [model.text(row) for row in model.rows()]


def test_the_latest_offer_comes_first(qtmodeltester: ModelTester) -> None:
    model = TransfersModel(frozen_now)
    check_model(qtmodeltester, model)
    older = view("old.txt", offered_ms=FROZEN_MS - MINUTE)
    model.show([older, view("new.txt")])
    assert titles(model) == ["new.txt", "old.txt"]
    model.show([older])
    assert titles(model) == ["old.txt"]


def test_what_moves_stands_before_what_waits_and_what_is_over(qtmodeltester: ModelTester) -> None:
    model = TransfersModel(frozen_now, grouped=True)
    check_model(qtmodeltester, model)
    done = view("done.txt", state=TransferState.DONE)
    model.show([done, view("asked.txt"), running("moving.txt")])
    wanted = ["Running · 1", "moving.txt", "Waiting · 1", "asked.txt", "Earlier · 1", "done.txt"]
    assert titles(model) == wanted
    model.show([done, running("moving.txt", state=TransferState.DONE)])
    assert titles(model) == ["Earlier · 2", "done.txt", "moving.txt"]
    section = model.rows()[0]
    assert isinstance(section, FileSection)
    assert not model.selectable(section)
    assert model.description(section) == ""


def test_lines_tell_who_and_when_or_how_far() -> None:
    model = TransfersModel(frozen_now)
    assert model.line(view()) == "742 MB · Mara · 09:52"
    assert model.line(view(own=True)) == "742 MB · You · 09:52"
    assert model.line(running()) == "486 of 742 MB · 14 s left · direct · 18.4 MB/s"
    assert model.line(running(), short=True) == "486 of 742 MB · 14 s left"
    assert model.description(view()).endswith("from Mara Lindqvist")
    assert model.description(view("mine", own=True)).endswith("from you")


states = st.sampled_from(TransferState)
rows = st.lists(
    st.tuples(st.sampled_from("abcdef"), states, st.booleans()), unique_by=lambda row: row[0]
)


@given(st.lists(rows, max_size=5))
def test_any_changes_leave_what_a_fresh_model_shows(
    steps: list[list[tuple[str, object, bool]]],
) -> None:
    model = TransfersModel(frozen_now, grouped=True)
    for step in steps:
        shown = [view(name, own=own, state=state) for name, state, own in step]
        model.show(shown)
        fresh = TransfersModel(frozen_now, grouped=True)
        fresh.show(shown)
        assert model.rows() == fresh.rows()


@given(states, st.booleans(), st.booleans())
def test_deeds_fit_the_state(state: TransferState, own: bool, here: bool) -> None:
    found = deeds(view(own=own, state=state, path="/x" if here else ""))
    assert len(set(found)) == len(found)
    assert all(deed in GLYPHS for deed in found)
    assert here or not {Deed.OPEN, Deed.SHOW} & set(found)
    if own:
        assert not {Deed.ACCEPT, Deed.DECLINE, Deed.SAVE_AS} & set(found)


def test_an_offer_can_be_taken_or_left_and_a_declined_one_taken_after_all() -> None:
    assert deeds(view()) == (Deed.ACCEPT, Deed.SAVE_AS, Deed.DECLINE)
    assert deeds(running()) == (Deed.PAUSE, Deed.CANCEL)
    assert deeds(view(state=TransferState.DECLINED)) == (Deed.ACCEPT, Deed.SAVE_AS)
    assert deeds(view(state=TransferState.CANCELLED)) == ()


def test_a_text_changes_once_a_second_but_its_state_at_once() -> None:
    now = 0.0
    steady = Steady(lambda: now)
    assert steady.text("a", 1, "one") == "one"
    now = 0.5
    assert steady.text("a", 1, "two") == "one"
    assert steady.text("b", 1, "two") == "two"
    assert steady.text("a", 2, "three") == "three"
    now = 1.6
    assert steady.text("a", 2, "four") == "four"
