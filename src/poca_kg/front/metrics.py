"""What a front counts, and the text in which Prometheus reads it.

Counting is done on the event loop, into plain numbers. A front can tell its numbers as JSON, so that
whichever front is asked can answer for all of them; each number bears the name of its front. No label holds
anything that a client chose.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, TypeAlias

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

__all__ = ["CONTENT_TYPE", "Gauges", "Metrics", "Sample", "render"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Sample: TypeAlias = dict[str, Any]
"""The numbers of a front, as JSON can hold them."""

_BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})


@dataclass
class Gauges:
    """What is measured when somebody asks; ``None`` where it is not known.

    ``killed`` counts the workers that were lost, by reason; ``restarts`` the parents that were replaced;
    ``generation`` the snapshots that were switched to.
    """

    version: str = ""
    generation: int = 0
    triples: int | None = None
    is_ready: bool = True
    workers: Mapping[str, int] = field(default_factory=dict)
    queued: int = 0
    lent: int = 0
    answered: int = 0
    killed: Mapping[str, int] = field(default_factory=dict)
    restarts: int = 0
    cache_bytes: int = 0
    cache_entries: int = 0
    disk_free_bytes: int | None = None
    resident_bytes: int | None = None
    dropped_log_lines: int = 0


class Metrics:
    """Counts requests.

    >>> metrics = Metrics()
    >>> metrics.begin()
    >>> metrics.end("/sparql", "GET", 200, seconds=0.004, size=120)
    >>> text = render({"0": metrics.sample(Gauges(version="v1"))}).decode()
    >>> [line for line in text.splitlines() if line.startswith("poca_kg_requests_total")]
    ['poca_kg_requests_total{front="0",method="GET",route="/sparql",status="200"} 1.0']
    """

    def __init__(self) -> None:
        self.in_flight = 0
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._seconds: dict[str, list[float]] = {}
        self._sent_bytes = 0
        self._lookups: Counter[str] = Counter()

    def begin(self) -> None:
        """Count a request that came."""
        self.in_flight += 1

    def end(self, route: str, method: str, status: int, *, seconds: float, size: int) -> None:
        """Count a request that is over: it took so many seconds, and its body had so many bytes."""
        self.in_flight -= 1
        self._requests[route, method if method in _METHODS else "other", status] += 1
        counts = self._seconds.get(route)
        if counts is None:
            counts = self._seconds[route] = [0.0] * (len(_BOUNDS_S) + 2)
        counts[bisect_left(_BOUNDS_S, seconds)] += 1
        counts[-1] += seconds
        self._sent_bytes += size

    def look_up(self, result: str) -> None:
        """Count a look into the cache: ``hit``, ``miss``, ``shared`` or ``not-modified``."""
        self._lookups[result] += 1

    def sample(self, gauges: Gauges) -> Sample:
        """Return all numbers."""
        return {
            "requests": [[*labels, count] for labels, count in sorted(self._requests.items())],
            "seconds": dict(sorted(self._seconds.items())),
            "in_flight": self.in_flight,
            "sent_bytes": self._sent_bytes,
            "lookups": dict(sorted(self._lookups.items())),
            "gauges": {name: _plain(value) for name, value in vars(gauges).items()},
        }


def render(samples: Mapping[str, Sample]) -> bytes:
    """Return the numbers of fronts, by the name of each, in the text format of Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Families(samples))
    return generate_latest(registry)


class _Families(Collector):
    def __init__(self, samples: Mapping[str, Sample]) -> None:
        self._samples = samples

    def collect(self) -> Iterator[Metric]:
        """Iterate over the families of numbers."""
        yield self._requests()
        yield self._seconds()
        for name, text, key in _COUNTERS_BY_LABEL:
            yield self._by_label(name, text, key)
        for name, text, key in _COUNTERS:
            counter = CounterMetricFamily(name, text, labels=["front"])
            for front, value in self._values(key):
                counter.add_metric([front], value)
            yield counter
        yield self._workers()
        yield self._versions()
        for name, text, key in _GAUGES:
            gauge = GaugeMetricFamily(name, text, labels=["front"])
            for front, value in self._values(key):
                gauge.add_metric([front], value)
            yield gauge

    def _values(self, key: str) -> Iterator[tuple[str, Any]]:
        for front, sample in self._samples.items():
            value = sample.get(key, sample["gauges"].get(key))
            if value is not None:
                yield front, value

    def _requests(self) -> Metric:
        family = CounterMetricFamily(
            "poca_kg_requests", "Requests that are over.", labels=["front", "route", "method", "status"]
        )
        for front, rows in self._values("requests"):
            for route, method, status, count in rows:
                family.add_metric([front, route, method, str(status)], count)
        return family

    def _seconds(self) -> Metric:
        text = "Time from the whole request to its whole answer."
        family = HistogramMetricFamily("poca_kg_request_seconds", text, labels=["front", "route"])
        bounds = [*map(str, _BOUNDS_S), "+Inf"]
        for front, by_route in self._values("seconds"):
            for route, (*counts, total) in by_route.items():
                family.add_metric([front, route], list(zip(bounds, accumulate(counts), strict=True)), total)
        return family

    def _by_label(self, name: str, text: str, key: str) -> Metric:
        label = {"lookups": "result", "killed": "reason"}[key]
        family = CounterMetricFamily(name, text, labels=["front", label])
        for front, counts in self._values(key):
            for value, count in counts.items():
                family.add_metric([front, value], count)
        return family

    def _workers(self) -> Metric:
        family = GaugeMetricFamily("poca_kg_workers", "Workers, by what they do.", labels=["front", "state"])
        for front, states in self._values("workers"):
            for state, count in states.items():
                family.add_metric([front, state], count)
        return family

    def _versions(self) -> Metric:
        text = "The version of the graph that answers."
        family = GaugeMetricFamily("poca_kg_graph_info", text, labels=["front", "version"])
        for front, version in self._values("version"):
            family.add_metric([front, version], 1)
        return family


_COUNTERS_BY_LABEL = (
    ("poca_kg_cache_lookups", "Looks into the byte cache.", "lookups"),
    ("poca_kg_workers_killed", "Workers that were lost, by reason.", "killed"),
)
_COUNTERS = (
    ("poca_kg_sent_bytes", "Bytes of bodies that were sent.", "sent_bytes"),
    ("poca_kg_jobs_answered", "Jobs that are over.", "answered"),
    ("poca_kg_parent_restarts", "Parents of workers that were replaced.", "restarts"),
    ("poca_kg_log_lines_dropped", "Lines that the log had no time for.", "dropped_log_lines"),
)
_GAUGES = (
    ("poca_kg_requests_in_flight", "Requests that are being answered.", "in_flight"),
    ("poca_kg_jobs_waiting", "Jobs that wait for a worker.", "queued"),
    ("poca_kg_connections_lent", "Connections that workers answer on.", "lent"),
    ("poca_kg_ready", "Whether the front should be given work.", "is_ready"),
    ("poca_kg_graph_generation", "Snapshots that were switched to.", "generation"),
    ("poca_kg_graph_triples", "Triples of the graph that answers.", "triples"),
    ("poca_kg_cache_bytes", "Bytes that the byte cache holds.", "cache_bytes"),
    ("poca_kg_cache_entries", "Answers that the byte cache holds.", "cache_entries"),
    ("poca_kg_disk_free_bytes", "Bytes free where the snapshots lie.", "disk_free_bytes"),
    ("poca_kg_resident_bytes", "Memory of the front.", "resident_bytes"),
)


def _plain(value: Any) -> Any:
    return dict(sorted(value.items())) if isinstance(value, Mapping) else value
