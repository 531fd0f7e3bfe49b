"""Direct links between two machines over WebRTC data channels.

Importing this module loads aiortc (about 0.2 s and 30 MB); the composition root does so lazily.
"""

from __future__ import annotations

from collections.abc import Sequence

from aiortc import RTCIceServer
from aiortc.rtcicetransport import connection_kwargs

from app.domain.errors import AppError
from app.domain.ice import IceServer
from app.transport.base import Datagrams, LinkTransport, PendingLink
from app.transport.webrtc_addresses import link_addresses
from app.transport.webrtc_carried import CarriedWay
from app.transport.webrtc_description import Role
from app.transport.webrtc_ice import AddressSource, IceConnection
from app.transport.webrtc_link import WebRtcPendingLink
from app.transport.webrtc_session import Session

OPEN_TIMEOUT = 15.0


class WebRtcTransport(LinkTransport):
    """Makes links. With no servers given none is contacted: only direct ways are tried.

    aioice asks one STUN and one TURN server, the first of each. `addresses` says which local
    addresses to offer; `open_timeout` is in seconds.
    Raises AppError("bad-ice-server") for a URL that is not one.
    """

    def __init__(
        self,
        ice_servers: Sequence[IceServer] = (),
        *,
        addresses: AddressSource = link_addresses,
        open_timeout: float = OPEN_TIMEOUT,
    ) -> None:
        self._addresses = addresses
        self._open_timeout = open_timeout
        self.use(ice_servers)

    def use(self, ice_servers: Sequence[IceServer]) -> None:
        """Use these servers for links from now on. Raises AppError("bad-ice-server")."""
        self._ice_options = {
            key: value
            for server in reversed(ice_servers)
            for key, value in _ice_options(server).items()
        }

    def pending(self, carried: Datagrams | None = None) -> PendingLink:
        def session(role: Role) -> Session:
            controlling = role == "offer"
            if carried is not None:
                return Session(role, CarriedWay(controlling=controlling, datagrams=carried))
            return Session(role, self._over_ice(controlling=controlling))

        return WebRtcPendingLink(session, self._open_timeout)

    def _over_ice(self, *, controlling: bool) -> IceConnection:
        return IceConnection(
            controlling=controlling, addresses=self._addresses, options=self._ice_options
        )


def _ice_options(server: IceServer) -> dict[str, object]:
    try:
        return connection_kwargs(
            [RTCIceServer(server.url, server.username or None, server.credential or None)]
        )
    except ValueError as error:
        raise AppError("bad-ice-server", {"url": server.url}) from error
