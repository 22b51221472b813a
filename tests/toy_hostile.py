"""A service in which whatever somebody can write is markup and formula at once: values of a table, names, notes, touchpoints."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from toy_accounts import PASSWORD, cheap_hasher, csrf_of, sign_in
from toy_uploads import SAMPLES, worker_of
from voc.codebook import commit, rename
from voc.corpora import taxonomy_path
from voc.store import Store
from voc.store import credentials as credentials_module
from voc.store.case_records import CaseChange
from voc.store.people import UserRow
from web import create_app
from web.settings import ServerSettings

ROWS = 60
TAG, ATTRIBUTE = "evil-tag", "evil-attr"


def evil(place: str) -> str:
    """What breaks out of an attribute, begins an element, is a formula to Excel, and says where it came from."""
    return f"""='"><{TAG} {ATTRIBUTE}="1">{place}!"""


# All that is written below; each must be found on some page, as text.
PLACES = (
    "comment", "question", "id", "column", "channel", "store", "product", "region", "cell", "file", "waiting", "codebook", "label",
    "message", "owner", "cause", "action", "note", "user", "token", "touchpoint", "stage", "word",
)  # fmt: skip


def table() -> bytes:
    """Complaints of the samples, with hostile values in every column, under hostile headers."""
    with (SAMPLES / "complaints.csv").open(encoding="gb18030", newline="") as file:
        said = [row["投诉内容"] for row in csv.DictReader(file)][:ROWS]
    header = ["编号", "日期", "渠道", "门店", "商品", "地区", "NPS", evil("column"), evil("question"), f"{evil('question')}2"]
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(header)
    for number, text in enumerate(said):
        beside = [f"{evil(place)}{number % 2}" for place in ("channel", "store", "product", "region")]
        nps = evil("cell") if number == 0 else number % 11
        row = [f"{evil('id')}{number}", f"2024-03-{number % 28 + 1:02d}", *beside, nps, evil("column")]
        writer.writerow([*row, f"{text}{evil('comment')}", f"{evil('comment')}等了{number}天也没人管"])
    return written.getvalue().encode()


ROLES = ("id", "created_at", "channel", "store", "product", "region", "nps", "", "text", "text")


def upload(client: FlaskClient, token: str, name: str, content: bytes) -> str:
    """Send a file as the page does; the address that it leads to."""
    file = (io.BytesIO(content), name.replace('"', ""))  # browsers write %22
    answer = client.post("/upload", data={"csrf_token": token, "file": file}, content_type="multipart/form-data")
    assert answer.status_code == 303
    return str(answer.location)


def taxonomy_text() -> str:
    """The shipped touchpoints, named by somebody hostile."""
    text = taxonomy_path("retail").read_text(encoding="utf-8").replace("name: retail", "name: mine", 1)
    text = re.sub(r"^(  \w+: )\S+$", lambda line: line[1] + json.dumps(evil("stage") + line[1].strip()), text, count=5, flags=re.MULTILINE)
    return re.sub(r"^(    zh: )(\S+)$", lambda line: line[1] + json.dumps(evil("touchpoint") + line[2]), text, flags=re.MULTILINE)


def make_hostile(store: Store, scorer: Any, pipeline: Any, monkeypatch: Any) -> tuple[Flask, FlaskClient]:
    """Fill an empty store by way of the pages where they can; the service, and a browser in which a hostile administrator has signed in."""
    monkeypatch.setattr(credentials_module, "PasswordHasher", cheap_hasher)
    credentials_module._nobodys.cache_clear()
    app = create_app(ServerSettings(quality="fast", rate_limit_per_minute=1_000_000), scorer=scorer, store=store)
    user = store.users.add("mallory", PASSWORD, "admin")
    store.tokens.create(user.id, evil("token"), ["read"])
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT"] = "text/html"
    assert sign_in(client, user.name).status_code == 303
    with store.writing() as connection:  # the store refuses such a name; pages need not rely on that
        connection.execute(update(UserRow).values(name=evil("user")))
    token = csrf_of(client)
    kept = store.taxonomies.add(taxonomy_text(), f"='\"><{TAG}>word! 5")
    content = table()
    here = upload(client, token, f"{evil('file')}.csv", content)
    mark = re.search(r'name="mark" value="(\w+)"', client.get(here).text)
    assert mark
    roles = {f"role-0-{number}": role for number, role in enumerate(ROLES)}
    how = {"quality": "fast", "taxonomy": kept.reference, "track": "own", "own_codebook": evil("codebook")}
    answer = client.post(f"{here}/start", data={"csrf_token": token, "mark": mark[1], "use-0": "1", **roles, **how})
    assert answer.status_code == 303
    worker = worker_of(store, pipeline)
    worker.do_all()
    worker.queue.close()
    upload(client, token, f"{evil('waiting')}.csv", content)
    [run] = store.runs()
    points = store.current(run.id).analysis.pain_points
    by = evil("user")
    store.edit_codebook(run.id, lambda book: commit(rename(book, points[0].id, evil("label")), evil("message")), by)
    store.edit_codebook(run.id, lambda book: rename(book, points[1].id, f"{evil('label')}2"), by)
    change = CaseChange(owner=evil("owner"), root_cause=evil("cause"), action=evil("action"))
    case = store.open_case(run.id, points[0].id, change, by).case
    store.add_note(case.id, evil("note"), by)
    for comment in store.comments(run.id, limit=3).comments:
        store.add_review(run.id, comment.key, "sentiment", "positive", by)
    return app, client
