"""The problem tree 问题树 as the component of that name shows it: stage, touchpoint, pain point, narrower issue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from voc.metrics import share
from voc.records import Analysis, PainPoint
from voc.statistics.plan import plan
from voc.statistics.records import PlanPoint, SubIssue
from voc.taxonomy import Taxonomy
from web import format as figures
from web.messages import t
from web.names import stage_name, touchpoint_name
from web.pages.frame import Frame


def problem_tree(
    points: Sequence[PainPoint], analysis: Analysis, taxonomy: Taxonomy, narrower: Mapping[str, Sequence[SubIssue]], frame: Frame
) -> list[dict[str, Any]]:
    """Build the tree.

    Parameters
    ----------
    points : sequence of PainPoint
        Those to show.
    analysis : Analysis
        With the mentions of touchpoints.
    taxonomy : Taxonomy
        Stages and touchpoints.
    narrower : mapping of str to sequence of SubIssue
        By pain point; those that are left out have none.
    frame : Frame
        For links.

    Returns
    -------
    list of dict
        Nodes for the macro `tree`; at each level the most urgent first (see `voc.statistics.plan.plan`).
    """
    cells = {cell.touchpoint: (cell.negative, cell.mentions) for cell in analysis.journey}
    shares = {point.id: point.share for point in points}

    def one(point: PlanPoint) -> dict[str, Any]:
        issues = [
            _node(
                issue.term,
                t("painpoints.tree.issue", n=figures.number(issue.comments), share=figures.share(share(issue.comments, point.comments))),
                frame.url("comments.show", pain_point=point.id, q=issue.term),
            )
            for issue in narrower.get(point.id, ())
        ]
        note = t("painpoints.tree.point", n=figures.number(point.comments), share=figures.share(shares[point.id]))
        return _node(point.label, note, frame.url("point.show", pain_point_id=point.id), issues)

    nodes = []
    for stage in plan(points, taxonomy, changes=analysis.changes).stages:
        inside = [cells.get(branch.touchpoint, (0, 0)) for branch in stage.touchpoints]
        branches = [
            _node(
                touchpoint_name(taxonomy, branch.touchpoint),
                _spoken_of([counts]),
                frame.url("comments.show", touchpoint=branch.touchpoint),
                [one(point) for point in branch.pain_points],
            )
            for branch, counts in zip(stage.touchpoints, inside, strict=True)
        ]
        nodes.append(_node(stage_name(taxonomy, stage.stage), _spoken_of(inside), None, branches))
    return nodes


def _node(text: str, note: str, href: str | None, children: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    return {"text": text, "note": note, "href": href, "children": children}


def _spoken_of(cells: Sequence[tuple[int, int]]) -> str:
    """Mentions of these touchpoints, and how many of them are negative."""
    negative, mentions = (sum(column) for column in zip(*cells, strict=True))
    if not mentions:
        return ""
    return t("painpoints.tree.mentions", n=figures.number(mentions), share=figures.share(share(negative, mentions)))
