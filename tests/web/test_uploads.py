"""Tables over HTTP: sent, looked at, analysed by a worker, erased."""

from __future__ import annotations

import gzip
import io
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import httpx
import pytest

import voc
from toy_uploads import PHONE, SAMPLES, bare, worker_of, write_rows
from voc import batchjob
from voc.analysis import analyse
from voc.errors import ServiceError
from voc.logs import JsonFormatter
from voc.store import Store
from web import create_app
from web.auth import Identity
from web.settings import ServerSettings

CSV = "编号,评价内容,日期\n1,送餐太慢了,2024-05-01\n2,味道不错,2024-05-02\n3,客服一直不回复,2024-05-03\n"


class Tokens:
    """In the place of the store's."""

    known = {  # noqa: RUF012
        "wang": Identity("小王", frozenset({"read", "write"}), 1),
        "li": Identity("小李", frozenset({"read", "write"}), 2),
        "root": Identity("管理员", frozenset({"read", "write", "admin"}), 3),
    }

    def check(self, token):
        return self.known.get(token)


@pytest.fixture
def store(tmp_path):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        yield store


@pytest.fixture
def app(store, scorer):
    app = create_app(ServerSettings(no_auth=True, quality="fast", upload_limit_mb=2), scorer=scorer, store=store)
    yield app
    app.extensions["work"].close()


@pytest.fixture
def worker(store, fast_pipeline):
    worker = worker_of(store, fast_pipeline)
    with closing(worker.queue):
        yield worker


@pytest.fixture
def remote(app):
    with voc.Client("http://localhost", transport=httpx.WSGITransport(app=app)) as client:
        yield client


def send(client, content=CSV, name="评价.csv", headers=None, **fields):
    file = io.BytesIO(content.encode() if isinstance(content, str) else content)
    return client.post("/api/v1/uploads", data={"file": (file, name), **fields}, headers=headers or {})


def test_upload_is_analysed_as_the_same_file_would_be_here(remote, worker, store, tmp_path, fast_pipeline):
    path = write_rows(tmp_path / "五月.jsonl", 80)
    sent = remote.upload(path)
    assert (sent.state, sent.name, sent.job.kind) == ("queued", "五月.jsonl", "analyse")
    assert sent.tables[0].columns["text"] == "text"
    assert len(sent.tables[0].rows) == 5
    assert worker.queue.work()  # it was woken
    seen = []
    done = remote.wait(sent, progress=seen.append, timeout_s=5)
    assert (done.state, done.runs, seen[-1].state) == ("done", (sent.job.run_id,), "done")
    assert bare(store.run(sent.job.run_id).analysis) == bare(analyse([path], pipeline=fast_pipeline))
    assert [path.name for path in worker.root.iterdir() if path.is_dir()] == []


def test_upload_of_several_files_by_any_name(remote, worker, store, tmp_path, fast_pipeline):
    first, second = write_rows(tmp_path / "一.jsonl", 30), write_rows(tmp_path / "二.jsonl", 30, 30)
    packed = tmp_path / "二.jsonl.gz"
    packed.write_bytes(gzip.compress(second.read_bytes()))
    sent = remote.upload([first, packed])
    assert sent.name == "一.jsonl、二.jsonl.gz"
    worker.do_all()
    assert bare(store.run(sent.job.run_id).analysis) == bare(analyse([first, second], pipeline=fast_pipeline))


def test_upload_that_is_held_starts_with_the_columns_that_people_chose(app, worker, store):
    client = app.test_client()
    content = "编号,优点,缺点\n" + "".join(f"{number},味道不错{number},送餐太慢了{number}\n" for number in range(20))
    held = send(client, content, start="false").json
    assert (held["state"], worker.do_all()) == ("held", 0)
    start = f"/api/v1/uploads/{held['id']}/start"
    wrong = client.post(start, json={"columns": {"text": "没有"}})
    assert (wrong.status_code, wrong.json["code"]) == (422, "unknown_column")
    assert client.post(start, json={"columns": {"nps": ["优点", "缺点"]}}).status_code == 422
    started = client.post(start, json={"columns": {"text": ["缺点"]}, "detail": "coarse"})
    assert (started.status_code, started.json["state"], started.json["settings"]["detail"]) == (202, "queued", "coarse")
    assert client.post(start, json={}).status_code == 409
    assert worker.do_all() == 1
    done = client.get(f"/api/v1/uploads/{held['id']}").json
    assert (done["state"], done["tables"][0]["text_columns"]) == ("done", ["缺点"])
    assert store.run(done["runs"][0]).analysis.input.comments == 20


def test_upload_tells_how_tables_are_read_and_what_could_not_be_used(app, worker):
    client = app.test_client()
    content = "编号,评价内容,NPS\n1,送餐太慢了,9\n2,,3\n3,客服一直不回复,很好\n4,味道不错,8\n"
    answer = send(client, content.encode("gb18030"))
    assert answer.status_code == 202
    table = answer.json["tables"][0]
    assert (table["encoding"], table["columns"]["nps"]) == ("gb18030", "NPS")
    assert table["rows"][0] == {"编号": "1", "评价内容": "送餐太慢了", "NPS": "9"}
    worker.do_all()
    found = client.get(answer.headers["Location"])
    assert [(problem["kind"], problem["row"], problem["column"]) for problem in found.json["problems"]] == [
        ("problem", 3, "评价内容"),
        ("notice", 4, "NPS"),
    ]
    again = client.get(answer.headers["Location"], headers={"If-None-Match": found.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_upload_keeps_no_personal_data_outside_the_raw_file_and_that_goes(app, worker, store, caplog):
    caplog.set_level(logging.INFO)
    client = app.test_client()
    content = "编号,评价内容,联系电话\n" + "".join(f"{number},送餐太慢了，打我电话{PHONE},{PHONE}\n" for number in range(30))
    sent = send(client, content, name=f"王先生{PHONE}.csv")
    assert PHONE not in sent.text
    assert "[手机]" in sent.json["name"]
    raw = [path for path in worker.root.rglob("*.csv") if PHONE.encode() in path.read_bytes()]
    assert len(raw) == 1
    assert raw[0].name == "0.csv"
    assert worker.root.stat().st_mode & 0o077 == 0
    worker.do_all()
    left = [path for path in store.database.file.parent.rglob("*") if path.is_file() and PHONE.encode() in path.read_bytes()]
    assert left == []
    assert PHONE not in "".join(JsonFormatter().format(record) for record in caplog.records)
    assert PHONE not in client.get(sent.headers["Location"]).text


def test_upload_that_comes_again_under_its_key_is_one_upload(app, store):
    client = app.test_client()
    first = send(client, headers={"Idempotency-Key": "k1"})
    again = send(client, headers={"Idempotency-Key": "k1"})
    assert (again.status_code, again.data, again.headers["Location"]) == (202, first.data, first.headers["Location"])
    other = send(client, quality="best", headers={"Idempotency-Key": "k1"})
    assert (other.status_code, other.json["code"]) == (422, "key_reused")
    assert send(client, headers={"Idempotency-Key": "键".encode().decode("latin-1")}).status_code == 422
    with ThreadPoolExecutor(4) as threads:
        at_once = list(threads.map(lambda _: send(app.test_client(), headers={"Idempotency-Key": "k2"}), range(4)))
    assert {answer.status_code for answer in at_once} == {202}
    assert len({answer.data for answer in at_once}) == 1
    assert len(store.uploads()) == 2
    assert len([path for path in app.extensions["work"].root.iterdir() if path.is_dir()]) == 2


def test_job_cancel_retry_and_failure_leave_the_rest_untouched(app, worker, store, monkeypatch):
    client = app.test_client()
    fails, cancelled, fine = (send(client).json["job"]["id"] for _ in range(3))
    assert client.post(f"/api/v1/jobs/{cancelled}/cancel").json["state"] == "cancelled"
    assert client.post(f"/api/v1/jobs/{cancelled}/cancel").status_code == 409
    real = worker.pipeline("fast", "retail").pipe

    def broken(comments, *rest):
        raise RuntimeError(f"送餐太慢了 {comments}")

    monkeypatch.setattr(worker.pipeline("fast", "retail"), "pipe", broken)
    worker._one(fails)
    monkeypatch.setattr(worker.pipeline("fast", "retail"), "pipe", real)
    failed = client.get(f"/api/v1/jobs/{fails}").json
    assert (failed["state"], failed["error"]["code"]) == ("failed", "internal")
    assert "送餐" not in json.dumps(failed, ensure_ascii=False)
    assert worker.do_all() == 1
    assert client.get(f"/api/v1/jobs/{fine}").json["state"] == "done"
    for ended in (fails, cancelled):
        assert client.post(f"/api/v1/jobs/{ended}/retry").status_code == 202
        assert client.post(f"/api/v1/jobs/{ended}/retry").status_code == 409
    assert worker.do_all() == 2
    assert [job["state"] for job in client.get("/api/v1/jobs").json["jobs"]] == ["done"] * 3
    assert len(store.runs()) == 3
    assert client.get("/api/v1/jobs?upload_id=1").json["jobs"][0]["id"] == fails
    assert [job["id"] for job in client.get("/api/v1/jobs?before=3&limit=1").json["jobs"]] == [2]


def test_client_says_why_a_job_failed(remote, worker, tmp_path):
    (tmp_path / "空.csv").write_text("编号,评价内容\n1,合计\n", encoding="utf-8")
    sent = remote.upload(tmp_path / "空.csv", columns={"text": "评价内容"})
    worker.do_all()
    with pytest.raises(ServiceError) as refused:
        remote.wait(sent, timeout_s=5)
    assert refused.value.code == "no_comments"


def test_job_cancelled_on_the_way_stops_at_the_next_chunk_and_goes_on_from_there(app, worker, store, fast_pipeline, monkeypatch, tmp_path):
    monkeypatch.setattr(batchjob, "CHUNK", 10)
    client = app.test_client()
    path = write_rows(tmp_path / "a.jsonl", 40)
    job = send(client, path.read_bytes(), "a.jsonl").json["job"]["id"]
    scored = []
    real = fast_pipeline.pipe

    def pipe(comments, *rest):
        scored.append(len(comments))
        if len(scored) == 2:
            client.post(f"/api/v1/jobs/{job}/cancel")
        return real(comments, *rest)

    monkeypatch.setattr(fast_pipeline, "pipe", pipe)
    worker.do_all()
    assert (client.get(f"/api/v1/jobs/{job}").json["state"], scored) == ("cancelled", [10, 10])
    client.post(f"/api/v1/jobs/{job}/retry")
    worker.do_all()
    assert scored == [10] * 4
    monkeypatch.undo()
    assert bare(store.run(store.job(job).run_id).analysis) == bare(analyse([path], pipeline=fast_pipeline))


def test_run_once_more_with_other_settings(app, worker, store):
    client = app.test_client()
    content = "编号,评价内容\n" + "".join(f"{number},送餐太慢了，等了{number}小时，电话{PHONE}没人接\n" for number in range(30))
    run_id = send(client, content).json["job"]["run_id"]
    worker.do_all()
    asked = client.post(f"/api/v1/runs/{run_id}/rerun", json={}, headers={"Idempotency-Key": "again"})
    assert client.post(f"/api/v1/runs/{run_id}/rerun", json={}, headers={"Idempotency-Key": "again"}).data == asked.data
    coarse = client.post(f"/api/v1/runs/{run_id}/rerun", json={"detail": "coarse"})
    assert (asked.status_code, asked.json["kind"], coarse.json["settings"]["detail"]) == (202, "rerun", "coarse")
    assert worker.do_all() == 2
    assert [client.get(asked.headers["Location"]).json["state"], client.get(coarse.headers["Location"]).json["state"]] == ["done"] * 2
    first, second = store.run(run_id).analysis, store.run(asked.json["run_id"]).analysis
    assert bare(second) == bare(first)
    pairs = zip(store.comments(run_id).comments, store.comments(second.run.id).comments, strict=True)
    assert all(one.annotation == two.annotation for one, two in pairs)
    assert len(client.get("/api/v1/uploads/1").json["runs"]) == 3
    assert client.post("/api/v1/runs/nowhere/rerun", json={}).status_code == 404


def test_statistics_count_who_wrote_nothing_and_so_do_those_of_a_run_once_more(app, worker, store):
    client = app.test_client()
    rows = [f"{number},{'' if number % 4 == 0 else '送餐太慢了'},{number % 11}" for number in range(60)]
    run_id = send(client, "编号,评价内容,NPS\n" + "\n".join(rows)).json["job"]["run_id"]
    worker.do_all()
    again = client.post(f"/api/v1/runs/{run_id}/rerun", json={}).json["run_id"]
    worker.do_all()
    first, second = store.statistics(run_id), store.statistics(again)
    (nps,) = [one.figure for one in first.satisfaction if one.field is None and one.metric == "nps"]
    assert (first.comments, first.respondents, nps.n) == (45, 60, 60)
    assert second.satisfaction == first.satisfaction
    assert second.model_copy(update={"run_id": run_id, "seconds": first.seconds}) == first


def test_upload_erased_leaves_nothing(app, worker, store):
    client = app.test_client()
    done = send(client, headers={"Idempotency-Key": "k"}).headers["Location"]
    worker.do_all()
    waiting = send(client).headers["Location"]
    for address in (done, waiting):
        assert client.delete(address).status_code == 204
        assert client.get(address).status_code == 404
        assert client.delete(address).status_code == 404
    assert (store.uploads(), store.jobs(), store.runs()) == ((), (), ())
    assert [path for path in worker.root.iterdir() if path.is_dir()] == []
    assert worker.do_all() == 0


def test_upload_of_another_user(store, scorer):
    with store.database.write() as connection:
        for number, name in enumerate(("小王", "小李", "管理员"), 1):
            values = "INSERT INTO \"user\" (id, name, role, created_at, disabled) VALUES ({}, '{}', 'reviewer', '', 0)"
            connection.exec_driver_sql(values.format(number, name))
    app = create_app(ServerSettings(quality="fast"), scorer=scorer, store=store, authenticator=Tokens())

    def asks(who, method, path, **more):
        return app.test_client().open(path, method=method, headers={"Authorization": f"Bearer {who}"}, **more).status_code

    for fields in ({"private": "true"}, {}):
        assert send(app.test_client(), headers={"Authorization": "Bearer wang"}, **fields).status_code == 202
    for method, path in (
        ("GET", "/api/v1/uploads/1"), ("DELETE", "/api/v1/uploads/1"), ("GET", "/api/v1/jobs/1"), ("POST", "/api/v1/jobs/1/cancel"),
    ):  # fmt: skip
        assert asks("li", method, path) == 404, path
    assert asks("li", "GET", "/api/v1/uploads/2") == 200
    assert asks("li", "DELETE", "/api/v1/uploads/2") == 403
    listed = app.test_client().get("/api/v1/uploads", headers={"Authorization": "Bearer li"}).json["uploads"]
    assert [upload["id"] for upload in listed] == [2]
    assert len(app.test_client().get("/api/v1/jobs", headers={"Authorization": "Bearer li"}).json["jobs"]) == 1
    assert asks("root", "GET", "/api/v1/uploads/1") == 200
    assert asks("wang", "DELETE", "/api/v1/uploads/1") == 204
    assert asks("root", "DELETE", "/api/v1/uploads/2") == 204
    app.extensions["work"].close()


def test_sample_survey_goes_all_the_way(remote, worker, store, fast_pipeline):
    sent = remote.upload(SAMPLES / "retail_survey.xlsx", quality="fast")
    worker.do_all()
    done = remote.wait(sent.id, timeout_s=5)
    assert bare(store.run(done.runs[0]).analysis) == bare(analyse([SAMPLES / "retail_survey.xlsx"], pipeline=fast_pipeline))


def test_uploads_that_name_a_codebook_keep_ids_names_and_decisions(app, remote, worker, store, tmp_path):
    client = app.test_client()
    first = remote.upload(write_rows(tmp_path / "五月.jsonl", 80), codebook="零售")
    worker.do_all()
    (run,) = remote.wait(first).runs
    assert remote.run(run) == store.run(run).analysis  # nobody edited anything yet
    points = remote.pain_points(run)
    path = f"/api/v1/runs/{run}/pain-points/{points[0].id}"
    assert client.patch(path, json={"label": "改过的名字"}).status_code == 200
    assert client.post(f"/api/v1/runs/{run}/codebook", json={"action": "commit", "message": "改名"}).json["version"] == 2
    second = remote.upload(write_rows(tmp_path / "六月.jsonl", 90), codebook="零售")
    worker.do_all()
    (again,) = remote.wait(second).runs
    after = remote.run(again)
    assert {point.id for point in points} <= {point.id for point in after.pain_points}
    assert next(point.label for point in after.pain_points if point.id == points[0].id) == "改过的名字"
    assert (after.run.codebook_version, len(after.changes) >= len(points)) == (2, True)
    refused = client.patch(path, json={"label": "又改"})
    assert (refused.status_code, refused.json["code"]) == (409, "not_last_run")


def test_upload_names_touchpoints_that_the_store_keeps(app, store):
    store.taxonomies.add("name: 酒店\ntouchpoints: [{id: parking, zh: 停车, keywords: [停车]}]\n")
    client = app.test_client()
    assert send(client, taxonomy="store:酒店@1").json["job"]["settings"]["taxonomy"] == "store:酒店@1"
    refused = send(client, taxonomy="store:酒店@2")
    assert (refused.status_code, refused.json["code"]) == (422, "unknown_taxonomy")
    assert "store:酒店@1" in refused.json["hint"]
    assert send(client, taxonomy="nowhere").status_code == 422
