"""Files that are no tables, or made to hurt whoever reads them: a problem at once, bounded memory, and nothing is kept."""

from __future__ import annotations

import gzip
import io
import os
import random
import resource
import time
import zipfile
from contextlib import closing

import httpx
import pytest

from toy_uploads import SAMPLES
from voc.store import Store
from web import create_app
from web.settings import ServerSettings

SHEET = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
LONGEST_S = 30
MEMORY_BYTES = 200 << 20  # that an upload may add to the service


@pytest.fixture(scope="module")
def app(scorer, tmp_path_factory):
    with closing(Store(f"sqlite:///{tmp_path_factory.mktemp('fuzz')}/voc.db")) as store:
        store.upgrade()
        app = create_app(ServerSettings(no_auth=True, quality="fast", upload_limit_mb=32), scorer=scorer, store=store)
        yield app
        app.extensions["work"].close()


@pytest.fixture(autouse=True)
def _empty(app):
    yield
    for upload in app.extensions["store"].uploads():
        app.extensions["work"].erase(upload.id, "test")


FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


def zipped(**entries: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        for name, content in entries.items():
            book.writestr(name.replace("__", "/") + ".xml", content)
    return out.getvalue()


def workbook() -> bytes:
    return (SAMPLES / "retail_survey.xlsx").read_bytes()


def flipped(seed: int) -> bytes:
    content, chance = bytearray(workbook()), random.Random(seed)
    for _ in range(200):
        content[chance.randrange(len(content))] = chance.randrange(256)
    return bytes(content)


WIDE = ",".join(f"列{number}" for number in range(1_000_000))
CASES = {
    "random.xlsx": lambda: random.Random(1).randbytes(200_000),
    "random.xls": lambda: random.Random(2).randbytes(200_000),
    "random.csv": lambda: random.Random(3).randbytes(200_000),
    "random.jsonl": lambda: random.Random(4).randbytes(200_000),
    "random.parquet": lambda: b"PAR1" + random.Random(5).randbytes(200_000) + b"PAR1",
    "ole.xls": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(6).randbytes(100_000),
    "bomb.xlsx": lambda: zipped(xl__worksheets__sheet1=b"0" * 300_000_000),
    "far_cells.xlsx": lambda: zipped(xl__worksheets__sheet1=SHEET.format(FAR).encode()),
    "truncated.xlsx": lambda: workbook()[: len(workbook()) // 2],
    "headless.xlsx": lambda: workbook()[1000:],
    "no_workbook.xlsx": lambda: zipped(a=b"<a/>"),
    "bomb.csv.gz": lambda: gzip.compress(b"\0" * 400_000_000, 6),
    "bad.csv.gz": lambda: gzip.compress(b"id,text\n1,x\n")[:-6],
    "wide.csv": lambda: f"{WIDE}\n{WIDE}\n".encode(),
    "long_cell.csv": lambda: b"id,text\n1," + "长".encode() * 10_000_000 + b"\n",
    "long_line.jsonl": lambda: b'{"id": "1", "text": "' + b"x" * 10_000_000 + b'"}\n',
    "deep.jsonl": lambda: b"[" * 1_000_000,
    "header_only.csv": lambda: "编号,评价内容\n".encode(),
    "empty.csv": lambda: b"",
    "picture.csv": lambda: b"\x89PNG\r\n\x1a\n" + random.Random(7).randbytes(1000),
    "notes.docx": lambda: b"PK\x03\x04",
    "no_ending": lambda: b"id,text\n1,x\n",
    ".xlsx": lambda: b"",
    "x.xlsx.gz": lambda: gzip.compress(workbook()),
    **{f"flipped{seed}.xlsx": lambda seed=seed: flipped(seed) for seed in range(3)},
}


def send(client, name: str, content: bytes, **fields):
    form = httpx.Request("POST", "http://voc.test", files={"file": (name, content)}, data=fields)  # Flask's leaves a file open
    return client.post("/api/v1/uploads", data=form.read(), content_type=form.headers["Content-Type"])


def left(app) -> list[str]:
    return [path.name for path in app.extensions["work"].root.iterdir() if path.is_dir()]


@pytest.mark.parametrize("name", CASES)
def test_upload_of_a_hostile_file_is_refused_and_nothing_is_kept(app, name):
    content = CASES[name]()
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10, time.monotonic()
    answer = send(app.test_client(), name, content)
    taken = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10) - before
    assert time.monotonic() - started < LONGEST_S
    assert taken < MEMORY_BYTES, taken
    if name.startswith("flipped") and answer.status_code == 202:  # it hit nothing that matters
        assert app.test_client().delete(answer.headers["Location"]).status_code == 204
    else:
        assert answer.status_code in (400, 413, 415, 422), answer.text
        assert answer.json["code"]
        assert "arriving" not in answer.text
    assert left(app) == []
    assert app.extensions["store"].uploads() == ()
    assert app.test_client().get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../../etc/评价.csv", "评价.csv"),
        ("/etc/评价.csv", "评价.csv"),
        ("评价\u202e.csv", "评价.csv"),
        ("<script>评价.csv", "<script>评价.csv"),
        ("长" * 3000 + ".csv", "长" * 120 + ".csv"),
        ("评价.CSV", "评价.CSV"),
    ],
)
def test_upload_name_is_shown_and_never_a_path(app, sent, shown):
    answer = send(app.test_client(), sent, "编号,评价内容\n1,送餐太慢了\n2,味道不错\n".encode())
    assert (answer.status_code, answer.json["name"], answer.json["tables"][0]["name"]) == (202, shown, shown)
    (folder,) = [path for path in app.extensions["work"].root.iterdir() if path.is_dir()]
    assert [path.name for path in folder.iterdir()] == ["0.csv"]
    assert app.test_client().delete(answer.headers["Location"]).status_code == 204


@pytest.mark.parametrize("name", ["a\0.csv", "a\0b", "\0"])
def test_upload_name_with_nul(app, name):
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="' + name.encode() + b'"\r\n\r\nid,text\n1,x\n\r\n--x--\r\n'
    answer = app.test_client().post("/api/v1/uploads", data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code in (202, 400, 422)
    assert "\\u0000" not in answer.text
    if answer.status_code == 202:
        assert app.test_client().delete(answer.headers["Location"]).status_code == 204
    assert left(app) == []


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "multipart/form-data", 422),
        (b"", "multipart/form-data; boundary=x", 422),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x", 400),
        (b"{}", "application/json", 415),
        (b"a=b", "application/x-www-form-urlencoded", 415),
        (b"--x\r\n" + b'Content-Disposition: form-data; name="file"\r\n\r\nx\r\n--x--\r\n', "multipart/form-data; boundary=x", 422),
    ],
)
def test_upload_that_is_no_form(app, body, kind, status):
    answer = app.test_client().post("/api/v1/uploads", data=body, content_type=kind)
    assert answer.status_code == status, answer.text
    assert left(app) == []


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"quality": "ultra"}, "/quality"),
        ({"taxonomy": "../retail"}, "/taxonomy"),
        ({"detail": "x"}, "/detail"),
        ({"max_unassigned": "nan"}, "/max_unassigned"),
        ({"columns": "{"}, "/columns"),
        ({"columns": "[" * 100_000}, "/columns"),
        ({"columns": '{"mood": "x"}'}, "/columns/mood/[key]"),
        ({"colour": "red"}, "/colour"),
        ({"codebook": "\0"}, "/codebook"),
        ({"private": "perhaps"}, "/private"),
    ],
)
def test_upload_with_a_wrong_field(app, fields, pointer):
    answer = send(app.test_client(), "a.csv", "编号,评价内容\n1,送餐太慢了\n".encode(), **fields)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, pointer)
    assert left(app) == []


def test_upload_beyond_the_limit_is_refused(app):
    answer = send(app.test_client(), "a.csv", os.urandom(33 << 20))
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")
    many = {f"f{number}": "x" for number in range(100)}
    assert send(app.test_client(), "a.csv", b"id,text\n1,x\n", **many).status_code == 413
    assert send(app.test_client(), "a.csv", b"id,text\n1,x\n", encoding="x" * 600_000).status_code == 413
    assert left(app) == []
