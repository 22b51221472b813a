"""Every figure of the sample survey, recomputed with pandas and scipy by other ways."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from conftest import ROOT
from voc.analysis import Reading, analyse
from voc.records import Comment
from voc.statistics import Action, Wishes, gather, report
from voc.statistics.columns import FIELDS
from voc.statistics.drivers import RIDGE

SURVEY = ROOT / "corpora" / "samples" / "retail_survey.xlsx"
Z = stats.norm.ppf(0.975)


@pytest.fixture(scope="module")
def batch(fast_pipeline, tmp_path_factory):
    """Comments, annotations, analysis; a column of weights is added to a copy of the survey."""
    comments = [item for item in Reading([SURVEY]) if isinstance(item, Comment)]
    annotations = []
    analysis = analyse([SURVEY], pipeline=fast_pipeline, on_scored=lambda _, annotation: annotations.append(annotation))
    return comments, annotations, analysis


@pytest.fixture(scope="module")
def found(batch, fast_pipeline):
    comments, annotations, analysis = batch
    actions = [Action(analysis.pain_points[0].id, "2026-07-15"), Action(analysis.pain_points[1].label, "2026-07-15", "上海徐汇店", True)]
    wishes = Wishes(actions=actions, owners={}, seed=42)
    return report(comments, annotations, analysis, taxonomy=fast_pipeline.taxonomy, wishes=wishes)


@pytest.fixture(scope="module")
def frame(batch):
    """One row per comment, made without voc.statistics."""
    comments, annotations, analysis = batch
    rows = []
    for comment, annotation in zip(comments, annotations, strict=True):
        row = {name: getattr(comment, name) for name in (*FIELDS, "id", "nps", "file", "row", "created_at")}
        row |= {"sentiment": annotation.sentiment.label}
        for mention in annotation.touchpoints:
            row[f"{mention.polarity} {mention.id}"] = True
        rows.append(row)
    table = pd.DataFrame(rows)
    for point in analysis.pain_points:
        table[point.id] = table["id"].isin({member.comment_id for member in point.members})
    table["respondent"] = table["file"] + ":" + table["row"].astype(str)
    table["date"] = pd.to_datetime(table["created_at"].str[:10])
    return table


def wilson(count: float, n: float) -> tuple[float, float]:
    result = stats.binomtest(int(count), int(n)).proportion_ci(method="wilson")
    return result.low, result.high


def test_survey_nps_is_that_of_the_spreadsheet(found, batch):
    """Read by pandas alone, straight from the file."""
    sheet = pd.read_excel(SURVEY, header=2, engine="calamine")
    column = next(name for name in sheet if "可能性" in name)
    scores = sheet[column].astype(str).str.extract(r"^(-?\d+)(?:\.0)?(?:分|/10)?$")[0].dropna().astype(int)
    scores = scores[scores.between(0, 10)]
    (nps,) = [one for one in found.satisfaction if one.metric == "nps" and one.field is None]
    assert nps.figure.n == len(scores)
    assert nps.figure.value == pytest.approx(100 * ((scores >= 9).mean() - (scores <= 6).mean()), abs=1e-3)
    up, down, n = (scores >= 9).sum() + 0.5, (scores <= 6).sum() + 0.5, len(scores) + 2
    middle, half = (up - down) / n, Z * np.sqrt((up + down) / n - ((up - down) / n) ** 2) / np.sqrt(n)
    assert nps.figure.interval == pytest.approx((100 * (middle - half), 100 * (middle + half)), abs=1e-2)
    assert nps.figure.n == batch[2].metrics.nps.n
    assert nps.figure.value == pytest.approx(batch[2].metrics.nps.value, abs=0.05)


def test_survey_satisfaction_by_segment(found, frame, batch):
    """With those who wrote nothing, by what their row says."""
    answers = [(one, one.answer) for one in batch[2].input.problems if one.answer]
    assert len(answers) > 50
    silent = [
        {"respondent": f"{one.file}:{one.row}", "nps": said.nps} | {name: getattr(said, name, None) for name in FIELDS}
        for one, said in answers
    ]
    people = pd.concat([frame, pd.DataFrame(silent).astype({"nps": float})])
    assert len(people[people["nps"].notna()].drop_duplicates("respondent")) == batch[2].metrics.nps.n
    checked = 0
    for one in found.satisfaction:
        if one.field is None:
            continue
        inside = people[people[one.field] == one.segment].drop_duplicates("respondent")
        scores = inside["nps"].dropna()
        assert one.figure.n == len(scores)
        assert one.missing == pytest.approx(1 - len(scores) / len(inside), abs=1e-4)
        assert one.figure.suppressed == (len(scores) < 30)
        if not one.figure.suppressed:
            assert one.figure.value == pytest.approx(100 * ((scores >= 9).mean() - (scores <= 6).mean()), abs=1e-3)
        checked += 1
    assert checked > 20
    assert {one.field for one in found.satisfaction} >= {"channel", "store", "product", "region", "question"}


def test_survey_journey(found, frame):
    for row in found.journey:
        bad = frame.get(f"negative {row.touchpoint}", pd.Series(False, frame.index)).fillna(False).astype(bool)
        good = frame.get(f"positive {row.touchpoint}", pd.Series(False, frame.index)).fillna(False).astype(bool)
        even = frame.get(f"neutral {row.touchpoint}", pd.Series(False, frame.index)).fillna(False).astype(bool)
        mentions = int((bad | good | even).sum())
        assert row.mentions == mentions
        assert row.volume == pytest.approx(mentions / len(frame), abs=1e-4)
        if mentions >= 30:
            assert row.negative.value == pytest.approx(bad.sum() / mentions, abs=1e-4)
            assert row.negative.interval == pytest.approx(wilson(bad.sum(), mentions), abs=1e-4)
            assert row.net.value == pytest.approx((good & ~bad).sum() / mentions - bad.sum() / mentions, abs=1e-4)
    assert any(row.high_value for row in found.journey)


def test_survey_drivers_are_a_ridge_regression_of_scikit_learn(found, frame, fast_pipeline):
    from sklearn.linear_model import Ridge
    from sklearn.preprocessing import StandardScaler

    (model,) = [one for one in found.drivers if (one.score, one.level) == ("nps", "touchpoint")]
    names = [f"{polarity} {one.id}" for polarity in ("negative", "positive") for one in fast_pipeline.taxonomy.touchpoints]
    marks = frame.reindex(columns=names).fillna(False).astype(bool).groupby(frame["respondent"]).any().astype(float)
    scores = frame.groupby("respondent")["nps"].first().dropna()
    values = 100.0 * ((scores >= 9).astype(int) - (scores <= 6).astype(int))
    marks = marks.loc[values.index]
    marks = marks.loc[:, (marks.sum() >= 10) & (marks.sum() <= len(marks) - 10)]
    assert model.n == len(values)
    assert {f"{one.polarity} {one.id}" for one in model.drivers} == set(marks.columns)
    scale = StandardScaler().fit(marks)
    fitted = Ridge(alpha=RIDGE).fit(scale.transform(marks), values)
    effects = dict(zip(marks.columns, fitted.coef_ / scale.scale_, strict=True))
    quantile = stats.t.ppf(0.975, min(len(values) - len(marks.columns) - 1, 499))
    for one in model.drivers:
        name = f"{one.polarity} {one.id}"
        assert np.mean(one.effect.interval) == pytest.approx(effects[name], abs=1e-3)
        assert np.mean(one.impact.interval) == pytest.approx(effects[name] * marks[name].mean(), abs=1e-3)
        error = np.ptp(one.effect.interval) / 2 / quantile
        shrunk = max(1 - (error / effects[name]) ** 2, 0)  # Breiman's garrote
        assert one.effect.value == pytest.approx(shrunk * effects[name], abs=1e-2)
        assert one.impact.value == pytest.approx(shrunk * effects[name] * marks[name].mean(), abs=1e-2)
        assert one.leave_out.value == pytest.approx(values.mean() - values[marks[name] == 0].mean(), abs=1e-3)
        assert one.mentions == marks[name].sum()
        assert "不等于原因" in one.sentence_zh or "看不出差别" in one.sentence_zh
    assert sum(one.shapley for one in model.drivers) == pytest.approx(1, abs=1e-2)


def test_survey_trends(found, frame):
    trends = found.trends
    dated = frame[frame["date"].notna()]
    weeks = (dated["date"] - pd.to_timedelta(dated["date"].dt.day_of_week, unit="D")).dt.strftime("%Y-%m-%d")
    totals = weeks.value_counts().reindex(trends.starts, fill_value=0)
    assert trends.period == "week"
    assert list(trends.totals) == totals.tolist()
    assert sum(trends.totals) + trends.undated == len(frame)
    recent = weeks.isin(trends.starts[-trends.recent :])
    for row in trends.rows:
        marks = dated[row.id]
        assert list(row.counts) == weeks[marks].value_counts().reindex(trends.starts, fill_value=0).tolist()
        assert row.recent.value == pytest.approx(marks[recent].mean(), abs=1e-4)
        assert row.before.value == pytest.approx(marks[~recent].mean(), abs=1e-4)
        assert row.difference.value == pytest.approx(marks[recent].mean() - marks[~recent].mean(), abs=1e-4)
    assert trends.negative.recent.value == pytest.approx((dated["sentiment"][recent] == "negative").mean(), abs=1e-4)
    assert trends.tests == sum((row.p_recent is not None) + (row.p_slope is not None) for row in (*trends.rows, trends.negative))
    by_day = dated["date"].dt.strftime("%Y-%m-%d").value_counts()
    days = pd.date_range(dated["date"].min(), dated["date"].max())
    daily = by_day.reindex(days.strftime("%Y-%m-%d"), fill_value=0)
    first = (7 - days[0].day_of_week) % 7
    whole = daily.iloc[first : first + (len(daily) - first) // 7 * 7].to_numpy().reshape(-1, 7)
    for one in trends.volume.weekdays:
        assert one.mean.value == pytest.approx(whole[:, one.weekday - 1].mean(), abs=1e-4)
        assert one.index == pytest.approx(whole[:, one.weekday - 1].mean() / whole.mean(), abs=1e-4)
    assert trends.volume.forecast[0][0] == str((days[-1] + pd.Timedelta(days=1)).date())


def test_survey_segments(found, frame):
    assert found.segments.tests > 500
    for one in found.segments.findings:
        known = frame[frame[one.field].notna()]
        inside = known[one.field] == one.segment
        table = [[int(known.loc[inside, one.id].sum()), int(inside.sum())], [int(known.loc[~inside, one.id].sum()), int((~inside).sum())]]
        assert one.comments == table[0][0]
        assert one.share.value == pytest.approx(table[0][0] / table[0][1], abs=1e-4)
        assert one.elsewhere == pytest.approx(table[1][0] / table[1][1], abs=1e-4)
        exact = stats.fisher_exact([[table[0][0], table[0][1] - table[0][0]], [table[1][0], table[1][1] - table[1][0]]]).pvalue
        assert one.p <= 2 * exact
        assert one.q <= found.segments.fdr


def test_survey_contrasts_and_consistency(found, frame):
    people = frame.groupby("respondent").agg(nps=("nps", "first"), **{row.id: (row.id, "any") for row in found.trends.rows})
    high, low = people[people["nps"] >= 9], people[people["nps"] <= 6]
    for one in (one for one in found.contrasts if one.kind == "pain_point"):
        assert one.low.value == pytest.approx(low[one.id].mean(), abs=1e-4)
        assert one.high.value == pytest.approx(high[one.id].mean(), abs=1e-4)
        assert one.difference.value == pytest.approx(low[one.id].mean() - high[one.id].mean(), abs=1e-4)
    square = weight = 0.0
    for gap in found.consistency.gaps:
        shares = []
        for channel, figure in zip(gap.channels, gap.shares, strict=True):
            here = frame[frame["channel"] == channel]
            bad = here.get(f"negative {gap.touchpoint}", pd.Series(dtype=bool)).fillna(False).astype(bool)
            spoken = bad.copy()
            for polarity in ("neutral", "positive"):
                if f"{polarity} {gap.touchpoint}" in here:
                    spoken |= here[f"{polarity} {gap.touchpoint}"].fillna(False).astype(bool)
            assert figure.value == pytest.approx(bad.sum() / spoken.sum(), abs=1e-4)
            assert figure.n == spoken.sum()
            shares.append((bad.sum() / spoken.sum(), int(spoken.sum())))
        (one, n_one), (other, n_other) = shares
        assert gap.difference.value == pytest.approx(one - other, abs=1e-4)
        chance = one * (1 - one) / (n_one - 1) + other * (1 - other) / (n_other - 1)
        square += min(n_one, n_other) * ((one - other) ** 2 - chance)
        weight += min(n_one, n_other)
    assert found.consistency.index.value == pytest.approx(100 - 100 * np.sqrt(max(square / weight, 0)), abs=0.02)


def test_survey_before_after(found, frame, batch):
    everywhere, one_store = found.before_after
    day = pd.Timestamp("2026-07-15")
    since = (frame["date"] - day).dt.days
    before, after = frame[since.between(-28, -1)], frame[since.between(1, 28)]
    point = batch[2].pain_points[0].id
    assert everywhere.before.value == pytest.approx(before[point].mean(), abs=1e-4)
    assert everywhere.after.value == pytest.approx(after[point].mean(), abs=1e-4)
    assert everywhere.change.value == pytest.approx(after[point].mean() - before[point].mean(), abs=1e-4)
    assert one_store.control_before.n == (before["store"].notna() & (before["store"] != "上海徐汇店")).sum()
    assert one_store.verdict in ("not_enough_data", "no_change_seen", "improved", "worse")
    assert "个百分点" in everywhere.sentence_zh


def test_survey_plan(found, batch):
    points = {point.id: point for point in batch[2].pain_points}
    (model,) = [one for one in found.drivers if (one.score, one.level) == ("nps", "pain_point")]
    harm = {one.id: max(-one.impact.value, 0) if one.impact.interval[1] < 0 else 0.0 for one in model.drivers}
    planned = [point for stage in found.plan.stages for touchpoint in stage.touchpoints for point in touchpoint.pain_points]
    assert {one.id for one in planned} == set(points)
    most = max(point.share for point in points.values())
    for one in planned:
        impact = points[one.id].share / most
        if one.id in harm:
            impact = (impact + harm[one.id] / max(harm.values())) / 2
        assert one.priority == pytest.approx(100 * impact * points[one.id].severity * one.trend, abs=0.06)
        for issue in one.sub_issues:
            users = {member.comment_id for member in points[one.id].members if issue.term in member.text}
            assert issue.comments == len(users) < one.comments
    for stage in found.plan.stages:
        for touchpoint in stage.touchpoints:
            assert [one.priority for one in touchpoint.pain_points] == sorted(
                (one.priority for one in touchpoint.pain_points), reverse=True
            )


def test_survey_weights_are_honoured(batch, fast_pipeline):
    comments, annotations, analysis = batch
    heavy = [one.model_copy(update={"extra": {"权重": "3" if one.channel == "门店" else "1"}}) for one in comments]
    columns = gather(heavy, annotations, analysis.pain_points, fast_pipeline.taxonomy, weight="权重")
    from voc.statistics.satisfaction import satisfaction

    (nps,) = [one for one in satisfaction(columns) if one.metric == "nps" and one.field is None]
    people = pd.DataFrame([{"key": (one.file, one.row), "nps": one.nps, "w": 3 if one.channel == "门店" else 1} for one in comments])
    people = people.drop_duplicates("key").dropna(subset="nps")
    sides = 100 * ((people["nps"] >= 9).astype(int) - (people["nps"] <= 6).astype(int))
    mean = np.average(sides, weights=people["w"])
    assert nps.figure.value == pytest.approx(mean, abs=1e-3)
    kish = people["w"].sum() ** 2 / (people["w"] ** 2).sum()
    error = ((people["w"] / people["w"].sum() * (sides - mean)) ** 2).sum()
    assert nps.figure.n_effective == pytest.approx(min(np.average((sides - mean) ** 2, weights=people["w"]) / error, kish), abs=0.06)
