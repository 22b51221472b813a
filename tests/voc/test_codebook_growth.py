"""What a tenth more comments change under a codebook."""

from __future__ import annotations

from voc.analysis import analyse
from voc.codebook.session import CodebookSession
from voc.corpora import sample_path


def homes(analysis):
    return {(quote.comment_id, quote.start): point.id for point in analysis.pain_points for quote in point.members}


def test_a_tenth_more_comments_leave_the_old_ones_where_they_were(fast_pipeline, tmp_path):
    lines = sample_path("reviews.jsonl").read_text(encoding="utf-8").splitlines()
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
    labels = {point.id: point.label for point in new.pain_points}
    assert all(labels.get(point.id, point.label) == point.label for point in old.pain_points)
