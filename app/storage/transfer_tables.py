"""What versions of the database from the seventh on add for files; history, like all migrations."""

from __future__ import annotations

TRANSFER_TABLES = (
    'ALTER TABLE "message" ADD COLUMN "file" BLOB',
    """ALTER TABLE "message" ADD COLUMN "file_name" TEXT NOT NULL DEFAULT ''""",
    """CREATE INDEX "message_file" ON "message" ("hlc") WHERE "file_name" != ''""",
    'DROP VIEW "message_words"',
    """CREATE VIEW "message_words" AS SELECT
        "id",
        CASE "kind" WHEN 0 THEN CASE "file_name" WHEN '' THEN words("text")
            ELSE words("text" || char(10) || "file_name") END ELSE '' END AS "text",
        'r' || "room" || ' a' || "author"
            || CASE "file_name" WHEN '' THEN '' ELSE ' f' END AS "tags"
        FROM "message\"""",
    # By the ids themselves: a transfer may outlive the row that offered it.
    """CREATE TABLE "transfer" (
        "event" BLOB NOT NULL PRIMARY KEY,
        "room" BLOB NOT NULL,
        "author" BLOB NOT NULL,
        "offered_ms" INTEGER NOT NULL,
        "offer" BLOB NOT NULL,
        "files" TEXT NOT NULL,
        "state" TEXT NOT NULL,
        "done" INTEGER NOT NULL,
        "folder" TEXT NOT NULL,
        "path" TEXT NOT NULL,
        "reason" TEXT NOT NULL,
        "told" INTEGER NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE "transfer_peer" (
        "event" BLOB NOT NULL REFERENCES "transfer" ("event") ON DELETE CASCADE,
        "peer" BLOB NOT NULL,
        "state" TEXT NOT NULL,
        PRIMARY KEY ("event", "peer")) WITHOUT ROWID""",
)
REUSED_COLUMN = 'ALTER TABLE "transfer" ADD COLUMN "reused" INTEGER NOT NULL DEFAULT 0'
