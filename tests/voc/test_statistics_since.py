"""What changed since an earlier analysis: figures recomputed by other ways, and nothing cried that the counts do not bear."""

from __future__ import annotations

from fractions import Fraction
from math import comb, sqrt

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from conftest import ROOT
from toy_store import analysis_of, pain_point, scored
from voc.analysis import analyse
from voc.codebook.session import CodebookSession
from voc.records import Change, Nps
from voc.statistics.since import LEAST_NAMED, since

SURVEY = ROOT / "corpora" / "samples" / "retail_survey.xlsx"
TITLES = 3  # rows of the survey's sheet down to its header
BATCH = [scored(str(number), f"送餐太慢了 {number}", "negative" if number < 50 else "positive", "delivery") for number in range(200)]


def counted(run: str, counts: dict[str, int], *, nps: Nps | None = None, changes: tuple[Change, ...] = (), **about: object):
    """An analysis of 200 comments whose pain points are named by so many of them."""
    points = [pain_point(f"pp-{label}", label, BATCH[:1]).model_copy(update={"comments": count}) for label, count in counts.items()]
    analysis = analysis_of(BATCH, run, points, **{"codebook_version": 1, **about})
    metrics = analysis.metrics.model_copy(update={"nps": nps})
    return analysis.model_copy(update={"metrics": metrics, "changes": changes})


def change(label: str, kind: str, before: int | None, after: int) -> Change:
    return Change(id=f"pp-{label}", label=label, kind=kind, before=before, after=after)


def states(found) -> dict[str, str]:
    return {one.label: one.state for one in found.points}


def test_what_rose_and_fell_is_told_from_what_may_be_chance():
    then = counted("r1", {"配送慢": 10, "客服不回复": 40, "价格贵": 20, "少见": 2})
    now = counted("r2", {"配送慢": 60, "客服不回复": 5, "价格贵": 22, "少见": 2})
    found = since(now, then)
    assert states(found) == {"配送慢": "rising", "客服不回复": "falling", "价格贵": "flat", "少见": "few"}
    assert [one.label for one in found.points] == ["配送慢", "客服不回复", "价格贵", "少见"]  # what is sure first
    slow = found.points[0]
    assert (slow.before.value, slow.now.value, slow.difference.value) == (0.05, 0.3, 0.25)
    assert found.tests == 3


def test_nothing_changed_is_said_where_nothing_did():
    same = {"配送慢": 30, "客服不回复": 20}
    found = since(counted("r2", same), counted("r1", same))
    assert set(states(found).values()) == {"flat"}
    assert found.negative.value == 0
    assert found.negative.interval[0] < 0 < found.negative.interval[1]


def test_a_pain_point_that_was_not_known_then_has_no_share_then():
    then = counted("r1", {"配送慢": 30})
    found = since(counted("r2", {"配送慢": 30, "新问题": 25}, changes=(change("新问题", "new", None, 25),)), then)
    (new,) = [one for one in found.points if one.label == "新问题"]
    assert (new.state, new.before, new.difference, new.q) == ("new", None, None, None)


def test_one_that_takes_no_shape_now_is_named_and_not_called_solved():
    """Eleven who say that the app lags may be fewer now, or only too few to gather."""
    then = counted("r1", {"配送慢": 30, "反应卡顿": 11, "价格贵": 9})
    changes = (change("反应卡顿", "gone", 11, 0), change("配送慢", "steady", 30, 28), change("系统难装", "gone", 2, 0))
    found = since(counted("r2", {"配送慢": 28}, changes=changes), then)
    assert states(found) == {"配送慢": "flat"}
    assert found.gone == (("反应卡顿", 11),)  # 价格贵 was merged or dismissed, 系统难装 did not take shape then


def test_what_people_edited_does_not_compare():
    then = counted("r1", {"配送慢": 10, "价格贵": 10})
    now = counted("r2", {"配送慢": 60, "价格贵": 60}, changes=(change("配送慢", "edited", 10, 60), change("价格贵", "growing", 10, 60)))
    assert states(since(now, then)) == {"配送慢": "edited", "价格贵": "rising"}
    assert states(since(now, then, edited={"pp-价格贵"})) == {"配送慢": "edited", "价格贵": "edited"}


def test_without_one_codebook_gone_means_nothing():
    """Another name would look like a problem that is solved."""
    then, now = counted("r1", {"配送慢": 60}, codebook_version=None), counted("r2", {"送货慢": 60}, codebook_version=None)
    found = since(now, then)
    assert not found.same_codebook
    assert states(found) == {"送货慢": "new"}
    assert found.gone == ()


def test_other_models_are_told():
    now = counted("r2", {"配送慢": 10})
    assert since(now, counted("r1", {"配送慢": 10})).same_models
    assert not since(now, counted("r1", {"配送慢": 10}, models={"sentiment": "toy@2"})).same_models


def test_nps_needs_scores_in_both():
    some, few = Nps(n=100, value=20.0, interval=(5.0, 35.0)), Nps(n=12, value=20.0, interval=(-20.0, 60.0))
    now = counted("r2", {}, nps=some)
    assert since(now, counted("r1", {})).nps is None
    assert since(now, counted("r1", {}, nps=few)).nps.suppressed
    found = since(now, counted("r1", {}, nps=Nps(n=100, value=-10.0, interval=(-25.0, 5.0)))).nps
    assert found.value == 30
    assert found.interval == pytest.approx((30 - sqrt(2) * 15, 30 + sqrt(2) * 15), abs=1e-3)


def test_too_few_comments_say_so():
    small = counted("r1", {"配送慢": 3})
    small = small.model_copy(update={"input": small.input.model_copy(update={"comments": 12})})
    found = since(counted("r2", {"配送慢": 60}), small)
    assert found.negative.suppressed
    assert states(found) == {"配送慢": "few"}


@pytest.fixture(scope="module")
def halves(fast_pipeline, tmp_path_factory):
    """The survey in two batches under one codebook, with what was found in each comment."""
    folder = tmp_path_factory.mktemp("halves")
    sheet = pd.read_excel(SURVEY, header=None, engine="calamine", dtype=str)
    rows = len(sheet) - TITLES
    found = []
    for name, part in (("三月", range(rows // 2)), ("四月", range(rows // 2, rows))):
        path = folder / f"{name}.xlsx"
        sheet.iloc[[*range(TITLES), *(TITLES + at for at in part)]].to_excel(path, header=False, index=False)
        session, annotations = CodebookSession(folder / "codebook"), []
        analysis = analyse(
            [path], pipeline=fast_pipeline, codebook=session, on_scored=lambda one, said, to=annotations: to.append((one, said))
        )
        session.save()
        found.append((analysis, annotations))
    return found


def ends(count: int, n: int) -> tuple[float, float]:
    found = stats.binomtest(count, n).proportion_ci(method="wilson")
    return found.low, found.high


def newcombe(count: int, n: int, count_then: int, n_then: int) -> tuple[float, float, float]:
    """Difference and its interval, by the formula of the paper."""
    one, other = count / n, count_then / n_then
    (low, high), (low_then, high_then) = ends(count, n), ends(count_then, n_then)
    gap = one - other
    return gap, gap - sqrt((one - low) ** 2 + (high_then - other) ** 2), gap + sqrt((high - one) ** 2 + (other - low_then) ** 2)


def mid_p(count: int, n: int, count_then: int, n_then: int) -> float:
    """Twice the smaller tail in whole numbers, the outcome itself counted half."""
    total, everything = count + count_then, n + n_then
    ways = [comb(n, k) * comb(n_then, total - k) for k in range(total + 1)]
    tail = Fraction(2 * sum(ways[:count]) + ways[count], 2 * comb(everything, total))
    return float(min(2 * min(tail, 1 - tail), 1))


def test_survey_in_two_halves_is_compared_as_pandas_does(halves):
    (then, said_then), (now, said_now) = halves
    found = since(now, then)
    assert found.same_codebook
    assert found.same_models
    tables = []
    for analysis, said in ((now, said_now), (then, said_then)):
        table = pd.DataFrame({"id": one.id, "negative": note.sentiment.label == "negative"} for one, note in said)
        for point in analysis.pain_points:
            table[point.id] = table["id"].isin({member.comment_id for member in point.members})
        tables.append(table)
    new, old = tables
    n, m = len(new), len(old)
    assert (n, m) == (now.input.comments, then.input.comments)
    figure = found.negative
    assert (figure.value, *figure.interval) == pytest.approx(newcombe(new["negative"].sum(), n, old["negative"].sum(), m), abs=2e-4)
    p, tested = {}, 0
    for one in found.points:
        count = int(new[one.id].sum())
        assert one.now.value == pytest.approx(count / n, abs=1e-4)
        assert one.comments == count
        if one.difference is None:
            assert one.id not in old
            continue
        count_then = int(old[one.id].sum())
        assert one.before.value == pytest.approx(count_then / m, abs=1e-4)
        expected = newcombe(count, n, count_then, m)
        assert (one.difference.value, *one.difference.interval) == pytest.approx(expected, abs=2e-4)
        if count + count_then >= LEAST_NAMED:
            p[one.id] = mid_p(count, n, count_then, m)
        tested += 1
    assert tested > 20
    assert dict(found.gone) == {point.label: int(old[point.id].sum()) for point in then.pain_points if point.id not in new}
    ranked = pd.Series(p).sort_values(ascending=False)
    q = np.minimum.accumulate(ranked * len(ranked) / np.arange(len(ranked), 0, -1))
    assert {one.id: one.q for one in found.points if one.q is not None} == pytest.approx(q.to_dict(), rel=6e-3)
    assert {one.id for one in found.points if one.state in ("rising", "falling")} == set(q[q <= 0.05].index)


def test_survey_nps_in_two_halves_is_that_of_the_spreadsheet(halves):
    (then, _), (now, _) = halves
    sheet = pd.read_excel(SURVEY, header=TITLES - 1, engine="calamine", dtype=str)
    column = next(name for name in sheet if "可能性" in name)
    scores = sheet[column].str.extract(r"^(-?\d+)(?:\.0)?(?:分|/10)?$")[0].astype(float)
    middle = len(sheet) // 2
    parts = [part[part.between(0, 10)] for part in (scores[middle:], scores[:middle])]
    values = [100 * ((part >= 9).mean() - (part <= 6).mean()) for part in parts]
    found = since(now, then).nps
    assert found.n == sum(map(len, parts))
    assert found.value == pytest.approx(values[0] - values[1], abs=0.11)
    errors = []
    for part in parts:
        up, down, n = (part >= 9).sum() + 0.5, (part <= 6).sum() + 0.5, len(part) + 2
        errors.append(stats.norm.ppf(0.975) * 100 * sqrt(((up + down) / n - ((up - down) / n) ** 2) / n))
    assert (found.interval[1] - found.interval[0]) / 2 == pytest.approx(sqrt(errors[0] ** 2 + errors[1] ** 2), abs=0.5)
