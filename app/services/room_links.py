"""Links into groups: the first one, and those that are made, expire and are taken back."""

from __future__ import annotations

import os
from collections.abc import Sequence

from app.domain.clock import physical_ms
from app.domain.errors import AppError
from app.domain.governance import Token
from app.domain.governing import FOUNDING, TOKEN_SIZE, Invited, Revoked, RoomLink, TokenId, token_id
from app.domain.ids import to_text
from app.domain.views import RoomInvitation
from app.protocol.invitation import RoomInvite, TokenInvite, encode
from app.protocol.spoken_code import to_words
from app.services.conversation import Conversation
from app.services.group_acts import GroupActs
from app.services.room_doors import is_open
from app.services.signaling_hub import SignalingHub


class RoomLinks:
    def __init__(self, acts: GroupActs, hub: SignalingHub) -> None:
        self.acts = acts
        self._hub = hub

    def server(self) -> str:
        """Return the URL of a server to meet on, "" if there is none."""
        return self._hub.hint()

    def open_tokens(self, conversation: Conversation) -> list[Token]:
        """Return what lets somebody in now, links and invitations, the oldest first."""
        now = self.acts.wall.now_ms()
        tokens = conversation.state.governance.tokens.values()
        found = (token for token in tokens if token.token and is_open(token, now))
        return sorted(found, key=lambda token: token.made_at)

    async def new_token(self, conversation: Conversation, invited: Invited) -> TokenId:
        """Let people in by a token from now on. Raises AppError("not-allowed" | ...)."""
        self.acts.check(conversation, invited)
        await self.acts.hide_history(conversation)
        await self.acts.write(conversation, invited)
        return token_id(invited.token)

    async def make(self, conversation: Conversation, until_ms: int) -> RoomLink:
        """See `Governance.make_link`."""
        if until_ms and until_ms <= self.acts.wall.now_ms():
            raise AppError("link-expired")
        token = os.urandom(TOKEN_SIZE)
        made = await self.new_token(conversation, Invited(token, until_ms=until_ms))
        return self._link(conversation, conversation.state.governance.tokens[made])

    def all(self, conversation: Conversation) -> Sequence[RoomLink]:
        """See `Governance.links`."""
        tokens = (token for token in self.open_tokens(conversation) if token.peer is None)
        links = [self._link(conversation, token) for token in tokens]
        first = self._first(conversation)
        return [first, *links] if first is not None else links

    async def invitation(self, conversation: Conversation) -> RoomInvitation:
        """Return the first link, else the latest one, which is made if there is none."""
        links = self.all(conversation)
        lasting = [link for link in links if not link.until_ms]
        best = next((link for link in links if link.id == FOUNDING), None)
        best = best or next(iter(lasting[::-1] or links[::-1]), None)
        if best is None:
            best = await self.make(conversation, 0)
        return RoomInvitation(conversation.room, best.link, best.code)

    async def revoke(self, conversation: Conversation, token: TokenId) -> None:
        """See `Governance.revoke`."""
        known = {one.id for one in self.open_tokens(conversation)}
        if conversation.state.governance.founding_open:
            known.add(FOUNDING)
        if token not in known:
            raise AppError("unknown-link", {"link": to_text(token)})
        await self.acts.write_and_rekey(conversation, Revoked(token))

    def _link(self, conversation: Conversation, token: Token) -> RoomLink:
        text = encode(TokenInvite(conversation.room, token.token, self._hub.hint()))
        made_ms = physical_ms(token.made_at.hlc)
        return RoomLink(token.id, text, token.made_by, made_ms, token.until_ms, token.uses)

    def _first(self, conversation: Conversation) -> RoomLink | None:
        state, secret = conversation.state, conversation.secrets.get(0)
        if secret is None or not state.governance.founding_open:
            return None
        link = encode(RoomInvite(conversation.room, secret, 0, self._hub.hint()))
        maker = state.founder or self.acts.me.peer
        words = to_words(state.code) if state.code else ""
        founding = state.governance.tokens.get(FOUNDING)
        uses = max(founding.uses - 1, 0) if founding is not None else 0  # the first is the founder
        return RoomLink(FOUNDING, link, maker, 0, 0, uses, words)
