"""GET /runs/{run_id}/export: a run as a file, as it holds after reviews and edits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import blake2s
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from flask import Blueprint, Response, request

from voc.export import write_xlsx
from voc.records import Analysis, Record
from voc.store import Store
from voc.store.recount import known_words
from web.access import visible_run
from web.api.exchange import read_query
from web.api.operations import Operation, operation
from web.run_records import ExportQuery, Format

TYPES: dict[Format, str] = {
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
}
_PIECE = 2**16  # characters or bytes that are sent at a time
_UNSAFE = re.compile(r"[^\w.()（）-]+")
_LONGEST = 80  # characters of a file name


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
    summary = "导出：json、xlsx、csv（每条评论一行）、jsonl（voc.score/1）/ Export; csv and jsonl have a line per comment"

    @operation(
        api, "/runs/<run_id>/export", Operation("GET", summary, "read", kinds, query=ExportQuery, problems=(404, 422, 503), etag=True)
    )
    def export(run_id: str) -> Response:
        upload = visible_run(store, run_id)
        asked = read_query(ExportQuery).format
        now = store.current(run_id)
        response = Response(content_type=TYPES[asked])
        response.set_etag(f"{asked}-{blake2s(repr(now.state).encode(), digest_size=8).hexdigest()}", weak=True)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["Content-Disposition"] = disposition(upload.name, run_id, asked)
        response.make_conditional(request)
        if response.status_code == 304:
            return response
        if asked == "json":
            response.response = pieces(store.current_with_members(run_id).model_dump_json(indent=1) + "\n")
        elif asked == "xlsx":
            name = now.run.settings.get("taxonomy")
            response.response = workbook(store.current_with_members(run_id), name if isinstance(name, str) else "")
        else:
            response.response = rows(store, run_id, asked)
        return response


def pieces(text: str) -> Iterator[bytes]:
    """A long text in parts.

    Parameters
    ----------
    text : str
        Any.

    Yields
    ------
    bytes
        UTF-8.
    """
    for at in range(0, len(text), _PIECE):
        yield text[at : at + _PIECE].encode()


def rows(store: Store, run_id: str, kind: Format) -> Iterator[bytes]:
    """Comments, one after another.

    Parameters
    ----------
    store : Store
        Holds the run.
    run_id : str
        The run.
    kind : {"csv", "jsonl"}
        How they are written.

    Yields
    ------
    bytes
        UTF-8.
    """
    with store.export_rows(run_id) as found:
        for line in found.csv() if kind == "csv" else found.lines():
            yield line.encode()


def workbook(analysis: Analysis, taxonomy: str) -> Iterator[bytes]:
    """An Excel workbook.

    Parameters
    ----------
    analysis : Analysis
        What to write.
    taxonomy : str
        Name of that of the run.

    Returns
    -------
    iterator of bytes
        It is written before this returns, so that what goes wrong is said.
    """
    folder = TemporaryDirectory(prefix="voc-export-")
    path = Path(folder.name) / "export.xlsx"
    try:
        write_xlsx(analysis, known_words(taxonomy)[0], path)
    except BaseException:
        folder.cleanup()
        raise

    def send() -> Iterator[bytes]:
        with folder, path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece

    return send()


def disposition(name: str, run_id: str, kind: Format) -> str:
    """How the browser is to call the file.

    Parameters
    ----------
    name : str
        Of the upload, which a stranger may have chosen.
    run_id : str
        The run.
    kind : Format
        Ending of the file.

    Returns
    -------
    str
        For ``Content-Disposition``.

    Examples
    --------
    >>> disposition('../三月"问卷.xlsx', "ab12", "csv")
    "attachment; filename=voc-ab12.csv; filename*=UTF-8''%E4%B8%89%E6%9C%88_%E9%97%AE%E5%8D%B7-ab12.csv"
    """
    run = re.sub(r"[^A-Za-z0-9]+", "", run_id)[:_LONGEST]
    stem = _UNSAFE.sub("_", name.rsplit("/", 1)[-1].rsplit("\\", 1)[-1].rsplit(".", 1)[0]).strip("._")[:_LONGEST] or "voc"
    return f"attachment; filename=voc-{run}.{kind}; filename*=UTF-8''{quote(f'{stem}-{run}.{kind}')}"
