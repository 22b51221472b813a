"""GET /runs/{run_id}/export: a run as a file, as it holds after reviews and edits."""

from __future__ import annotations

from flask import Blueprint, Response

from voc.records import Analysis, Record
from voc.store import Store
from web.api.exchange import read_query
from web.api.operations import Operation, operation
from web.downloads import TYPES, download
from web.run_records import ExportQuery


def make_exports(api: Blueprint, store: Store) -> None:
    """Add the operation.

    Parameters
    ----------
    api : flask.Blueprint
        To add it to.
    store : Store
        Holds the runs.
    """
    kinds: tuple[type[Record] | str, ...] = (Analysis, *(kind for name, kind in TYPES.items() if name != "json"))
    summary = "导出：json、xlsx、csv（每条评论一行）、jsonl（voc.score/1）、html（报告）/ Export; csv and jsonl have a line per comment"

    @operation(
        api, "/runs/<run_id>/export", Operation("GET", summary, "read", kinds, query=ExportQuery, problems=(404, 422, 503), etag=True)
    )
    def export(run_id: str) -> Response:
        asked = read_query(ExportQuery)
        return download(store, run_id, asked.format, language=asked.language)
