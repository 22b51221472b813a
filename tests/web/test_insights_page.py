"""The statistics of a run as pages and over HTTP."""

from __future__ import annotations

import csv
import io
import json
from contextlib import closing

import httpx
import pytest
from python_calamine import CalamineWorkbook
from toy_survey import SURVEY, run_of

from toy_accounts import make_world, sign_in
from toy_store import analysis_of, pain_point, scored, small_batch
from voc.cli import main
from voc.client import Client
from voc.errors import ServiceError
from voc.statistics import report
from voc.store import Store
from voc.store.case_records import CaseChange
from web import create_app
from web.settings import ServerSettings

TABS = ("satisfaction", "drivers", "trends", "segments", "corrected", "plan")


@pytest.fixture
def client(survey_app):
    return survey_app.test_client()


@pytest.fixture
def store(tmp_path):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        yield store


def page(client, run_id: str, tab: str = "", **query: str) -> str:
    shown = client.get(f"/runs/{run_id}/insights", query_string={"tab": tab, **query})
    assert shown.status_code == 200
    return shown.text


def kept(store: Store, batch, *, statistics: bool = True, label: str = "客服不回复") -> None:
    comments, annotations = zip(*batch, strict=True)
    analysis = analysis_of(batch, "r1", [pain_point("pp-1", label, batch[:5])])
    made = report(comments, annotations, analysis) if statistics else None
    store.save_run(store.add_upload("三月.xlsx").id, comments, annotations, analysis, {}, statistics=made)


@pytest.fixture
def toy(store, scorer):
    return create_app(ServerSettings(no_auth=True), scorer=scorer, store=store).test_client()


def test_each_tab_shows_the_figures_of_the_report(client, survey_app):
    run = run_of(survey_app)
    found = survey_app.extensions["store"].statistics(run)
    nps = next(one.figure for one in found.satisfaction if one.field is None)
    assert f"n = {nps.n:,}" in page(client, run)
    by_store = page(client, run, by="store")
    assert all(one.segment in by_store for one in found.satisfaction if one.field == "store" and not one.figure.suppressed)
    assert found.drivers[0].drivers[0].sentence_zh in page(client, run, "drivers")
    assert found.drivers[1].drivers[0].sentence_zh in page(client, run, "drivers", model="nps.pain_point")
    trends = page(client, run, "trends")
    assert f"一共做了 {found.trends.tests} 项检验" in trends
    assert "看全部" in trends
    assert page(client, run, "trends", all="1").count("<tr>") > trends.count("<tr>")
    assert found.segments.findings[0].segment in page(client, run, "segments")
    assert "没有订单表" in page(client, run, "segments")
    assert "还差 30 条" in page(client, run, "corrected")
    assert f"{found.plan.stages[0].touchpoints[0].priority}" in page(client, run, "plan")


@pytest.mark.parametrize("tab", TABS)
def test_pages_are_in_english_too_and_light(client, survey_app, tab):
    client.set_cookie("voc_language", "en")
    shown = page(client, run_of(survey_app), tab)
    assert "洞察" not in shown
    assert len(shown.encode()) < 200_000


def test_unknown_choices_of_the_address_show_the_first(client, survey_app):
    shown = page(client, run_of(survey_app), "nonsense", metric="x", by="y")
    assert "NPS · 按渠道" in shown


def test_run_without_statistics_says_so_and_how_to_get_them(store, toy):
    kept(store, small_batch(), statistics=False)
    assert "重新分析一次" in page(toy, "r1")
    for path in ("statistics", "alerts"):
        refused = toy.get(f"/api/v1/runs/r1/{path}")
        assert (refused.status_code, refused.json["code"]) == (404, "no_statistics")
    assert toy.get("/runs/r1/insights/plan?format=csv").status_code == 404
    assert toy.get("/runs/r9/insights").status_code == 404


def test_empty_states_say_what_the_table_lacks(store, toy):
    kept(store, [scored(str(n), f"客服不回复 {n}") for n in range(12)])
    assert "没有分数列" in page(toy, "r1", "satisfaction")
    assert "没有分数列" in page(toy, "r1", "drivers")
    assert "看不了趋势" in page(toy, "r1", "trends")
    shown = page(toy, "r1", "segments")
    assert "没有可比的分组" in shown
    assert "分不出满意和不满" in shown


def test_customers_words_are_escaped_on_every_tab_and_no_formula_in_the_csv(store, toy):
    bad = "<script>alert(1)</script>"
    days = [f"2026-0{1 + n // 28}-{1 + n % 28:02}" for n in range(112)]
    batch = [scored(str(n), f"慢 {n}", store=bad if n % 2 else "店", nps=n % 11, created_at=days[n]) for n in range(112)]
    kept(store, batch, label=f"=1+1{bad}")
    for tab in TABS:
        assert bad not in page(toy, "r1", tab, by="store")
    assert "&lt;script&gt;" in page(toy, "r1", "plan")
    rows = list(csv.reader(io.StringIO(toy.get("/runs/r1/insights/plan?format=csv").data.decode("utf-8-sig"))))
    assert rows[1][2].startswith("'=1+1")


def test_what_people_did_since_is_said(store, toy):
    kept(store, [scored(str(n), f"客服不回复 {n}", nps=3) for n in range(40)])
    assert "之后校对了" not in page(toy, "r1")
    store.add_review("r1", store.comments("r1").comments[0].key, "sentiment", "neutral")
    assert "之后校对了 1 条评论，痛点没有改过" in page(toy, "r1")


def test_shares_are_corrected_once_enough_of_the_random_order_is_reviewed(store, toy):
    from voc.store.records import CommentFilter

    kept(store, [scored(str(n), f"客服不回复 {n}") for n in range(60)])
    for at, item in enumerate(store.comments("r1", CommentFilter(order="random"), limit=40).comments):
        store.add_review("r1", item.key, "sentiment", "positive" if at < 10 else "negative")
    shown = page(toy, "r1", "corrected")
    assert "已校对 40 条，够了" in shown
    assert "100.0" in shown  # raw: all of them are negative
    assert "75.0" in shown  # corrected: a quarter of the audit was not


def test_plan_has_owners_of_open_cases_and_opens_as_csv_and_xlsx(store, toy):
    kept(store, [scored(str(n), f"客服不回复 {n}") for n in range(40)])
    store.open_case("r1", "pp-1", CaseChange(owner="王芳", due="2026-06-01"))
    shown = page(toy, "r1", "plan")
    assert "王芳" in shown
    assert "2026年6月1日" in shown
    answer = toy.get("/runs/r1/insights/plan?format=csv")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert (row["痛点 Pain point"], row["负责人 Owner"]) == ("客服不回复", "王芳")
    book = CalamineWorkbook.from_filelike(io.BytesIO(toy.get("/runs/r1/insights/plan?format=xlsx").data))
    assert book.get_sheet_by_name("方案 Plan").to_python()[1][2] == "客服不回复"
    assert toy.get("/runs/r1/insights/plan?format=pdf").status_code == 404


def test_other_peoples_private_runs_are_not_there(store, scorer, monkeypatch):
    world = make_world(store, scorer, monkeypatch)
    for name, status in (("owner", 200), ("other", 404)):
        client = world.app.test_client()
        sign_in(client, name)
        assert client.get("/runs/r1/insights").status_code == status
        for path in ("statistics", "alerts"):
            assert world.ask("GET", f"/api/v1/runs/r1/{path}", world.tokens[name]).status_code == 404
    assert world.ask("GET", "/api/v1/runs/r1/statistics", world.tokens["owner"]).json["code"] == "no_statistics"
    assert world.ask("GET", "/api/v1/runs/r1/statistics", world.tokens["other"]).json["code"] == "unknown_run"


def test_statistics_and_alerts_over_http_are_those_of_the_command_line(survey_app, tmp_path):
    path = tmp_path / "s.json"
    arguments = ["stats", str(SURVEY), "--quality", "fast", "--codebook", str(tmp_path / "c.json"), "-o", str(path)]
    main(arguments, standalone=False)
    run = run_of(survey_app)
    api = survey_app.test_client()
    answer = api.get(f"/api/v1/runs/{run}/statistics")
    assert plain(answer.json) == plain(json.loads(path.read_text(encoding="utf-8")))
    assert api.get(f"/api/v1/runs/{run}/statistics", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert api.get(f"/api/v1/runs/{run}/alerts").json["alerts"] == answer.json["alerts"]
    with Client("http://127.0.0.1", transport=httpx.WSGITransport(survey_app)) as client:
        assert client.statistics(run).run_id == run
        with pytest.raises(ServiceError):
            client.statistics("r9")


def plain(said: dict) -> dict:
    """A report without what differs between runs on the same tables, and without the quotes, which a store does not keep."""
    for stage in said["plan"]["stages"]:
        for touchpoint in stage["touchpoints"]:
            for point in touchpoint["pain_points"]:
                for one in point["sub_issues"]:
                    one["quote"] = ""
    return said | {"run_id": "", "seconds": {}}
