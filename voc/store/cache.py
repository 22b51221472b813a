"""Remembers what is dear to compute and changes only with what it is remembered by."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock, RLock
from typing import TypeVar, cast

T = TypeVar("T")


class Cache:
    """The last few results of each kind, for all threads.

    Parameters
    ----------
    most : int
        Results of one kind that are kept.
    """

    def __init__(self, most: int = 6) -> None:
        self.most = most
        self._kinds: dict[str, OrderedDict[Hashable, object]] = {}
        self._making: dict[tuple[str, Hashable], RLock] = {}
        self._lock = Lock()

    def get(self, kind: str, key: Hashable, make: Callable[[], T], most: int | None = None) -> T:
        """A result, made where it is not there: by the first thread that asks, while others that ask for it wait.

        Parameters
        ----------
        kind : str
            What it is.
        key : hashable
            All that it depends on.
        make : callable
            Makes it.
        most : int, optional
            How many of this kind are kept, where they are small.

        Returns
        -------
        object
            Not to be altered.
        """
        with self._lock:
            known = self._kinds.setdefault(kind, OrderedDict())
            if key in known:
                known.move_to_end(key)
                return cast(T, known[key])
            making = self._making.setdefault((kind, key), RLock())
        with making:
            with self._lock:
                if key in known:
                    return cast(T, known[key])
            try:
                made = make()
                with self._lock:
                    known[key] = made
                    while len(known) > (most or self.most):
                        known.popitem(last=False)
            finally:
                with self._lock:
                    self._making.pop((kind, key), None)
        return made
