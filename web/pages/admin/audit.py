"""/admin/audit: who did what, in plain words."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from voc.store import Store
from voc.store.accounts import AuditEntry
from web.messages import current_language, load_messages, t
from web.pages.access import Page
from web.pages.admin.answers import show

PER_PAGE = 50


def add_audit(page: Page, store: Store) -> None:
    """Add the tab.

    Parameters
    ----------
    page : Page
        Of the administration.
    store : Store
        Holds the audit.
    """

    @page.get("/audit", endpoint="audit")
    def show_audit() -> Response:
        before = request.args.get("before", type=int)
        found = store.audit.page(before=before, limit=PER_PAGE)
        return show("audit", entries=[(entry, words_of(entry)) for entry in found.entries], further=found.next, first=before is None)


def words_of(entry: AuditEntry) -> str:
    """An entry of the audit as a sentence.

    Parameters
    ----------
    entry : AuditEntry
        As the store has it.

    Returns
    -------
    str
        Name and details as they are where we have no words for it: what a later version noted, say.
    """
    key = f"admin.action.{entry.action}"
    words = load_messages(current_language())
    said = {name: _said(name, value) for name, value in entry.detail.items()}
    if key in words:
        try:
            return t(key, **said)
        except KeyError:  # an earlier version noted less
            return f"{entry.action} {said}"
    return " ".join([entry.action, *(f"{name}={value}" for name, value in said.items())])


def _said(name: str, value: object) -> str:
    if name == "role" and f"admin.role.{value}" in load_messages(current_language()):
        return t(f"admin.role.{value}")
    if name == "scopes":
        return t("admin.listed").join(t(f"admin.scope.{scope}") for scope in str(value).split())
    if name == "uploads" and isinstance(value, list):
        return t("admin.listed").join(f"#{number}" for number in value)
    return str(value)
