from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.metrics import nps, share, wilson


@pytest.mark.parametrize(
    ("count", "n", "expected"),
    [(0, 10, (0.0, 0.2775)), (10, 10, (0.7225, 1.0)), (5, 10, (0.2366, 0.7634)), (0, 0, (0.0, 1.0)), (81, 263, (0.2553, 0.3662))],
)
def test_wilson_agrees_with_published_values(count, n, expected):
    assert wilson(count, n) == pytest.approx(expected, abs=2e-4)


@given(st.integers(0, 5000), st.integers(1, 5000))
def test_wilson_holds_the_share(count, n):
    count = min(count, n)
    low, high = wilson(count, n)
    assert 0 <= low <= share(count, n) + 1e-4
    assert share(count, n) - 1e-4 <= high <= 1


def test_nps_counts_promoters_less_detractors():
    value, (low, high) = nps([10] * 50 + [7] * 30 + [0] * 20)
    assert value == 30.0
    assert -100 <= low < 30 < high <= 100
    assert nps([9])[0] == 100.0
    assert nps([8, 7])[1] == (-49.0, 49.0)  # two who agree prove little
