"""What the eighth version of the database adds for files that are read; history."""

from __future__ import annotations

PREPARATION_TABLES = (
    # By the room's id itself, as transfers are.
    """CREATE TABLE "preparation" (
        "number" INTEGER NOT NULL PRIMARY KEY,
        "key" BLOB NOT NULL UNIQUE,
        "batch" BLOB NOT NULL,
        "room" BLOB NOT NULL,
        "made_ms" INTEGER NOT NULL,
        "path" TEXT NOT NULL,
        "files" TEXT NOT NULL,
        "draft" BLOB NOT NULL)""",
)
