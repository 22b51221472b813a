"""The client against the service itself; and one analysis by the command line, from Python and over HTTP."""

from __future__ import annotations

import json
from contextlib import closing

import httpx
import pytest

from toy_codebook import COLD, RUDE, SLOW
from toy_store import coded_run
from voc.analysis import Reading, analyse
from voc.cli import main
from voc.client import Client
from voc.corpora import sample_path
from voc.errors import ServiceError, SettingsError
from voc.records import Analysis
from voc.store import Store
from web import create_app
from web.settings import ServerSettings

ROWS = [[SLOW[n % 4]] for n in range(8)] + [[RUDE[n % 3]] for n in range(6)] + [[COLD[n % 3]] for n in range(5)]


@pytest.fixture
def store(tmp_path):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        yield store


@pytest.fixture
def client(store, scorer):
    app = create_app(ServerSettings(no_auth=True), scorer=scorer, store=store)
    with Client("http://127.0.0.1", transport=httpx.WSGITransport(app)) as client:
        yield client


def test_client_reads_reviews_and_exports_a_run(client, store, tmp_path, monkeypatch):
    coded_run(store, ROWS)
    monkeypatch.setattr("voc.client_runs._PAGE", 4)
    assert client.run("r1") == store.current("r1").analysis
    assert client.pain_points("r1") == store.current("r1").analysis.pain_points
    found = list(client.comments("r1", touchpoint="delivery", from_="2024-03-05", reviewed=False))
    assert [item.comment.id for item in found] == ["1", "2", "4", "5", "7"]
    done = client.review("r1", found[0].key, {"sentiment": "neutral", "delivery": None})
    assert [review.target for review in done] == ["sentiment", "delivery"]
    assert [item.comment.id for item in client.comments("r1", reviewed=True)] == ["1"]
    client.export("r1", tmp_path / "a.json")
    assert Analysis.model_validate_json((tmp_path / "a.json").read_bytes()) == store.current_with_members("r1")
    for name, start in (("a.csv", b"\xef\xbb\xbf"), ("a.jsonl", b'{"schema"'), ("a.xlsx", b"PK"), ("a.html", b"<!doctype html>")):
        client.export("r1", tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(start)


def test_client_leaves_no_file_where_the_service_refuses(client, store, tmp_path):
    with pytest.raises(ServiceError) as refused:
        client.export("r9", tmp_path / "a.json")
    assert refused.value.code == "unknown_run"
    with pytest.raises(SettingsError):
        client.export("r9", tmp_path / "a.pdf")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("a.")] == []


def plain(text: bytes) -> str:
    """An analysis without what differs between runs on the same input."""
    said = json.loads(text)
    said["run"] |= {"id": "", "started_at": "", "seconds": {}}
    return json.dumps(said, ensure_ascii=False)


def test_one_answer_by_command_line_python_and_http(client, store, fast_pipeline, tmp_path, capsys):
    table = sample_path("reviews.jsonl")
    main(["analyse", str(table), "--quality", "fast", "-o", str(tmp_path / "cli.json")], standalone=False)
    analysis = analyse([table], pipeline=fast_pipeline)
    comments = list(Reading([table]))
    store.save_run(store.add_upload(table.name).id, comments, list(fast_pipeline.pipe(comments)), analysis)
    client.export(analysis.run.id, tmp_path / "api.json")
    over_http = (tmp_path / "api.json").read_bytes()
    assert over_http.decode() == analysis.model_dump_json(indent=1) + "\n"
    assert plain(over_http) == plain((tmp_path / "cli.json").read_bytes())
