"""Statistics of a run in the store: kept with it, without anybody's words, and found again."""

from __future__ import annotations

import json

import pytest

from toy_store import analysis_of, pain_point, scored, small_batch
from voc.errors import RecordNotFound
from voc.records import Answer, Problem
from voc.statistics import StatisticsReport, report
from voc.store import Store
from voc.store.case_records import CaseChange
from voc.store.write import shuffled

WRITTEN = "退款拖了半个月"


def saved(store: Store, batch, run_id: str = "r1", **settings) -> StatisticsReport:
    comments, annotations = zip(*batch, strict=True)
    analysis = analysis_of(batch, run_id, [pain_point("pp-1", "客服不回复", batch[:5])])
    made = report(comments, annotations, analysis)
    store.save_run(store.add_upload("三月.xlsx").id, comments, annotations, analysis, settings, statistics=made)
    return made


def many(n: int, shop: str = "1号店"):
    return [scored(str(number), f"客服不回复 {number}", "negative" if number % 3 else "positive", store=shop) for number in range(n)]


def test_store_statistics_come_back_without_quotes(store):
    batch = [scored(str(number), f"{WRITTEN}，客服{'不回' if number else '已读不回'}复", nps=number % 11) for number in range(40)]
    made = saved(store, batch)
    quoted = [one for stage in made.plan.stages for two in stage.touchpoints for three in two.pain_points for one in three.sub_issues]
    assert quoted == [] or any(one.quote for one in quoted)
    kept = store.statistics("r1")
    assert WRITTEN not in kept.model_dump_json()
    assert kept.model_copy(update={"plan": made.plan}) == made
    assert store.statistics("r1") is kept  # from memory


def test_store_runs_without_statistics_say_none_and_unknown_ones_are_refused(store):
    batch = small_batch()
    store.save_run(store.add_upload("三月.xlsx").id, *zip(*batch, strict=True), analysis_of(batch, "r1"))
    assert store.statistics("r1") is None
    assert store.plan("r1") is None
    with pytest.raises(RecordNotFound):
        store.statistics("r9")


def test_store_statistics_hold_no_personal_data_in_segments(store):
    saved(store, [*many(40), *[scored(str(100 + n), f"慢 {n}", store="找13800138000", nps=9) for n in range(40)], scored("n", "好", nps=1)])
    said = store.statistics("r1").model_dump_json()
    assert "[手机]" in said
    assert "13800138000" not in said


@pytest.mark.parametrize("what", ["customer", "upload"])
def test_store_erasing_takes_small_segments_along(store, what):
    one = scored("x", "漏水", store="七七八八店", customer_id="C7", nps=3)
    saved(store, [*many(40), one, *[scored(str(200 + n), "慢", store="2号店", nps=8) for n in range(35)]])
    named = [row.segment for row in store.statistics("r1").satisfaction if row.field == "store"]
    assert {"1号店", "2号店", "七七八八店"} == set(named)
    if what == "upload":
        store.erase_upload(1)
        with pytest.raises(RecordNotFound):
            store.statistics("r1")
        return
    store.erase_customer("C7")
    left = store.statistics("r1")
    assert {row.segment for row in left.satisfaction if row.field == "store"} == {"2号店"}  # nobody of the first answered
    assert "七七八八店" not in left.model_dump_json()
    assert next(row for row in left.satisfaction if row.field is None).figure.n == 36  # figures of all stay


def test_store_migration_forgets_statistics_downwards_and_keeps_runs(store):
    saved(store, small_batch())
    store.downgrade("0006")
    store.upgrade()
    assert store.statistics("r1") is None
    assert len(store.comments("r1").comments) == 8


def test_store_keeps_answers_beside_which_nothing_was_written(store):
    batch = small_batch()
    analysis = analysis_of(batch)
    said = Answer(nps=9, csat=4.5, store="找13800138000", channel="微信", customer_id="C7", created_at="2024-03-05", extra={"订单": "D-1"})
    problem = Problem(file="三月.xlsx", row=77, column="评价", reason="空白回答 / empty answer", answer=said)
    analysis = analysis.model_copy(update={"input": analysis.input.model_copy(update={"problems": (*analysis.input.problems, problem)})})
    upload = store.add_upload("三月.xlsx").id
    store.save_run(upload, *zip(*batch, strict=True), analysis)
    safe = said.model_copy(update={"store": "找[手机]", "extra": {}})  # of other columns nothing is needed, so nothing is kept
    assert store.wordless(upload) == {("三月.xlsx", 77): safe}
    assert "answer" not in json.loads(store.problems(upload)[0].model_dump_json())


def test_plan_names_those_who_mend_from_open_cases(store):
    saved(store, many(40))
    assert [point.owner for point in _points(store)] == [None]
    case = store.open_case("r1", "pp-1", CaseChange(owner="王芳", due="2026-06-01")).case
    assert [(point.owner, point.due[:10]) for point in _points(store)] == [("王芳", "2026-06-01")]
    assert [point.owner for point in _points(store, lambda upload: upload.id != 1)] == [None]
    store.change_case(case.id, CaseChange(status="closed", root_cause="人手少", action="加人"))
    assert [point.owner for point in _points(store)] == [None]


def test_audit_takes_only_the_beginning_of_the_random_order(store):
    saved(store, many(90))
    keys = sorted((item.key for item in store.comments("r1", limit=1000).comments), key=shuffled)
    said = {item.key: item.sentiment for item in store.comments("r1", limit=1000).comments}
    for key in keys[60:80]:  # picked by somebody, far behind in that order
        store.add_review("r1", key, "sentiment", "negative")
    assert (store.audited_shares("r1").audited, store.audited_shares("r1").reviewed) == (0, 20)
    for at, key in enumerate(keys[:40]):
        if at != 7:  # skipped
            wrong = said[key] == "negative" and at < 20
            store.add_review("r1", key, "sentiment", "neutral" if wrong else said[key])
    found = store.audited_shares("r1")
    assert (found.audited, found.skipped, found.reviewed, found.least) == (39, 1, 59, 30)
    negative, neutral, positive = found.corrected
    assert negative.raw.value == pytest.approx(60 / 90, abs=1e-4)
    share = sum(said[key] == "negative" for at, key in enumerate(keys[:20]) if at != 7) / 39
    rest = [said[key] == "negative" for key in [keys[7], *keys[40:]]]
    assert negative.prediction_powered.value == pytest.approx(sum(rest) / len(rest) - share, abs=1e-3)
    assert positive.prediction_powered.value == pytest.approx(1 - sum(rest) / len(rest), abs=1e-3)
    assert neutral.raw.value == 0


def _points(store, *sees):
    return [point for stage in store.plan("r1", *sees).stages for touchpoint in stage.touchpoints for point in touchpoint.pain_points]


def test_statistics_call_pain_points_what_people_call_them_now(survey_app):
    from toy_survey import run_of

    from voc.codebook import rename

    store, run = survey_app.extensions["store"], run_of(survey_app)
    point = store.statistics(run).plan.stages[0].touchpoints[0].pain_points[0]
    before = store.statistics(run)
    store.edit_codebook(run, lambda book: rename(book, point.id, "等太久，没人管"), "王丽")
    after = store.statistics(run)
    named = [one for stage in after.plan.stages for of in stage.touchpoints for one in of.pain_points if one.id == point.id]
    assert [one.label for one in named] == ["等太久，没人管"]
    assert named[0].priority == point.priority
    assert after.satisfaction == before.satisfaction
