"""GET /healthz, /readyz, /metrics: for whoever watches over the service."""

from __future__ import annotations

from flask import Blueprint, Response

from web.api.operations import Operation, operation
from web.errors import Busy
from web.metrics import Metrics
from web.records import Status
from web.scoring import Scorer

TEXT = "text/plain; version=0.0.4; charset=utf-8"


def make_health(watch: Blueprint, scorer: Scorer, metrics: Metrics) -> None:
    """Add the three operations.

    Parameters
    ----------
    watch : flask.Blueprint
        To add them to.
    scorer : Scorer
        Says whether it is ready.
    metrics : Metrics
        To be shown.
    """
    ok = Status().model_dump_json()

    @operation(watch, "/healthz", Operation("GET", "进程在 / The process lives", None, Status))
    def healthz() -> Response:
        return Response(ok, content_type="application/json")

    @operation(watch, "/readyz", Operation("GET", "模型已装入，可以评分 / Models are loaded; it can score", None, Status, problems=(503,)))
    def readyz() -> Response:
        if not scorer.ready:
            raise Busy("not_ready", "模型还没装好，或正在停止 / models are not loaded yet, or it is stopping")
        return Response(ok, content_type="application/json")

    @operation(watch, "/metrics", Operation("GET", "Prometheus 指标 / Metrics for Prometheus", "read", TEXT))
    def show() -> Response:
        return Response(metrics.text(), content_type=TEXT)
