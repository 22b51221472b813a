"""How many requests a caller may make: a bucket each, which fills up again all the time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from time import monotonic
from typing import NamedTuple

from flask import Flask, Response, g

from web.errors import ApiError

_MOST_CALLERS = 10_000  # remembered; of more, those are forgotten who came the longest ago


class Allowance(NamedTuple):
    """What a caller has left."""

    allowed: bool
    left: int  # requests that would be taken at once
    wait_s: int  # seconds until the next one is, 0 where some are left


class Buckets:
    """Counts requests by caller, in this process.

    Parameters
    ----------
    per_minute : int
        How many fit in a bucket, and how many come back in a minute.
    clock : callable
        Seconds that only grow.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = monotonic) -> None:
        self.per_minute = per_minute
        self.clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # caller → how full, when
        self._lock = threading.Lock()

    def take(self, caller: str) -> Allowance:
        """Count a request.

        Parameters
        ----------
        caller : str
            Token, session or address.

        Returns
        -------
        Allowance
            Whether it is allowed; one that is not costs nothing.
        """
        with self._lock:
            at = self.clock()
            full, since = self._buckets.pop(caller, (float(self.per_minute), at))
            full = min(float(self.per_minute), full + (at - since) * self.per_minute / 60)
            allowed = full >= 1
            full -= allowed
            self._buckets[caller] = (full, at)
            while len(self._buckets) > _MOST_CALLERS:
                self._buckets.popitem(last=False)
        return Allowance(allowed, int(full), 0 if full >= 1 else ceil((1 - full) * 60 / self.per_minute))


def limit_rate(app: Flask, per_minute: int) -> Callable[[str], None]:
    """Let answers tell what is left.

    Parameters
    ----------
    app : flask.Flask
        Whose answers get the headers ``RateLimit`` and ``RateLimit-Policy`` (draft-ietf-httpapi-ratelimit-headers).
    per_minute : int
        As for `Buckets`.

    Returns
    -------
    callable
        Counts the present request for a caller; raises `ApiError` 429 where there are too many.
    """
    buckets = Buckets(per_minute)

    def charge(caller: str) -> None:
        g.allowance = allowance = buckets.take(caller)
        if not allowance.allowed:
            hint = f"每分钟 {per_minute} 次；一次可评多条 / {per_minute} a minute; score several comments in one request"
            headers = {"Retry-After": str(allowance.wait_s)}
            raise ApiError(429, "too_many_requests", "请求太频繁 / too many requests", hint, headers=headers)

    @app.after_request
    def tell(response: Response) -> Response:
        if allowance := g.get("allowance"):
            response.headers["RateLimit-Policy"] = f'"requests";q={per_minute};w=60'
            response.headers["RateLimit"] = f'"requests";r={allowance.left};t={allowance.wait_s}'
        return response

    return charge
