"""What a tenth more comments change under a codebook."""

from __future__ import annotations

import pytest

from voc.analysis import analyse
from voc.codebook.session import CodebookSession
from voc.corpora import sample_path
from voc.painpoints import SMALL_BATCH


def homes(analysis):
    return {(quote.comment_id, quote.start): point.id for point in analysis.pain_points for quote in point.members}


@pytest.mark.parametrize("comments", [None, 138], ids=["all", "across the size from which members need proof"])
def test_a_tenth_more_comments_leave_the_old_ones_where_they_were(fast_pipeline, tmp_path, comments):
    lines = sample_path("reviews.jsonl").read_text(encoding="utf-8").splitlines()[:comments]
    before, after = tmp_path / "before.jsonl", tmp_path / "after.jsonl"
    before.write_text("\n".join(line for number, line in enumerate(lines) if number % 11), encoding="utf-8")
    after.write_text("\n".join(lines), encoding="utf-8")
    book = tmp_path / "shop.codebook"

    def run(table):
        session = CodebookSession(book)
        analysis = analyse([table], pipeline=fast_pipeline, codebook=session)
        session.save()
        return analysis

    old, new = run(before), run(after)
    first, second = homes(old), homes(new)
    moved = [ref for ref, home in first.items() if second.get(ref) != home]
    assert len(moved) <= 0.03 * len(first), f"{len(moved)} of {len(first)}"
    if comments:
        complaints = [sum(point.size for point in analysis.pain_points) + analysis.unassigned.size for analysis in (old, new)]
        assert complaints[0] <= SMALL_BATCH < complaints[1]
    labels = {point.id: point.label for point in new.pain_points}
    assert all(labels.get(point.id, point.label) == point.label for point in old.pain_points)
