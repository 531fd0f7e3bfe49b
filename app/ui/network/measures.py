"""Charts made of what was measured. Pure, so they can be tested."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from app.services.network_api import Distribution, Measured, Measurements
from app.ui.files.phrases import rate
from app.ui.network.charts import Chart
from app.ui.network.phrases import milliseconds, span
from app.ui.network.reasons import short
from app.ui.phrases import count, short_time

HALF, MOST = 0.5, 0.95
NAMED = 3
"""How many reasons are named."""
RATES = "transfer_kbyte_s"
_KB = 1000
_NOT_YET = "Nothing measured yet."
_TRIED = {"direct": "Direct", "turn": "TURN", "member": "through members"}
_WAYS = {"lan": "LAN", "direct": "direct", "relay": "relayed", "webrtc": "WebRTC"}

Unit = Callable[[float], str]
Value = TypeVar("Value")


def charts(measured: Measured) -> list[Chart]:
    """What is shown of it, in a steady order."""
    return [
        _times(measured, "connect_ms", "Until a link is made", "link"),
        _times(measured, "delivery_ms", "Until a message is delivered", "message"),
        _times(measured, "reconnect_ms", "Until a lost link is back", "return"),
        _times(measured, "server_rtt_ms", "Until a server answers", "answer"),
        _rates(measured),
        _success(measured),
        _tries(measured),
        _troubles(measured),
        _traffic(measured),
    ]


def about(measurements: Measurements, now: datetime) -> str:
    """Since when all that was counted, and for whose eyes."""
    since = short_time(measurements.since_ms, now)
    running = span(measurements.uptime_s)
    return f"Counted here since {since}, running for {running}. It is never sent anywhere."


def trimmed(distribution: Distribution) -> tuple[tuple[int, ...], int, int]:
    """The columns from the first to the last that is not empty, and where those two are."""
    filled = [at for at, number in enumerate(distribution.buckets) if number]
    first, last = max(filled[0] - 1, 0), min(filled[-1] + 1, len(distribution.buckets) - 1)
    return distribution.buckets[first : last + 1], first, last


def _columns(title: str, figure: str, line: str, spread: Distribution, unit: Unit) -> Chart:
    columns, first, last = trimmed(spread)
    bounds = spread.bounds
    begin = f"up to {unit(bounds[first])}"
    end = unit(bounds[last]) if last < len(bounds) else f"over {unit(bounds[-1])}"
    return Chart(title, figure, line, columns, begin, end)


def _times(measured: Measured, name: str, title: str, noun: str) -> Chart:
    spread = measured.histograms.get(name)
    if spread is None or not spread.count:
        return Chart(title, "", _NOT_YET)
    half, most = spread.quantile(HALF) or 0.0, spread.quantile(MOST) or 0.0
    figure = f"Half within {milliseconds(half)}"
    line = f"{count(spread.count, noun)}; 19 of 20 within {milliseconds(most)}"
    return _columns(title, figure, line, spread, milliseconds)


def _rates(measured: Measured) -> Chart:
    title, found = "How fast files come", dict(_by_detail(measured.histograms, RATES))
    whole = merged(list(found.values()))
    if whole is None:
        return Chart(title, "", _NOT_YET)
    half = rate((whole.quantile(HALF) or 0.0) * _KB)
    by_way = [
        f"{rate(one.mean * _KB)} {_WAYS.get(way, way)}" for way, one in found.items() if one.count
    ]
    line = f"{count(whole.count, 'file')}; on average {', '.join(by_way)}"
    return _columns(title, f"Half up to {half}", line, whole, lambda value: rate(value * _KB))


def merged(several: Sequence[Distribution]) -> Distribution | None:
    """All that was counted by the same bounds as the first; None if nothing was."""
    alike = [one for one in several if one.bounds == several[0].bounds]
    if not sum(one.count for one in alike):
        return None
    buckets = tuple(map(sum, zip(*(one.buckets for one in alike), strict=True)))
    return Distribution(alike[0].bounds, buckets, sum(one.sum for one in alike))


def _success(measured: Measured) -> Chart:
    counters = measured.counters
    made, failed = counters.get("links_opened", 0), counters.get("link_failures", 0)
    title = "Links that were made"
    if not made + failed:
        return Chart(title, "", _NOT_YET)
    share = 100 * made // (made + failed)
    ways = [
        f"{number:,} {_WAYS.get(way, way)}".replace(",", "\u2009")
        for way, number in _by_detail(counters, "links_opened")
    ]
    line = f"{count(made, 'link')} made" + (f" ({', '.join(ways)})" if ways else "")
    why = _most_frequent(measured, "link_failures")
    failures = f"{count(failed, 'try', 'tries')} failed. {why}".strip()
    return Chart(title, f"{share} % of all tries", f"{line}; {failures}")


def _tries(measured: Measured) -> Chart:
    """How often each way led somewhere."""
    title, counters = "Ways that were tried", measured.counters
    failed = Counter[str]()
    for detail, number in _by_detail(counters, "attempt_failures"):
        failed[detail.partition(".")[0]] += number
    tried = dict(_by_detail(counters, "attempts"))
    ways = {way: name for way, name in _TRIED.items() if tried.get(way)}
    if not ways:
        return Chart(title, "", _NOT_YET)
    led = {way: max(tried[way] - failed[way], 0) for way in ways}
    first, *rest = [f"{name} {led[way]} of {tried[way]}" for way, name in ways.items()]
    line = f"{', '.join(rest)} led to a link." if rest else "led to a link."
    return Chart(title, _capital(first), _capital(line))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _troubles(measured: Measured) -> Chart:
    title, names = "What went wrong", ("errors", "server_failures", "transfer_failures")
    whole = sum(number for name in names for _, number in _by_detail(measured.counters, name))
    if not whole:
        return Chart(title, "Nothing", "No errors since counting began.")
    return Chart(title, count(whole, "error"), _most_frequent(measured, *names))


def _traffic(measured: Measured) -> Chart:
    counters = measured.counters
    sent, heard = counters.get("messages_sent", 0), counters.get("messages_received", 0)
    lost, back = counters.get("links_closed", 0), counters.get("reconnections", 0)
    line = f"{count(heard, 'message')} received; {count(lost, 'link')} ended, {back} came back"
    return Chart("Messages and links", f"{count(sent, 'message')} sent", line)


def _most_frequent(measured: Measured, *names: str) -> str:
    """The reasons that were counted most, in words."""
    found = [pair for name in names for pair in _by_detail(measured.counters, name)]
    found.sort(key=lambda pair: -pair[1])
    return " ".join(f"{number}\u00d7 {short(code)}" for code, number in found[:NAMED])


def _by_detail(found: Mapping[str, Value], name: str) -> Iterator[tuple[str, Value]]:
    """What was counted by `name` for each detail."""
    for key, value in found.items():
        what, dot, detail = key.partition(".")
        if what == name and dot:
            yield detail, value
