"""Remembers what is dear to compute and changes only with what it is remembered by."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
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
        self._lock = Lock()

    def get(self, kind: str, key: Hashable, make: Callable[[], T], most: int | None = None) -> T:
        """A result, made where it is not there; two threads may both make it, and either is as good.

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
        made = make()
        with self._lock:
            known[key] = made
            known.move_to_end(key)
            while len(known) > (most or self.most):
                known.popitem(last=False)
        return made
