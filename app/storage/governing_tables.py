"""What the fifth version of the database adds for groups that are governed; history."""

from __future__ import annotations

GOVERNING_TABLES = (
    'ALTER TABLE "room_epoch" ADD COLUMN "whole" INTEGER NOT NULL DEFAULT 1',
    'CREATE INDEX "event_sealed" ON "event" ("room") WHERE "held" = 2',
    """CREATE INDEX "message_invitation" ON "message" ("hlc", "event") WHERE "kind" = 9""",
)
