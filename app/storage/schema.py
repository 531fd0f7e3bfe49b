"""The tables as they are after the last migration, for queries off the hot paths.

Models are bound to no database: a query names its own, `query.execute(database.orm)`.
"""

from __future__ import annotations

from peewee import BlobField, BooleanField, CompositeKey, IntegerField, Model, TextField

from app.storage.courier_tables import COURIER_MODELS


class Setting(Model):
    key = TextField(primary_key=True)
    value = TextField()

    class Meta:
        table_name = "setting"


class Peer(Model):
    """Everybody who was ever seen. `own` marks our own identity."""

    id = IntegerField(primary_key=True)
    peer = BlobField(unique=True)
    name = TextField(default="")
    seen_ms = IntegerField(default=0)
    own = BooleanField(default=False)

    class Meta:
        table_name = "peer"


class Room(Model):
    """`total` and `unread` are kept in step with `message`; `state` is a reducer's snapshot.

    `pin` counts the pinned rooms; `pictured` is the picture of ours that it knows; `clearing`
    while its history is being deleted.
    """

    id = IntegerField(primary_key=True)
    room = BlobField(unique=True)
    kind = TextField()
    peer = BlobField(null=True)
    joined = BooleanField()
    state = BlobField()
    total = IntegerField(default=0)
    unread = IntegerField(default=0)
    last_hlc = IntegerField(default=0)
    sent = IntegerField(default=0)
    draft = TextField(default="")
    read_hlc = IntegerField(null=True)
    read_event = BlobField(null=True)
    muted_ms = IntegerField(default=0)
    pin = IntegerField(default=0)
    archived = BooleanField(default=False)
    marked = BooleanField(default=False)
    standing = TextField(default="member")
    pictured = TextField(default="")
    clearing = BooleanField(default=False)

    class Meta:
        table_name = "room"


class RoomEpoch(Model):
    """`secret` is the epoch's secret if `whole`, else the key alone of what governs the room."""

    room = IntegerField()
    epoch = IntegerField()
    secret = BlobField()
    whole = BooleanField(default=True)

    class Meta:
        table_name = "room_epoch"
        primary_key = CompositeKey("room", "epoch")


class Mark(Model):
    """How far `member` has stored and read the log of `author` in a room."""

    room = IntegerField()
    member = IntegerField()
    author = IntegerField()
    stored = IntegerField()
    read = IntegerField()

    class Meta:
        table_name = "mark"
        primary_key = CompositeKey("room", "member", "author")


class MarkStep(Model):
    """When our events from `first` to `last` were sent (0), stored (1) or read (2) by `member`.

    Of what was sent `member` is ourselves.
    """

    room = IntegerField()
    member = IntegerField()
    stage = IntegerField()
    last = IntegerField()
    first = IntegerField()
    time_ms = IntegerField()

    class Meta:
        table_name = "mark_step"
        primary_key = CompositeKey("room", "member", "stage", "last")


class StoredEvent(Model):
    """The log itself. A held event is not in the read tables yet.

    `held` is 1 until its time has come, 2 until a key opens it.
    """

    id = IntegerField(primary_key=True)
    room = IntegerField()
    author = IntegerField()
    seq = IntegerField()
    held = IntegerField()
    wire = BlobField()

    class Meta:
        table_name = "event"


class Message(Model):
    """A row of a conversation. `unseen` rows by others are counted as unread if texts.

    `text` is the last version; `original` is the first one of an edited message.
    `file` is the offer of a file, empty once that was taken back.
    """

    id = IntegerField(primary_key=True)
    room = IntegerField()
    hlc = IntegerField()
    event = BlobField()
    author = IntegerField()
    seq = IntegerField()
    kind = IntegerField()
    unseen = BooleanField()
    reply_to = BlobField(null=True)
    text = TextField()
    original = TextField(null=True)
    overlay = BlobField(null=True)
    mentioned = BooleanField(default=False)
    forwarded = TextField(default="")
    vanish_s = IntegerField(default=0)
    vanishes = IntegerField(null=True)
    file = BlobField(null=True)
    file_name = TextField(default="")

    class Meta:
        table_name = "message"


class StoredOperation(Model):
    """The last operation in a register of a message; `waiting` if that is not here yet."""

    id = IntegerField(primary_key=True)
    room = IntegerField()
    target = BlobField()
    author = IntegerField()
    register = BlobField()
    hlc = IntegerField()
    event = BlobField()
    body = BlobField()
    waiting = BooleanField()

    class Meta:
        table_name = "operation"


class Hidden(Model):
    """A message that was deleted on this machine only."""

    room = IntegerField()
    event = BlobField()

    class Meta:
        table_name = "hidden"
        primary_key = CompositeKey("room", "event")


class Reader(Model):
    """What the version could read that had the profile open last: one row."""

    id = IntegerField(primary_key=True)
    dialect = TextField()

    class Meta:
        table_name = "reader"


class Reworded(Model):
    """What the index knows of a row whose text changes; empty between transactions."""

    id = IntegerField(primary_key=True)
    text = TextField()
    tags = TextField()

    class Meta:
        table_name = "reworded"


class Ordinal(Model):
    """A stretch of a room's rows that begins at a position; `rows` is how many it holds."""

    room = IntegerField()
    hlc = IntegerField()
    event = BlobField()
    rows = IntegerField()

    class Meta:
        table_name = "ordinal"
        primary_key = CompositeKey("room", "hlc", "event")


class Cleared(Model):
    """Up to which event of each author a room's history was deleted here."""

    room = BlobField()
    author = BlobField()
    seq = IntegerField()

    class Meta:
        table_name = "cleared"
        primary_key = CompositeKey("room", "author")


class Picture(Model):
    name = TextField(primary_key=True)
    image = BlobField()

    class Meta:
        table_name = "picture"


class Face(Model):
    """The latest picture of somebody, and where that stands."""

    peer = BlobField(primary_key=True)
    hlc = IntegerField()
    event = BlobField()
    picture = TextField()

    class Meta:
        table_name = "face"


class RemovedRoom(Model):
    """A room that is gone but whose rows are still being cleared away."""

    room = IntegerField(primary_key=True)

    class Meta:
        table_name = "removed_room"


class StoredParcel(Model):
    """What somebody has sealed for somebody else and we keep until it can be handed over."""

    id = IntegerField(primary_key=True)
    sender = BlobField()
    receiver = BlobField()
    number = BlobField()
    taken_ms = IntegerField()
    sealed = BlobField()

    class Meta:
        table_name = "parcel"


class StoredReceipt(Model):
    """The latest receipt that a member has signed in a room."""

    room = IntegerField()
    member = BlobField()
    signed = BlobField()

    class Meta:
        table_name = "receipt"
        primary_key = CompositeKey("room", "member")


class Transfer(Model):
    """An offer as it stands here; `files` names what is kept of it in the profile's folder."""

    event = BlobField(primary_key=True)
    room = BlobField()
    author = BlobField()
    offered_ms = IntegerField()
    offer = BlobField()
    files = TextField()
    state = TextField()
    done = IntegerField()
    folder = TextField()
    path = TextField()
    reason = TextField()
    told = BooleanField()
    reused = IntegerField(default=0)

    class Meta:
        table_name = "transfer"


class TransferPeer(Model):
    """Who is through with a transfer, and how that ended."""

    event = BlobField()
    peer = BlobField()
    state = TextField()

    class Meta:
        table_name = "transfer_peer"
        primary_key = CompositeKey("event", "peer")


class Preparation(Model):
    """A file that is to be offered and has to be read first."""

    number = IntegerField(primary_key=True)
    key = BlobField()
    batch = BlobField()
    room = BlobField()
    made_ms = IntegerField()
    path = TextField()
    files = TextField()
    draft = BlobField()

    class Meta:
        table_name = "preparation"


TABLES = (
    Setting,
    Peer,
    Room,
    RoomEpoch,
    Mark,
    MarkStep,
    StoredEvent,
    Message,
    StoredOperation,
    Hidden,
    Reader,
    Reworded,
    Ordinal,
    RemovedRoom,
    Cleared,
    Picture,
    Face,
    StoredParcel,
    StoredReceipt,
    Transfer,
    TransferPeer,
    Preparation,
    *COURIER_MODELS,
)
