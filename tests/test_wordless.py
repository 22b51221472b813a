"""Half of the respondents gave scores and wrote nothing: they count alike in library, command line, store and page, whole and in parts."""

from __future__ import annotations

import json
import re
from contextlib import closing
from functools import partial

import pytest

from voc.analysis import analyse
from voc.cli import main
from voc.ingest import TableOptions, inspect_tables, read_all
from voc.records import Comment
from voc.statistics import report
from voc.store import RunFilter, Store
from web import create_app
from web.format import interval, number, share, signed, signed_interval
from web.settings import ServerSettings

HEADER = "编号,会员号,日期,门店,渠道,推荐分,满意度,费力度,评分,您对哪里不满意？,还有什么建议？"
STORES, CHANNELS = ("徐汇店", "浦东店", "静安店"), ("小程序", "门店")
SAID = ("送餐太慢了，等了一个小时", "客服一直不回复", "味道很好，下次还来", "包装破了，汤都洒了")
TEXTS = ("您对哪里不满意？", "还有什么建议？")
SEGMENTS = {"store": STORES, "channel": CHANNELS}


def rows() -> list[str]:
    """Of 240 respondents every second wrote nothing, the others one answer or two; some left a score out."""
    made = []
    for at in range(240):
        texts = ("", "") if at % 2 else (SAID[at % 4], SAID[(at + 1) % 4] if at % 6 == 0 else "")
        nps, csat, ces, rating = (at * 7 % 11, 1 + at * 3 % 5, 1 + at % 7, 1 + at % 5)
        scores = (nps if at % 13 else "", csat if at % 5 else "", ces, rating if at % 9 else "")
        beside = (at, f"M{at % 50}", f"2026-03-{1 + at % 28:02d}", STORES[at // 2 % 3], CHANNELS[at // 4 % 2])
        made.append(",".join(map(str, (*beside, *scores, *texts))))
    return made


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("wordless") / "三月问卷.csv"
    path.write_text("\n".join([HEADER, *rows()]), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def made(table, fast_pipeline, scorer, tmp_path_factory):
    """Analysis, statistics, a store with both, and a client of its pages."""
    scored = []
    analysis = analyse([table], TableOptions(text=TEXTS), pipeline=fast_pipeline, on_scored=lambda *one: scored.append(one))
    comments, annotations = zip(*scored, strict=True)
    statistics = report(comments, annotations, analysis, taxonomy=fast_pipeline.taxonomy)
    with closing(Store(f"sqlite:///{tmp_path_factory.mktemp('store')}/voc.db")) as store:
        store.upgrade()
        store.save_run(store.add_upload(table.name).id, comments, annotations, analysis, statistics=statistics)
        yield analysis, statistics, store, create_app(ServerSettings(no_auth=True), scorer=scorer, store=store).test_client()


def expected(column: int, **where: str) -> list[float]:
    """Scores of a column straight from the table: of each respondent one, whether they wrote something or not."""
    cells = [row.split(",") for row in rows()]
    places = {"store": 3, "channel": 4}
    chosen = [row for row in cells if all(row[places[name]] == value for name, value in where.items())]
    return [float(row[column]) for row in chosen if row[column]]


def words(page: str) -> str:
    """What is read, with plain blanks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def figures(statistics) -> dict[tuple[str | None, str | None, str], object]:
    return {(one.field, one.segment, one.metric): one.figure for one in statistics.satisfaction}


def test_wordless_rows_bear_their_scores_once_and_only_where_nothing_was_written(table):
    items = list(read_all([(table, one) for one in inspect_tables(table, TableOptions(text=TEXTS))]))
    answers = [item.answer for item in items if not isinstance(item, Comment) and item.answer]
    assert sum(isinstance(item, Comment) for item in items) == 120 + 40
    assert len(answers) == 120  # of 120 rows with two blank answers each
    first = answers[0]
    assert (first.store, first.channel, first.created_at, first.customer_id) == ("徐汇店", "小程序", "2026-03-02", "M1")
    assert (first.nps, first.csat, first.ces, first.rating) == (7, 4.0, 2.0, 2.0)


def test_wordless_respondents_add_up_over_every_segment(made):
    found = figures(made[1])
    for at, name in ((5, "nps"), (6, "csat_mean"), (7, "ces_mean"), (8, "rating_mean")):
        whole = expected(at)
        assert found[None, None, name].n == len(whole)
        for field, values in SEGMENTS.items():
            assert sum(found[field, value, name].n for value in values) == len(whole)
            for value in values:
                here = expected(at, **{field: value})
                figure = found[field, value, name]
                balance = 100 * (sum(one >= 9 for one in here) - sum(one <= 6 for one in here)) / len(here)
                assert (figure.n, figure.value) == (len(here), pytest.approx(balance if name == "nps" else sum(here) / len(here), abs=1e-3))
    assert found["question", "您对哪里不满意？", "nps"].n < 120  # only those who answered it
    assert made[1].respondents == 240


def test_wordless_respondents_count_alike_in_library_store_and_page(made):
    analysis, statistics, store, client = made
    found, run = figures(statistics), analysis.run.id
    assert analysis.metrics.nps.n == len(expected(5))
    near = partial(pytest.approx, abs=1e-3)
    for field, value in [(None, None), *((field, value) for field, values in SEGMENTS.items() for value in values)]:
        asked = {field: value} if field else {}
        part = store.part(run, RunFilter(**asked))
        nps = found[field, value, "nps"]
        assert (part.nps.n, part.nps.value) == (nps.n, pytest.approx(nps.value, abs=0.05))
        for score, share_name in (("csat", "csat_top2"), ("ces", "ces_easy"), ("rating", "rating_top2")):
            mine, top, mean = getattr(part, score), found[field, value, share_name], found[field, value, f"{score}_mean"]
            assert (mine.n, mine.share, mine.interval) == (top.n, near(top.value), near(top.interval))
            assert (mine.mean, mine.mean_interval) == (near(mean.value), near(mean.interval))
        page = words(client.get(f"/runs/{run}", query_string=asked).text)
        assert f"NPS {signed(part.nps.value)} {signed_interval(part.nps.interval)} n = {number(part.nps.n)}" in page
        for label, one in (("CSAT", part.csat), ("CES", part.ces), ("评分", part.rating)):
            assert words(f"{label} {share(one.share)} {interval(one.interval)} n = {number(one.n)}") in page
            assert f"平均 {number(one.mean, 2)} 分" in page


def test_wordless_respondents_are_filtered_by_date_and_in_english_too(made):
    analysis, _, store, client = made
    days = [row.split(",") for row in rows() if "2026-03-10" <= row.split(",")[2] <= "2026-03-12"]
    part = store.part(analysis.run.id, RunFilter(**{"from": "2026-03-10", "to": "2026-03-12", "channel": "门店"}))
    assert part.rating.n == sum(bool(row[8]) and row[4] == "门店" for row in days)
    page = client.get(f"/runs/{analysis.run.id}", headers={"Accept-Language": "en"}).text
    assert "rated 4–5; mean" in page
    assert "found it easy (1–3); mean" in page  # of 费力度 the low answers are the good ones


def test_wordless_respondents_count_alike_on_the_command_line(table, made, tmp_path):
    out = tmp_path / "statistics.json"
    main(["stats", str(table), "--text", TEXTS[0], "--text", TEXTS[1], "--quality", "fast", "-o", str(out)], standalone=False)
    said = json.loads(out.read_text(encoding="utf-8"))
    assert said["satisfaction"] == json.loads(made[1].model_dump_json())["satisfaction"]
    assert said["respondents"] == 240


def test_wordless_respondents_have_weights(tmp_path):
    path = tmp_path / "加权.csv"
    lines = [f"{at},{'' if at % 2 else '送餐太慢了'},{0 if at % 2 else 10},{3 if at % 2 else 1}" for at in range(80)]
    path.write_text("\n".join(["编号,评价内容,推荐分,权重", *lines]), encoding="utf-8")
    out = tmp_path / "statistics.json"
    main(["stats", str(path), "--quality", "fast", "--weight", "权重", "-o", str(out)], standalone=False)
    (nps,) = [one["figure"] for one in json.loads(out.read_text(encoding="utf-8"))["satisfaction"] if one["metric"] == "nps"]
    assert (nps["n"], nps["value"]) == (80, -50.0)  # 40 × 1 against 40 × 3
    assert nps["n_effective"] == pytest.approx(160**2 / (40 + 40 * 9), abs=0.01)
