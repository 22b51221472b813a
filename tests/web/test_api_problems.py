"""What is refused, and how."""

from __future__ import annotations

import json
import logging

import pytest

from voc.logs import JsonFormatter
from web import create_app
from web.settings import ServerSettings

GOOD = {"text": "送餐太慢了"}
PRIVATE = "我的秘密是王小明13800138000"


def body(**fields) -> bytes:
    return json.dumps({"comments": [GOOD], **fields}, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("sent", "status", "code", "pointer", "chinese"),
    [
        (b"", 400, "not_json", None, "不是 JSON"),
        ("送餐太慢了".encode(), 400, "not_json", None, "不是 JSON"),
        ('{"comments": [{"text": "送餐'.encode("gb18030"), 400, "not_json", None, "不是 JSON"),
        (b'{"comments": [{"text": "\\ud800"}]}', 400, "not_json", None, "不是 JSON"),
        (b"[" * 100_000, 400, "not_json", None, "不是 JSON"),
        (b"[]", 422, "invalid", "", "要用对象"),
        (b"{}", 422, "invalid", "/comments", "缺少"),
        (body(comments=[]), 422, "invalid", "/comments", "一条也没有"),
        (body(comments=[GOOD] * 1001), 422, "invalid", "/comments", "条数太多"),
        (body(comments=GOOD), 422, "invalid", "/comments", "要用数组"),
        (body(comments=["送餐太慢了"]), 422, "invalid", "/comments/0", "要用对象"),
        (body(comments=[GOOD, {"id": "2"}]), 422, "invalid", "/comments/1/text", "缺少"),
        (body(comments=[{"text": 5}]), 422, "invalid", "/comments/0/text", "要用字符串"),
        (body(comments=[{"text": None}]), 422, "invalid", "/comments/0/text", "要用字符串"),
        (body(comments=[{**GOOD, "id": 57}]), 422, "invalid", "/comments/0/id", "要用字符串"),
        (body(comments=[{**GOOD, "nps": 11}]), 422, "invalid", "/comments/0/nps", "太大"),
        (b'{"comments": [{"text": "a", "csat": NaN}]}', 422, "invalid", "/comments/0/csat", "有限"),
        (body(comments=[{**GOOD, "评分": 1}]), 422, "invalid", "/comments/0/评分", "没有这个字段"),
        (body(comments=[{"text": "慢" * 20_001}]), 422, "invalid", "/comments/0/text", "文本太长"),
        (body(quality="ultra"), 422, "invalid", "/quality", "不在可选值之内"),
        (body(taxonomy="../../etc/passwd"), 422, "invalid", "/taxonomy", "不在可选值之内"),
        (body(context="yes"), 422, "invalid", "/context", "要用 true 或 false"),
        (body(comments=[{"text": "慢" * 400_000}]), 413, "too_large", None, "太大"),
    ],
)
def test_bad_body_is_one_problem_with_its_place(client, sent, status, code, pointer, chinese):
    answer = client.post("/api/v1/score", data=sent, content_type="application/json")
    assert (answer.status_code, answer.content_type, answer.json["code"]) == (status, "application/problem+json", code)
    assert answer.json["status"] == status
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]
    said = answer.json["errors"]
    assert [fault["pointer"] for fault in said] == ([] if pointer is None else [pointer])
    assert chinese in (said[0]["message"] if said else answer.json["title"])


def test_many_faults_are_counted_and_the_first_are_listed(client):
    answer = client.post("/api/v1/score", json={"comments": [{}] * 50})
    assert len(answer.json["errors"]) == 20
    assert answer.json["title"].startswith("50 ")


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "code"),
    [
        ("POST", "/api/v1/score", {"data": body(), "content_type": "text/plain"}, 415, "not_json_type"),
        ("POST", "/api/v1/score", {"data": {"text": "慢"}}, 415, "not_json_type"),
        ("POST", "/api/v1/score", {"json": {"comments": [GOOD]}, "headers": {"Content-Encoding": "br"}}, 415, "not_json_type"),
        ("GET", "/api/v1/score", {}, 405, "method_not_allowed"),
        ("OPTIONS", "/api/v1/score", {}, 405, "method_not_allowed"),
        ("DELETE", "/healthz", {}, 405, "method_not_allowed"),
        ("GET", "/api/v1/评分", {}, 404, "not_found"),
        ("GET", "/api/v1//score", {}, 404, "not_found"),
        ("GET", "/healthz", {"headers": {"Host": "rebound.example"}}, 400, "unknown_host"),
    ],
)  # fmt: skip
def test_wrong_request_is_one_problem(client, method, path, options, status, code):
    answer = client.open(path, method=method, **options)
    assert (answer.status_code, answer.content_type, answer.json["code"]) == (status, "application/problem+json", code)
    assert not any(word in answer.json["title"] for word in ("慢", "评分"))
    if status == 405:
        assert answer.headers["Allow"]


class Failing:
    """A pipeline that fails, and says the comment in its message."""

    def pipe(self, comments):
        raise RuntimeError("".join(comment.text for comment in comments))


def test_unexpected_error_says_and_logs_no_text(caplog):
    from web.scoring import Scorer

    app = create_app(ServerSettings(no_auth=True), scorer=Scorer(lambda *_: Failing(), quality="fast"))
    with caplog.at_level(logging.INFO):
        answer = app.test_client().post("/api/v1/score", json={"comments": [{"id": PRIVATE, "text": PRIVATE}]})
    app.extensions["scorer"].close()
    assert (answer.status_code, answer.json["code"]) == (500, "internal")
    logged = [JsonFormatter().format(record) for record in caplog.records]
    assert not any(part in line for line in [*logged, answer.text] for part in (PRIVATE, "王小明", "13800138000"))
    failure = json.loads(logged[0])
    assert (failure["error"], failure["request_id"]) == ("RuntimeError", answer.json["request_id"])
    assert any("scoring.py" in frame for frame in failure["frames"])
    assert json.loads(logged[1]) | {"status": 500, "comments": 0, "path": "/api/v1/score"} == json.loads(logged[1])
