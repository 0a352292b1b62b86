"""What the daemon counts, as Prometheus reads it."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from batch.alert.tell import Outcome
from batch.errors import UsageError
from batch.ledger.files import FeedKey, LedgerRow
from batch.ledger.glance import Carts
from batch.runner.cycle import Report
from batch.watch.conditions import Condition
from batch.watch.kinds import KINDS

CART = ("merchant", "cart")
FEED = ("merchant", "kind", "feed")
BUCKETS = ("applied", "older", "duplicate", "ignored", "rejected")
disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, of no use here

DELAYS = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800)


class Metrics:
    """Counters since the daemon started; what stands, as it was found last."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._state = _State()
        self.registry.register(self._state)
        ProcessCollector(registry=self.registry)
        self._files = self._counter("files", "Files received.", *FEED, "status")
        self._rows = self._counter("rows", "Rows received.", *FEED, "bucket")
        self._runs = self._counter("runs", "Runs of carts.", *CART, "status")
        self._lines = self._counter("lines", "Lines that carts were told.", *CART)
        self._alerts = self._counter("alerts", "Messages to alert routes.", "route", "result")
        self._delay = Histogram(
            "stockferry_slot_delay_seconds",
            "How long after it was due a cart was begun.",
            buckets=DELAYS,
            registry=self.registry,
        )
        self._length = Histogram(
            "stockferry_run_seconds",
            "How long a cart's run took.",
            buckets=DELAYS,
            registry=self.registry,
        )

    def serve(self, host: str, port: int) -> int:
        """Answers at http://host:port/metrics from now on, in a thread; returns the port, found out if it was 0.

        Raises:
            UsageError: that address cannot be had.
        """
        try:
            server, _ = start_http_server(port, host, registry=self.registry)
        except (OSError, UnicodeError) as error:
            raise UsageError(
                f"--metrics {host}:{port}: {getattr(error, 'strerror', None) or 'no such address'}; give another address"
            ) from error
        return int(server.server_port)

    def report(self, report: Report) -> None:
        """Counts what a cycle did."""
        for file in report.files:
            feed = _labels(file.feed)
            self._files.labels(*feed, file.status).inc()
            for bucket in BUCKETS:
                if rows := getattr(file.counts, bucket):
                    self._rows.labels(*feed, bucket).inc(rows)
        for cart in report.carts:
            self._runs.labels(cart.merchant, cart.cart, cart.status).inc()
            if cart.status == "sent":
                self._lines.labels(cart.merchant, cart.cart).inc(cart.lines)

    def slot(self, *, delay: float, took: float) -> None:
        """A cart's slot: how many seconds after it was due it was begun, and how many it took."""
        self._delay.observe(max(0.0, delay))
        self._length.observe(took)

    def told(self, outcomes: Iterable[Outcome]) -> None:
        """Counts messages to alert routes."""
        for outcome in outcomes:
            self._alerts.labels(outcome.route, "failed" if outcome.problem else "told").inc()

    def stand(self, conditions: Sequence[Condition], carts: Carts, feeds: Collection[LedgerRow]) -> None:
        """How things stand now. `feeds`: the row of each one's last file."""
        self._state.families = list(_families(conditions, carts, feeds))

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"stockferry_{name}", what, labels, registry=self.registry)


def _labels(feed: FeedKey) -> tuple[str, str, str]:
    """The merchant of an account's own feed is empty."""
    return feed.merchant or "", feed.kind, feed.name


class _State(Collector):
    """Replaced as a whole, so that a cart or feed that is configured no more is gone from it."""

    families: Sequence[GaugeMetricFamily] = ()

    def collect(self) -> Iterable[GaugeMetricFamily]:
        return self.families


def _families(
    conditions: Sequence[Condition], carts: Carts, feeds: Collection[LedgerRow]
) -> Iterable[GaugeMetricFamily]:
    tally = Tally(each.kind for each in conditions)
    yield _gauge(
        "conditions", "What is not as it should be.", ("kind",), {(kind,): tally[kind] for kind in KINDS}
    )
    yield _gauge(
        "feed_last_file_timestamp_seconds",
        "When the feed's last file was received.",
        FEED,
        {(row.merchant or "", row.kind, row.feed_name): row.received_at.timestamp() for row in feeds},
    )
    yield _gauge(
        "cart_last_sent_timestamp_seconds",
        "The clock of the run by which the cart was told last.",
        CART,
        {name: row.now.timestamp() for name, row in carts.sent.items()},
    )
    yield _gauge(
        "cart_behind",
        "Intakes that the cart has not been told of.",
        CART,
        {name: carts.seqs.get(name[0], 0) - row.seq for name, row in carts.marks.items()},
    )
    yield _gauge("cart_open_deliveries", "Documents that are not settled.", CART, carts.open)


def _gauge(name: str, what: str, labels: Sequence[str], values: Mapping[Any, float]) -> GaugeMetricFamily:
    """`values`: the labels of each, as a tuple → its value."""
    family = GaugeMetricFamily(f"stockferry_{name}", what, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family
