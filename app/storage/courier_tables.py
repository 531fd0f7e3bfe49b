"""What a version of the database adds for couriers, as it is made and as it is queried; history."""

from __future__ import annotations

from peewee import BlobField, CompositeKey, IntegerField, Model

COURIER_TABLES = (
    # Numbers of rooms that are gone are never used again.
    """CREATE TABLE "courier_room" (
        "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        "room" BLOB NOT NULL UNIQUE,
        "patron" BLOB NOT NULL,
        "roster" BLOB NOT NULL,
        "bytes" INTEGER NOT NULL DEFAULT 0,
        "seen_ms" INTEGER NOT NULL)""",
    """CREATE TABLE "courier_log" (
        "room" INTEGER NOT NULL REFERENCES "courier_room" ("id") ON DELETE CASCADE,
        "author" BLOB NOT NULL,
        "first" INTEGER NOT NULL,
        "last" INTEGER NOT NULL,
        "event" BLOB NOT NULL,
        PRIMARY KEY ("room", "author")) WITHOUT ROWID""",
    """CREATE TABLE "courier_event" (
        "id" INTEGER NOT NULL PRIMARY KEY,
        "room" INTEGER NOT NULL REFERENCES "courier_room" ("id") ON DELETE CASCADE,
        "author" BLOB NOT NULL,
        "seq" INTEGER NOT NULL,
        "taken_ms" INTEGER NOT NULL,
        "wire" BLOB NOT NULL)""",
    'CREATE UNIQUE INDEX "courier_event_log" ON "courier_event" ("room", "author", "seq")',
    'CREATE INDEX "courier_event_taken" ON "courier_event" ("taken_ms")',
    """CREATE TABLE "courier_receipt" (
        "room" INTEGER NOT NULL REFERENCES "courier_room" ("id") ON DELETE CASCADE,
        "member" BLOB NOT NULL,
        "signed" BLOB NOT NULL,
        PRIMARY KEY ("room", "member")) WITHOUT ROWID""",
)


class CourierRoom(Model):
    """A room whose sealed events we keep for others; `bytes` is what they count for."""

    id = IntegerField(primary_key=True)
    room = BlobField(unique=True)
    patron = BlobField()
    roster = BlobField()
    bytes = IntegerField(default=0)
    seen_ms = IntegerField()

    class Meta:
        table_name = "courier_room"


class CourierLog(Model):
    """How far an author's log goes, and from where on its events are still here."""

    room = IntegerField()
    author = BlobField()
    first = IntegerField()
    last = IntegerField()
    event = BlobField()

    class Meta:
        table_name = "courier_log"
        primary_key = CompositeKey("room", "author")


class CourierEvent(Model):
    id = IntegerField(primary_key=True)
    room = IntegerField()
    author = BlobField()
    seq = IntegerField()
    taken_ms = IntegerField()
    wire = BlobField()

    class Meta:
        table_name = "courier_event"


class CourierReceipt(Model):
    """The latest receipt that a member has signed in such a room."""

    room = IntegerField()
    member = BlobField()
    signed = BlobField()

    class Meta:
        table_name = "courier_receipt"
        primary_key = CompositeKey("room", "member")


COURIER_MODELS = (CourierRoom, CourierLog, CourierEvent, CourierReceipt)
