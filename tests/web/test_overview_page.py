"""The overview says what holds of the comments that are chosen, of all of them and of a few."""

from __future__ import annotations

import re
from contextlib import closing

import pytest
from toy_survey import run_of

from toy_codebook import COLD, RUDE, SLOW
from toy_store import analysis_of, coded_run, pain_point, scored
from voc.records import Answer, Problem
from voc.store import RunFilter, Store
from voc.tally import nps_of
from web import create_app
from web.format import interval, number, share, signed, signed_interval
from web.settings import ServerSettings

ROWS = [[SLOW[n % 4]] for n in range(8)] + [[RUDE[n % 3]] for n in range(6)] + [["很好"]]
EVIL = '"><script>alert(1)</script>'


def words(page: str) -> str:
    """What is read, with plain blanks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


@pytest.fixture
def made(scorer, tmp_path):
    """Make the application on a small store: ``made(lambda store: …)`` gives its client."""
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()

        def make(fill):
            fill(store)
            return create_app(ServerSettings(no_auth=True), scorer=scorer, store=store).test_client(), store

        yield make


@pytest.mark.parametrize("asked", [{}, {"channel": "小程序"}, {"from": "2026-06-01", "to": "2026-06"}])
def test_overview_shows_the_figures_of_the_part(survey_app, asked):
    store, run = survey_app.extensions["store"], run_of(survey_app)
    part = store.part(run, RunFilter(**asked))
    answer = survey_app.test_client().get(f"/runs/{run}", query_string=asked)
    assert answer.status_code == 200
    page = words(answer.text)
    assert 0 < part.comments <= part.of
    for one in part.sentiment.values():
        assert words(f"{share(one.share)} {interval(one.interval)} {number(one.n)} 条") in page
    assert f"{signed(part.nps.value)} {signed_interval(part.nps.interval)} n = {number(part.nps.n)}" in page
    for point in part.pain_points[:10]:
        assert f"{point.label}" in page
        assert words(f"{share(point.share)} {interval(point.interval)}") in page
    mentioned = [cell for cell in part.journey if cell.mentions]
    assert all(words(f"{number(cell.mentions)} {share(cell.share)} {interval(cell.interval)}") in page for cell in mentioned)
    narrowed = f"按筛选只算 2,313 条评论中的 {number(part.comments)} 条"
    assert (narrowed in page) == bool(asked)
    assert ("这是整次分析的数字" in page) == bool(asked)


def test_overview_of_nothing_says_so_and_how_to_go_back(survey_app):
    run = run_of(survey_app)
    page = survey_app.test_client().get(f"/runs/{run}", query_string={"channel": "没有这个渠道"}).text
    assert "没有符合筛选的评论" in page
    assert f'<a class="button primary" href="/runs/{run}">' in page
    assert "NPS" not in words(page)
    assert survey_app.test_client().get("/runs/nowhere", headers={"Accept": "text/html"}).status_code == 404


def test_overview_is_where_the_start_and_the_header_lead_and_keeps_filters(survey_app):
    client, run = survey_app.test_client(), run_of(survey_app)
    assert client.get("/").location == f"/runs/{run}"
    page = client.get(f"/runs/{run}", query_string={"channel": "微信"}).text
    assert f'<a href="/runs/{run}?channel=%E5%BE%AE%E4%BF%A1" aria-current="page">总览</a>' in page


def test_overview_in_english_has_its_words(survey_app):
    run = run_of(survey_app)
    page = words(survey_app.test_client().get(f"/runs/{run}?channel=小程序", headers={"Accept-Language": "en"}).text)
    assert "The filters choose" in page
    assert "Data quality" in page


def test_overview_says_what_changed_and_corrections_count_at_once(made):
    def fill(store):
        coded_run(store, ROWS)
        coded_run(store, [*ROWS, *[[COLD[n % 3]] for n in range(9)]], "r2")

    client, store = made(fill)
    assert "还没有可比的" in client.get("/runs/r1").text
    page = words(client.get("/runs/r2").text)
    assert "新出现 饭菜凉 这次 9 条" in page
    assert "没有明显变化的痛点：2 个" in page
    before = store.part("r2").sentiment["positive"].n
    store.add_review("r2", store.comments("r2").comments[0].key, "sentiment", "positive", "小王")
    page = words(client.get("/runs/r2").text)
    assert f"{before + 1} 条" in page
    assert "人工校对过的评论 1" in page


def test_overview_of_a_store_where_nobody_wrote_shows_its_scores(made):
    def fill(store):
        batch = [scored(str(n), "送餐太慢了", "negative", "delivery", store="徐汇店", nps=3) for n in range(4)]
        comments, annotations = zip(*batch, strict=True)
        silent = [Answer(nps=10, rating=5.0, store="静安店"), Answer(nps=0, store="徐汇店")]
        problems = [Problem(file="三月.xlsx", row=50 + at, reason="空白回答 / empty answer", answer=one) for at, one in enumerate(silent)]
        analysis = analysis_of(batch)
        read, metrics = analysis.input, analysis.metrics
        counted = metrics.model_copy(update={"nps": nps_of(comments, problems)})
        analysis = analysis.model_copy(update={"input": read.model_copy(update={"problems": tuple(problems)}), "metrics": counted})
        store.save_run(store.add_upload("三月.xlsx").id, comments, annotations, analysis)

    client, _ = made(fill)
    silent, both = (words(client.get("/runs/r1", query_string={"store": name}).text) for name in ("静安店", "徐汇店"))
    assert "没有符合筛选的评论" in silent
    assert "没有评论，不过有人打了分" in silent
    assert "NPS +100.0" in silent
    assert "评分 100.0 %" in silent
    assert "NPS −100.0" in both
    assert "n = 5" in both  # four who wrote, and one who did not


def test_overview_escapes_what_customers_and_files_say(made):
    def fill(store):
        batch = [scored(str(n), f"{EVIL}送餐太慢了", "negative", "delivery", channel=EVIL, store=EVIL) for n in range(4)]
        comments, annotations = zip(*batch, strict=True)
        analysis = analysis_of(batch, "r1", [pain_point("pp-1", f"{EVIL}慢", batch, "delivery")])
        problem = analysis.input.problems[0].model_copy(update={"reason": EVIL, "column": EVIL, "file": EVIL})
        analysis = analysis.model_copy(update={"input": analysis.input.model_copy(update={"problems": (problem,)})})
        store.save_run(store.add_upload(EVIL).id, comments, annotations, analysis)

    client, _ = made(fill)
    for query in ({}, {"channel": EVIL}, {"store": EVIL, "from": "2024"}):
        page = client.get("/runs/r1", query_string=query).text
        assert "<script>alert" not in page
        assert '"><script' not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;慢" in client.get("/runs/r1").text
