"""What the sixth version of the database adds for the times of ticks; history."""

from __future__ import annotations

STEP_TABLES = (
    """CREATE TABLE "mark_step" (
        "room" INTEGER NOT NULL REFERENCES "room" ("id") ON DELETE CASCADE,
        "member" INTEGER NOT NULL,
        "stage" INTEGER NOT NULL,
        "last" INTEGER NOT NULL,
        "first" INTEGER NOT NULL,
        "time_ms" INTEGER NOT NULL,
        PRIMARY KEY ("room", "member", "stage", "last")) WITHOUT ROWID""",
)
