"""Pages elsewhere may not act with the cookie of who reads them."""

from __future__ import annotations

import hmac
from hashlib import sha256
from io import RawIOBase
from typing import IO, Any
from urllib.parse import urlsplit

from flask import request
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from web.errors import ApiError

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
HEADER = "X-CSRF-Token"
FIELD = "csrf_token"
_HEAD_BYTES = 16 << 10  # of a form with files, in which its token must stand


def csrf_token(secret: str) -> str:
    """What forms of a page carry, so that they are known to be ours.

    Parameters
    ----------
    secret : str
        Value of the cookie, which other pages cannot read.

    Returns
    -------
    str
        64 hexadecimal digits, from which the secret cannot be told.
    """
    return hmac.new(secret.encode(errors="surrogatepass"), b"voc csrf", sha256).hexdigest()


def check_csrf_token(expected: str) -> None:
    """Refuse the present request where neither its header nor its form has the token.

    Parameters
    ----------
    expected : str
        From `csrf_token`.

    Raises
    ------
    ApiError
        403. Of a form with files no more is read than what stands before the first of them: the token must.
    """
    sent = request.headers.get(HEADER) or (_leading_field() if request.mimetype == "multipart/form-data" else request.form.get(FIELD, ""))
    if not hmac.compare_digest(sent.encode(errors="surrogatepass"), expected.encode()):
        hint = f"刷新页面再试；要 HTTPS 和 Cookie / reload the page; it takes HTTPS and cookies; {HEADER}, or {FIELD} in a form"
        raise ApiError(403, "csrf", "表单已过期，或不是本站的 / the form is outdated or not ours", hint)


class _Whole(RawIOBase):
    """A body whose beginning was read already, from its beginning."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found = self._head[: len(buffer)] or self._rest.read(len(buffer))
        self._head = self._head[len(found) :]
        buffer[: len(found)] = found
        return len(found)


def _leading_field() -> str:
    """The token in a form with files; they stay unread, for whoever takes them to the disk."""
    body, left = request.environ["wsgi.input"], min(request.content_length or 0, _HEAD_BYTES)
    head = b""
    while left > len(head) and (piece := body.read(left - len(head))):
        head += piece
    request.environ["wsgi.input"] = _Whole(head, body)
    decoder = MultipartDecoder(request.mimetype_params.get("boundary", "").encode(errors="replace"))
    decoder.receive_data(head)
    ours, value = False, b""
    try:
        while not isinstance(event := decoder.next_event(), NeedData | Epilogue | File):
            if isinstance(event, Field):
                ours = event.name == FIELD
            elif isinstance(event, Data) and ours:
                value += event.data
                if not event.more_data:
                    return value.decode(errors="replace")
    except ValueError:  # no form at all: it has no token
        return ""
    return ""


def check_origin() -> None:
    """Refuse the present request where the browser says that another site makes it.

    Raises
    ------
    ApiError
        403.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        foreign = site not in ("same-origin", "none")
    else:  # an old browser, plain HTTP, or no browser at all
        own = urlsplit(request.host_url)
        foreign = origin is not None and origin.lower() != f"{own.scheme}://{own.netloc}".lower()
    if foreign:
        hint = "在代理后面要设 VOC_TRUSTED_PROXIES / behind a proxy set VOC_TRUSTED_PROXIES"
        raise ApiError(403, "cross_site", "请求来自别的网站 / the request comes from another site", hint)
