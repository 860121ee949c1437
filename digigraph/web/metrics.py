"""What the service tells Prometheus: every process of it, whichever was asked.

Each process counts for itself and labels its numbers with its own; the one that is asked fetches
those of the others, through sockets in the folder where they meet.
"""

from __future__ import annotations

import os
import socket
import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import accumulate
from pathlib import Path

from flask import Flask
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from digigraph.web.live import Live
from digigraph.web.log import Done

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 60.0)
_PATIENCE = 2.0
"""Seconds that another process may take to tell its numbers."""


class Meters(Collector):
    """The numbers of one process; to count is cheap, to tell puts them together."""

    def __init__(self, live: Live) -> None:
        """Start at nothing."""
        self._live, self._meeting = live, Path()
        self._lock = threading.Lock()
        self._requests, self._queries = Counter[tuple[str, int]](), Counter[str]()
        self._within = [0] * (len(_SECONDS) + 1)
        self._seconds, self._bytes = 0.0, 0
        self.registry = CollectorRegistry()
        self.registry.register(self)

    def count(self, done: Done, endpoint: str, is_query: bool) -> None:
        """Count a request that is answered."""
        with self._lock:
            self._requests[endpoint, done.status] += 1
            if is_query:
                self._queries[done.outcome] += 1
                self._within[bisect_left(_SECONDS, done.seconds)] += 1
                self._seconds += done.seconds
                if done.status == 200:
                    self._bytes += done.bytes or 0

    def _counted(self) -> Iterator[Metric]:
        """Yield what was counted request by request."""
        requests = CounterMetricFamily(
            "digigraph_requests", "Requests answered.", labels=["endpoint", "status"]
        )
        queries = CounterMetricFamily(
            "digigraph_queries", "Queries by what became of them.", labels=["outcome"]
        )
        with self._lock:
            for (endpoint, status), number in self._requests.items():
                requests.add_metric([endpoint, str(status)], number)
            for outcome, number in self._queries.items():
                queries.add_metric([outcome], number)
            ends = (*map(str, _SECONDS), "+Inf")
            buckets = list(zip(ends, accumulate(self._within), strict=True))
            total, size = self._seconds, self._bytes
        yield requests
        yield queries
        yield HistogramMetricFamily(
            "digigraph_query_seconds", "Seconds from a query to its answer.", buckets, total
        )
        yield CounterMetricFamily(
            "digigraph_query_answer_bytes", "Bytes of the answers to queries.", size
        )

    def collect(self) -> Iterator[Metric]:
        """Yield what was counted, and what is read where it stands: engine, cache, release."""
        yield from self._counted()
        site = self._live.site
        counts = site.pool.counts()
        children = GaugeMetricFamily(
            "digigraph_children", "Query processes by state.", labels=["state"]
        )
        for state in ("ready", "starting", "at_work"):
            children.add_metric([state], getattr(counts, state))
        yield children
        yield GaugeMetricFamily("digigraph_queries_waiting", "Queries in line.", counts.waiting)
        stopped = CounterMetricFamily(
            "digigraph_queries_stopped", "Queries without an answer, by reason.", labels=["reason"]
        )
        for reason, number in counts.unanswered.items():
            stopped.add_metric([reason], number)
        yield stopped
        yield CounterMetricFamily(
            "digigraph_children_started", "Query processes started.", counts.started
        )
        yield CounterMetricFamily(
            "digigraph_queries_waited_seconds", "Seconds that queries stood in line.", counts.waited
        )
        kept = self._live.answers
        yield GaugeMetricFamily("digigraph_cache_bytes", "Memory of kept answers.", kept.size)
        yield CounterMetricFamily("digigraph_cache_hits", "Answers that were kept.", kept.hits)
        yield CounterMetricFamily("digigraph_cache_misses", "Answers that were not.", kept.misses)
        yield GaugeMetricFamily(
            "digigraph_start_time_seconds", "When the process began to serve.", self._live.since
        )
        about = {"version": site.release.version, "digest": site.release.dataset_digest}
        yield InfoMetricFamily("digigraph_release", "The release that is served.", about)

    def text(self) -> bytes:
        """Return the numbers of this process, labelled with it, in Prometheus's text format."""
        return _written(_labelled(self.registry.collect(), str(os.getpid())))

    def all_text(self) -> bytes:
        """Return the numbers of all processes of the service."""
        found: dict[str, Metric] = {}
        for told in (self.text(), *self._of_others()):
            for metric in text_string_to_metric_families(told.decode()):
                first = found.setdefault(metric.name, metric)
                if first is not metric:
                    first.samples += metric.samples
        return _written(found.values())

    def meet(self, meeting: Path) -> None:
        """Tell the numbers to the other processes, from now on."""
        self._meeting = meeting
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(meeting / str(os.getpid())))
        listener.listen()
        threading.Thread(target=self._tell, args=[listener], name="metrics", daemon=True).start()

    def _tell(self, listener: socket.socket) -> None:
        while True:
            with suppress(OSError):
                other, _ = listener.accept()
                with other:
                    other.settimeout(_PATIENCE)
                    other.sendall(self.text())

    def _of_others(self) -> Iterator[bytes]:
        places = self._meeting.iterdir() if self._meeting.name else ()
        for place in places:
            if place.name == str(os.getpid()):
                continue
            try:
                yield _heard(place)
            except ConnectionRefusedError:  # it has ended
                place.unlink(missing_ok=True)
            except OSError:
                continue  # it tells nothing now; the next question asks it again


def meet(app: Flask, meeting: Path) -> None:
    """Let the processes of a service tell each other their numbers, in a folder of their own."""
    meters = app.extensions["digigraph.metrics"]
    assert isinstance(meters, Meters)
    meters.meet(meeting)


def _heard(place: Path) -> bytes:
    with socket.socket(socket.AF_UNIX) as other:
        other.settimeout(_PATIENCE)
        other.connect(str(place))
        pieces = []
        while piece := other.recv(65_536):
            pieces.append(piece)
    return b"".join(pieces)


def _labelled(metrics: Iterable[Metric], process: str) -> Iterator[Metric]:
    for metric in metrics:
        metric.samples = [
            told._replace(labels={**told.labels, "process": process}) for told in metric.samples
        ]
        yield metric


class _Told(Collector):
    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _written(metrics: Iterable[Metric]) -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Told(metrics))
    return generate_latest(registry)
