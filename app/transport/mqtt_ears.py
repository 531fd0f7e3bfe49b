"""Reads what comes from a broker. What is not true is nobody's word, and ignored."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from app.domain.errors import RemoteProtocolError
from app.domain.ids import PeerId
from app.transport import mqtt_statements as say
from app.transport.base import SignalingEvent, SignalReceived
from app.transport.mqtt_company import Company
from app.transport.mqtt_letters import Letters
from app.transport.name_cards import from_wire
from signaling.protocol import Card


@dataclass(frozen=True, slots=True)
class Mouths:
    """Whom the ears tell: of events, of an echo, of somebody new in a room, of our successor."""

    tell: Callable[[Iterable[SignalingEvent]], None]
    echo: Callable[[bytes], None]
    watch: Callable[[PeerId], None]
    replaced: Callable[[], None]


class MqttEars:
    """`listed` tells whether strangers may write to us."""

    def __init__(
        self,
        me: PeerId,
        company: Company,
        letters: Letters,
        listed: Callable[[], bool],
        mouths: Mouths,
    ) -> None:
        self._me = me
        self._company = company
        self._letters = letters
        self._listed = listed
        self._mouths = mouths
        self._takers: dict[tuple[str, int], Callable[[list[str], str, bytes, bool], None]] = {
            ("user", 3): self._of_user,
            ("room", 3): self._of_room,
            ("directory", 2): self._of_directory,
        }

    def heard(self, topic: str, raw: bytes, is_new: bool) -> None:
        """Take what is published under a topic; empty if nothing stands there any more.

        `is_new` if it comes from its author now, not from what the broker keeps.
        """
        parts = topic.split("/")
        take = self._takers.get((parts[0], len(parts)))
        if take is not None:
            with suppress(RemoteProtocolError):
                take(parts, topic, raw, is_new)

    def _of_user(self, parts: list[str], topic: str, raw: bytes, _is_new: bool) -> None:
        peer = PeerId(say.raw_id(parts[1]))
        if parts[2] == "presence":
            self._presence(peer, say.opened(topic, raw, say.Presence, peer) if raw else None)
        elif peer == self._me and parts[2] == "echo":
            self._mouths.echo(raw)
        elif peer == self._me and parts[2] in say.LETTERS:
            self._letter(say.opened(topic, raw, say.Letter))

    def _presence(self, peer: PeerId, presence: say.Presence | None) -> None:
        there = presence.session if presence is not None and presence.online else None
        if peer != self._me:
            self._letters.left(peer, there)
            self._mouths.tell(self._company.heard_presence(peer, presence))
        elif there not in (None, self._letters.session):
            self._mouths.replaced()

    def _letter(self, letter: say.Letter) -> None:
        sender = PeerId(letter.sender)
        self._mouths.tell(self._company.heard_from(sender, letter.session))
        expected = (
            self._listed() or self._company.shares(sender) or self._letters.has_written_to(sender)
        )
        if expected and self._letters.accept(letter):
            self._mouths.tell([SignalReceived(sender, letter.payload)])

    def _of_room(self, parts: list[str], topic: str, raw: bytes, is_new: bool) -> None:
        room, peer = say.raw_id(parts[1]), PeerId(say.raw_id(parts[2]))
        member = say.opened(topic, raw, say.Member, peer) if raw else None
        self._mouths.tell(self._company.heard_member(room, peer, member))
        if member is not None and room in self._company and peer != self._me:
            if is_new:
                self._mouths.tell(self._company.heard_from(peer, member.session))
            self._mouths.watch(peer)

    def _of_directory(self, parts: list[str], _topic: str, raw: bytes, _is_new: bool) -> None:
        peer = PeerId(say.raw_id(parts[1]))
        if not raw:
            self._company.heard_card(peer, None)
            return
        try:
            card = from_wire(msgspec.msgpack.decode(raw, type=Card))
        except (msgspec.DecodeError, ValueError) as error:
            raise RemoteProtocolError("bad-statement") from error
        if card is None or card.peer != peer:
            raise RemoteProtocolError("bad-statement")
        self._company.heard_card(peer, card)
