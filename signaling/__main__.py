"""The program `parlor-server`."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence

# python-socketio also imports its client's HTTP library, half of this program's start-up time.
sys.modules.setdefault("aiohttp", None)  # type: ignore[arg-type]

from signaling.config import ConfigError, ServerConfig, load_config  # noqa: E402 - see above
from signaling.logs import set_up_logging  # noqa: E402 - see above
from signaling.server import SignalingServer  # noqa: E402 - see above

GC_THRESHOLDS = (10_000, 20, 100)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the server; returns the exit code: 0 stopped, 1 cannot listen, 2 wrong settings."""
    try:
        config = load_config(sys.argv[1:] if argv is None else argv, os.environ)
    except ConfigError as error:
        print(f"parlor-server: {error}", file=sys.stderr)  # noqa: T201 - this is its answer
        return 2
    set_up_logging(config.log_level, config.log_format)
    try:
        asyncio.run(_serve(config))
    except OSError as error:
        number = error.errno or 0  # a failed look-up has negative ones
        reason = os.strerror(number) if number > 0 else error.strerror
        where = f"{config.host} port {config.port}"
        print(f"parlor-server: cannot listen on {where}: {reason}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


async def _serve(config: ServerConfig) -> None:
    server = SignalingServer(config)
    loop = asyncio.get_running_loop()

    def stop(*_args: object) -> None:
        loop.call_soon_threadsafe(server.stop)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    if config.die_with_parent:
        threading.Thread(target=_wait_for_end_of_input, args=(stop,), daemon=True).start()
    # What was loaded stays, and what requests leave behind has no circles: full collections of
    # ten thousand clients would only make everybody wait.
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    await server.run(_say_listening)


def _say_listening(url: str) -> None:
    print(json.dumps({"event": "listening", "url": url}), flush=True)  # noqa: T201 - for a program


def _wait_for_end_of_input(stop: Callable[[], None]) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stop()


if __name__ == "__main__":
    sys.exit(main())
