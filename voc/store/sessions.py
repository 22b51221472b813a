"""Sessions: browsers that somebody signed in with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, or_, select, update

from voc.store.accounts import NOTE_EVERY_S, Account
from voc.store.audit import note
from voc.store.credentials import fingerprint, new_secret, stamp, utc_now
from voc.store.people import SessionRow, UserRow
from voc.store.throttle import Throttle

if TYPE_CHECKING:
    from voc.store import Store


class Sessions:
    """The sessions of a store; only their hashes are in it.

    Parameters
    ----------
    store : Store
        Holds them.
    idle : datetime.timedelta
        A session that is not used for so long ends.
    longest : datetime.timedelta
        After so long it ends anyway.
    clock : callable
        Tells the time.
    """

    def __init__(
        self,
        store: Store,
        *,
        idle: timedelta = timedelta(hours=2),
        longest: timedelta = timedelta(hours=12),
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.store = store
        self.idle = idle
        self.longest = longest
        self.clock = clock
        self.throttle = Throttle(store, clock=clock)

    def verify(self, name: str, password: str, address: str) -> Account | None:
        """Who writes a name and a password; failures are counted.

        Parameters
        ----------
        name : str
            As written.
        password : str
            As written.
        address : str
            Where it comes from.

        Returns
        -------
        Account or None
            None: not said why.

        Raises
        ------
        TooManyAttempts
            If there were too many failures, whether or not there is such a user.
        """
        self.throttle.begin(name, address)
        account = self.store.users.verify(name, password)
        if account is not None:
            self.throttle.succeed(name, address)
        return account

    def open(self, account: Account) -> str:
        """Begin a session.

        Parameters
        ----------
        account : Account
            From `verify`.

        Returns
        -------
        str
            Its secret, for the cookie.
        """
        secret = new_secret()
        at = self.clock()
        with self.store.writing() as connection:
            over = or_(SessionRow.created_at <= stamp(at - self.longest), SessionRow.used_at <= stamp(at - self.idle))
            connection.execute(delete(SessionRow).where(over))
            row = {"user_id": account.id, "hash": fingerprint(secret), "created_at": stamp(at), "used_at": stamp(at)}
            connection.execute(insert(SessionRow).values(row))
            note(connection, account.name, "sign_in", user=account.name)
        return secret

    def check(self, secret: str) -> Account | None:
        """Look a session up, and note that it was used.

        Parameters
        ----------
        secret : str
            As the cookie says.

        Returns
        -------
        Account or None
            Who signed in; None where it is unknown or over, or its user is disabled.
        """
        with self.store.reading() as connection:
            columns = (SessionRow.id, SessionRow.created_at, SessionRow.used_at, SessionRow.user_id)
            whose = (UserRow.name, UserRow.role, UserRow.disabled, UserRow.created_at.label("user_since"))
            wanted = select(*columns, *whose).join(UserRow, UserRow.id == SessionRow.user_id)
            row = connection.execute(wanted.where(SessionRow.hash == fingerprint(secret))).mappings().first()
        at = self.clock()
        over = row is None or row["created_at"] <= stamp(at - self.longest) or row["used_at"] <= stamp(at - self.idle)
        if row is None or over or row["disabled"]:
            return None
        if row["used_at"] <= stamp(at - timedelta(seconds=NOTE_EVERY_S)):
            self.store.database.try_write(update(SessionRow).where(SessionRow.id == row["id"]).values(used_at=stamp(at)))
        return Account(id=row["user_id"], name=row["name"], role=row["role"], created_at=row["user_since"])

    def close(self, secret: str) -> None:
        """End a session; an unknown one is none.

        Parameters
        ----------
        secret : str
            As the cookie says.
        """
        with self.store.writing() as connection:
            connection.execute(delete(SessionRow).where(SessionRow.hash == fingerprint(secret)))
