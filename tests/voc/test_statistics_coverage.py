"""Simulations: intervals hold the truth as often as they say, null data stay silent, real changes are found."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from toy_statistics import columns

from voc.metrics import promoter_balance, wilson
from voc.statistics.before_after import verdict_of
from voc.statistics.consistency import index_figure as consistency_index
from voc.statistics.corrected import Audit, corrected_count
from voc.statistics.drivers import Themes, model
from voc.statistics.intervals import balance_figure, difference_figure, effective_number, false_discovery, mean_figure, mid_p, share_figure
from voc.statistics.records import Corrected, Driver
from voc.statistics.satisfaction import index_figure
from voc.statistics.since import nps_difference
from voc.statistics.trends import p_values
from voc.statistics.volume import forecast
from voc.tally import score_of

pytestmark = pytest.mark.usefixtures("one_thread")
SIZES = (50, 200, 2000)
LOW, HIGH = 0.93, 0.97


def holds(figures, truth: float) -> float:
    """Share of the figures whose interval holds the truth."""
    intervals = np.array([figure.interval for figure in figures])
    return float(((intervals[:, 0] <= truth) & (truth <= intervals[:, 1])).mean())


@pytest.mark.parametrize("n", SIZES)
def test_wilson_coverage_is_exact(n):
    """A count is a whole number: at some no interval holds its level (Brown, Cai & DasGupta, 2001); with ten of the rarer it does."""
    counts = np.arange(n + 1)
    ends, shares = np.array([wilson(int(count), n) for count in counts]), np.linspace(0.02, 0.98, 193)[:, None]
    inside = (ends[:, 0] <= shares) & (shares <= ends[:, 1])
    coverage = (stats.binom.pmf(counts, n, shares) * inside).sum(axis=1)
    usual = coverage[np.minimum(shares, 1 - shares)[:, 0] * n >= 10]
    assert usual.min() >= LOW
    assert usual.max() <= HIGH
    assert 0.945 <= coverage.mean() <= 0.955
    assert coverage.min() >= 0.92


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("shares", [(0.5, 0.2), (0.3, 0.3), (0.7, 0.05), (0.85, 0.05), (0.12, 0.02)])
def test_nps_coverage(n, shares):
    """From five answers of two kinds on; of fifty who almost all agree it holds up to 99 %."""
    rng = np.random.default_rng(n)
    drawn, times = np.unique(rng.multinomial(n, [*shares, 1 - sum(shares)], size=8000), axis=0, return_counts=True)
    ends = np.array([promoter_balance(up, down, n) for up, down, _ in drawn.tolist()])
    truth = shares[0] - shares[1]
    assert LOW <= np.average((ends[:, 0] <= truth) & (truth <= ends[:, 1]), weights=times) <= HIGH


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("law", [(0.05, 0.1, 0.2, 0.4, 0.25), (0.02, 0.02, 0.02, 0.04, 0.9), (0.1, 0, 0, 0, 0.9)])
def test_mean_coverage(n, law):
    """Where nine of ten give the best score too, of which the bare Student's interval holds 88 % at n = 50."""
    rng, answers = np.random.default_rng(n), np.arange(1.0, 6.0)
    figures = [mean_figure(rng.choice(answers, n, p=law), scale=(1, 5)) for _ in range(1500)]
    assert LOW <= holds(figures, float(law @ answers)) <= HIGH


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("content", [0.2, 0.05])
def test_weighted_share_coverage(n, content):
    """A stratum that answers half as often and is less satisfied; weights put it right. Kish's number holds 93 % of the second."""
    rng, hits, naive = np.random.default_rng(n), 0, 0
    truth = 0.5 * 0.4 + 0.5 * content
    for _ in range(1000):
        rare = rng.random(n) < 1 / 3
        bad = rng.random(n) < np.where(rare, 0.4, content)
        weights = np.where(rare, 1.5, 0.75)
        figure = share_figure(float(np.average(bad, weights=weights)) * n, n, effective=effective_number(bad.astype(float), weights))
        hits += figure.interval[0] <= truth <= figure.interval[1]
        naive += np.subtract(*wilson(int(bad.sum()), n)[::-1]) < np.subtract(*figure.interval[::-1])
    assert LOW <= hits / 1000 <= HIGH
    assert naive > 980  # weighting costs certainty, and says so


@pytest.mark.parametrize("n", SIZES)
def test_satisfaction_index_coverage(n):
    rng, figures = np.random.default_rng(n), []
    for _ in range(3000):
        taste = rng.normal(size=n)
        items = {"csat": np.clip(np.round(3.6 + taste), 1, 5), "nps": np.clip(np.round(7 + 2 * taste + rng.normal(size=n)), 0, 10)}
        figures.append(index_figure(items, {"csat": 0.6, "nps": 0.4}, {"csat": (1, 5), "nps": (0, 10)}))
    taste = rng.normal(size=1_000_000)
    csat = 60 * (np.clip(np.round(3.6 + taste), 1, 5) - 1) / 4
    truth = csat.mean() + 4 * np.clip(np.round(7 + 2 * taste + rng.normal(size=1_000_000)), 0, 10).mean()
    assert LOW <= holds(figures, truth) <= HIGH


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("shares", [(0.30, 0.20), (0.10, 0.10), (0.5, 0.5), (0.10, 0.25)])
def test_difference_coverage(n, shares):
    rng, (before, after) = np.random.default_rng(n), shares
    drawn = rng.binomial(n, shares, size=(2000, 2)).tolist()
    assert LOW <= holds([difference_figure(now, n, then, n) for then, now in drawn], after - before) <= HIGH


@pytest.mark.parametrize("n", SIZES)
def test_difference_in_differences_coverage(n):
    rng = np.random.default_rng(n)
    counts = rng.binomial(n, [0.30, 0.20, 0.25, 0.22], size=(1500, 4)).tolist()
    changes = [verdict_of((a, n, b, n), (c, n, d, n)).change for a, b, c, d in counts]
    assert LOW <= holds(changes, -0.07) <= HIGH


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("earlier", [50, 2000])
def test_nps_since_an_earlier_analysis_coverage(n, earlier):
    rng, figures = np.random.default_rng(n), []
    kinds = [10] * 60 + [8] * 20 + [3] * 20, [10] * 50 + [8] * 20 + [3] * 30
    for _ in range(1000):
        now, then = (rng.choice(scores, size) for scores, size in zip(kinds, (n, earlier), strict=True))
        figures.append(nps_difference(score_of(now.tolist()), score_of(then.tolist())))
    assert LOW <= holds(figures, 20) <= HIGH


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


def second_themes(together: tuple[float, float], worth: float, surveys: int) -> list[Driver]:
    """A theme of surveys of 2,000: it comes with a harmful one, named by so many of those who name that and of the others."""
    rng, found = np.random.default_rng(42), []
    for _ in range(surveys):
        harmful = rng.random(2000) < 0.15
        second = rng.random(2000) < np.where(harmful, *together)
        chance = rng.random(2000)
        unhappy = np.where(chance < 0.05, 100.0, np.where(chance < 0.85, -100.0, 0.0))  # NPS −75, others +45
        values = np.where(harmful, unhappy, np.where(chance < 0.55, 100.0, np.where(chance < 0.65, -100.0, 0.0))) + worth * second
        themes = Themes(np.column_stack([harmful, second]), [("a", "a", "negative"), ("b", "b", "negative")], [True, True])
        found += [driver for driver in model(values, themes, "nps", "pain_point").drivers if driver.id == "b"]
    return found


@pytest.mark.parametrize(("together", "familiar"), [((0.45, 0.04), -7), ((0.60, 0.03), -10)])
def test_a_harmless_theme_is_not_blamed_for_what_it_comes_with(together, familiar):
    """Of the second the standard error is 0.62 points: no unbiased figure could be below 1 in nine surveys of ten."""
    found = second_themes(together, 0, 200)
    assert np.mean([abs(one.impact.value) < 1 for one in found]) >= 0.90
    assert np.mean([one.leave_out.value for one in found]) == pytest.approx(familiar, abs=1)
    assert all(one.disagrees for one in found)


@pytest.mark.parametrize("together", [(0.45, 0.04), (0.60, 0.03)])
def test_a_harmful_theme_keeps_its_size_beside_what_it_comes_with(together):
    truth = -40 * (0.15 * together[0] + 0.85 * together[1])
    found = second_themes(together, -40, 100)
    assert np.mean([one.effect.interval[1] < 0 for one in found]) >= 0.98
    assert np.mean([one.impact.value for one in found]) == pytest.approx(truth, rel=0.05)
    assert all(one.interval[0] <= one.value <= one.interval[1] for driver in found for one in (driver.effect, driver.impact))


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


def audits(n: int, share: float, sensitivity: float, specificity: float, runs: int = 600) -> list[Corrected]:
    """Audits of n of 6,000 comments."""
    rng, said = np.random.default_rng(n), share * sensitivity + (1 - share) * (1 - specificity)
    cells = [share * sensitivity, share * (1 - sensitivity), (1 - share) * (1 - specificity), (1 - share) * specificity]
    drawn, rest = rng.multinomial(n, cells, size=runs).tolist(), rng.binomial(6000 - n, said, size=runs).tolist()
    return [corrected_count(more + counts[0] + counts[2], 6000, Audit(*counts)) for counts, more in zip(drawn, rest, strict=True)]


@pytest.mark.parametrize(("n", "share"), [(400, 0.05), (200, 0.20)])
def test_corrected_shares_cover_the_truth_where_naive_ones_do_not(n, share):
    found = audits(n, share, 0.80, 0.97)
    assert holds([one.raw for one in found], share) < 0.60
    assert holds([one.prediction_powered for one in found], share) >= 0.93
    assert holds([one.rogan_gladen for one in found if one.rogan_gladen], share) >= 0.93


@pytest.mark.parametrize("n", SIZES)
def test_corrected_share_coverage(n):
    """Over models of four kinds, of which an audit of fifty is to find one to ten errors of either kind; of fewer they hold more."""
    powered, corrected = [], []
    for share, *of_model in ((0.3, 0.75, 0.80), (0.5, 0.9, 0.9), (0.2, 0.8, 0.97), (0.3, 0.9, 0.95)):
        found = audits(n, share, *of_model)
        powered.append(holds([one.prediction_powered for one in found], share))
        corrected.append(holds([one.rogan_gladen for one in found if one.rogan_gladen], share))
    assert LOW <= np.mean(powered) <= HIGH
    assert LOW <= np.mean(corrected) <= HIGH


@pytest.mark.parametrize("n", SIZES)
def test_a_corrected_share_is_surer_than_the_audit_alone(n):
    for one in audits(n, 0.3, 0.75, 0.80, runs=200):
        found = one.prediction_powered
        alone = wilson(found.value * n, n)
        assert np.ptp(found.interval) < 1.02 * np.ptp(alone)


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
