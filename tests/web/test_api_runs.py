"""Runs over HTTP: what they found, what people decide, and files."""

from __future__ import annotations

import csv
import io
import json
from contextlib import closing

import pytest
from python_calamine import CalamineWorkbook

from toy_accounts import make_world
from toy_codebook import COLD, RUDE, SLOW
from toy_store import analysis_of, coded_run, pain_point, small_batch
from voc.errors import StoreUnavailable
from voc.records import Analysis, Annotation
from voc.store import Store
from web import create_app
from web.settings import ServerSettings

ROWS = (
    [[SLOW[n % 4]] for n in range(8)]
    + [[RUDE[n % 3]] for n in range(6)]
    + [[COLD[n % 3]] for n in range(5)]
    + [["=很好"], ["不错", SLOW[0]]]
)
API = "/api/v1"


@pytest.fixture
def store(tmp_path):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        yield store


@pytest.fixture
def client(store, scorer):
    coded_run(store, ROWS)
    return create_app(ServerSettings(no_auth=True), scorer=scorer, store=store).test_client()


def ids(client) -> dict[str, str]:
    return {point["label"]: point["id"] for point in client.get(f"{API}/runs/r1/pain-points").json["pain_points"]}


def code(answer) -> tuple[int, str]:
    assert answer.content_type == "application/problem+json"
    return answer.status_code, answer.json["code"]


def test_runs_are_listed_page_by_page_while_others_are_added(client, store):
    for number in range(2, 6):
        coded_run(store, ROWS[:2], f"r{number}", f"手册{number}")
    first = client.get(f"{API}/runs?limit=2").json
    assert [run["id"] for run in first["runs"]] == ["r5", "r4"]
    coded_run(store, ROWS[:2], "r6", "手册6")
    second = client.get(f"{API}/runs?limit=2&cursor={first['next']}").json
    third = client.get(f"{API}/runs?limit=2&cursor={second['next']}").json
    assert [run["id"] for page in (second, third) for run in page["runs"]] == ["r3", "r2", "r1"]
    assert third["next"] is None


def test_run_says_what_holds_and_304_until_something_changes(client):
    first = client.get(f"{API}/runs/r1")
    assert first.json["codebook"] == "零售"
    assert Analysis.model_validate(first.json["analysis"]).input.comments == len(ROWS)
    same = {"If-None-Match": first.headers["ETag"]}
    assert client.get(f"{API}/runs/r1", headers=same).status_code == 304
    assert (
        client.post(f"{API}/runs/r1/comments/1/reviews", json={"decisions": [{"target": "sentiment", "label": "neutral"}]}).status_code
        == 201
    )
    after = client.get(f"{API}/runs/r1", headers=same)
    assert (after.status_code, after.json["reviewed"]) == (200, 1)
    counts = [answer.json["analysis"]["metrics"]["sentiment"]["negative"]["n"] for answer in (first, after)]
    assert counts[1] == counts[0] - 1


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("touchpoint=staff_service", range(8, 14)),
        ("sentiment=positive", [19, 20]),
        ("mixed=true", [20]),
        ("intent=churn&sentiment=negative&touchpoint=delivery", [0, 3, 6]),
        ("question=哪里不满意？&channel=门店&touchpoint=product_quality", [15, 17]),
        ("from=2024-03-12&to=2024-03&store=1号店&q=慢", [4, 20][:1]),
        ("reviewed=true", []),
    ],
)
def test_comments_by(client, query, numbers):
    answer = client.get(f"{API}/runs/r1/comments?{query}")
    assert answer.status_code == 200, answer.json
    assert [item["comment"]["id"] for item in answer.json["comments"]] == [str(number) for number in numbers]


@pytest.mark.parametrize("order", ["stored", "uncertain", "random"])
def test_comments_in_any_order_page_by_page_are_each_there_once(client, store, order):
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get(f"{API}/runs/r1/comments?order={order}&limit=4{cursor and f'&cursor={cursor}'}").json
        seen += [(item["key"], item["annotation"]["sentiment"]["score"]) for item in page["comments"]]
        cursor = page["next"]
        store.add_review("r1", seen[0][0], "sentiment", "neutral")
    assert sorted(key for key, _ in seen) == list(range(1, len(ROWS) + 1))
    wanted = {"stored": sorted(seen), "uncertain": sorted(seen, key=lambda one: (one[1], one[0]))}
    assert seen == wanted.get(order, seen)
    assert order != "random" or seen != sorted(seen)


def test_pain_points_are_sorted_and_filtered(client):
    def labels(query):
        return [point["label"] for point in client.get(f"{API}/runs/r1/pain-points?{query}").json["pain_points"]]

    assert labels("") == ["配送慢", "态度差", "饭菜凉"]
    assert labels("sort=label") == sorted(labels(""))
    assert labels("sort=last_seen&touchpoint=delivery") == ["配送慢"]
    assert set(labels("sort=stability")) == set(labels(""))


def test_a_pain_point_is_renamed_locked_split_merged_moved_and_all_is_undone(client):
    before, known = client.get(f"{API}/runs/r1/pain-points").json, ids(client)
    slow, rude, cold = (f"{API}/runs/r1/pain-points/{known[label]}" for label in ("配送慢", "态度差", "饭菜凉"))
    asked = {"label": "送货慢", "locked": True, "pin": [{"comment_id": "20", "start": 3, "end": 8}]}
    changed = client.patch(slow, json=asked)
    assert (changed.json["point"]["label"], changed.json["locked"]) == ("送货慢", True)
    assert changed.json["point"]["quotes"][0]["comment_id"] == "20"
    assert client.patch(slow, json=asked).status_code == 200  # what is so already is no edit
    preview = client.get(f"{slow}/split-preview?words=小时&words=超时").json
    assert (preview["size"], preview["stays"]) == (4, 5)
    made = client.post(f"{slow}/split", json={"words": ["小时", "超时"], "label": "等太久"})
    assert (made.status_code, made.json["point"]["size"], made.json["history"][0]["by"]) == (201, 4, "local")
    assert client.get(made.headers["Location"]).json == made.json
    merged = client.post(f"{cold}/merge", json={"into": known["态度差"]})
    assert merged.json["point"]["size"] == 11
    client.post(f"{slow}/move", json={"comment_id": "0", "start": 0, "end": 5, "to": known["态度差"]})
    client.post(f"{slow}/move", json={"comment_id": "4", "start": 0, "end": 5, "to": None})
    assert client.get(rude).json["point"]["size"] == 12
    assert client.patch(made.headers["Location"], json={"status": "dismissed"}).json["rank"] is None
    book = client.get(f"{API}/runs/r1/codebook").json
    assert [edit["kind"] for edit in book["draft"]] == ["rename", "lock", "pin", "split", "merge", "move", "exclude", "dismiss"]
    assert book["moved"] == 4 + 5 + 2
    assert {one["status"] for one in book["differences"]} == {"active", "merged", "dismissed"}
    assert client.post(f"{API}/runs/r1/codebook", json={"action": "commit", "message": "三月"}).json["version"] == 2
    assert code(client.post(f"{API}/runs/r1/codebook", json={"action": "undo"})) == (422, "nothing_to_undo")
    assert client.post(f"{API}/runs/r1/codebook", json={"action": "rollback", "version": 1}).json["version"] == 3
    assert client.get(f"{API}/runs/r1/pain-points").json == before
    client.patch(slow, json={"status": "dismissed"})
    client.post(f"{API}/runs/r1/codebook", json={"action": "undo", "everything": True})
    assert client.get(f"{API}/runs/r1/pain-points").json == before


@pytest.mark.parametrize(
    ("method", "path", "sent", "said"),
    [
        ("GET", "/runs/r9", None, (404, "unknown_run")),
        ("GET", "/runs/r1/pain-points/pp-no", None, (404, "unknown_pain_point")),
        ("PATCH", "/runs/r1/pain-points/pp-no", {"label": "慢"}, (404, "unknown_pain_point")),
        ("PATCH", "/runs/r1/pain-points/pp-no", {"label": ""}, (422, "invalid")),
        ("PATCH", "/runs/r1/pain-points/pp-no", {"label": "a\0"}, (422, "invalid")),
        ("POST", "/runs/r1/pain-points/pp-no/merge", {"into": "pp-no"}, (422, "same_pain_point")),
        ("POST", "/runs/r1/pain-points/pp-no/move", {"comment_id": "0", "start": 0, "end": 1, "to": None}, (404, "unknown_pain_point")),
        ("POST", "/runs/plain/codebook", {"action": "commit"}, (409, "no_codebook")),
        ("POST", "/runs/r1/codebook", {"action": "rollback"}, (422, "no_such_version")),
        ("POST", "/runs/r1/codebook", {"action": "rollback", "version": 7}, (422, "no_such_version")),
        ("GET", "/runs/r1/comments?cursor=x", None, (404, "bad_cursor")),
        ("GET", "/runs/r1/comments?order=random&cursor=Y29tbWVudDox", None, (404, "bad_cursor")),
        ("GET", "/runs/r1/comments?limit=0", None, (422, "invalid")),
        ("POST", "/runs/r1/comments/999/reviews", {"decisions": [{"target": "sentiment", "label": "neutral"}]}, (404, "unknown_comment")),
        ("POST", "/runs/r1/comments/1/reviews", {"decisions": [{"target": "天气", "label": "neutral"}]}, (422, "bad_review")),
        ("POST", "/runs/r1/comments/1/reviews", {"decisions": [{"target": "sentiment", "label": None}]}, (422, "bad_review")),
        ("DELETE", "/runs/r1/comments/1/reviews", None, (404, "unknown_review")),
        ("GET", "/cases/1", None, (404, "unknown_case")),
        ("POST", "/cases", {"run_id": "r1", "pain_point_id": "pp-no"}, (404, "unknown_pain_point")),
        ("GET", "/runs/r1/export?format=pdf", None, (422, "invalid")),
    ],
)
def test_refusals(client, store, method, path, sent, said):
    batch = small_batch()
    comments, annotations = zip(*batch, strict=True)
    store.save_run(
        store.add_upload("四月.xlsx").id, comments, annotations, analysis_of(batch, "plain", [pain_point("pp-1", "慢", batch[:1])])
    )
    assert code(client.open(f"{API}{path}", method=method, json=sent)) == said


def test_a_run_that_is_no_longer_the_last_is_read_only(client, store):
    known = ids(client)
    coded_run(store, ROWS, "r2")
    for path, sent in ((f"pain-points/{known['配送慢']}", {"label": "送货慢"}), ("codebook", {"action": "commit"})):
        answer = client.open(f"{API}/runs/r1/{path}", method="PATCH" if "label" in sent else "POST", json=sent)
        assert code(answer) == (409, "not_last_run")
        assert answer.json["hint"]
    assert client.get(f"{API}/runs/r1/pain-points/{known['配送慢']}").json["editable"] is False


def test_reviews_are_noted_taken_back_and_summed_up(client, store):
    path = f"{API}/runs/r1/comments/1/reviews"
    decisions = [{"target": "sentiment", "label": "positive"}, {"target": "delivery", "label": None}]
    done = client.post(path, json={"decisions": decisions}).json["reviews"]
    assert [(one["target"], one["reviewer"]) for one in done] == [("sentiment", "local"), ("delivery", "local")]
    (item,) = client.get(f"{API}/runs/r1/comments?reviewed=true").json["comments"]
    assert (item["sentiment"], item["touchpoints"], item["pain_points"]) == ("positive", {}, [])
    store.add_review("r1", 1, "sentiment", "positive", "小李")
    store.add_review("r1", 2, "sentiment", "negative", "小李")
    summary = client.get(f"{API}/runs/r1/reviews/summary").json
    assert (summary["comments"], summary["decisions"], summary["reviewers"]) == (2, 3, {"local": 2, "小李": 2})
    assert (summary["people_sentiment"]["n"], summary["people_sentiment"]["share"]) == (1, 1)
    assert (summary["model_sentiment"]["n"], summary["model_sentiment"]["share"]) == (2, 0.5)
    assert summary["model_touchpoints"]["n"] == 1
    assert client.delete(path).json["target"] == "delivery"
    assert client.delete(f"{path}?target=sentiment").json["target"] == "sentiment"
    assert code(client.delete(path)) == (404, "unknown_review")
    assert client.get(f"{API}/runs/r1/comments?reviewed=true").json["comments"][0]["sentiment"] == "positive"  # 小李 still says so


def test_cases_from_opening_to_closing(client, store):
    known = ids(client)
    sent = {"run_id": "r1", "pain_point_id": known["配送慢"], "owner": "物流组", "due": "2024-06-01T18:00:00+08:00"}
    made = client.post(f"{API}/cases", json=sent)
    assert (made.status_code, made.json["case"]["status"], made.json["case"]["overdue"]) == (201, "received", True)
    path = made.headers["Location"]
    assert client.post(f"{path}/notes", json={"text": "打 13800138000 问过了"}).json["entries"][-1]["text"] == "打 [手机] 问过了"
    assert code(client.patch(path, json={"status": "closed"})) == (422, "case_incomplete")
    assert code(client.patch(path, json={"due": "明天"})) == (422, "bad_due")
    coded_run(store, ROWS[4:], "r2")
    closed = client.patch(path, json={"status": "closed", "root_cause": "骑手不够", "action": "加两班"}).json
    assert (closed["case"]["before"]["n"], closed["case"]["after"]["n"], closed["case"]["after"]["run_id"]) == (9, 5, "r2")
    assert [(entry["kind"], entry["author"]) for entry in closed["entries"]] == [
        ("status", "local"), ("owner", "local"), ("due", "local"), ("note", "local"), ("root_cause", "local"), ("action", "local"),
        ("status", "local"),
    ]  # fmt: skip
    assert client.get(f"{API}/cases?status=closed").json["cases"] == [closed["case"]]
    assert client.get(f"{API}/cases?overdue=true").json["cases"] == []
    assert client.patch(path, json={"status": "analysed", "due": ""}).json["case"]["after"] is None


def test_export_json_is_what_analyse_writes_and_follows_decisions(client, store):
    analysis = coded_run(store, ROWS, "r2", "另一本")
    answer = client.get(f"{API}/runs/r2/export")
    assert answer.data.decode() == analysis.model_dump_json(indent=1) + "\n"
    assert answer.headers["Content-Disposition"] == "attachment; filename=voc-r2.json; filename*=UTF-8''%E4%B8%89%E6%9C%88-r2.json"
    same = {"If-None-Match": answer.headers["ETag"]}
    assert client.get(f"{API}/runs/r2/export", headers=same).status_code == 304
    client.post(f"{API}/runs/r2/comments/{len(ROWS) + 1}/reviews", json={"decisions": [{"target": "delivery", "label": None}]})
    after = Analysis.model_validate_json(client.get(f"{API}/runs/r2/export", headers=same).data)
    assert sum(point.size for point in after.pain_points) == sum(point.size for point in analysis.pain_points) - 1
    assert all(len(point.members) == point.size for point in after.pain_points)


def test_export_xlsx_csv_and_jsonl_say_the_same(client):
    point = ids(client)["配送慢"]
    client.patch(f"{API}/runs/r1/pain-points/{point}", json={"label": "送货慢"})
    client.post(f"{API}/runs/r1/comments/1/reviews", json={"decisions": [{"target": "sentiment", "label": "neutral"}]})
    rows = list(csv.DictReader(io.StringIO(client.get(f"{API}/runs/r1/export?format=csv").data.decode("utf-8-sig"), newline="")))
    assert client.get(f"{API}/runs/r1/export?format=csv").data.startswith(b"\xef\xbb\xbf")
    assert len(rows) == len(ROWS)
    assert (rows[0]["情感 Sentiment"], rows[0]["痛点 Pain points"], rows[0]["已校对 Reviewed"]) == ("中性", "送货慢", "是")
    assert rows[19]["文本 Text"].startswith("'=")  # no formula
    lines = [Annotation.model_validate_json(line) for line in client.get(f"{API}/runs/r1/export?format=jsonl").data.splitlines()]
    assert [line.id for line in lines] == [row["编号 Id"] for row in rows]
    assert (lines[0].sentiment.label, lines[0].sentiment.score) == ("neutral", 1.0)
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"{API}/runs/r1/export?format=xlsx").data))
    points = book.get_sheet_by_name("痛点 Pain points").to_python()
    assert [row[1] for row in points[1:]] == [one["label"] for one in client.get(f"{API}/runs/r1/pain-points").json["pain_points"]]


def test_what_is_private_to_one_user_is_on_no_list_of_another(scorer, tmp_path, monkeypatch):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        world = make_world(store, scorer, monkeypatch)
        for name, runs, cases in (("other", 0, 0), ("owner", 1, 1), ("admin", 1, 1)):
            assert len(world.ask("GET", f"{API}/runs", world.tokens[name]).json["runs"]) == runs
            assert len(world.ask("GET", f"{API}/cases", world.tokens[name]).json["cases"]) == cases
        opened = world.ask("POST", f"{API}/cases", world.tokens["other"], json={"run_id": "r1", "pain_point_id": "pp-1"})
        assert code(opened) == (404, "unknown_run")


@pytest.mark.parametrize("code_", ["busy", "unreachable", "damaged"])
def test_a_store_that_cannot_be_used_is_the_service_s_fault(client, store, monkeypatch, code_):
    def fail(*_, **__):
        raise StoreUnavailable(code_, "正忙 / busy", "稍后再试 / later")

    monkeypatch.setattr(store, "run_page", fail)
    answer = client.get(f"{API}/runs")
    assert code(answer) == (503, code_)
    assert answer.headers["Retry-After"]


def test_every_answer_is_json_that_the_description_knows(client):
    spec = client.get(f"{API}/openapi.json").json
    json.dumps(spec)
    export = spec["paths"][f"{API}/runs/{{run_id}}/export"]["get"]["responses"]["200"]["content"]
    assert export["application/json"]["schema"]["$ref"].endswith("/Analysis")
    assert len(export) == 5
