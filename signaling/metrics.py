"""The server's numbers for Prometheus (text exposition format)."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from signaling.snapshot import Snapshots
from signaling.tally import BOUNDS, Histogram

CONTENT_TYPE: str = CONTENT_TYPE_LATEST


class _ServerCollector(Collector):
    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots = snapshots
        self._tally = snapshots.tally

    def collect(self) -> Iterator[Metric]:
        """Yield what is counted, read at this moment."""
        yield from self._gauges()
        yield from self._counters()
        yield _by_label("requests", "Requests by name.", "request", self._tally.requests)
        yield _by_label("refusals", "Refused requests by code.", "code", self._tally.refusals)
        yield _durations(self._tally.seconds)

    def _gauges(self) -> Iterator[Metric]:
        now = self._snapshots
        stats = now.stats()
        for name, text in (
            ("connections", "Open connections."),
            ("peers", "Connected peers that have shown who they are."),
            ("rooms", "Rooms somebody is in."),
            ("listed", "Peers in the directory."),
        ):
            yield GaugeMetricFamily(f"parlor_server_{name}", text, stats[name])
        yield GaugeMetricFamily("parlor_server_uptime_seconds", "Since the start.", now.uptime)
        cluster = stats["cluster"] or {}
        for name, value in cluster.items():
            if name != "each":
                text = "The same of all servers behind the address."
                yield GaugeMetricFamily(f"parlor_server_cluster_{name}", text, value)

    def _counters(self) -> Iterator[Metric]:
        tally = self._tally
        for name, text, value in (
            ("opened", "Connections opened.", tally.opened),
            ("authenticated", "Proofs of identity accepted.", tally.authenticated),
            ("dropped", "Connections closed by the server.", tally.dropped),
            ("relayed", "Signals relayed.", tally.relayed),
            ("relayed_bytes", "Bytes of relayed signals.", tally.relayed_bytes),
            ("failures", "Mistakes of the server.", tally.failures),
        ):
            yield CounterMetricFamily(f"parlor_server_{name}", text, value)


def render(snapshots: Snapshots) -> bytes:
    """Return the page, with what the system says of this process."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_ServerCollector(snapshots))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


def _by_label(name: str, text: str, label: str, counts: dict[str, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(f"parlor_server_{name}", text, labels=[label])
    for key, count in sorted(counts.items()):
        family.add_metric([key], count)
    return family


def _durations(histogram: Histogram) -> HistogramMetricFamily:
    family = HistogramMetricFamily("parlor_server_request_seconds", "Time for a request.")
    buckets, seen = [], 0
    for bound, count in zip((*BOUNDS, float("inf")), histogram.counts, strict=True):
        seen += count
        buckets.append(("+Inf" if bound == float("inf") else str(bound), seen))
    family.add_metric([], buckets, histogram.total)
    return family
