"""Cases as a table that Excel opens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import tzinfo

from voc.report.format import local_time
from voc.store.case_records import Case, CaseStatus
from voc.store.export import csv_row
from voc.wordings import person

STATUS_NAMES: Mapping[CaseStatus, str] = {
    "received": "接收",
    "classified": "分类",
    "analysed": "分析",
    "responded": "响应",
    "followed_up": "跟进",
    "closed": "闭环",
}
_COLUMNS = (
    "编号 Id", "痛点 Pain point", "状态 Status", "负责人 Owner", "期限 Due", "逾期 Overdue", "立案 Opened", "闭环 Closed",
    "根因 Root cause", "措施 Action", "处理前占比 Share before", "处理后占比 Share after",
)  # fmt: skip


def cases_csv(cases: Iterable[Case], zone: tzinfo | None = None) -> Iterator[str]:
    """Write cases as CSV: with a BOM, and no cell a formula.

    Parameters
    ----------
    cases : iterable of Case
        In the order in which they are to stand.
    zone : datetime.tzinfo, optional
        In which times are written; that of this machine where left out.

    Yields
    ------
    str
        A line, the header first.
    """
    yield "\ufeff" + csv_row(_COLUMNS)
    for case in cases:
        yield csv_row(
            (
                case.id,
                case.label,
                STATUS_NAMES[case.status],
                person(case.owner),
                _time(case.due, zone),
                "是" if case.overdue else "",
                _time(case.opened_at, zone),
                _time(case.closed_at, zone),
                case.root_cause,
                case.action,
                case.before.share if case.before else None,
                case.after.share if case.after else None,
            )
        )


def _time(at: str | None, zone: tzinfo | None) -> str | None:
    return local_time(at, zone) if at else None
