"""What is known of the network as the JSON objects of the headless contract."""

from __future__ import annotations

from typing import Any

from app.cli.times import time_text
from app.domain.capabilities import Capabilities, Sharing
from app.services.network_api import Distribution, Finding, Measured, Measurements

Json = dict[str, Any]


def capabilities(told: Capabilities) -> Json:
    """Rates are bytes a second and sizes bytes, 0 if unknown; `utc_offset` is minutes or null."""
    return {
        "role": told.role.value,
        "services": sorted(service.value for service in told.services),
        "resources": {
            "links": told.links,
            "max_links": told.max_links,
            "up": told.up,
            "down": told.down,
            "storage": told.storage,
            "uptime": told.uptime_s,
        },
        "region": told.region,
        "utc_offset": told.utc_offset,
    }


def sharing(chosen: Sharing) -> Json:
    return {"relay": chosen.relay, "region": chosen.region, "time_zone": chosen.time_zone}


def finding(found: Finding) -> Json:
    return {"check": found.check, "ok": found.ok, "text": found.text, "fix": found.fix}


def stats(measured: Measurements) -> Json:
    return {
        "uptime_s": round(measured.uptime_s, 3),
        **_measured(measured.run),
        "since": time_text(measured.since_ms),
        "kept": _measured(measured.kept),
    }


def _measured(measured: Measured) -> Json:
    return {
        "counters": dict(measured.counters),
        "histograms": {name: _histogram(name, d) for name, d in measured.histograms.items()},
    }


def _histogram(name: str, values: Distribution) -> Json:
    unit = "_ms" if name.partition(".")[0].endswith("_ms") else ""
    return {
        "count": values.count,
        f"sum{unit}": round(values.sum, 3),
        f"bounds{unit}": list(values.bounds),
        "buckets": list(values.buckets),
        "p50": values.quantile(0.5),
        "p95": values.quantile(0.95),
    }
