"""Pages elsewhere may not act with the cookie of who reads them."""

from __future__ import annotations

import hmac
from hashlib import sha256
from urllib.parse import urlsplit

from flask import request

from web.errors import ApiError

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
HEADER = "X-CSRF-Token"
FIELD = "csrf_token"


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
        403.
    """
    sent = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if not hmac.compare_digest(sent.encode(errors="surrogatepass"), expected.encode()):
        hint = f"刷新页面再试；要 HTTPS 和 Cookie / reload the page; it takes HTTPS and cookies; {HEADER}, or {FIELD} in a form"
        raise ApiError(403, "csrf", "表单已过期，或不是本站的 / the form is outdated or not ours", hint)


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
