"""Evidence cut out of a text: nothing lost, nothing twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voc.records import LABELS
from voc.report.highlight import cut_at_evidence

SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.sampled_from(LABELS)))


@given(st.text(max_size=20), SPANS)
def test_pieces_give_the_text_whatever_the_spans(text, spans):
    pieces = cut_at_evidence(text, spans)
    assert "".join(piece.text for piece in pieces) == text
    assert all(piece.text for piece in pieces)


def test_the_first_of_two_that_overlap_has_the_characters():
    assert [tuple(piece) for piece in cut_at_evidence("送餐太慢了", [(2, 5, "positive"), (0, 4, "negative")])] == [
        ("送餐太慢", "negative"),
        ("了", "positive"),
    ]
