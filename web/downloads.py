"""A run as a file, as it holds after reviews and edits: the same for the API and for the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2s
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from flask import Response, request

from voc.report import content_security_policy
from voc.report.stored import Stored
from voc.report.words import Language
from voc.store import Store
from web.access import sees, visible_run
from web.run_records import Format

TYPES: dict[Format, str] = {
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "html": "text/html; charset=utf-8",
}
_PIECE = 2**16  # characters or bytes that are sent at a time
_UNSAFE = re.compile(r"[^\w.()（）-]+")
_LONGEST = 80  # characters of a file name


def download(store: Store, run_id: str, kind: Format, *, language: Language = "zh", show: bool = False) -> Response:
    """A run as a file; 304 to who has the present one.

    Parameters
    ----------
    store : Store
        Holds the run.
    run_id : str
        The run.
    kind : Format
        Of the file.
    language : {"zh", "en"}
        Of the report.
    show : bool
        The browser is to show it rather than keep it.

    Returns
    -------
    flask.Response
        Streamed where it can be long.

    Raises
    ------
    RecordNotFound
        If there is no such run, or the caller may not see it.
    """
    upload = visible_run(store, run_id)
    found = Stored(store, store.current(run_id), sees)
    page = found.html(language) if kind == "html" else ""
    response = Response(content_type=TYPES[kind])
    response.set_etag(f"{kind}-{blake2s((page or repr(found.now.state)).encode(), digest_size=8).hexdigest()}", weak=True)
    response.headers["Cache-Control"] = "no-cache"
    if not show:
        response.headers["Content-Disposition"] = disposition(upload.name, run_id, kind)
    if kind == "html":
        response.headers["Content-Security-Policy"] = content_security_policy()
    response.make_conditional(request)
    if response.status_code == 304:
        return response
    response.headers.pop("Content-Length", None)  # of the body, which was empty until here
    if kind == "html":
        response.set_data(page)
    elif kind == "json":
        response.response = pieces(found.whole().model_dump_json(indent=1) + "\n")
    elif kind == "xlsx":
        response.response = workbook(found)
    else:
        response.response = rows(store, run_id, kind)
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


def workbook(found: Stored) -> Iterator[bytes]:
    """An Excel workbook.

    Parameters
    ----------
    found : Stored
        What to write.

    Returns
    -------
    iterator of bytes
        It is written before this returns, so that what goes wrong is said.
    """
    return written_file(found.write_xlsx)


def written_file(write: Callable[[Path], None], ending: str = "xlsx") -> Iterator[bytes]:
    """A file that is written for one answer alone.

    Parameters
    ----------
    write : callable
        Takes the path of the file.
    ending : str
        Of its name.

    Returns
    -------
    iterator of bytes
        It is written before this returns, so that what goes wrong is said.
    """
    folder = TemporaryDirectory(prefix="voc-export-")
    path = Path(folder.name) / f"export.{ending}"
    try:
        write(path)
    except BaseException:
        folder.cleanup()
        raise

    def send() -> Iterator[bytes]:
        with folder, path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece

    return send()


def attached(pieces: Iterable[str] | Iterable[bytes], name: str, of: str, kind: Format) -> Response:
    """Answer with a table to save.

    Parameters
    ----------
    pieces : iterable of str or bytes
        Of the file.
    name : str
        What it is of.
    of : str
        Id of that.
    kind : str
        csv, xlsx.

    Returns
    -------
    flask.Response
        That no cache keeps.
    """
    head = {"Content-Disposition": disposition(name, of, kind), "Cache-Control": "no-cache"}
    return Response(pieces, content_type=TYPES[kind], headers=head)


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
