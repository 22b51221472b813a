from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("clauses", "name"),
    [
        (["要求修复小程序卡顿", "尽快修复小程序卡顿"], "小程序卡顿"),  # a demand is named by what is wrong
        (["公交线路无论是早晚都太少", "公交线路无论是周末都少"], "公交线路少"),  # words that join statements are no part of a name
    ],
)
def test_mined_names_complain_on_their_own(namer, clauses, name):
    assert namer.mined_names(clauses)[0] == name


@pytest.mark.parametrize(
    "clauses",
    [
        ["没想到闹成这样", "真没想到闹成这样了"],  # breaks off
        ["现在脸都没地方放", "脸真没地方放"],  # says of nothing what is wrong with it
    ],
)
def test_mined_names_are_none_where_nothing_is_complained_of(namer, clauses):
    assert not [name for name in namer.mined_names(clauses) if namer.judges(name)]
