"""The problem tree: what to solve first, by stage, touchpoint, pain point and sub-issue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from voc.records import Change, ChangeKind, PainPoint, Quote
from voc.statistics.records import Direction, Driver, Plan, PlanPoint, PlanStage, PlanTouchpoint, SubIssue
from voc.taxonomy import Taxonomy

FORMULA = (
    "优先级 = 100 × 影响 × 严重度 × 趋势；影响 = 评论占比 ÷ 最大占比，有驱动模型时再与 |对分数的影响| ÷ 最大者取平均；"
    "趋势 = 上升或新出现 1.5，持平 1，下降 0.67：本批之内看得出的看本批，看不出的看与上次分析相比的变化 / "
    "priority = 100 × impact × severity × trend; impact = share of comments ÷ the largest, averaged with |impact on the score| ÷ the "
    "largest where there is a driver model; trend = 1.5 rising or new, 1 steady, 0.67 falling: "
    "within the batch where that tells, else against the last analysis"
)
TREND: dict[Direction | None, float] = {"rising": 1.5, "new": 1.5, "falling": 0.67, None: 1.0}
SINCE: dict[ChangeKind, Direction] = {"growing": "rising", "new": "new", "fading": "falling"}
SUB_ISSUES = 4
_FEWEST = 2  # comments of a sub-issue
_SHORTEST = 2  # characters of a word that says anything by itself


class Owner(NamedTuple):
    """Who solves a pain point, and until when (ISO 8601)."""

    name: str | None = None
    due: str | None = None


def plan(
    points: Sequence[PainPoint],
    taxonomy: Taxonomy,
    *,
    drivers: Sequence[Driver] = (),
    directions: Mapping[str, Direction | None] | None = None,
    changes: Iterable[Change] = (),
    owners: Mapping[str, Owner] | None = None,
) -> Plan:
    """Rank the pain points along the journey.

    Priority, 0–150: 100 × impact × severity × trend. Impact, 0–1: share of comments ÷ that of the largest pain point; with drivers,
    the mean of that and |impact on the score| ÷ the largest, 0 where the interval of the impact holds 0. Severity: that of the pain
    point. Trend: `TREND` of its direction within the batch; where the batch is too short to tell, of its change against the last analysis.

    Parameters
    ----------
    points : sequence of PainPoint
        Of the analysis.
    taxonomy : Taxonomy
        Stages and touchpoints.
    drivers : sequence of Driver
        Of the pain points.
    directions : mapping of str to Direction or None, optional
        What the trends of the batch say of each pain point.
    changes : iterable of Change, optional
        Against the last version of the codebook.
    owners : mapping of str to Owner, optional
        Pain point id → who, until when.

    Returns
    -------
    Plan
        At each level the most urgent first.
    """
    most = max((point.share for point in points), default=0.0) or 1.0
    harm = {one.id: abs(one.impact.value or 0.0) if one.impact.interval and one.impact.interval[1] < 0 else 0.0 for one in drivers}
    worst = max(harm.values(), default=0.0)
    since = {change.id: SINCE[change.kind] for change in changes if change.kind in SINCE}
    branches: dict[str, list[PlanPoint]] = {}
    for point in points:
        impact = point.share / most
        if worst and point.id in harm:
            impact = (impact + harm[point.id] / worst) / 2
        within = (directions or {}).get(point.id)
        direction = within or since.get(point.id)
        trend = TREND[direction]
        owner = (owners or {}).get(point.id, Owner())
        branches.setdefault(point.touchpoint, []).append(
            PlanPoint(
                id=point.id,
                label=point.label,
                comments=point.comments,
                impact=round(impact, 4),
                severity=point.severity,
                trend=trend,
                direction=direction,
                trend_from="batch" if within else "last" if direction else None,
                priority=round(100 * impact * point.severity * trend, 1),
                owner=owner.name,
                due=owner.due,
                sub_issues=sub_issues(point),
            )
        )
    stages: dict[str, list[PlanTouchpoint]] = {}
    for name, inside in branches.items():
        known = taxonomy.by_id.get(name)
        ranked = tuple(sorted(inside, key=lambda one: (-one.priority, -one.comments, one.id)))
        stage = known.stage if known else ""
        branch = PlanTouchpoint(touchpoint=name, label=known.zh if known else name, priority=ranked[0].priority, pain_points=ranked)
        stages.setdefault(stage, []).append(branch)
    tree = [
        PlanStage(
            stage=name,
            label=taxonomy.stages.get(name, "–"),
            touchpoints=tuple(sorted(inside, key=lambda one: (-one.priority, one.touchpoint))),
        )
        for name, inside in stages.items()
    ]
    return Plan(formula=FORMULA, stages=tuple(sorted(tree, key=lambda one: (-one.touchpoints[0].priority, one.stage))))


def with_owners(made: Plan, owners: Mapping[str, Owner]) -> Plan:
    """The same plan with those who solve it.

    Parameters
    ----------
    made : Plan
        Without them.
    owners : mapping of str to Owner
        Pain point id → who, until when.

    Returns
    -------
    Plan
        Pain points without an owner stay as they are.
    """

    def filled(point: PlanPoint) -> PlanPoint:
        owner = owners.get(point.id)
        return point.model_copy(update={"owner": owner.name, "due": owner.due}) if owner else point

    def branch(touchpoint: PlanTouchpoint) -> PlanTouchpoint:
        return touchpoint.model_copy(update={"pain_points": tuple(map(filled, touchpoint.pain_points))})

    stages = (stage.model_copy(update={"touchpoints": tuple(map(branch, stage.touchpoints))}) for stage in made.stages)
    return made.model_copy(update={"stages": tuple(stages)})


def sub_issues(point: PainPoint) -> tuple[SubIssue, ...]:
    """Narrower parts of a pain point: its comments by the telling word that they use.

    Parameters
    ----------
    point : PainPoint
        With its terms and members.

    Returns
    -------
    tuple of SubIssue
        At most `SUB_ISSUES`, the most frequent first; a comment that uses several words counts in each. None where all use one.
    """
    users: Counter[str] = Counter()
    quotes: dict[str, Quote] = {}
    seen: set[tuple[str, str]] = set()
    for member in point.members:
        for term in point.terms:
            if len(term) >= _SHORTEST and term in member.text and (term, member.comment_id) not in seen:
                seen.add((term, member.comment_id))
                users[term] += 1
                quotes.setdefault(term, member)
    ranked = sorted((term for term, count in users.items() if _FEWEST <= count < point.comments), key=lambda term: (-users[term], term))
    return tuple(SubIssue(term=term, comments=users[term], quote=quotes[term].text) for term in ranked[:SUB_ISSUES])
