"""What we are to the person one writes with: waiting for them, blocked, an impostor perhaps."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence

from PySide6.QtCore import QObject

from app.domain.changes import Change, ErrorRaised, RoomChanged
from app.domain.contacts import ContactChanged, PresenceChanged
from app.domain.ids import PeerId, peer_id
from app.ui.controllers.conversation import ConversationController
from app.ui.controllers.desk import Desk
from app.ui.controllers.people import PeopleFlows
from app.ui.people_phrases import called
from app.ui.views.conversation import ConversationView

WARNING = "known-name-new-key"
VERIFY, BLOCK, KNOWN = "Verify", "Block", "I know them"
UNBLOCK, CANCEL = "Unblock", "Cancel"
_WAITS = "Waiting for {name} to accept. What you wrote is a request until then."
_BLOCKED = "You have blocked {name}."
_IMPOSTOR = "An impostor? The name of {name} is known to you, this key is not."


class Acquaintance(QObject):
    """Keeps the two bars above a conversation of two true, and the mark of who is verified."""

    def __init__(
        self,
        desk: Desk,
        view: ConversationView,
        conversation: ConversationController,
        people: PeopleFlows,
    ) -> None:
        super().__init__(view)
        self._tasks, self._contacts = desk.tasks, desk.backend.contacts
        self._view, self._conversation, self._people = view, conversation, people
        self._suspects: set[PeerId] = set()
        self._members = desk.window.members
        self._members.know(self._contacts.of)
        view.header.identity.clicked.connect(self._show_profile)
        view.messages.author_wanted.connect(lambda peer: self._tasks.spawn(people.show(peer)))
        view.request_bar.pressed.connect(self._on_pressed)
        view.impostor_bar.pressed.connect(self._on_pressed)
        conversation.switched.connect(lambda _room: self.show())

    def apply(self, changes: Sequence[Change]) -> None:
        """Take in what happened in one turn of the loop; the room list has had it before."""
        for change in changes:
            if isinstance(change, ErrorRaised) and change.code == WARNING:
                self._suspects.add(peer_id(str(change.params["peer"])))
        if any(isinstance(each, ContactChanged | PresenceChanged) for each in changes):
            self._members.know(self._contacts.of)
        if any(isinstance(each, ContactChanged | ErrorRaised | RoomChanged) for each in changes):
            self.show()

    def show(self) -> None:
        """Say what there is to say about the person in the open conversation."""
        summary = self._conversation.summary()
        request, impostor = self._view.request_bar, self._view.impostor_bar
        if summary is None or summary.peer is None:
            request.say("")
            impostor.say("")
            self._view.header.verified.hide()
            return
        view = self._contacts.of(summary.peer)
        self._view.header.verified.setVisible(view.verified)
        name = called(view)
        if view.state == "blocked":
            request.say(_BLOCKED.format(name=name), (UNBLOCK,))
        elif view.state == "requested":
            request.say(_WAITS.format(name=name), (CANCEL,))
        else:
            request.say("")
        suspect = view.peer in self._suspects and not view.verified and view.state != "blocked"
        impostor.say(_IMPOSTOR.format(name=name) if suspect else "", (VERIFY, BLOCK, KNOWN))

    def _show_profile(self) -> None:
        summary = self._conversation.summary()
        if summary is not None and summary.peer is not None:
            self._tasks.spawn(self._people.show(summary.peer))
        else:
            self._view.header.details_button.click()

    def _on_pressed(self, deed: str) -> None:
        summary = self._conversation.summary()
        if summary is None or summary.peer is None:
            return
        peer = summary.peer
        if deed == KNOWN:
            self._suspects.discard(peer)
            self.show()
            return
        flows: dict[str, Callable[[], Coroutine[None, None, object]]] = {
            VERIFY: lambda: self._people.verify(peer),
            BLOCK: lambda: self._people.block(peer),
            UNBLOCK: lambda: self._people.unblock(peer),
            CANCEL: lambda: self._people.withdraw(peer, summary.room),
        }
        self._tasks.spawn(flows[deed]())
