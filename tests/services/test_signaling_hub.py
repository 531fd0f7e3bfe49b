from __future__ import annotations

from tests.services.world import URL, World


async def test_what_comes_too_late_is_not_begun(world: World) -> None:
    ana = world.person("Ana")
    await ana.start(URL)
    hub = ana.backend._services.hub
    await ana.stop()
    begun: list[str] = []

    async def action() -> None:
        begun.append("begun")

    hub.soon(action())
    assert begun == []
