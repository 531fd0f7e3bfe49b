"""What an idle link costs: resident memory of both processes before and after many links.

Run: python -m tests.bench.idle_links [--links N]. Prints one JSON object, in KiB for each link.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import sys
import time

from app.transport.webrtc import WebRtcTransport
from app.transport.webrtc_addresses import loopback_addresses
from tests.support.link_peer import ask, link_to, other_process, resident_bytes

WARM_UP = 2


async def measure(count: int) -> dict[str, object]:
    transport = WebRtcTransport(addresses=loopback_addresses)
    async with other_process() as peer:
        links = [await link_to(peer, transport.pending()) for _ in range(WARM_UP)]
        gc.collect()
        here, there = resident_bytes(), int(await ask(peer, "rss"))
        begun = time.perf_counter()
        links += [await link_to(peer, transport.pending()) for _ in range(count)]
        spent = time.perf_counter() - begun
        here, there = resident_bytes() - here, int(await ask(peer, "rss")) - there
        process_before = resident_bytes()
        await asyncio.gather(*(link.close() for link in links))
    return {
        "bench": "idle_links",
        "links": count,
        "offering_kib_per_link": round(here / count / 1024, 1),
        "answering_kib_per_link": round(there / count / 1024, 1),
        "process_mib": round(process_before / 2**20, 1),
        "open_ms_per_link": round(spent / count * 1000, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--links", type=int, default=50)
    result = asyncio.run(measure(parser.parse_args().links))
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
