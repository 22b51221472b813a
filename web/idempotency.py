"""``Idempotency-Key``: a request that comes again within 24 hours gets its first answer, and nothing is done twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any

from flask import Response, g, request
from sqlalchemy import Connection

from voc.errors import StoreError
from voc.store import SavedAnswer, Store
from voc.store.answers import save
from web.errors import ApiError

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[!-~]{1,200}")


class Once:
    """The present request, which may have come before.

    Parameters
    ----------
    store : Store
        Keeps the answers.
    fingerprint : str
        Digest of all that was sent.

    Raises
    ------
    ApiError
        422 if the key is not 1 to 200 visible ASCII characters.
    """

    def __init__(self, store: Store, fingerprint: str) -> None:
        self.store = store
        self.key = key_of_request()
        self.caller = f"{g.identity.user_id or ''}:{g.identity.name}"
        self.fingerprint = f"{request.method} {request.path} {fingerprint}"

    def earlier(self) -> Response | None:
        """The answer that the request got when it came first.

        Returns
        -------
        flask.Response or None
            None where it comes for the first time, or without a key.

        Raises
        ------
        ApiError
            422 if another request came under the key.
        """
        found = self.store.answer(self.caller, self.key) if self.key else None
        if found is None:
            return None
        if found.fingerprint != self.fingerprint:
            message = "这个 Idempotency-Key 已用于另一个请求 / the key was used for another request"
            raise ApiError(422, "key_reused", message, "每个请求用新的键 / a new key for each request")
        return _response(found)

    def keep(self, connection: Connection, response: Response, upload_id: int | None = None) -> None:
        """Keep the answer, in the transaction that makes what it tells of.

        Parameters
        ----------
        connection : sqlalchemy.Connection
            In that transaction.
        response : flask.Response
            The answer.
        upload_id : int, optional
            The upload that it speaks of.

        Raises
        ------
        StoreError
            ``answered`` if the same request was faster.
        """
        if self.key:
            save(connection, self.caller, self.key, self._saved(response), upload_id)

    def keep_now(self, response: Response) -> None:
        """Keep the answer, in a transaction of its own: after a crash in between, the request is done again.

        Parameters
        ----------
        response : flask.Response
            The answer.
        """
        if self.key:
            self.store.save_answer(self.caller, self.key, self._saved(response))

    def do(self, act: Callable[[], Response]) -> Response:
        """Do the request, or give the answer that it got before.

        Parameters
        ----------
        act : callable
            Does it, and keeps its answer.

        Returns
        -------
        flask.Response
            Either.
        """
        if done := self.earlier():
            return done
        try:
            return act()
        except StoreError as error:
            if error.code == "answered" and (done := self.earlier()):  # the same request was faster
                return done
            raise

    def _saved(self, response: Response) -> SavedAnswer:
        location = response.headers.get("Location")
        return SavedAnswer(
            fingerprint=self.fingerprint, status=response.status_code, location=location, body=response.get_data(as_text=True)
        )


def key_of_request() -> str | None:
    """The key that the present request names.

    Returns
    -------
    str or None
        None where it names none.

    Raises
    ------
    ApiError
        422 if it is not 1 to 200 visible ASCII characters.
    """
    key = request.headers.get(HEADER)
    if key is not None and not _KEY.fullmatch(key):
        raise ApiError(422, "bad_key", f"{HEADER} 要 1–200 个可见 ASCII 字符 / takes 1 to 200 visible ASCII characters")
    return key


def idempotent(store: Store) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Make a view that reads its whole body answer a repeated request as before.

    Parameters
    ----------
    store : Store
        Keeps the answers.

    Returns
    -------
    callable
        Decorator, below `operation`.
    """

    def decorate(view: Callable[..., Response]) -> Callable[..., Response]:
        @wraps(view)
        def once(**parameters: Any) -> Response:
            asked = Once(store, digest(request.get_data()))

            def act() -> Response:
                response = view(**parameters)
                asked.keep_now(response)
                return response

            return asked.do(act)

        return once

    return decorate


def digest(*parts: bytes) -> str:
    """Digest of what was sent.

    Parameters
    ----------
    *parts : bytes
        In order.

    Returns
    -------
    str
        Hexadecimal.
    """
    return sha256(b"\0".join(sha256(part).digest() for part in parts)).hexdigest()


def _response(saved: SavedAnswer) -> Response:
    response = Response(saved.body, status=saved.status, content_type="application/json")
    if saved.location:
        response.headers["Location"] = saved.location
    response.headers["Idempotent-Replay"] = "true"
    return response
