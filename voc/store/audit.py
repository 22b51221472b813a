"""What was done to the store, by whom."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select

from voc.errors import StoreError
from voc.store.accounts import AuditEntry, AuditPage
from voc.store.credentials import row_number
from voc.store.people import AuditRow
from voc.store.write import now

if TYPE_CHECKING:
    from voc.store import Store


def note(connection: Connection, actor: str | None, action: str, **detail: object) -> None:
    """Add an entry.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In the transaction of what is done.
    actor : str or None
        Name of the user who does it.
    action : str
        E.g. ``"add_user"``.
    **detail : object
        Numbers, names of users, roles and scopes; no other personal data.
    """
    connection.execute(insert(AuditRow).values(at=now(), actor=actor, action=action, detail=json.dumps(detail, ensure_ascii=False)))


class Audit:
    """Reads the entries; they are never altered.

    Parameters
    ----------
    store : Store
        Holds them.
    """

    def __init__(self, store: Store) -> None:
        self.store = store

    def page(self, *, before: int | None = None, limit: int = 50) -> AuditPage:
        """Some entries, the newest first.

        Parameters
        ----------
        before : int, optional
            Only those with smaller numbers: `next` of the page before.
        limit : int
            Most entries, 1 to 1,000.

        Returns
        -------
        AuditPage
            With where to go on.

        Raises
        ------
        StoreError
            If the limit is none.
        """
        if not 1 <= limit <= 1000:
            raise StoreError("bad_limit", f"条数要在 1 到 1000 之间 / a page holds 1 to 1,000: {limit}")
        wanted = select(AuditRow.__table__).order_by(AuditRow.id.desc()).limit(limit + 1)
        if before is not None:
            wanted = wanted.where(AuditRow.id < row_number(before))
        with self.store.reading() as connection:
            rows = connection.execute(wanted).mappings().all()
        entries = tuple(AuditEntry.model_validate({**row, "detail": json.loads(row["detail"])}) for row in rows[:limit])
        return AuditPage(entries=entries, next=entries[-1].id if len(rows) > limit else None)
