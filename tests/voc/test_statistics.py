from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_statistics import TAXONOMY, columns, point, quote

from voc.cli import main
from voc.errors import SettingsError, TableError
from voc.records import Analysis, Change, ChangeKind, Comment, InputInfo, Metrics, Quality, RunInfo, Unassigned
from voc.statistics import Wishes, report_of
from voc.statistics.before_after import before_after, detectable_change, verdict_of
from voc.statistics.columns import Gatherer, Wordless
from voc.statistics.consistency import consistency
from voc.statistics.corrected import audit_sample, corrected_share, corrected_shares, read_audit
from voc.statistics.drivers import Themes, drivers, lmg, model, sentences
from voc.statistics.factor import Factor
from voc.statistics.intervals import balance_figure, difference_figure, effective_number, false_discovery, mid_p, mover, share_figure
from voc.statistics.periods import cut
from voc.statistics.plan import Owner, plan, sub_issues
from voc.statistics.records import Figure, StatisticsReport
from voc.statistics.satisfaction import satisfaction
from voc.statistics.segments import contrasts, segments
from voc.statistics.tiers import Order, quintiles, read_orders, tiers
from voc.statistics.trends import alerts_of, trends, watch
from voc.statistics.volume import volume
from voc.statistics.workbook import plan_rows, write_statistics

COUNTS = st.integers(1, 400)


def days(first: str, n: int) -> np.ndarray:
    return np.datetime64(first, "D") + np.arange(n)


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_difference_holds_its_value_and_turns_its_sign_with_its_terms(n, m, count, other):
    count, other = min(count, n), min(other, m)
    one, back = difference_figure(count, n, other, m, least=1), difference_figure(other, m, count, n, least=1)
    assert one.interval[0] - 1e-3 <= one.value <= one.interval[1] + 1e-3
    assert one.value == pytest.approx(-back.value, abs=1e-3)
    assert one.interval == pytest.approx((-back.interval[1], -back.interval[0]), abs=2e-3)
    assert -1.001 <= one.interval[0] <= one.interval[1] <= 1.001


@given(st.integers(0, 300), st.integers(0, 300), st.integers(1, 300))
def test_balance_stays_within_its_bounds(up, down, more):
    figure = balance_figure(up, down, up + down + more, scale=100, least=1)
    assert -100 <= figure.interval[0] <= figure.interval[1] <= 100
    assert figure.interval[0] < figure.interval[1]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_false_discovery_never_lowers_a_p_and_keeps_their_order(p):
    q = false_discovery(p)
    assert (q >= np.array(p) - 1e-12).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(q[order]) >= -1e-12).all()


@given(st.integers(0, 30), st.integers(1, 60), st.integers(0, 40), st.integers(1, 60))
def test_mid_p_is_a_probability_that_does_not_care_which_part_is_named(count, n, other, m):
    count, other = min(count, n), min(other, m)
    p, same = float(mid_p(count, n, count + other, n + m)), float(mid_p(other, m, count + other, n + m))
    assert 0 <= p <= 1
    assert p == pytest.approx(same, abs=1e-9)


def test_equal_weights_are_as_sure_as_their_number_and_others_are_less():
    answers = np.array([0.0, 1.0, 1.0, 0.0, 1.0])
    assert effective_number(answers, np.full(5, 2.5)) == pytest.approx(5)
    assert effective_number(answers, np.array([1.0, 1.0, 1.0, 1.0, 10.0])) < 2
    assert effective_number(np.ones(3), np.array([1.0, 1.0, 10.0])) == pytest.approx(144 / 102)  # Kish's
    assert share_figure(50, 100, effective=60).interval[0] < share_figure(50, 100).interval[0]


def test_mover_of_wilson_intervals_is_newcombe():
    assert difference_figure(9, 10, 3, 10, least=1).interval == pytest.approx((0.1705, 0.8090), abs=2e-4)  # Newcombe 1998, table II (b)
    assert mover(1.0, (1.0, 1.0), 0.5, (0.5, 0.5)) == (0.5, 0.5)


def test_few_answers_are_suppressed_and_say_so():
    batch = columns(40, scores={"nps": np.full(40, 9.0)}, factors={"store": ["大店"] * 35 + ["小店"] * 5})
    rows = {(one.field, one.segment): one for one in satisfaction(batch)}
    assert rows[None, None].figure.value == 100
    assert rows["store", "小店"].figure.suppressed
    assert rows["store", "小店"].figure.value is None
    assert rows["store", "小店"].figure.n == 5


def test_satisfaction_counts_a_respondent_once_and_missing_answers():
    scores = np.array([10.0, 10.0, np.nan, 0.0] * 20)
    more = Wordless(scores={"nps": np.full(10, 10.0)})
    batch = columns(80, respondent=np.repeat(np.arange(40), 2), scores={"nps": scores}, wordless=more)
    (nps,) = [one for one in satisfaction(batch) if one.metric == "nps"]
    # Each pair is one respondent, whose first row speaks: 20 promoters, 20 without an answer, 10 who wrote nothing.
    assert (nps.figure.n, nps.figure.value, nps.missing) == (30, 100, 0.4)


def test_satisfaction_of_segments_counts_those_who_wrote_nothing_but_in_no_question():
    more = Wordless(
        names={"store": ["徐汇店"] * 30 + ["静安店"] * 30 + [None]},  # nobody of 静安店 wrote anything
        scores={"nps": np.array([0.0] * 30 + [9.0] * 30 + [5.0]), "csat": np.full(61, np.nan)},
        weights=np.full(61, 2.0),
    )
    said = {"store": ["徐汇店"] * 30 + ["浦东店"] * 10, "question": ["甲", "乙"] * 20}
    batch = columns(40, scores={"nps": np.full(40, 10.0)}, factors=said, weights=np.ones(40), wordless=more)
    rows = {(one.field, one.segment): one for one in satisfaction(batch) if one.metric == "nps"}
    assert {name: rows["store", name].figure.n for name in ("徐汇店", "浦东店", "静安店")} == {"徐汇店": 60, "浦东店": 10, "静安店": 30}
    assert rows[None, None].figure.n == 101
    assert rows["store", "徐汇店"].figure.value == pytest.approx(100 * (30 - 60) / 90, abs=1e-3)  # each of the silent weighs two
    assert rows["store", "静安店"].figure.value == 100
    assert [rows["question", name].figure.n for name in "甲乙"] == [20, 20]


def test_satisfaction_by_question_counts_each_question_that_a_respondent_answers():
    batch = columns(
        60, respondent=np.repeat(np.arange(30), 2), scores={"nps": np.repeat([9.0, 3.0], 30)}, factors={"question": ["甲", "乙"] * 30}
    )
    rows = [one for one in satisfaction(batch) if one.field == "question"]
    assert [(one.segment, one.figure.n, one.figure.value) for one in rows] == [("乙", 30, 0.0), ("甲", 30, 0.0)]


@pytest.mark.parametrize(("effort_is_high", "easy"), [(False, 0.25), (True, 0.75)])
def test_effort_may_count_upwards_or_downwards(effort_is_high, easy):
    batch = columns(40, scores={"ces": np.array([1.0, 1.0, 2.0, 7.0] * 10)})
    (row,) = [one for one in satisfaction(batch, effort_is_high=effort_is_high) if one.metric == "ces_easy"]
    assert row.figure.value == easy
    assert row.scale == (1, 7)


def test_csi_states_its_weights():
    batch = columns(40, scores={"csat": np.full(40, 5.0), "nps": np.full(40, 5.0)})
    (row,) = [one for one in satisfaction(batch, csi={"csat": 3, "nps": 1}) if one.metric == "csi"]
    assert row.weights == {"csat": 0.75, "nps": 0.25}
    assert row.figure.value == 87.5


def test_weights_must_be_there_and_above_zero(fast_pipeline):
    def taken(cell: str | None):
        comment = Comment(id="1", text="送餐太慢了", extra={} if cell is None else {"权重": cell})
        gatherer = Gatherer(fast_pipeline.taxonomy, weight="权重")
        gatherer.add(comment, next(fast_pipeline.pipe([comment])))
        return gatherer.columns(())

    assert taken("2.5").weights.tolist() == [2.5]
    for cell, code in ((None, "no_weights"), ("0", "bad_weights")):
        with pytest.raises(SettingsError) as refused:
            taken(cell)
        assert refused.value.code == code


def test_factor_puts_the_most_frequent_first():
    factor = Factor.of(["乙", None, "甲", "甲", "丙"])
    assert factor.values == ("甲", "丙", "乙")
    assert factor.codes.tolist() == [2, -1, 0, 0, 1]


def test_drivers_need_respondents_and_say_why_not():
    batch = columns(20, scores={"nps": np.arange(20) % 11}, negative={"delivery": np.arange(20) < 10})
    assert all(one.why_not and not one.drivers for one in drivers(batch))


def test_drivers_leave_out_rare_themes_and_tell():
    rng = np.random.default_rng(1)
    rare = np.zeros(300, dtype=bool)
    rare[:3] = True
    batch = columns(300, scores={"rating": rng.integers(1, 6, 300)}, pains={"常见": rng.random(300) < 0.3, "罕见": rare})
    (found,) = [one for one in drivers(batch) if one.level == "pain_point"]
    assert [one.label for one in found.drivers] == ["常见"]
    assert found.left_out == ("罕见",)


@pytest.mark.parametrize("weights", [None, np.array([1.0, 2.0] * 100)])
def test_drivers_of_a_perfect_score_find_it(weights):
    marks = np.arange(200) % 4 == 0
    found = model(
        np.where(marks, 2.0, 4.0), Themes(marks[:, None], [("a", "甲", "negative")], [True]), "rating", "pain_point", weights=weights
    )
    (one,) = found.drivers
    assert one.effect.value == pytest.approx(-2, abs=0.05)
    assert one.shapley == 1
    assert "不等于原因" in one.sentence_zh
    assert "not cause" in one.sentence_en


LOWER_ZH = "抱怨「物流配送」的 115 人，NPS 比其他人低 20.3 分（其他主题相同时，95% 区间 −30.2 至 −10.4 分）；"
LOWER_EN = "The 115 who complain of Delivery score 20.3 points lower on NPS than others (95% interval −30.2 to −10.4, other themes equal); "


@pytest.mark.parametrize(
    ("score", "effect", "impact", "zh", "en"),
    [
        (
            "nps", (-20.3, -30.2, -10.4), -1.04,
            LOWER_ZH + "放到全体是 −1.0 分。相关，不等于原因。",
            LOWER_EN + "−1.0 points over all. This is association, not cause.",
        ),
        (
            "nps", (-20.3, -30.2, -10.4), -0.04,
            LOWER_ZH + "放到全体几乎没有影响（不到 0.05 分）。相关，不等于原因。",
            LOWER_EN + "over all next to nothing (below 0.05 points). This is association, not cause.",
        ),
        (
            "rating", (0.4, -0.1, 0.9), 0.01,
            "抱怨「物流配送」的 115 人，评分与其他人看不出差别（其他主题相同时，95% 区间 −0.10 至 +0.90 分）。",
            "RATING of the 115 who complain of Delivery cannot be told from that of others "
            "(95% interval −0.10 to +0.90, other themes equal).",
        ),
    ],
)  # fmt: skip
def test_drivers_say_it_in_plain_words_of_either_language(score, effect, impact, zh, en):
    figures = [Figure(value=effect[0], interval=effect[1:], n=900, method=""), Figure(value=impact, interval=(-2, 0), n=900, method="")]
    assert sentences(("物流配送", "Delivery"), "negative", score, 115, *figures) == (zh, en)


def test_drivers_name_touchpoints_in_english_and_say_what_pain_points_are():
    rng = np.random.default_rng(5)
    bad = rng.random(300) < 0.3
    batch = columns(300, scores={"rating": np.where(bad, 2, 5)}, negative={"delivery": bad}, pains={"配送慢": bad})
    by_level = {one.level: one.drivers[0] for one in drivers(batch)}
    assert "complain of Delivery" in by_level["touchpoint"].sentence_en
    assert "「物流配送」" in by_level["touchpoint"].sentence_zh
    assert not re.search(r"[-](?=\d)|与NPS", "".join(one.sentence_zh + one.sentence_en for one in by_level.values()))


def test_lmg_of_independent_themes_are_their_squared_correlations():
    rng = np.random.default_rng(3)
    marks = rng.random((200_000, 2)) < 0.5
    values = 3.0 * marks[:, 0] + 1.0 * marks[:, 1]
    data = np.column_stack([np.ones(len(values)), marks, values])
    shares, r2, orders = lmg(data.T @ data, rng)
    assert shares == pytest.approx([0.9, 0.1], abs=0.01)
    assert r2 == pytest.approx(1, abs=1e-3)
    assert orders == "all 2 orders"


def test_lmg_of_random_orders_agrees_with_all_of_them():
    rng = np.random.default_rng(4)
    marks = rng.random((5000, 6)) < np.linspace(0.2, 0.7, 6)
    marks[:, 1] |= marks[:, 0]
    data = np.column_stack([np.ones(5000), marks, marks @ np.arange(1, 7) + rng.normal(size=5000)])
    exact, _, _ = lmg(data.T @ data, rng)
    noise = rng.random((5000, 2)) < 0.5
    more = np.column_stack([data[:, :7], noise, data[:, 7]])
    sampled, _, orders = lmg(more.T @ more, rng)
    assert "random" in orders
    assert sampled[:6] == pytest.approx(exact, abs=0.02)


def weekly(counts: list[int], total: int = 400, first: str = "2026-01-05"):
    """A batch with `total` comments a week, of which so many name the pain point 配送慢."""
    n = total * len(counts)
    week = np.repeat(np.arange(len(counts)), total)
    named = np.arange(n) % total < np.array(counts)[week]
    return columns(n, pains={"配送慢": named}, day=np.datetime64(first, "D") + 7 * week + np.arange(n) % 7)


@pytest.mark.parametrize(
    ("counts", "direction"),
    [([20] * 12, None), ([20] * 8 + [40] * 4, "rising"), ([0] * 8 + [12] * 4, "new"), ([40] * 8 + [15] * 4, "falling")],
)
def test_trends_tell_what_changed(counts, direction):
    found = trends(weekly(counts))
    (row,) = found.rows
    assert row.direction == direction
    assert list(row.counts) == counts
    assert found.period == "week"
    assert found.recent == 4
    if direction:
        assert row.change.start == "2026-03-02"  # the ninth Monday
        (alert,) = alerts_of(found)
        assert (alert.kind, alert.label) == (direction, "配送慢")
        assert found.expected_false == 0.05
    else:
        assert watch(found).alerts == ()


def test_trends_without_dates_say_why():
    found = trends(columns(50, pains={"配送慢": np.arange(50) < 20}))
    assert found.period is None
    assert found.why_not
    assert watch(found).why_not
    assert found.undated == 50


def test_periods_are_days_where_dates_span_few_weeks():
    assert cut(days("2026-03-02", 20)).name == "day"
    assert cut(days("2026-03-02", 60)).name == "week"
    assert cut(days("2026-03-02", 3)) is None
    assert cut(days("2026-03-02", 60), recent=99).recent == 7


def test_volume_knows_the_weekend():
    number = np.tile([5, 5, 5, 5, 5, 15, 15], 10)
    found = volume(np.repeat(days("2026-01-05", 70), number))
    assert [round(one.index, 2) for one in found.weekdays] == [0.64] * 5 + [1.91] * 2
    assert found.weekday_p < 1e-6
    saturday = dict(found.forecast)["2026-03-21"]
    assert saturday.interval[0] <= 15 <= saturday.interval[1]
    assert volume(days("2026-01-05", 10)).why_not


def test_segments_find_the_store_that_stands_out():
    rng = np.random.default_rng(5)
    stores = np.array([f"{number} 号店" for number in range(10)])[rng.integers(0, 10, 4000)]
    slow = rng.random(4000) < np.where(stores == "3 号店", 0.25, 0.05)
    found = segments(columns(4000, pains={"配送慢": slow, "价格贵": rng.random(4000) < 0.1}, factors={"store": stores.tolist()}))
    assert [(one.label, one.segment) for one in found.findings if one.log_odds > 0] == [("配送慢", "3 号店")]
    assert found.tests == 20
    assert found.findings[0].interval[0] > 0


def test_segments_too_small_are_left_out():
    found = segments(columns(50, pains={"配送慢": np.arange(50) < 20}, factors={"store": ["甲"] * 45 + ["乙"] * 5}))
    assert found.left_out == 1


def test_contrasts_put_first_what_only_the_dissatisfied_name():
    marks = np.arange(200) < 60
    batch = columns(
        200, pains={"配送慢": marks, "价格贵": np.arange(200) % 3 == 0}, scores={"csat": np.where(np.arange(200) < 100, 1.0, 5.0)}
    )
    first = contrasts(batch)[0]
    assert (first.label, first.low.value, first.high.value) == ("配送慢", 0.6, 0.0)
    assert first.q < 1e-6


def test_consistency_of_like_channels_is_full_and_of_unlike_ones_not():
    channels = ["门店", "网店"] * 400
    bad = (np.arange(800) // 2) % 2 == 0
    alike = consistency(columns(800, negative={"delivery": bad}, positive={"delivery": ~bad}, factors={"channel": channels}))
    assert alike.index.value == 100
    assert not alike.gaps[0].differs
    worse = bad & (np.arange(800) % 2 == 0)
    unlike = consistency(columns(800, negative={"delivery": worse}, positive={"delivery": ~worse}, factors={"channel": channels}))
    assert 45 < unlike.index.value < 55
    assert unlike.gaps[0].differs
    assert consistency(columns(10)).why_not


def test_consistency_of_three_channels_counts_each_mention_once():
    bad = np.random.default_rng(3).random(900) < 0.3
    three = consistency(
        columns(900, negative={"delivery": bad}, positive={"delivery": ~bad}, factors={"channel": ["门店", "外卖", "官网"] * 300})
    )
    assert (three.tests, three.index.n) == (3, 900)


def test_tiers_by_recency_frequency_and_money(tmp_path):
    rows = ["会员编号,下单时间,实付金额"]
    for number in range(10):
        rows += [f"M{number:02},2026-0{1 + number // 2}-15,¥{100 * (number + 1)}元"] * (number + 1)
    rows.append("合计,,5500")
    path = tmp_path / "orders.csv"
    path.write_text("\n".join(rows), encoding="gb18030")
    orders = read_orders(path)
    assert len(orders) == 55
    assert orders[0] == Order("M00", "2026-01-15", 100.0)
    batch = columns(
        40,
        pains={"配送慢": np.arange(40) < 10},
        churn=np.arange(40) % 4 == 0,
        customers=("M00",) * 15 + ("M09",) * 15 + (None,) * 5 + ("X",) * 5,
    )
    found, factor = tiers(batch, orders, least=5)
    by_tier = {row.tier: row for row in found.rows}
    assert {name: row.customers for name, row in by_tier.items()} == {"loyal": 4, "growing": 2, "dormant": 4}
    assert by_tier["dormant"].comments == 15
    assert by_tier["dormant"].churn.value == pytest.approx(4 / 15, abs=1e-4)
    assert by_tier["dormant"].pain_points[0][0] == "pp-配送慢"
    assert found.joined == 0.75
    assert factor.values == ("高价值忠诚", "潜力培育", "沉睡唤醒")


def test_orders_without_their_columns_are_refused(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("会员编号,备注\nM1,无\n", encoding="utf-8")
    with pytest.raises(TableError) as refused:
        read_orders(path)
    assert refused.value.code == "no_orders"


@given(st.lists(st.integers(0, 50), min_size=1, max_size=60))
def test_quintiles_keep_the_order(values):
    scores = quintiles(np.array(values, dtype=float))
    assert set(scores) <= {1.0, 2.0, 3.0, 4.0, 5.0}
    assert max(scores) == 5
    order = np.argsort(values, kind="stable")
    assert (np.diff(scores[order]) >= 0).all()


@pytest.mark.parametrize(
    ("counts", "control", "verdict"),
    [
        ((60, 500, 25, 500), None, "improved"),
        ((25, 500, 60, 500), None, "worse"),
        ((60, 500, 58, 500), None, "no_change_seen"),
        ((6, 50, 5, 50), None, "not_enough_data"),
        ((2, 10, 0, 10), None, "not_enough_data"),
        ((60, 500, 25, 500), (60, 500, 25, 500), "not_enough_data"),  # it fell everywhere, and the difference of two is unsure
        ((600, 5000, 250, 5000), (600, 5000, 610, 5000), "improved"),
    ],
)
def test_before_after_verdicts(counts, control, verdict):
    found = verdict_of(counts, control)
    assert found.verdict == verdict
    assert found.sentence_zh
    assert found.sentence_en


def test_before_after_takes_equal_windows_without_the_day_itself():
    day = days("2026-03-01", 41)
    batch = columns(41 * 50, pains={"配送慢": np.arange(41 * 50) % 50 < 10}, day=np.repeat(day, 50))
    found = before_after(batch, "配送慢", "2026-03-31")
    assert (found.window_days, found.before.n, found.after.n) == (10, 500, 500)
    assert found.detectable == pytest.approx(detectable_change(0.2, 500, 500), abs=1e-3)
    for arguments, code in (
        (("没有", "2026-03-31"), "unknown_pain_point"), (("配送慢", "昨天"), "bad_date"),
    ):  # fmt: skip
        with pytest.raises(SettingsError) as refused:
            before_after(batch, *arguments)
        assert refused.value.code == code
    with pytest.raises(SettingsError):
        before_after(batch, "配送慢", "2026-03-31", control=True)


def test_before_after_with_power_that_the_simulation_bears_out():
    rng, n = np.random.default_rng(6), 400
    change = detectable_change(0.2, n, n)
    counts = rng.binomial(n, [0.2, 0.2 - change], size=(1000, 2)).tolist()
    seen = np.mean([verdict_of((before, n, after, n)).verdict == "improved" for before, after in counts])
    assert 0.76 <= seen <= 0.84


def test_audit_draws_each_comment_once():
    ids = [str(number) for number in range(500)]
    assert len(set(audit_sample(ids, 100, seed=1))) == 100
    assert audit_sample(ids, 9999, seed=1) == tuple(ids)
    with pytest.raises(ValueError, match="one judgement"):
        corrected_share(np.zeros(5, dtype=bool), [1, 1], [True, False])


@given(st.integers(1, 200), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_corrected_share_of_a_faultless_model_is_its_share(judged, random):
    said = np.array([random.random() < 0.3 for _ in range(200)])
    found = corrected_share(said, range(judged), said[:judged].tolist(), least=1)
    one_kind = said[:judged].all() or not said[:judged].any()  # then nothing tells how far the other can be trusted
    assert found.prediction_powered.value == pytest.approx(float(said[0]) if one_kind else said.mean(), abs=1e-4)
    assert 0 <= found.prediction_powered.interval[0] <= found.prediction_powered.interval[1] <= 1


def test_corrected_shares_read_what_people_judged(tmp_path):
    path = tmp_path / "audit.csv"
    lines = [f"{number},配送慢,{int(number < 50)}" for number in range(0, 400, 10)]
    path.write_text("comment_id,id,holds\n" + "\n".join(lines), encoding="utf-8-sig")
    reviews = read_audit(path, {"配送慢": "pp-配送慢"})
    ids = [str(number) for number in range(400)]
    (found,) = corrected_shares({"pp-配送慢": np.arange(400) < 100, "negative": np.zeros(400, dtype=bool)}, ids, reviews)
    assert (found.audited, found.raw.value) == (40, 0.25)
    assert found.prediction_powered.value == 0.125  # in the audit half of what was said is wrong, and nothing was missed
    path.write_text("comment_id,id,holds\n1,配送慢,也许\n", encoding="utf-8")
    with pytest.raises(TableError) as refused:
        read_audit(path, {"配送慢": "pp-配送慢"})
    assert refused.value.where["row"] == 2


def test_plan_ranks_by_impact_severity_and_trend():
    points = [point("大", comments=100, share=0.2, severity=0.5), point("小", comments=50, share=0.1, severity=1.0)]
    still = plan(points, TAXONOMY)
    (stage,) = still.stages
    assert [(one.label, one.priority) for one in stage.touchpoints[0].pain_points] == [("大", 50.0), ("小", 50.0)]
    rising = plan(points, TAXONOMY, directions={"pp-小": "rising"}, owners={"pp-小": Owner("王芳", "2026-06-01")})
    first = rising.stages[0].touchpoints[0].pain_points[0]
    assert (first.label, first.priority, first.owner, first.due) == ("小", 75.0, "王芳", "2026-06-01")
    assert "优先级" in rising.formula


def test_plan_takes_the_change_against_the_last_run_where_the_batch_does_not_tell():
    kinds: list[tuple[str, ChangeKind]] = [
        ("等太久", "growing"),
        ("少发货", "new"),
        ("缺货", "fading"),
        ("价格贵", "steady"),
        ("漏水", "fading"),
    ]
    changes = [Change(id=f"pp-{name}", label=name, kind=kind, before=10, after=50) for name, kind in kinds]
    made = plan([point(name, comments=50, share=0.1) for name, _ in kinds], TAXONOMY, directions={"pp-漏水": "rising"}, changes=changes)
    found = {one.label: (one.trend, one.direction, one.trend_from) for one in made.stages[0].touchpoints[0].pain_points}
    assert found == {
        "等太久": (1.5, "rising", "last"),
        "少发货": (1.5, "new", "last"),
        "缺货": (0.67, "falling", "last"),
        "价格贵": (1.0, None, None),
        "漏水": (1.5, "rising", "batch"),
    }
    shown = {row["痛点 Pain point"]: row["趋势依据 Trend seen"] for row in plan_rows(made)}
    assert (shown["缺货"], shown["漏水"]) == ("下降 falling，与上次比 since last run", "上升 rising，本批之内 within batch")


def test_sub_issues_are_told_by_words_that_part_of_the_comments_use():
    members = tuple(quote(str(number), text) for number, text in enumerate(["等了两小时", "等了三小时", "骑手迷路", "骑手迷路了"]))
    found = sub_issues(point("配送慢", comments=4, members=members, terms=("小时", "骑手", "了", "送")))
    assert [(one.term, one.comments) for one in found] == [("小时", 2), ("骑手", 2)]


@pytest.fixture
def eight_weeks(write_table):
    """Reviews of twelve weeks; in the last four everybody waits."""
    rows = []
    for number in range(12 * 30):
        week = number // 30
        slow = number % 30 < (24 if week >= 8 else 2)
        day = np.datetime64("2026-01-05", "D") + 7 * week + number % 7
        rows.append(
            {
                "id": str(number),
                "text": "送餐太慢了，等了两个小时" if slow else "味道很好",
                "created_at": str(day),
                "nps": 2 if slow else 10,
            }
        )
    return write_table(rows)


def test_cli_stats_and_watch(eight_weeks, tmp_path, capsys):
    out = tmp_path / "statistics.json"
    main(["stats", str(eight_weeks), "--quality", "fast", "-o", str(out), "-o", str(tmp_path / "s.xlsx")], standalone=False)
    capsys.readouterr()
    found = StatisticsReport.model_validate_json(out.read_text(encoding="utf-8"))
    assert found.alerts
    assert found.satisfaction[0].metric == "nps"
    assert (tmp_path / "s.xlsx").stat().st_size > 5000
    for source in (out, eight_weeks):
        with pytest.raises(SystemExit) as ended:
            main(["watch", str(source), *(["--quality", "fast"] if source != out else [])])
        assert ended.value.code == 3
        said = json.loads(capsys.readouterr().out)
        assert said["schema"] == "voc.alerts/1"
        assert {alert["kind"] for alert in said["alerts"]} == {"rising"}
        assert said["expected_false"] <= 0.05 * len(said["alerts"]) + 0.01


def test_cli_watch_of_what_does_not_change_ends_with_0(write_table, capsys):
    table = write_table([{"id": str(number), "text": "味道很好", "created_at": f"2026-03-{1 + number % 28:02}"} for number in range(84)])
    with pytest.raises(SystemExit) as ended:
        main(["watch", str(table), "--quality", "fast"])
    assert ended.value.code == 0
    assert json.loads(capsys.readouterr().out)["alerts"] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--csi", "csat"], "--csi"),
        (["--csi", "csat=-1"], "--csi"),
        (["--action", "配送慢"], "--action"),
        (["--owner", "配送慢"], "--owner"),
        (["--orders", "nowhere.csv"], "nowhere.csv"),
        (["-o", "a.pdf"], "a.pdf"),
    ],
)
def test_cli_stats_refuses_in_one_line_before_any_work(arguments, said, write_table, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["stats", str(write_table(["送餐太慢了"])), *arguments])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_cli_watch_of_another_json_says_what_it_needs(tmp_path, capsys):
    path = tmp_path / "analysis.json"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["watch", str(path)])
    assert ended.value.code == 2
    assert "voc stats" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["statistics", "alerts"])
def test_schema_of_the_statistics(name, capsys):
    main(["schema", name], standalone=False)
    assert json.loads(capsys.readouterr().out)["properties"]


def test_workbook_speaks_chinese_keeps_ids_and_says_where_there_is_nothing(tmp_path):
    rng = np.random.default_rng(6)
    n = 400
    bad = rng.random(n) < 0.3
    batch = columns(
        n, scores={"nps": np.where(bad, 3, 9)}, negative={"delivery": bad}, pains={"配送慢": bad}, factors={"store": ["一店", "二店"] * 200}
    )
    source = InputInfo(files=(), rows=n, comments=n, duplicates=0, uninformative=0, problems=(), notices=())
    run = RunInfo(id="r1", started_at="2026-03-05T09:00:00", voc_version="1", models={}, seed=42, seconds={})
    analysis = Analysis(
        run=run, input=source, metrics=Metrics(sentiment={}), journey=(), pain_points=batch.points,
        unassigned=Unassigned(size=0, share=0), quality=Quality(coverage=1),
    )  # fmt: skip
    owners = {batch.points[0].id: Owner("local", "2026-03-05T16:30:00+00:00")}
    made = report_of(batch, analysis, Wishes(owners=owners))
    assert not made.segments.findings
    write_statistics(made, tmp_path / "s.xlsx")
    book = pd.read_excel(tmp_path / "s.xlsx", sheet_name=None, engine="calamine")
    assert book["细分 Segments"].iloc[0, 0].startswith("做了 2 项检验，没有哪一组明显不同")
    fields = book["满意度 Satisfaction"]
    assert fields["维度 Field"].tolist() == ["全部 all", "门店", "门店"]
    assert fields["维度编号 Field id"].dropna().tolist() == ["store", "store"]
    drivers_ = book["驱动 Drivers"]
    assert drivers_[["分数 Score", "层次 Level", "态度 Polarity", "编号 Id"]].to_numpy().tolist() == [
        ["NPS", "触点", "抱怨", "delivery"],
        ["NPS", "痛点", "抱怨", batch.points[0].id],
    ]
    (planned,) = book["方案 Plan"].to_dict("records")
    local = datetime(2026, 3, 5, 16, 30, tzinfo=UTC).astimezone()
    assert (planned["负责人 Owner"], f"{planned['期限 Due']:%Y-%m-%d %H:%M}") == ("本机 this computer", f"{local:%Y-%m-%d %H:%M}")
    assert all(len(sheet) for sheet in book.values())
