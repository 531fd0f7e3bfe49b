from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt

from app.domain.capabilities import Capabilities, NetRole
from app.domain.contacts import ContactView
from app.domain.governing import PendingInvite, TokenId
from app.domain.ids import PeerId
from app.domain.views import MemberView
from app.ui.models.candidates import Candidate, CandidateModel
from app.ui.models.members import MembersModel, PeerSection
from tests.gallery.entry import frozen_now
from tests.ui.model_check import ModelTester, check_model


def member(name: str, *, online: bool = False, you: bool = False) -> MemberView:
    role = "owner" if name == "Jonas" else "member"
    route = "lan" if online else None
    return MemberView(PeerId(name.encode()), name, role, you=you, online=online, route=route)


PEOPLE = [
    member("Zoe"),
    member("ana", online=True),
    member("Jonas"),
    member("Me", you=True),
    member("Ben", online=True),
]
EXPECTED = [PendingInvite(TokenId(b"1"), PeerId(b"kenji"), "Kenji", PeerId(b"Me"), 0)]


def names(model: MembersModel | CandidateModel) -> list[str]:
    return [model.data(model.index(at)) for at in range(model.rowCount())]  # type: ignore[misc]


def test_without_headings_all_stand_in_one_list(qtmodeltester: ModelTester) -> None:
    model = MembersModel(frozen_now)
    check_model(qtmodeltester, model)
    model.show(PEOPLE)
    assert names(model) == ["Me", "ana", "Ben", "Jonas", "Zoe"]


def test_groups_stand_under_headings_that_count(qtmodeltester: ModelTester) -> None:
    model = MembersModel(frozen_now)
    model.show(PEOPLE)
    model.show_invited(EXPECTED, grouped=True)
    check_model(qtmodeltester, model)
    assert names(model) == [
        "Online · 3",
        "Me",
        "ana",
        "Ben",
        "Offline · 2",
        "Jonas",
        "Zoe",
        "Invited · 1",
        "Kenji",
    ]
    described = {model.text(row): model.description(row) for row in model.rows()}
    assert described["Jonas"] == "Owner, Offline"
    assert described["Kenji"] == "Invited, has not joined yet"
    assert described["Online · 3"] == ""
    assert not model.selectable(PeerSection("online", ""))
    assert model.member(b"ana") == PEOPLE[1]
    assert model.member(b"nobody") is None


def test_who_was_verified_or_is_away_is_said_so() -> None:
    model = MembersModel(frozen_now)
    model.show(PEOPLE)
    changed: list[int] = []
    model.dataChanged.connect(lambda first, last: changed.append(last.row() - first.row()))

    def contact(peer: PeerId) -> ContactView:
        state = "away" if peer == b"ana" else "busy"
        online = peer in {b"ana", b"Ben"}
        return ContactView(
            peer, "", "", "", "friend", "", online, verified=peer == b"Jonas", presence=state
        )

    model.know(contact)
    assert changed == [len(PEOPLE) - 1]
    described = {model.text(row): model.description(row) for row in model.rows()}
    assert described["ana"].startswith("Away · ")
    assert described["Ben"].startswith("Do not disturb · ")
    assert described["Jonas"] == "Owner, verified, Offline"
    assert described["Me"] == "You"
    shown = {row.name: row for row in model.rows() if isinstance(row, MemberView)}
    assert model.presence(shown["Zoe"]) == model.presence(shown["Me"]) == "online"


def test_headings_stay_while_people_come_and_go(qtmodeltester: ModelTester) -> None:
    model = MembersModel(frozen_now)
    model.show_invited((), grouped=True)
    model.show(PEOPLE)
    check_model(qtmodeltester, model)
    model.show([member("Me", you=True), member("Zoe", online=True)])
    assert names(model) == ["Online · 2", "Me", "Zoe"]
    model.show(())
    assert names(model) == []


def test_who_was_chosen_stays_whatever_is_searched_for(qtmodeltester: ModelTester) -> None:
    model = CandidateModel()
    check_model(qtmodeltester, model)
    ana, ben = Candidate(PeerId(b"a"), "Ana", "near"), Candidate(PeerId(b"b"), "Ben")
    banned = Candidate(PeerId(b"c"), "Cleo", note="Banned from this room")
    model.show([ana, ana, ben, banned])
    assert names(model) == ["Ana", "Ben", "Cleo"]
    model.toggle(ben)
    model.toggle(banned)
    assert model.chosen() == (ben.peer,)
    model.show([ana])
    assert names(model) == ["Ben", "Ana"]
    told = [model.description(row) for row in (*model.rows(), banned)]
    assert told == ["chosen", "not chosen, near", "Banned from this room"]
    model.toggle(model.rows()[0])
    assert model.chosen() == ()
    assert names(model) == ["Ana"]


def test_who_is_online_but_not_linked_is_counted(qtmodeltester: ModelTester) -> None:
    model = MembersModel(frozen_now)
    linked = member("ana", online=True)
    around = replace(member("Ben", online=True), route=None)
    model.show([linked, around, member("Me", you=True)])
    model.show_invited((), grouped=True)
    check_model(qtmodeltester, model)
    assert names(model)[0] == "Online · 3 · linked with 1"
    model.show([linked, member("Me", you=True)])
    assert names(model)[0] == "Online · 2"


def test_couriers_stand_by_themselves() -> None:
    model = MembersModel(frozen_now)
    courier = replace(member("Shelf", online=True), role="courier", route="direct")
    model.show([member("Me", you=True), courier, replace(courier, peer=PeerId(b"2"), online=False)])
    model.show_invited((), grouped=True)
    assert names(model) == ["Online · 1", "Me", "Couriers · 2", "Shelf", "Shelf"]
    lines = [model.line(row) for row in model.rows() if isinstance(row, MemberView)][1:]
    assert lines == [
        "Direct · Keeps sealed messages, cannot read them",
        "Keeps sealed messages, cannot read them",
    ]


def test_what_members_can_do_is_said_of_those_who_are_there() -> None:
    able = Capabilities(NetRole.RELAY)
    model = MembersModel(frozen_now)
    model.show(PEOPLE)
    model.know_abilities(lambda _peer: able)
    row = model.member(b"ana")
    assert row is not None
    assert model.able(row) is able
    tip = model.data(model.index_of(("member", b"ana")), Qt.ItemDataRole.ToolTipRole)
    assert isinstance(tip, str)
    assert tip.startswith("Relay: ")
    assert tip in model.description(row)
    away = model.member(b"Zoe")
    assert away is not None
    assert model.able(away) is None
    at = model.index_of(("member", b"Zoe"))
    assert model.data(at, Qt.ItemDataRole.ToolTipRole) is None
