from __future__ import annotations

import gzip
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from voc.cli import main
from voc.pipeline import Pipeline
from voc.records import Comment

COMMENTS = [
    {"id": "57", "text": "送餐太慢了，味道不錯！"},
    {"id": "甲-2", "text": "排队", "question": "您最不满意的地方是？"},
    {"id": "3", "text": "我的手机１３８００１３８０００，快联系我", "nps": 2},
    {"id": "4", "text": ""},
    {"id": "5", "text": "客服一直不回复，退款拖了半个月😡"},
    {"id": "6", "text": "The delivery was late\nand the box was broken"},
]


def results(body: bytes) -> list[str]:
    """Each result as it was sent."""
    inner = body.decode().removeprefix('{"results":[').removesuffix("]}")
    return ['{"schema":' + part for part in inner.split('{"schema":')[1:]] if inner else []


@pytest.mark.parametrize("quality", ["fast", "best"])
def test_score_answers_byte_for_byte_as_cli_and_python(quality, request, client, write_table, tmp_path):
    pipeline = request.getfixturevalue("pipeline" if quality == "best" else "fast_pipeline")
    filled = [comment for comment in COMMENTS if comment["text"]]  # an empty cell of a table is a problem, no comment
    answer = client.post("/api/v1/score", json={"comments": filled, "quality": quality})
    main(["score", str(write_table(filled)), "-o", str(tmp_path / "out.jsonl"), "--quality", quality], standalone=False)
    written = (tmp_path / "out.jsonl").read_bytes().splitlines()
    python = [annotation.model_dump_json().encode() for annotation in pipeline.pipe([Comment(**comment) for comment in filled])]
    assert answer.status_code == 200
    assert answer.data == b'{"results":[' + b",".join(written) + b"]}"
    assert written == python


def test_score_names_comments_by_their_place_where_they_have_no_id(client):
    answer = client.post("/api/v1/score", json={"comments": [{"text": "送餐太慢了"}, {"id": "b", "text": "不错"}, {"text": "一般"}]})
    assert [result["id"] for result in answer.json["results"]] == ["1", "b", "3"]


def test_score_context_is_that_of_the_pipeline(client):
    comments = COMMENTS[1:3]
    without = Pipeline(quality="fast", context=False)
    expected = [annotation.model_dump(mode="json") for annotation in without.pipe([Comment(**comment) for comment in comments])]
    assert client.post("/api/v1/score", json={"comments": comments, "context": False}).json["results"] == expected
    assert client.post("/api/v1/score", json={"comments": comments}).json["results"] != expected


def test_score_takes_whole_numbers_as_pandas_writes_them(client):
    low = client.post("/api/v1/score", json={"comments": [{"text": "排队", "nps": 0.0}]}).json["results"][0]["sentiment"]
    assert low == client.post("/api/v1/score", json={"comments": [{"text": "排队", "nps": 0}]}).json["results"][0]["sentiment"]
    assert low != client.post("/api/v1/score", json={"comments": [{"text": "排队"}]}).json["results"][0]["sentiment"]


def test_score_takes_another_shipped_taxonomy(client):
    answer = client.post("/api/v1/score", json={"comments": [{"text": "挂号排队两个小时，医生态度很差"}], "taxonomy": "hospital"})
    assert {mention["id"] for mention in answer.json["results"][0]["touchpoints"]} & {"registration", "doctor"}


def test_score_takes_a_thousand_and_answers_gzipped(client):
    comments = [{"text": f"送餐太慢了，等了{number}分钟"} for number in range(1000)]
    answer = client.post("/api/v1/score", json={"comments": comments}, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert len(json.loads(gzip.decompress(answer.data))["results"]) == 1000


def test_score_by_eight_threads_is_as_one_by_one(app, fast_pipeline):
    texts = [f"{place}号店：{comment['text']}" for comment in COMMENTS for place in range(27)][:160]
    alone = [next(fast_pipeline.pipe([Comment(id="1", text=text)])).model_dump_json() for text in texts]

    def score(text: str) -> list[str]:
        return results(app.test_client().post("/api/v1/score", json={"comments": [{"text": text}]}).data)

    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(score, texts))
    assert together == [[line] for line in alone]
