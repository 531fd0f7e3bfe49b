"""What takes long to load and is not in use is not loaded, and can still be loaded afterwards."""

from __future__ import annotations

import subprocess
import sys

LOOK = """
import sys
import app.transport.socketio_client
print({"aio_pika", "redis", "requests"} & sys.modules.keys())
import redis
"""


def test_no_library_of_others_is_loaded_with_it() -> None:
    looked = subprocess.run(
        [sys.executable, "-c", LOOK], capture_output=True, text=True, check=True, timeout=100
    )
    assert looked.stdout.strip() == "set()"
