"""Simulations: intervals hold the truth as often as they say, null data stay silent, real changes are found."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from toy_statistics import columns

from voc.metrics import promoter_balance, wilson
from voc.statistics.before_after import verdict_of
from voc.statistics.consistency import index_figure as consistency_index
from voc.statistics.corrected import corrected_share
from voc.statistics.drivers import Themes, model
from voc.statistics.intervals import balance_figure, difference_figure, false_discovery, kish, mean_figure, mid_p, share_figure
from voc.statistics.satisfaction import index_figure
from voc.statistics.trends import p_values
from voc.statistics.volume import forecast

pytestmark = pytest.mark.usefixtures("one_thread")
SIZES = (50, 200, 2000)
LOW, HIGH = 0.93, 0.97


def holds(figures, truth: float) -> float:
    """Share of the figures whose interval holds the truth."""
    intervals = np.array([figure.interval for figure in figures])
    return float(((intervals[:, 0] <= truth) & (truth <= intervals[:, 1])).mean())


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
def test_wilson_coverage_is_exact(n, share):
    counts = np.arange(n + 1)
    ends = np.array([wilson(int(count), n) for count in counts])
    inside = (ends[:, 0] <= share) & (share <= ends[:, 1])
    # A count is a whole number: no interval of a share holds its level at every n and share (Brown, Cai & DasGupta, 2001).
    assert LOW <= stats.binom.pmf(counts[inside], n, share).sum() <= 0.975


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("shares", [(0.5, 0.2), (0.3, 0.3), (0.7, 0.05)])
def test_nps_coverage(n, shares):
    rng = np.random.default_rng(n)
    drawn = rng.multinomial(n, [*shares, 1 - sum(shares)], size=4000)
    ends = np.array([promoter_balance(up, down, n) for up, down, _ in drawn.tolist()])
    truth = shares[0] - shares[1]
    assert LOW <= ((ends[:, 0] <= truth) & (truth <= ends[:, 1])).mean() <= HIGH


@pytest.mark.parametrize("n", SIZES)
def test_mean_coverage(n):
    rng, law = np.random.default_rng(n), np.array([0.05, 0.1, 0.2, 0.4, 0.25])
    figures = [mean_figure(rng.choice([1.0, 2.0, 3.0, 4.0, 5.0], n, p=law)) for _ in range(1000)]
    assert LOW <= holds(figures, float(law @ [1, 2, 3, 4, 5])) <= HIGH


@pytest.mark.parametrize("n", SIZES)
def test_weighted_share_coverage(n):
    """A stratum that answers half as often and is twice as dissatisfied; weights put it right."""
    rng, hits, naive = np.random.default_rng(n), 0, 0
    truth = 0.5 * 0.4 + 0.5 * 0.2
    for _ in range(1000):
        rare = rng.random(n) < 1 / 3
        bad = rng.random(n) < np.where(rare, 0.4, 0.2)
        weights = np.where(rare, 1.5, 0.75)
        figure = share_figure(float(np.average(bad, weights=weights)) * n, n, effective=kish(weights))
        hits += figure.interval[0] <= truth <= figure.interval[1]
        naive += np.subtract(*wilson(int(bad.sum()), n)[::-1]) < np.subtract(*figure.interval[::-1])
    assert LOW <= hits / 1000 <= HIGH
    assert naive > 990  # weighting costs certainty, and says so


@pytest.mark.parametrize("n", SIZES)
def test_satisfaction_index_coverage(n):
    rng, figures = np.random.default_rng(n), []
    for _ in range(600):
        taste = rng.normal(size=n)
        items = {"csat": np.clip(np.round(3.6 + taste), 1, 5), "nps": np.clip(np.round(7 + 2 * taste + rng.normal(size=n)), 0, 10)}
        figures.append(index_figure(items, {"csat": 0.6, "nps": 0.4}, {"csat": (1, 5), "nps": (0, 10)}))
    taste = rng.normal(size=1_000_000)
    csat = 60 * (np.clip(np.round(3.6 + taste), 1, 5) - 1) / 4
    truth = csat.mean() + 4 * np.clip(np.round(7 + 2 * taste + rng.normal(size=1_000_000)), 0, 10).mean()
    assert LOW <= holds(figures, truth) <= HIGH


@pytest.mark.parametrize("n", SIZES)
def test_difference_and_difference_in_differences_coverage(n):
    rng = np.random.default_rng(n)
    counts = rng.binomial(n, [0.30, 0.20, 0.25, 0.22], size=(1500, 4)).tolist()
    assert LOW <= holds([difference_figure(after, n, before, n) for before, after, _, _ in counts], -0.10) <= HIGH
    changes = [verdict_of((a, n, b, n), (c, n, d, n)).change for a, b, c, d in counts]
    assert LOW <= holds(changes, -0.07) <= HIGH


@pytest.mark.parametrize("n", SIZES)
def test_driver_coverage(n):
    """Two themes that come together, one worth −70 NPS points, the other nothing; noise differs between them."""
    rng, found = np.random.default_rng(n), {"harmful": [], "harmless": []}
    for _ in range(250):
        harmful = rng.random(n) < 0.4
        harmless = rng.random(n) < np.where(harmful, 0.6, 0.3)
        low, chance = np.where(harmful, 0.5, 0.15), rng.random(n)
        values = np.where(chance < low, -100.0, np.where(chance < low + 0.3, 0.0, 100.0))
        themes = Themes(np.column_stack([harmful, harmless]), [(name, name, "negative") for name in found], [True, True])
        for one in model(values, themes, "nps", "pain_point").drivers:
            found[one.id].append(one.effect)
    # 500 intervals: ±0.02 is what chance alone does.
    assert 0.925 <= (holds(found["harmful"], -70) + holds(found["harmless"], 0)) / 2 <= 0.975


def test_a_harmless_theme_is_not_blamed_for_what_it_comes_with():
    rng, joint, familiar, flagged = np.random.default_rng(42), [], [], 0
    for _ in range(200):
        harmful = rng.random(2000) < 0.15
        harmless = rng.random(2000) < np.where(harmful, 0.45, 0.04)
        chance = rng.random(2000)
        unhappy = np.where(chance < 0.05, 100.0, np.where(chance < 0.85, -100.0, 0.0))  # NPS −75, others +45
        values = np.where(harmful, unhappy, np.where(chance < 0.55, 100.0, np.where(chance < 0.65, -100.0, 0.0)))
        themes = Themes(np.column_stack([harmful, harmless]), [("a", "a", "negative"), ("b", "b", "negative")], [True, True])
        (one,) = [driver for driver in model(values, themes, "nps", "pain_point").drivers if driver.id == "b"]
        joint.append(one.impact.value)
        familiar.append(one.leave_out.value)
        flagged += one.disagrees
    assert (np.abs(joint) < 1).mean() >= 0.90
    assert -8 < np.mean(familiar) < -6
    assert flagged == 200


def reports(rise: float, number: int = 400, per_week: int = 600) -> tuple[float, float]:
    """Share of reports of 40 pain points × 12 weeks that hold any alert, and one of the pain point that rises in the last four."""
    rng, shares = np.random.default_rng(7), np.linspace(0.01, 0.10, 40)
    alarmed = found = 0
    for _ in range(number):
        totals = rng.poisson(per_week, 12)
        truth = np.tile(shares[:, None], (1, 12))
        truth[20, 8:] *= 1 + rise
        recent, slope, _ = p_values(rng.binomial(totals, truth), totals, 4)
        hit = np.nanmin(false_discovery(np.concatenate([recent, slope])).reshape(2, -1), axis=0) <= 0.05
        alarmed += hit.any()
        found += hit[20]
    return alarmed / number, found / number


def test_null_weeks_stay_silent_and_a_rise_of_60_percent_is_found():
    assert reports(0.0)[0] <= 0.06
    assert reports(0.6, number=200)[1] >= 0.90


def test_weeks_that_vary_more_than_chance_stay_silent_too():
    """Beta-binomial shares with twice the variance of chance; tests that trust the binomial law would cry in most reports."""
    rng, shares, alarmed = np.random.default_rng(8), np.linspace(0.02, 0.10, 40), 0
    for _ in range(200):
        totals = np.full(12, 400)
        concentration = 399.0  # variance × (1 + 399/400)
        truth = rng.beta(shares * concentration, (1 - shares) * concentration, size=(12, 40)).T
        recent, slope, dispersion = p_values(rng.binomial(totals, truth), totals, 4)
        assert dispersion > 1.5
        alarmed += bool((false_discovery(np.concatenate([recent, slope])) <= 0.05).any())
    assert alarmed / 200 <= 0.08


def test_null_segments_stay_silent():
    rng, alarmed = np.random.default_rng(9), 0
    for _ in range(100):
        sizes, shares = rng.integers(30, 400, 15), np.linspace(0.005, 0.08, 30)
        counts = rng.binomial(sizes[:, None], shares)
        p = mid_p(counts, sizes[:, None], counts.sum(axis=0), sizes.sum())
        alarmed += bool((false_discovery(p.ravel()) <= 0.05).any())
    assert alarmed / 100 <= 0.08


def audits(n: int, share: float, sensitivity: float, specificity: float, runs: int = 600) -> dict[str, float]:
    rng, hits = np.random.default_rng(n), {"raw": 0, "rogan_gladen": 0, "prediction_powered": 0}
    for _ in range(runs):
        truth = rng.random(6000) < share
        said = np.where(truth, rng.random(6000) < sensitivity, rng.random(6000) > specificity)
        places = rng.choice(6000, n, replace=False)
        found = corrected_share(said, places, truth[places])
        for name in hits:
            figure = getattr(found, name)
            hits[name] += figure is not None and figure.interval[0] <= share <= figure.interval[1]
    return {name: count / runs for name, count in hits.items()}


def test_corrected_shares_cover_the_truth_where_naive_ones_do_not():
    rare, usual = audits(400, 0.05, 0.80, 0.97), audits(200, 0.20, 0.80, 0.97)
    assert rare["raw"] < 0.60
    assert usual["raw"] < 0.60
    assert min(rare["prediction_powered"], usual["prediction_powered"]) >= 0.93
    assert min(rare["rogan_gladen"], usual["rogan_gladen"]) >= 0.93


@pytest.mark.parametrize("n", SIZES)
def test_prediction_powered_coverage(n):
    # One in five is wrong: with a handful of errors in the audit no interval can hold 95 % exactly, and this one then holds more.
    assert LOW <= audits(n, 0.3, 0.75, 0.80)["prediction_powered"] <= 0.975


@pytest.mark.parametrize("n", [200, 2000])
def test_rogan_gladen_coverage(n):
    assert LOW <= audits(n, 0.3, 0.75, 0.80)["rogan_gladen"] <= 0.975


@pytest.mark.parametrize("n", SIZES)
def test_consistency_coverage(n):
    """Ten touchpoints in two channels, ten points apart in either direction."""
    rng, inside = np.random.default_rng(n), 0
    one = np.linspace(0.2, 0.6, 10)
    other = one + np.where(np.arange(10) % 2, 0.1, -0.1)
    for _ in range(300):
        counts = np.column_stack([rng.binomial(n, one), np.full(10, n), rng.binomial(n, other), np.full(10, n)])
        low, high = consistency_index(counts).interval
        inside += low <= 90 <= high
    assert 0.92 <= inside / 300 <= 0.985


def test_forecast_coverage():
    rng, inside = np.random.default_rng(5), []
    usual = 20 * np.array([1, 1, 1, 1.1, 1.3, 1.6, 1.5])
    for _ in range(10):
        days = rng.poisson(np.tile(usual, 25)).astype(float)
        for figure, came in zip(forecast(days[:161], 14), days[161:], strict=True):
            inside.append(figure.interval[0] <= came <= figure.interval[1])
    assert 0.91 <= np.mean(inside) <= 1


def test_net_sentiment_is_an_nps_of_mentions():
    batch = columns(60, negative={"delivery": np.arange(60) < 30}, positive={"delivery": np.arange(60) >= 45})
    from voc.statistics.journey import journey

    (row,) = [one for one in journey(batch) if one.touchpoint == "delivery"]
    assert row.net == balance_figure(15, 30, 45)
