"""Counts and times for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, PlatformCollector, ProcessCollector, generate_latest

_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """Those of one application; labels come from fixed sets, never from what a caller writes."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.requests = Counter("voc_http_requests", "Requests answered", ("method", "path", "status"), registry=self.registry)
        self.seconds = Histogram("voc_http_request_seconds", "Time to answer", ("path",), registry=self.registry, buckets=_SECONDS)
        self.comments = Counter("voc_comments_scored", "Comments scored", registry=self.registry)

    def observe(self, method: str, path: str | None, status: int, seconds: float, comments: int) -> None:
        """Count a request.

        Parameters
        ----------
        method : str
            Of HTTP.
        path : str or None
            Pattern of the address; None where there is no such address.
        status : int
            Of the answer.
        seconds : float
            From request to answer.
        comments : int
            Scored.
        """
        place = path or "unknown"
        self.requests.labels(method if method in _METHODS else "other", place, str(status)).inc()
        self.seconds.labels(place).observe(seconds)
        self.comments.inc(comments)

    def text(self) -> bytes:
        """All of them.

        Returns
        -------
        bytes
            Prometheus text format 0.0.4.
        """
        return generate_latest(self.registry)
