"""What the store keeps of a run's statistics: figures, and no customer's words.

Segments are redacted as the fields of comments are. Quotes of sub-issues are left out, so that nothing has to be found again when a
comment is erased; segments of too few respondents to show a figure go then, for who is erased may have been the only one in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select, update

from voc.errors import RecordNotFound
from voc.redact import redact_field
from voc.store.case_records import Case
from voc.store.records import StoredRun
from voc.store.tables import RunRow

if TYPE_CHECKING:
    from voc.statistics import StatisticsReport
    from voc.statistics.plan import Owner
    from voc.statistics.records import Plan

_AS_THEY_ARE = ("question", "tier")  # what we ask, and what we call a tier


def written(report: StatisticsReport) -> str:
    """Statistics as they are kept.

    Parameters
    ----------
    report : StatisticsReport
        Of a run.

    Returns
    -------
    str
        JSON, without quotes, and with segments redacted.
    """
    known: dict[tuple[str, str], str] = {}

    def safe(field: str | None, segment: str | None) -> str | None:
        if field is None or segment is None or field in _AS_THEY_ARE:
            return segment
        if (field, segment) not in known:
            known[field, segment] = redact_field(field, segment)
        return known[field, segment]

    findings = tuple(one.model_copy(update={"segment": safe(one.field, one.segment)}) for one in report.segments.findings)
    gaps = tuple(
        one.model_copy(update={"channels": tuple(safe("channel", name) for name in one.channels)}) for one in report.consistency.gaps
    )
    return report.model_copy(
        update={
            "satisfaction": tuple(one.model_copy(update={"segment": safe(one.field, one.segment)}) for one in report.satisfaction),
            "segments": report.segments.model_copy(update={"findings": findings}),
            "consistency": report.consistency.model_copy(update={"gaps": gaps}),
            "plan": _unquoted(report.plan),
        }
    ).model_dump_json()


def statistics(connection: Connection, run_id: str) -> StatisticsReport | None:
    """Statistics of a run as it was analysed.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    run_id : str
        The run.

    Returns
    -------
    StatisticsReport or None
        None where it was saved without any.

    Raises
    ------
    RecordNotFound
        If there is no such run.
    """
    from voc.statistics import StatisticsReport

    found = connection.execute(select(RunRow.statistics).where(RunRow.id == run_id)).first()
    if found is None:
        raise RecordNotFound("unknown_run", f"没有这次分析 / no such run: {run_id!r}")
    return None if found.statistics is None else StatisticsReport.model_validate_json(found.statistics)


def forget_small_segments(connection: Connection, upload_id: int) -> None:
    """Take segments of too few respondents out of the statistics of an upload's runs.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    upload_id : int
        The upload, of which comments are erased.
    """
    for run_id in (
        connection.execute(select(RunRow.id).where(RunRow.upload_id == upload_id, RunRow.statistics.is_not(None))).scalars().all()
    ):
        report = statistics(connection, run_id)
        if report is None:
            continue
        kept = tuple(one for one in report.satisfaction if one.field is None or not one.figure.suppressed)
        if kept != report.satisfaction:
            text = report.model_copy(update={"satisfaction": kept}).model_dump_json()
            connection.execute(update(RunRow).where(RunRow.id == run_id).values(statistics=text))


def renamed(report: StatisticsReport, labels: Mapping[str, str]) -> StatisticsReport:
    """Statistics with pain points called what people call them by now.

    Parameters
    ----------
    report : StatisticsReport
        Of a run as it was analysed; its figures stay.
    labels : mapping of str to str
        Id of a pain point → its name.

    Returns
    -------
    StatisticsReport
        Those that are gone keep the name that they had.
    """

    def told(part: Any) -> Any:
        if isinstance(part, list):
            return [told(one) for one in part]
        if not isinstance(part, dict):
            return part
        whole = {name: told(value) for name, value in part.items()}
        now = labels.get(str(part.get("id", "")))
        was = part.get("label")
        if now is None or was is None or now == was:
            return whole
        sentences = {name: value.replace(was, now) for name, value in whole.items() if isinstance(value, str) and name != "id"}
        return whole | sentences

    return type(report).model_validate(told(report.model_dump(mode="json")))


def owners_of(run: StoredRun, cases: Iterable[Case]) -> dict[str, Owner]:
    """Who mends the pain points of a run.

    Parameters
    ----------
    run : StoredRun
        The run.
    cases : iterable of Case
        Of any run; those due first come first.

    Returns
    -------
    dict of str to Owner
        Owner and due time of the first open case of each pain point.
    """
    from voc.statistics.plan import Owner

    owners: dict[str, Owner] = {}
    codebook = run.settings.get("codebook")
    for case in cases:
        if case.status != "closed" and case.is_of(run.id, codebook):
            owners.setdefault(case.pain_point_id, Owner(case.owner, case.due))
    return owners


def plan_of(plan: Plan, run: StoredRun, cases: Iterable[Case]) -> Plan:
    """A plan with those who mend its pain points.

    Parameters
    ----------
    plan : Plan
        Of the run.
    run : StoredRun
        The run.
    cases : iterable of Case
        See `owners_of`.

    Returns
    -------
    Plan
        With owners and due times.
    """
    from voc.statistics.plan import with_owners

    return with_owners(plan, owners_of(run, cases))


def _unquoted(plan: Plan) -> Plan:
    stages = []
    for stage in plan.stages:
        touchpoints = []
        for touchpoint in stage.touchpoints:
            points = tuple(
                point.model_copy(update={"sub_issues": tuple(one.model_copy(update={"quote": ""}) for one in point.sub_issues)})
                for point in touchpoint.pain_points
            )
            touchpoints.append(touchpoint.model_copy(update={"pain_points": points}))
        stages.append(stage.model_copy(update={"touchpoints": tuple(touchpoints)}))
    return plan.model_copy(update={"stages": tuple(stages)})
