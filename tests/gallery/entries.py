"""All entries by name. A widget's entries stand in a module of its own and are merged here."""

from __future__ import annotations

from tests.gallery import (
    about,
    accounts,
    desktop,
    file_talk,
    files,
    keeping,
    message_lists,
    network,
    people,
    rooms,
    updates,
    voice,
    windows,
)
from tests.gallery.entry import Entry

ENTRIES: dict[str, Entry] = {
    **message_lists.ENTRIES,
    **windows.ENTRIES,
    **accounts.ENTRIES,
    **updates.ENTRIES,
    **rooms.ENTRIES,
    **people.ENTRIES,
    **keeping.ENTRIES,
    **files.ENTRIES,
    **file_talk.ENTRIES,
    **voice.ENTRIES,
    **network.ENTRIES,
    **about.ENTRIES,
    **desktop.ENTRIES,
}
