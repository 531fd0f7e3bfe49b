"""What the fourth version of the database adds for conversations; history, like all migrations."""

from __future__ import annotations

CONVERSATION_TABLES = (
    'ALTER TABLE "room" ADD COLUMN "muted_ms" INTEGER NOT NULL DEFAULT 0',
    'ALTER TABLE "room" ADD COLUMN "pin" INTEGER NOT NULL DEFAULT 0',
    'ALTER TABLE "room" ADD COLUMN "archived" INTEGER NOT NULL DEFAULT 0',
    'ALTER TABLE "room" ADD COLUMN "marked" INTEGER NOT NULL DEFAULT 0',
    """ALTER TABLE "room" ADD COLUMN "standing" TEXT NOT NULL DEFAULT 'member'""",
    """ALTER TABLE "room" ADD COLUMN "pictured" TEXT NOT NULL DEFAULT ''""",
    'ALTER TABLE "room" ADD COLUMN "clearing" INTEGER NOT NULL DEFAULT 0',
    """ALTER TABLE "message" ADD COLUMN "forwarded" TEXT NOT NULL DEFAULT ''""",
    'ALTER TABLE "message" ADD COLUMN "vanish_s" INTEGER NOT NULL DEFAULT 0',
    'ALTER TABLE "message" ADD COLUMN "vanishes" INTEGER',
    'CREATE INDEX "message_vanishes" ON "message" ("vanishes") WHERE "vanishes" IS NOT NULL',
    """CREATE INDEX "message_reply" ON "message" (substr("reply_to", 1, 8))
        WHERE "reply_to" IS NOT NULL""",
    'CREATE INDEX "operation_pins" ON "operation" ("room", "target") WHERE "register" = x\'70\'',
    # By the ids themselves: it outlives the room.
    """CREATE TABLE "cleared" (
        "room" BLOB NOT NULL,
        "author" BLOB NOT NULL,
        "seq" INTEGER NOT NULL,
        PRIMARY KEY ("room", "author")) WITHOUT ROWID""",
    """CREATE TABLE "picture" (
        "name" TEXT NOT NULL PRIMARY KEY,
        "image" BLOB NOT NULL)""",
    """CREATE TABLE "face" (
        "peer" BLOB NOT NULL PRIMARY KEY,
        "hlc" INTEGER NOT NULL,
        "event" BLOB NOT NULL,
        "picture" TEXT NOT NULL) WITHOUT ROWID""",
)
