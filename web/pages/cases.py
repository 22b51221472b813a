"""GET /cases: who mends what, by when; GET /cases/<case_id>: one of them, from its owner to the proof that it helped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask import Response, g, render_template, request

from voc.deadlines import WORKDAY_HOURS, case_clock
from voc.statistics.before_after import verdict_of
from voc.statistics.records import BeforeAfter
from voc.store import Store
from voc.store.case_records import Case, CaseDetail, CaseEntry, CaseFilter
from voc.store.case_table import cases_csv
from voc.store.cases import STATUSES
from web.access import sees
from web.api.exchange import check_fields
from web.downloads import attached
from web.format import moment
from web.messages import one_language, t
from web.pages.access import Page
from web.pages.case_forms import zone_name
from web.pages.refused import Refused

PAGE = 50
_FILTERS = ("status", "owner", "overdue")
_LONG = ("root_cause", "action")


def make_cases(store: Store) -> Page:
    """Make the pages.

    Parameters
    ----------
    store : Store
        Holds the cases.

    Returns
    -------
    Page
        For who may read.
    """
    page = Page("cases", needs="read")

    def asked() -> tuple[Case, ...]:
        return store.cases(wanted_cases(), sees)

    @page.get("/cases")
    def show() -> str:
        found = asked()
        pages = max(1, -(-len(found) // PAGE))
        number = min(max(int(given), 1), pages) if (given := request.args.get("page", "")).isdecimal() and len(given) < 9 else 1
        return render_template(
            "cases.html",
            cases=found[(number - 1) * PAGE : number * PAGE],
            total=len(found),
            number=number,
            pages=pages,
            first=(number - 1) * PAGE + 1,
            statuses=STATUSES,
            owners=sorted({case.owner for case in store.cases(None, sees) if case.owner}),
            active=active_filters(),
            mine=g.identity.name,
        )

    @page.get("/cases.csv")
    def download() -> Response:
        return attached(cases_csv(asked()), t("case.list"), "cases", "csv")

    @page.get("/cases/<int:case_id>")
    def case(case_id: int) -> str:
        return case_page(store, store.case(case_id, sees))

    return page


def wanted_cases() -> CaseFilter:
    """Cases that the address of the present request asks for.

    Returns
    -------
    CaseFilter
        All where it says nothing.

    Raises
    ------
    ApiError
        422 where a filter is not as it should be.
    """
    given = {name: [value] for name in _FILTERS if (value := request.args.get(name, "").strip())}
    return check_fields(CaseFilter, given)


def active_filters() -> list[tuple[str, str]]:
    """Filters that are set, for the filter bar.

    Returns
    -------
    list of tuple of str, str
        Pairs of name and words.
    """
    wanted = wanted_cases()
    words = {
        "status": t(f"case.status.{wanted.status}") if wanted.status else "",
        "owner": f"{t('case.owner')} {wanted.owner}" if wanted.owner else "",
        "overdue": t("case.overdue") if wanted.overdue else "",
    }
    return [(name, text) for name, text in words.items() if text]


def case_page(store: Store, detail: CaseDetail, refused: Refused | None = None) -> str:
    """Write the page of a case.

    Parameters
    ----------
    store : Store
        Holds it.
    detail : CaseDetail
        The case, which the reader may see.
    refused : Refused, optional
        What could not be done with it.

    Returns
    -------
    str
        HTML.
    """
    case, now = detail.case, datetime.now().astimezone()
    at = STATUSES.index(case.status)
    clock, result = case_clock(detail, now), measured(case, {run.id: run.upload_id for run in store.runs()})
    return render_template(
        "case.html",
        case=case,
        clock=clock,
        worked=worked,
        at=at,
        statuses=STATUSES,
        following=STATUSES[at + 1] if case.status != "closed" else None,
        due=f"{clock.due:%Y-%m-%dT%H:%M}" if clock.due else "",
        zone=zone_name(now),
        result=result,
        sentence=one_language(f"{result.sentence_zh} / {result.sentence_en}") if result else "",
        entries=[(entry.author or t("point.somebody"), entry.at, told(entry)) for entry in reversed(detail.entries)],
        people=[user.name for user in store.users.all()],
        refused=refused or Refused(),
    )


def measured(case: Case, uploads: Mapping[str, int]) -> BeforeAfter | None:
    """What became of the pain point's share.

    Parameters
    ----------
    case : Case
        That was measured when it was closed.
    uploads : mapping of str to int
        Run → the upload whose comments it read.

    Returns
    -------
    BeforeAfter or None
        None where it was not, or on the very comments that it was opened with, by whichever run: they say nothing of what came after.
    """
    before, after = case.before, case.after
    if before is None or after is None or uploads.get(before.run_id, before.run_id) == uploads.get(after.run_id, after.run_id):
        return None
    return verdict_of((before.n, before.of, after.n, after.of), point_id=case.pain_point_id, label=case.label)


def told(entry: CaseEntry) -> str:
    """What was done, in words.

    Parameters
    ----------
    entry : CaseEntry
        A note, or a change.

    Returns
    -------
    str
        One line; a note and longer texts as they were written.
    """
    if entry.kind == "note":
        return entry.text or ""
    if entry.kind in _LONG:
        return t(f"case.told.{entry.kind}", text=entry.text or t("case.nothing"))
    name = t("case.step") if entry.kind == "status" else t(f"case.{entry.kind}")
    before, after = (_worded(entry.kind, value) for value in (entry.before, entry.text))
    return t("case.told.first" if entry.before is None else "case.told.change", name=name, before=before, after=after)


def _worded(kind: str, value: str | None) -> str:
    if not value:
        return t("case.nothing")
    if kind == "status":
        return t(f"case.status.{value}")
    return moment(value) if kind == "due" else value


def worked(seconds: float) -> str:
    """Working time in words.

    Parameters
    ----------
    seconds : float
        Left, or past where below 0.

    Returns
    -------
    str
        In hours up to three days of work, else in days of work.

    Examples
    --------
    >>> worked(9000), worked(-45 * 3600)
    ('2.5 小时', '5.0 个工作日')
    """
    hours = abs(seconds) / 3600
    if hours <= 3 * WORKDAY_HOURS:
        return t("format.hours", n=f"{hours:.1f}")
    return t("case.workdays", n=f"{hours / WORKDAY_HOURS:.1f}")
