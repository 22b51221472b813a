"""Failures to sign in are counted, whether or not there is a user of that name; too many, and it has to wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite

from voc.errors import TooManyAttempts
from voc.store.credentials import fold_name, stamp, utc_now
from voc.store.people import ThrottleRow

if TYPE_CHECKING:
    from voc.store import Store

# Failures within the window. By a name from one address; from one address, which an office may share; by a name from everywhere,
# so high that nobody is shut out by a stranger who only knows the name and has few addresses.
PAIR, ADDRESS, NAME = 10, 50, 100


class Throttle:
    """Counts in the store, so that all processes of a service count together.

    Parameters
    ----------
    store : Store
        Holds the counts.
    window : datetime.timedelta
        For how long failures count, from the first of them.
    clock : callable
        Tells the time.
    """

    def __init__(self, store: Store, window: timedelta = timedelta(minutes=15), clock: Callable[[], datetime] = utc_now) -> None:
        self.store = store
        self.window = window
        self.clock = clock

    def begin(self, name: str, address: str) -> None:
        """Count an attempt before it is tried, so that many at once do not slip through.

        Parameters
        ----------
        name : str
            As written.
        address : str
            Where it comes from.

        Raises
        ------
        TooManyAttempts
            If it has to wait; it is not counted then.
        """
        at = self.clock()
        table = (sqlite if self.store.database.is_sqlite else postgresql).insert(ThrottleRow)
        with self.store.writing() as connection:
            connection.execute(delete(ThrottleRow).where(ThrottleRow.until <= stamp(at)))
            for key, most in _keys(name, address).items():
                row = table.values(key=key, failures=1, until=stamp(at + self.window))
                counted = row.on_conflict_do_update(index_elements=["key"], set_={"failures": ThrottleRow.failures + 1})
                failures, until = connection.execute(counted.returning(ThrottleRow.failures, ThrottleRow.until)).one()
                if failures > most:
                    wait_s = max(1, int((datetime.fromisoformat(until) - at).total_seconds()) + 1)
                    raise TooManyAttempts(wait_s)

    def succeed(self, name: str, address: str) -> None:
        """Take the attempt back: it was none that failed.

        Parameters
        ----------
        name : str
            As written.
        address : str
            Where it came from.
        """
        pair, *others = _keys(name, address)
        with self.store.writing() as connection:
            connection.execute(delete(ThrottleRow).where(ThrottleRow.key == pair))
            # Not reset: whoever has one account could guess at others for ever.
            connection.execute(update(ThrottleRow).where(ThrottleRow.key.in_(others)).values(failures=ThrottleRow.failures - 1))


def _keys(name: str, address: str) -> dict[str, int]:
    folded = fold_name(name[:256])
    parts = {("pair", folded, address): PAIR, ("address", address): ADDRESS, ("name", folded): NAME}
    # Only hashes: people mistake the field for that of the password.
    return {sha256("\0".join(part).encode(errors="surrogatepass")).hexdigest(): most for part, most in parts.items()}
