"""Small runs for the tests of the codebook: complaints, and clusters as a run would find them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from voc.codebook import Codebook, Ref, apply, clause_digest
from voc.codebook.assign import Applied
from voc.complaints import Complaint
from voc.records import PainPoint, Quote

SLOW = ["送餐太慢了", "等了两个小时", "配送超时", "迟迟不送到"]
RUDE = ["服务员态度差", "店员爱答不理", "前台态度恶劣"]
COLD = ["饭是凉的", "汤都冷了", "菜凉了没法吃"]
DEAR = ["太贵了", "价格贵得离谱"]
TOPICS = {"配送慢": ("delivery", SLOW), "态度差": ("staff_service", RUDE), "饭菜凉": ("product_quality", COLD), "价格贵": ("price", DEAR)}
TOPIC_OF = {text: label for label, (_, texts) in TOPICS.items() for text in texts}


class Run(NamedTuple):
    """What `apply` is given."""

    points: list[PainPoint]
    complaints: list[Complaint]
    comments: int


def complaint(comment_id: str, text: str, start: int = 0, touchpoint: str = "") -> Complaint:
    """One negative clause."""
    touchpoint = touchpoint or (TOPICS[TOPIC_OF[text]][0] if text in TOPIC_OF else "overall")
    return Complaint(Quote(comment_id=comment_id, start=start, end=start + len(text), text=text), text, touchpoint, 0.9, grave=False)


def complaints_of_rows(rows: Sequence[tuple[str, Sequence[str]]]) -> list[Complaint]:
    """Complaints of comments; each row is an id and its clauses, one after the other."""
    found = []
    for comment_id, texts in rows:
        start = 0
        for text in texts:
            found.append(complaint(comment_id, text, start))
            start += len(text) + 1
    return found


def cluster(label: str, touchpoint: str, members: Sequence[Complaint], comments: int = 10) -> PainPoint:
    """A pain point as a run finds it; its id is of no account."""
    quotes = tuple(one.quote for one in members)
    concerned = len({quote.comment_id for quote in quotes})
    return PainPoint(
        id="pp-fresh",
        label=label,
        touchpoint=touchpoint,
        terms=(label,),
        size=len(quotes),
        comments=concerned,
        share=concerned / comments,
        interval=(0, 1),
        severity=0.5,
        quotes=quotes[:3],
        members=quotes,
    )


def run(
    rows: Sequence[tuple[str, Sequence[str]]], group_of: Callable[[Complaint], str | None] = lambda one: TOPIC_OF.get(one.normalised)
) -> Run:
    """A run that puts each complaint into the group that it is told; None: into none."""
    complaints = complaints_of_rows(rows)
    groups: dict[str, list[Complaint]] = defaultdict(list)
    for one in complaints:
        if (group := group_of(one)) is not None:
            groups[group].append(one)
    points = [cluster(label, TOPICS.get(label, (members[0].touchpoint,))[0], members, len(rows)) for label, members in groups.items()]
    return Run(points, complaints, len(rows))


def applied(book: Codebook, batch: Run, likeness=None) -> Applied:
    """Assign a run."""
    return apply(book, *batch, likeness, run_id="run", at="2026-03-02T08:00:00+00:00")


def letters(groups, others):
    """A toy space: share of characters in common."""
    sets = [[set("".join(group)) for group in side] for side in (groups, others)]
    return [[len(one & other) / len(one | other) for other in sets[1]] for one in sets[0]]


def ref(comment_id: str, text: str) -> Ref:
    """What rules call a clause."""
    return Ref(comment_id, clause_digest(text))
