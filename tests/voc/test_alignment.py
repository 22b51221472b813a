"""The offset map between what people read and what is analysed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.alignment import AlignedText, Mask

SHORTER = AlignedText("慢！！！差", "慢!差", (0, 1, 4, 5))
LONGER = AlignedText("约3㎡大", "约3m2大", (0, 1, 2, 2, 3, 4))


@pytest.mark.parametrize(
    ("aligned", "normalised", "text"),
    [
        (SHORTER, (0, 3), (0, 5)),
        (SHORTER, (1, 2), (1, 4)),
        (SHORTER, (2, 3), (4, 5)),
        (LONGER, (1, 4), (1, 3)),
        (LONGER, (4, 5), (3, 4)),
        (AlignedText.same("好吃"), (1, 2), (1, 2)),
    ],
)
def test_alignment_maps_ranges_both_ways(aligned: AlignedText, normalised: tuple[int, int], text: tuple[int, int]) -> None:
    assert aligned.to_text(*normalised) == text
    assert aligned.to_normalised(*text) == normalised


def test_alignment_widens_to_what_comes_from_one_place() -> None:
    assert LONGER.to_text(2, 3) == (2, 3)  # the "m" of "㎡" is all of it
    assert LONGER.to_text(3, 4) == (2, 3)  # and so is the "2"
    assert SHORTER.to_normalised(2, 3) == (1, 2)  # the second of three marks


def test_alignment_keeps_empty_ranges_empty() -> None:
    assert SHORTER.to_text(2, 2) == (4, 4)
    assert SHORTER.to_normalised(4, 4) == (2, 2)
    assert AlignedText.same("").to_text(0, 0) == AlignedText.same("").to_normalised(0, 0) == (0, 0)


def test_alignment_gives_what_is_deleted_to_the_neighbour() -> None:
    aligned = AlignedText.same("##好##吃##").substitute(re.compile("#"), lambda match: "")
    assert aligned.normalised == "好吃"
    assert [aligned.to_text(0, 1), aligned.to_text(1, 2)] == [(0, 5), (5, 8)]


def test_alignment_substitutes_on_top_of_a_substitution() -> None:
    aligned = AlignedText.same("a㎡b").substitute(re.compile("㎡"), lambda match: "m2").substitute(re.compile("2b"), lambda match: "!")
    assert (aligned.normalised, list(aligned.origins)) == ("am!", [0, 1, 1, 3])


def test_alignment_substitute_without_a_match_is_the_same_object() -> None:
    assert SHORTER.substitute(re.compile("x"), str) is SHORTER


def test_alignment_masks_both_texts() -> None:
    aligned = AlignedText("電話１３８！！！張三", "电话138!张三", (0, 1, 2, 3, 4, 5, 8, 9, 10)).mask(
        [Mask(2, 5, "[手机]"), Mask(6, 8, "[姓名]")]
    )
    assert (aligned.text, aligned.normalised) == ("電話[手机]！！！[姓名]", "电话[手机]![姓名]")
    assert list(aligned.origins) == [0, 1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13]


@settings(max_examples=150, deadline=None)
@given(
    st.text("abc", min_size=1, max_size=12),
    st.lists(st.tuples(st.sampled_from(["a", "b+", "^.", "c$", "ab", ".."]), st.sampled_from(["", "x", "yz"])), max_size=4),
)
def test_alignment_stays_a_monotone_cover(text: str, steps: list[tuple[str, str]]) -> None:
    aligned = AlignedText.same(text)
    for pattern, replacement in steps:
        aligned = aligned.substitute(re.compile(pattern), lambda match, new=replacement: new)
    size = len(aligned.normalised)
    assert list(aligned.origins) == sorted(aligned.origins)
    assert len(aligned.origins) == size + 1
    assert aligned.origins[-1] == len(text)
    if size:
        assert aligned.to_text(0, size) == (0, len(text))
        assert aligned.to_normalised(0, len(text)) == (0, size)
    for start in range(size):
        for end in range(start + 1, size + 1):
            covered = aligned.to_text(start, end)
            again = aligned.to_normalised(*covered)
            assert 0 <= covered[0] < covered[1] <= len(text)
            assert again[0] <= start < end <= again[1]
            assert aligned.to_text(*again) == covered
