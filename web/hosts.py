"""By which names callers may reach the service, and which proxies in front of it are believed."""

from __future__ import annotations

import socket
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

from web.errors import ApiError
from web.settings import ServerSettings

_IPV6_SITE = 64  # bits that one customer of a provider has as a whole


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine alone.

    Parameters
    ----------
    host : str
        Name or address.

    Returns
    -------
    bool
        True for localhost, 127.0.0.0/8 and ::1.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("0.0.0.0")
    (True, False)
    """
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:  # a name: who knows where it leads
        return False


def known_hosts(settings: ServerSettings) -> list[str]:
    """Names of the service; a page elsewhere could point a name of its own at it.

    Parameters
    ----------
    settings : ServerSettings
        With the host, and further names.

    Returns
    -------
    list of str
        Without ports, in lower case.
    """
    machine = [] if is_loopback(settings.host) else [socket.gethostname()]
    return sorted({name.lower() for name in (settings.host, *machine, "localhost", "127.0.0.1", "::1", *settings.hosts)})


def check_hosts(app: Flask, settings: ServerSettings) -> None:
    """Refuse requests under other names than those of the service, and believe as many proxies as the settings say.

    Parameters
    ----------
    app : flask.Flask
        After its log, before what looks at the host.
    settings : ServerSettings
        With names and number of proxies.
    """
    if hops := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    names = known_hosts(settings)
    by_address = not is_loopback(settings.host)  # no foreign name leads there, so that it is no danger

    @app.before_request
    def check() -> None:
        name = _name(request.host)
        known = any(name == own or (own.startswith(".") and name.endswith(own)) for own in names)
        if not (known or (by_address and _is_address(name))):
            hint = "VOC_HOSTS=voc.example.org"
            raise ApiError(400, "unknown_host", "不认得这个主机名 / the service is not known by this host name", hint)


def caller_address() -> str:
    """Where the present request comes from, as one that can be counted by.

    Returns
    -------
    str
        IPv4 address, or the network of an IPv6 address, of which everybody has many.
    """
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:  # a Unix socket, or a proxy that says something else
        return request.remote_addr or "unknown"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            return str(ip_network(f"{address}/{_IPV6_SITE}", strict=False))
        address = address.ipv4_mapped
    return str(address)


def _name(host: str) -> str:
    """Name or address of a ``Host`` header, without port and brackets; empty where it is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
