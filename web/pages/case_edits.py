"""POST /cases/<case_id>: what people change of a case, and what they say of it."""

from __future__ import annotations

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from voc.errors import StoreError
from voc.store import Store
from web.access import sees
from web.api.exchange import check_fields
from web.errors import ApiError
from web.pages.access import Page
from web.pages.case_forms import case_change
from web.pages.cases import case_page
from web.pages.refused import refused, status_of
from web.run_records import NoteRequest


def make_case_edits(store: Store) -> Page:
    """Make the address that forms are sent to.

    Parameters
    ----------
    store : Store
        Holds the cases.

    Returns
    -------
    Page
        For who may write.
    """
    page = Page("case_edit", needs="write")

    @page.post("/cases/<int:case_id>")
    def change(case_id: int) -> Response | tuple[str, int]:
        known = store.case(case_id, sees)
        form = request.form
        try:
            if "note" in form:
                store.add_note(case_id, check_fields(NoteRequest, {"text": [form["note"].strip()]}).text, g.identity.name, sees)
            else:
                store.change_case(case_id, case_change(form, form.get("status")), g.identity.name, sees)
        except (StoreError, ApiError) as error:
            # The first of the two that is still empty.
            lacking = "action" if form.get("root_cause", known.case.root_cause).strip() else "root_cause"
            return case_page(store, known, refused(error, case_incomplete=lacking, text="note")), status_of(error)
        return redirect(url_for("cases.case", case_id=case_id, _anchor="notes" if "note" in form else None), 303)

    return page
