"""What is counted and logged of requests: by route and status, never an address as it was called, a body or a name."""

import logging
import time
from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import Scope

from assistant.domain.access import Principal

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
NOWHERE = "nowhere"
"""The route of requests to addresses that do not exist."""
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Methods told apart; whatever else a caller makes up is one, so that nobody can make counters without end."""
_FRESH = 10.0
"""Seconds for which what was counted in the store is told again."""
_log = logging.getLogger("voc.access")


class Watch:
    """Counters of one service, in a registry of its own."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # moments of creation double what is scraped
        self.registry = CollectorRegistry()
        labels = ("method", "route")
        self._requests = Counter("voc_http_requests", "Requests", (*labels, "status"), registry=self.registry)
        self._seconds = Histogram(
            "voc_http_request_seconds", "Seconds until the last byte", labels, registry=self.registry, buckets=_BUCKETS
        )

    def saw(self, scope: Scope, status: int, seconds: float) -> None:
        """Count and log a request that was served; status 0: nobody waited for the answer."""
        state = scope.get("state") or {}
        route, status = state.get("route", NOWHERE), status or 499
        principal: Principal | None = state.get("principal")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)
        _log.info(
            "request",
            extra={
                "method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1),
                "who": principal.id if principal else None,
            },
        )  # fmt: skip

    def text(self) -> bytes:
        """Everything as Prometheus reads it."""
        return generate_latest(self.registry)


class Gauges(Collector):
    """What stands in the store at the moment of asking: (name, help, kind, rows of labels and value)."""

    def __init__(self, look: Callable[[], "list[Gauge]"]) -> None:
        self._look = look
        self._looked: float | None = None
        self._held: list[Gauge] = []

    def collect(self) -> Iterable[Metric]:
        """See `Collector.collect`."""
        if self._looked is None or time.monotonic() - self._looked > _FRESH:
            self._held, self._looked = self._look(), time.monotonic()
        for gauge in self._held:
            yield gauge.family()


class Gauge:
    """One metric with its values."""

    def __init__(
        self, name: str, told: str, rows: dict[str, float], label: str | None = None, *, grows: bool = False
    ) -> None:
        self._name, self._told, self._rows, self._label, self._grows = name, told, rows, label, grows

    def family(self) -> Metric:
        """As the library wants it."""
        kind = CounterMetricFamily if self._grows else GaugeMetricFamily
        found = kind(self._name, self._told, labels=[self._label] if self._label else [])
        for key, value in self._rows.items():
            found.add_metric([key] if self._label else [], value)
        return found
