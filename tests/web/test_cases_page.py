"""Cases: opened, moved on step by step, closed with cause and action, listed, and kept from those whom they do not concern."""

from __future__ import annotations

import csv
import io
import re
from contextlib import closing

import pytest

from toy_accounts import csrf_of, make_world, sign_in
from toy_codebook import RUDE, SLOW
from toy_store import coded_run
from voc.store import Store
from voc.store.case_records import CaseChange
from web import create_app
from web.pages.cases import measured
from web.settings import ServerSettings

ROWS = [[SLOW[n % 4]] for n in range(300)] + [[RUDE[n % 3]] for n in range(700)]
HOSTILE = "=<b>王</b>"


@pytest.fixture
def store(tmp_path):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        coded_run(store, ROWS)
        store.users.add("王敏", "correct horse 电池", "reviewer")
        yield store


@pytest.fixture
def client(store, scorer):
    client = create_app(ServerSettings(no_auth=True), scorer=scorer, store=store).test_client()
    client.environ_base["HTTP_ACCEPT"] = "text/html"
    return client


@pytest.fixture
def slow(store):
    return next(point.id for point in store.current("r1").analysis.pain_points if point.label == "配送慢")


def opened(client, slow, **form) -> str:
    answer = client.post(f"/runs/r1/pain-points/{slow}", data={"do": "open_case", **form})
    assert answer.status_code == 303
    return answer.location


def test_a_case_from_opening_to_closing(client, store, slow):
    assert '<option value="王敏">' in client.get(f"/runs/r1/pain-points/{slow}").text
    path = opened(client, slow, owner="王敏", due="2099-03-06T18:00")
    page = client.get(path).text
    assert "还剩" in page
    assert "首次响应（24 小时内）" in page
    assert '<option value="王敏">' in page
    assert 'value="2099-03-06T18:00"' in page  # by the clock of this machine, as it was typed
    assert f'href="{path}"' in client.get(f"/runs/r1/pain-points/{slow}").text
    for step in ("classified", "analysed", "responded", "followed_up"):
        page = client.get(path).text
        assert re.findall(r'<button class="button primary" type="submit" name="status" value="(\w+)"', page) == [step]
        assert client.post(path, data={"status": step}).status_code == 303
    assert "按时响应" in client.get(path).text
    coded_run(store, ROWS[200:], "r2")  # fewer of them
    client.post(path, data={"status": "closed", "root_cause": "骑手不够", "action": "加两班"})
    page = client.get(path).text
    assert "见效了，占比明显下降。" in page
    assert "300 条，共 1,000 条评论" in page
    assert "100 条，共 800 条评论" in page
    assert "个百分点" in page
    assert "状态：跟进 → 闭环" in page
    assert client.post(path, data={"status": "followed_up"}).status_code == 303
    assert store.case(1).case.after is None


@pytest.mark.parametrize(
    ("form", "field", "said"),
    [
        ({"status": "closed", "root_cause": "", "action": "加人"}, "root_cause", "闭环前要写明根因和措施"),
        ({"status": "closed", "root_cause": "骑手不够", "action": " "}, "action", "闭环前要写明根因和措施"),
        ({"due": "明天", "root_cause": "骑手不够"}, "due", "不是时间"),
        ({"owner": "长" * 201, "action": "加人"}, "owner", "不合要求"),
        ({"note": " "}, "note", "这里要填写"),
    ],
)
def test_what_will_not_do_is_said_at_its_field_and_what_was_typed_is_kept(client, store, slow, form, field, said):
    path = opened(client, slow)
    answer = client.post(path, data=form)
    assert answer.status_code == 422
    assert said in re.search(rf'id="field-{field}-error">(.*?)</p>', answer.text, re.DOTALL)[1]
    assert all(typed in answer.text for name, typed in form.items() if name != "status")
    assert store.case(1).case.status == "received"


def test_closing_on_the_same_comments_says_that_nothing_can_be_seen(client, slow):
    path = opened(client, slow, root_cause="骑手不够", action="加两班")
    client.post(path, data={"status": "closed"})
    page = client.get(path).text
    assert "前后是同一批评论" in page
    assert "见效了" not in page


def test_another_analysis_of_the_same_upload_is_no_comparison_either(client, store, slow):
    path = opened(client, slow, root_cause="骑手不够", action="加两班")
    coded_run(store, ROWS, "r2")
    client.post(path, data={"status": "closed"})
    case = store.case(1).case
    assert measured(case, {"r1": 1, "r2": 2}) is not None
    assert measured(case, {"r1": 1, "r2": 1}) is None


def test_a_small_difference_is_not_called_one(client, store, slow):
    path = opened(client, slow, root_cause="骑手不够", action="加两班")
    coded_run(store, ROWS[10:], "r2")
    client.post(path, data={"status": "closed"})
    assert "还看不出变化" in client.get(path).text


def test_notes_are_masked_and_escaped(client, slow):
    path = opened(client, slow)
    answer = client.post(path, data={"note": "打 13800138000 问过了 <script>"})
    assert answer.location.endswith("#notes")
    page = client.get(path).text
    assert "打 [手机] 问过了 &lt;script&gt;" in page


def test_list_has_those_due_first_marks_what_is_late_filters_and_downloads(client, store, slow):
    for owner, due in ((HOSTILE, None), ("王敏", "2024-06-01T18:00"), ("local", "2099-01-01")):
        store.open_case("r1", slow, CaseChange(owner=owner, due=due), "李强")
    page = client.get("/cases").text
    assert re.findall(r"案例 (\d)</span></th>", page) == ["2", "3", "1"]
    assert page.count("已逾期</span>") == 1
    assert "<b>王" not in page
    assert re.findall(r"案例 (\d)</span></th>", client.get("/cases?overdue=1").text) == ["2"]
    assert re.findall(r"案例 (\d)</span></th>", client.get("/cases?owner=local").text) == ["3"]
    assert "没有符合条件的案例" in client.get("/cases?status=closed").text
    assert client.get("/cases?status=开").status_code == 422
    answer = client.get("/cases.csv?owner=" + HOSTILE)
    assert answer.data.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""))
    assert (row["负责人 Owner"], row["状态 Status"], row["处理前占比 Share before"]) == (f"'{HOSTILE}", "接收", "0.3")


def test_an_empty_list_says_how_a_case_is_opened(client):
    assert "还没有案例" in client.get("/cases").text
    assert client.get("/cases/1").status_code == 404


def test_another_user_s_case_is_on_no_list_and_not_there(scorer, tmp_path, monkeypatch):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        world = make_world(store, scorer, monkeypatch)
        for name, status in (("owner", 200), ("admin", 200), ("other", 404)):
            client = world.app.test_client()
            sign_in(client, name)
            assert client.get("/cases/1").status_code == status, name
            assert ("客服不回复" in client.get("/cases").text) == ("客服不回复" in client.get("/cases.csv").text) == (status == 200)
            answer = client.post("/cases/1", data={"note": "看过了", "csrf_token": csrf_of(client)})
            assert answer.status_code == (303 if status == 200 else 404)
            assert client.post("/cases/1", data={"note": "看过了"}).status_code == 403
