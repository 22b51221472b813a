"""/cases 闭环: who mends a pain point, by when, and whether it helped."""

from __future__ import annotations

from flask import Blueprint, Response, g, url_for

from voc.store import Store
from voc.store.case_records import CaseChange, CaseDetail, CaseFilter
from web.access import sees, visible_run
from web.api.exchange import answer, read_body, read_query
from web.api.operations import Operation, operation
from web.run_records import CaseList, CaseQuery, CaseRequest, NoteRequest

_REFUSALS = (400, 404, 415, 422, 503)


def make_cases(api: Blueprint, store: Store) -> None:
    """Add the operations.

    Parameters
    ----------
    api : flask.Blueprint
        To add them to.
    store : Store
        Holds the cases.
    """

    @operation(
        api,
        "/cases",
        Operation("GET", "案例，先到期的在前 / Cases, those due first", "read", CaseList, query=CaseQuery, problems=(422, 503), etag=True),
    )
    def cases() -> Response:
        asked = read_query(CaseQuery)
        return answer(CaseList(cases=store.cases(CaseFilter(**asked.model_dump()), sees)), etag=True)

    @operation(
        api,
        "/cases",
        Operation(
            "POST",
            "为痛点立案 / Open a case for a pain point",
            "write",
            CaseDetail,
            CaseRequest,
            status=201,
            location=True,
            problems=_REFUSALS,
        ),
    )
    def open_case() -> Response:
        asked = read_body(CaseRequest)
        visible_run(store, asked.run_id)
        change = CaseChange(**asked.model_dump(exclude={"run_id", "pain_point_id"}))
        made = store.open_case(asked.run_id, asked.pain_point_id, change, g.identity.name)
        return answer(made, 201, location=url_for("api.case", case_id=made.case.id))

    @operation(
        api,
        "/cases/<int:case_id>",
        Operation("GET", "一个案例及其经过 / A case with its history", "read", CaseDetail, problems=(404, 503), etag=True),
    )
    def case(case_id: int) -> Response:
        return answer(store.case(case_id, sees), etag=True)

    @operation(
        api,
        "/cases/<int:case_id>",
        Operation(
            "PATCH",
            "负责人、期限、状态、根因、措施 / Owner, due time, status, root cause, action",
            "write",
            CaseDetail,
            CaseChange,
            problems=_REFUSALS,
        ),
    )
    def change_case(case_id: int) -> Response:
        store.case(case_id, sees)
        return answer(store.change_case(case_id, read_body(CaseChange), g.identity.name, sees))

    @operation(
        api,
        "/cases/<int:case_id>/notes",
        Operation("POST", "跟进记录 / Add a note", "write", CaseDetail, NoteRequest, status=201, problems=_REFUSALS),
    )
    def add_note(case_id: int) -> Response:
        store.case(case_id, sees)
        return answer(store.add_note(case_id, read_body(NoteRequest).text, g.identity.name, sees), 201)
