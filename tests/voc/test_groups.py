from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.groups import Groups


@given(st.lists(st.lists(st.floats(-9, 9), min_size=1, max_size=20), min_size=1, max_size=6))
@settings(max_examples=100, deadline=None)
def test_groups_figures_are_those_of_each_group(groups):
    of, values = Groups([len(group) for group in groups]), np.concatenate(groups)
    figures = {
        "sum": np.sum,
        "mean": np.mean,
        "spread": np.std,
        "min": np.min,
        "max": np.max,
        "first": lambda group: group[0],
        "last": lambda group: group[-1],
    }
    for name, figure in figures.items():
        np.testing.assert_allclose(getattr(of, name)(values), [figure(group) for group in groups], rtol=1e-9, atol=1e-7)
        alone = [getattr(Groups([len(group)]), name)(np.array(group))[0] for group in groups]
        np.testing.assert_array_equal(getattr(of, name)(values), alone, "whatever groups stand beside it")


def test_groups_tail_begins_at_the_last_mark():
    marked = np.array([False, True, False, False, False, True, True, False], dtype=bool)
    assert Groups([3, 2, 3]).tail(marked).tolist() == [0, 1, 1, 0, 1, 0, 1, 1]
