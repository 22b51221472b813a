"""Takes the files of a form to disk as they arrive; what they are called never becomes a path."""

from __future__ import annotations

import json
import re
from hashlib import file_digest, sha256
from io import UnsupportedOperation
from pathlib import Path
from typing import IO, Any

from flask import request
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.formparser import FormDataParser

from voc.errors import TableError
from voc.ingest import SUFFIXES
from voc.ingest.copies import unpack
from voc.ingest.files import GZIPPED
from voc.jobsettings import JobFile
from voc.redact import redact_field
from web.api.exchange import check_fields
from web.csrf import FIELD as CSRF_FIELD
from web.errors import ApiError
from web.records import FieldFault
from web.upload_records import UploadOptions

_FIELD_BYTES = 512 << 10  # of a field that is no file; werkzeug reads 64 KiB at a time and wants room for more than one
_PARTS = 64
_NAME_CHARS = 120
_UNPACKED_TIMES = 10  # a gzipped table may become that many times what an upload may be
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Incoming:
    """The form of the present request.

    Parameters
    ----------
    folder : pathlib.Path
        An empty one, for its files.
    limit_mb : int
        Size that all of it may have, 2**20 bytes.
    of_page : bool
        Whether a page sends it: with the token that shows it is ours, and a nameless file where none was chosen.

    Attributes
    ----------
    options : UploadOptions
        What it says beside the files.
    files : tuple of JobFile
        In its order; text tables unpacked.
    fingerprint : str
        Digest of all of it.

    Raises
    ------
    ApiError
        400, 413, 415 or 422 if it is no such form.
    TableError
        If a file is of no kind that can be a table.
    """

    def __init__(self, folder: Path, limit_mb: int, *, of_page: bool = False) -> None:
        self.folder = folder
        self.limit_bytes = limit_mb << 20
        if request.mimetype != "multipart/form-data" or request.content_encoding:
            raise ApiError(415, "not_a_form", "只接受 multipart/form-data / only multipart/form-data is taken", "curl -F file=@问卷.xlsx")
        self._opened: list[IO[bytes]] = []
        try:
            form, sent = self._parse()
        finally:
            for file in self._opened:
                file.close()
        given = form.to_dict(flat=False)
        if of_page:
            given.pop(CSRF_FIELD, None)
            sent.setlist("file", [storage for storage in sent.getlist("file") if storage.filename])
        self.options = _options(given)
        unknown = sorted(set(sent) - {"file"})
        if unknown or not sent.getlist("file"):
            pointer, code = (f"/{unknown[0][:_NAME_CHARS]}", "extra_forbidden") if unknown else ("/file", "missing")
            fault = FieldFault(pointer=pointer, code=code, message="文件放在 file 里 / files go into the field file")
            raise ApiError(
                422, "invalid", "没有文件，或字段不对 / no file, or in a wrong field", "curl -F file=@问卷.xlsx", faults=(fault,)
            )
        stored = [(Path(str(storage.stream.name)), clean_name(storage.filename or "")) for storage in sent.getlist("file")]
        self.fingerprint = self._digest(given, stored)
        self.files = tuple(self._settle(path, name, number) for number, (path, name) in enumerate(stored))

    def _parse(self) -> tuple[MultiDict[str, str], MultiDict[str, FileStorage]]:
        request.max_content_length = self.limit_bytes
        parser = FormDataParser(self._open, _FIELD_BYTES, self.limit_bytes, max_form_parts=_PARTS, silent=False)
        try:
            _, form, files = parser.parse(request.stream, request.mimetype, request.content_length, request.mimetype_params)
        except (ValueError, UnsupportedOperation) as error:
            raise ApiError(400, "bad_form", "表单有误 / the form is malformed", "multipart/form-data") from error
        return form, files

    def _open(self, *_: Any, **__: Any) -> IO[bytes]:
        file = (self.folder / f"arriving-{len(self._opened)}").open("w+b")
        self._opened.append(file)
        return file

    def _digest(self, given: dict[str, list[str]], stored: list[tuple[Path, str]]) -> str:
        whole = sha256(json.dumps(given, sort_keys=True).encode())
        for path, name in stored:
            with path.open("rb") as file:
                whole.update(f"\0{name}\0{file_digest(file, 'sha256').hexdigest()}".encode("utf-8", "replace"))
        return whole.hexdigest()

    def _settle(self, path: Path, name: str, number: int) -> JobFile:
        """Give a file the ending that decides its reader, and unpack it."""
        suffix = Path(name).suffix.lower()
        inner = Path(Path(name).stem).suffix.lower() if suffix == ".gz" else suffix
        if inner not in SUFFIXES or (suffix == ".gz" and inner not in GZIPPED):
            hint = f"可用 / use one of: {' '.join(SUFFIXES)}"
            raise TableError("unknown_extension", f"不支持的文件类型 / unsupported file type: {name}", hint)
        target = self.folder / f"{number}{inner}"
        if suffix == ".gz":
            unpack(path, target, _UNPACKED_TIMES * self.limit_bytes)
            path.unlink()
        else:
            path.rename(target)
        return JobFile(path=target.name, name=name)


def clean_name(name: str) -> str:
    """A file name to be shown: the last part of it, in one line, without personal data.

    Parameters
    ----------
    name : str
        As it was sent.

    Returns
    -------
    str
        Not empty.

    Examples
    --------
    >>> clean_name("../../etc/王先生13800138000.csv"), clean_name("C:\\\\表\\\\三月\\0.xlsx")
    ('[姓名]先生[手机].csv', '三月.xlsx')
    """
    last = _CONTROLS.sub("", re.split(r"[/\\]", name)[-1]).strip()
    stem, dot, suffix = last.rpartition(".")
    short = f"{stem[:_NAME_CHARS]}{dot}{suffix[:16]}" if dot else last[:_NAME_CHARS]
    return redact_field("", short) or "upload"


def _options(given: dict[str, list[str]]) -> UploadOptions:
    plain: dict[str, Any] = dict(given)
    if said := given.get("columns"):
        try:
            plain["columns"] = [json.loads(said[0])]
        except (ValueError, RecursionError) as error:
            fault = FieldFault(pointer="/columns", code="json_invalid", message='要用 JSON 对象 / takes a JSON object: {"text": "评价"}')
            raise ApiError(422, "invalid", "columns 不是 JSON / is not JSON", faults=(fault,)) from error
    return check_fields(UploadOptions, plain)
