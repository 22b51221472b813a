from __future__ import annotations

import json

import httpx
import pytest

import voc
from voc import client as module
from voc.client import Client
from voc.errors import ServiceError

BUSY = httpx.Response(503, json={"code": "busy", "title": "正忙 / busy", "status": 503}, headers={"Retry-After": "2"})


def served(monkeypatch, *answers: httpx.Response | Exception, **options) -> tuple[Client, list[httpx.Request], list[float]]:
    """A client whose service gives these answers, the requests that it gets, and the waits between them."""
    requests: list[httpx.Request] = []
    waits: list[float] = []
    left = iter(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        given = next(left)
        if isinstance(given, Exception):
            raise given
        return given

    monkeypatch.setattr(module.time, "sleep", waits.append)
    return Client("http://voc.test", transport=httpx.MockTransport(answer), **options), requests, waits


def scored(*ids: str) -> httpx.Response:
    verdict = {"label": "negative", "score": 0.9, "probabilities": {"negative": 0.9, "neutral": 0.1, "positive": 0.0}, "mixed": False}
    record = {"schema": "voc.score/1", "text": "慢", "normalised": "慢", "language": "zh-Hans", "informative": True, "sentiment": verdict}
    empty = {"touchpoints": [], "intents": [], "clauses": [], "redactions": {}, "models": {}}
    return httpx.Response(200, json={"results": [{**record, **empty, "id": name} for name in ids]})


def test_client_sends_texts_records_and_mappings_with_token_and_options(monkeypatch):
    client, requests, _ = served(monkeypatch, scored("1", "乙", "3"), token="t0ken")  # noqa: S106
    comments = ["送餐太慢了", voc.Comment(id="乙", text="不错", nps=9), {"text": "一般", "question": "哪里不满意？"}]
    answers = client.score(comments, quality="fast", context=False)
    assert [annotation.id for annotation in answers] == ["1", "乙", "3"]
    assert requests[0].headers["Authorization"] == "Bearer t0ken"
    sent = json.loads(requests[0].content)
    assert sent.pop("comments") == [
        {"id": "1", "text": "送餐太慢了"},
        {"id": "乙", "text": "不错", "nps": 9},
        {"id": "3", "text": "一般", "question": "哪里不满意？"},
    ]
    assert sent == {"context": False, "quality": "fast"}


def test_client_sends_many_comments_in_parts_in_order(monkeypatch):
    ids = [str(number) for number in range(1, 451)]
    client, requests, _ = served(monkeypatch, scored(*ids[:200]), scored(*ids[200:400]), scored(*ids[400:]))
    assert [annotation.id for annotation in client.score("慢" for _ in ids)] == ids
    assert len(requests) == 3


def test_client_tries_again_when_the_service_is_busy(monkeypatch):
    client, requests, waits = served(monkeypatch, BUSY, httpx.Response(429), httpx.Response(503), scored("1"))
    assert [annotation.id for annotation in client.score(["慢"])] == ["1"]
    assert len(requests) == 4
    assert waits == [2.0, 1.0, 2.0]  # as it says, else doubled at each


@pytest.mark.parametrize(
    ("answer", "code", "tries"),
    [
        (BUSY, "busy", 3),
        (httpx.Response(422, json={"code": "invalid", "title": "1 处不合要求 / …", "status": 422, "errors": []}), "invalid", 1),
        (httpx.Response(401, json={"code": "no_token", "title": "需要令牌 / …"}), "no_token", 1),
        (httpx.Response(502, text="<h1>Bad Gateway</h1>"), "not_voc", 1),
        (httpx.ConnectError("refused"), "unreachable", 1),
        (httpx.ReadTimeout("slow"), "unreachable", 1),
    ],
)
def test_client_raises_the_service_s_own_problem(monkeypatch, answer, code, tries):
    client, requests, _ = served(monkeypatch, *[answer] * tries, retries=2)
    with pytest.raises(ServiceError) as raised:
        client.score(["慢"])
    assert raised.value.code == code
    assert len(requests) == tries
