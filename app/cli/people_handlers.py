"""Carries out requests about people."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from app.cli import people_render as render
from app.cli import people_requests as ask
from app.cli.given import peer_id
from app.domain.contacts import Presence
from app.domain.ids import to_text
from app.services.api import Backend
from app.services.people_api import Contacts
from app.services.privacy import ACCEPT_SETTING, READS_SETTING, TYPING_SETTING

Answer = dict[str, Any]


class PeopleHandlers:
    """One method for each request; `table` finds it."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.table: Mapping[Any, Callable[[Any], Awaitable[Answer]]] = {
            ask.Contacts: self._all,
            ask.ContactRequest: self._request,
            ask.ContactAccept: self._accept,
            ask.ContactReject: self._reject,
            ask.ContactBlock: self._block,
            ask.ContactUnblock: self._unblock,
            ask.ContactDescribe: self._describe,
            ask.Safety: self._safety,
            ask.Verify: self._verify,
            ask.People: self._people,
            ask.Presence: self._presence,
            ask.Privacy: self._privacy,
        }

    @property
    def _contacts(self) -> Contacts:
        return self._backend.contacts

    async def _all(self, _: ask.Contacts) -> Answer:
        return {"contacts": [render.contact(view) for view in self._contacts.all()]}

    async def _request(self, request: ask.ContactRequest) -> Answer:
        room = await self._contacts.request(peer_id(request.peer), request.text)
        return {"room": to_text(room)}

    async def _accept(self, request: ask.ContactAccept) -> Answer:
        return {"room": to_text(await self._contacts.accept(peer_id(request.peer)))}

    async def _reject(self, request: ask.ContactReject) -> Answer:
        await self._contacts.reject(peer_id(request.peer))
        return {}

    async def _block(self, request: ask.ContactBlock) -> Answer:
        await self._contacts.block(peer_id(request.peer))
        return {}

    async def _unblock(self, request: ask.ContactUnblock) -> Answer:
        await self._contacts.unblock(peer_id(request.peer))
        return {}

    async def _describe(self, request: ask.ContactDescribe) -> Answer:
        peer = peer_id(request.peer)
        return render.contact(await self._contacts.describe(peer, request.alias, request.note))

    async def _safety(self, request: ask.Safety) -> Answer:
        return render.safety(self._contacts.safety(peer_id(request.peer)))

    async def _verify(self, request: ask.Verify) -> Answer:
        peer = peer_id(request.peer)
        return render.safety(await self._contacts.verify(peer, verified=request.verified))

    async def _people(self, request: ask.People) -> Answer:
        people = await self._contacts.find(request.query)
        return {"people": [render.found(person) for person in people]}

    async def _presence(self, request: ask.Presence) -> Answer:
        await self._contacts.set_presence(Presence[request.state.upper()])
        return {}

    async def _privacy(self, request: ask.Privacy) -> Answer:
        for key, choice in (
            (READS_SETTING, request.read_receipts),
            (TYPING_SETTING, request.typing),
        ):
            if choice is not None:
                await self._backend.set_setting(key, "yes" if choice else "no")
        if request.auto_accept is not None:
            await self._backend.set_setting(ACCEPT_SETTING, request.auto_accept)
        return {}
