"""How much a person may write. Apart from the events, for front ends need no more than this."""

from __future__ import annotations

MAX_TEXT_BYTES = 64 * 1024
MAX_NAME_LENGTH = 64
MAX_ROOM_NAME_LENGTH = 100
MAX_EMOJI_BYTES = 64
MAX_TOPIC_LENGTH = 500
MAX_MENTIONS = 64
MAX_SERVER_LENGTH = 128
MAX_FILE_NAME_BYTES = 255
MAX_FILE_SIZE = 1 << 53
MAX_VOICE_MS = 3_600_000
MAX_WAVE_BYTES = 128
