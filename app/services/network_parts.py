"""What keeps links alive, finds other ways and watches them, as one profile holds it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from app.services.attempts import Attempts
from app.services.carriage import Carriage
from app.services.courier_service import CourierService
from app.services.detours import Detours
from app.services.mesh_keeper import MeshKeeper
from app.services.neighbourhood import Neighbourhood
from app.services.network_watch import NetworkWatch
from app.services.signal_paths import SignalPaths


@dataclass(frozen=True, slots=True)
class NetworkParts:
    """`tasks` run from the start of the profile until it is closed.

    `courier` is there if the program serves rooms of others.
    """

    neighbourhood: Neighbourhood
    paths: SignalPaths
    attempts: Attempts
    detours: Detours
    carriage: Carriage
    mesh: MeshKeeper
    watch: NetworkWatch
    tasks: tuple[Callable[[], Coroutine[Any, Any, None]], ...]
    courier: CourierService | None = None
