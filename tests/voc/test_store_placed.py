"""Arrays of clauses say the same as counting them one by one."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from voc.store.placed import Clauses, Placed, found_among, found_at

POINTS = {"pp-慢": "delivery", "pp-凉": "product_quality", "pp-漏": "packaging", "pp-贵": "price"}
# (comment, start) → pain point, or none.
HOMES = st.dictionaries(st.tuples(st.integers(0, 5).map(str), st.integers(0, 3)), st.sampled_from([None, *POINTS]), max_size=20)
CLEARED = st.dictionaries(st.sampled_from(sorted(POINTS.values())), st.sets(st.integers(0, 6).map(str)), max_size=3)


def placed(homes: dict[tuple[str, int], str | None]) -> Placed:
    """As a codebook's run has them: also clauses in no pain point."""
    places = {(comment, start, start + 1): home for (comment, start), home in sorted(homes.items())}
    inside = [(place, home) for place, home in places.items() if home]
    found = found_at([place for place, _ in inside], [home for _, home in inside], POINTS)
    return found_among(Clauses(list(places)), found)


@given(homes=HOMES, cleared=CLEARED)
def test_placed_counts_as_one_by_one(homes, cleared):
    now = placed(homes).without(cleared, POINTS)
    left = {place: home for place, home in sorted(homes.items()) if home and place[0] not in cleared.get(POINTS[home], ())}
    of = {point: [place for place, home in left.items() if home == point] for point in POINTS}
    assert {point: [(comment, start) for comment, start, _ in now.places(point)] for point in POINTS} == of
    assert now.comments() == {point: len({comment for comment, _ in places}) for point, places in of.items()}
    shared = {comment: sorted({home for place, home in left.items() if place[0] == comment}) for comment, _ in left}
    assert now.together() == Counter(pair for points in shared.values() for pair in combinations(points, 2))
    assert now.moved == {homes[place] for place in set(homes) - set(left)} - {None}
    assert now.shown == tuple(point for point in sorted(POINTS) if of[point] or point not in now.moved)
    for comment in map(str, range(7)):
        told = [(one.start, one.point) for one in now.of_comment(comment)]
        assert told == [(start, home) for (of_it, start), home in left.items() if of_it == comment]


def test_placed_without_any_clauses():
    nothing = found_at([], [], POINTS)
    assert (nothing.comments(), nothing.together(), nothing.moved) == (dict.fromkeys(sorted(POINTS), 0), Counter(), frozenset())
    assert nothing.shown == tuple(sorted(POINTS))
    assert nothing.without({"price": {"1"}}, POINTS) is nothing


def test_placed_digest_tells_clauses_apart():
    before = placed({("1", 0): "pp-慢", ("2", 0): "pp-慢", ("3", 0): "pp-凉"})
    after = before.without({"delivery": {"1"}}, POINTS)
    assert before.digest("pp-慢") != after.digest("pp-慢")
    assert before.digest("pp-凉") == after.digest("pp-凉")
