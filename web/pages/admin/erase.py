"""/admin/erase: a customer or an upload, for good: looked at first, then confirmed by its number of comments."""

from __future__ import annotations

from typing import Any

from flask import g, request
from werkzeug.wrappers import Response

from voc.errors import StoreError
from voc.store.concerned import Concerned
from web.pages.access import Page
from web.pages.admin.answers import done, show
from web.work import Work

SHOWN_UPLOADS = 200  # to choose from


def add_erase(page: Page, work: Work) -> None:
    """Add the tab.

    Parameters
    ----------
    page : Page
        Of the administration.
    work : Work
        Store, and the folder with raw tables.
    """
    store = work.store

    def form(**more: Any) -> Response:
        return show("erase", uploads=store.uploads()[:SHOWN_UPLOADS], typed=request.form, **more)

    def asked() -> tuple[str | None, int]:
        """Customer, else number of the upload; never in an address, where it would be kept."""
        if request.form.get("what") == "upload":
            return None, request.form.get("upload_id", 0, type=int)
        return request.form.get("customer_id", "").strip(), 0

    def concerned() -> Concerned:
        customer_id, upload_id = asked()
        return store.concerned(customer_id=customer_id, upload_id=upload_id)

    @page.get("/erase", endpoint="erase")
    def show_erase() -> Response:
        return form()

    @page.post("/erase/preview")
    def preview_erase() -> Response:
        try:
            found = concerned()
        except StoreError as error:
            return form(error=error)
        return preview(found)

    def preview(found: Concerned, *, mistyped: bool = False) -> Response:
        customer_id, upload_id = asked()
        name = store.upload(upload_id).name if customer_id is None else None
        return show(
            "erase_preview",
            status=422 if mistyped else 200,
            found=found,
            customer_id=customer_id,
            upload_id=upload_id,
            name=name,
            mistyped=mistyped,
        )

    @page.post("/erase")
    def erase_for_good() -> Response:
        customer_id, upload_id = asked()
        try:
            found = concerned()
            if request.form.get("confirm", "").replace(",", "").strip() != str(found.comments):
                return preview(found, mistyped=True)
            if customer_id is None:
                work.erase(upload_id, g.identity.name)
            else:
                work.erase_customer(customer_id, g.identity.name)
        except StoreError as error:
            return form(error=error)
        return done("admin.erase", "erased_upload" if customer_id is None else "erased_customer", n=found.comments)
