"""Settings are strings that outlive the program."""

from __future__ import annotations

from pathlib import Path

from app.storage.store import Store
from tests.storage.support import KEY


async def test_settings_outlive_the_program(tmp_path: Path) -> None:
    store = await Store.open(tmp_path, KEY)
    assert await store.settings.get("theme") == ""
    assert await store.settings.get("theme", "system") == "system"
    await store.settings.set("theme", "dark")
    await store.settings.set("theme", "light")
    await store.close()
    store = await Store.open(tmp_path, KEY)
    assert await store.settings.get("theme", "system") == "light"
    await store.close()


async def test_all_settings_are_told(store: Store) -> None:
    before = await store.settings.all()
    await store.settings.set("theme", "dark")
    await store.settings.set("place", "")
    assert await store.settings.all() == {**before, "theme": "dark", "place": ""}
