"""The process: a socket, waitress, and an end in good order."""

from __future__ import annotations

import gc
import logging
import signal
import socket
from collections.abc import Callable
from threading import Thread
from time import monotonic
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.server import BaseWSGIServer, create_server

from voc.errors import SettingsError, VocError
from voc.store import Store
from web.settings import ServerSettings

# Beyond this many times the limit waitress ends the request itself, before it fills the disk; below, the application explains.
_HARD_LIMIT = 8


def listen(settings: ServerSettings) -> socket.socket:
    """Take the address.

    Parameters
    ----------
    settings : ServerSettings
        With host and port.

    Returns
    -------
    socket.socket
        Bound.

    Raises
    ------
    SettingsError
        If it cannot be had.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        message = f"不能监听 / cannot listen on {settings.host}:{settings.port}: {error.strerror or error}"
        raise SettingsError("address", message, "换一个 --port / take another --port") from error


def _warm(store: Store) -> None:
    """Compute ahead what is asked for first: the newest run."""
    try:
        for run in store.run_page(limit=1).runs:
            store.warm(run.id)
        gc.freeze()  # what is remembered is large, and to search it for garbage would take longer than most answers
    except VocError as error:  # erased meanwhile, say; whoever asks for it is told
        logging.getLogger("web").warning("warm: %s", error.code)


def serve(app: Flask, settings: ServerSettings, bound: socket.socket, started: Callable[[], None]) -> None:
    """Answer requests until SIGTERM or SIGINT, then finish those under way.

    Parameters
    ----------
    app : flask.Flask
        From `create_app`.
    settings : ServerSettings
        Threads and limits.
    bound : socket.socket
        From `listen`; closed at the end.
    started : callable
        Called when requests are answered.
    """
    channels: dict[int, Any] = {}
    server = create_server(
        app,
        map=channels,
        sockets=[bound],
        threads=settings.http_threads,
        ident="voc",
        # Those of proxies that are trusted are for `web.hosts` to read; waitress would drop them.
        clear_untrusted_proxy_headers=settings.trusted_proxies == 0,
        max_request_body_size=max(_HARD_LIMIT * settings.request_limit_mb, 2 * settings.upload_limit_mb) * 2**20,
    )
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True
        for name in (signal.SIGTERM, signal.SIGINT):  # a second one ends it at once
            signal.signal(name, signal.SIG_DFL)
        server.pull_trigger()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
    started()
    Thread(target=_warm, args=(app.extensions["store"],), name="warm", daemon=True).start()
    while not stopping:
        wasyncore.loop(timeout=1, map=channels, count=1)
    wasyncore.dispatcher.close(server)  # no more connections
    scorer = app.extensions["scorer"]
    scorer.close(timeout_s=0)  # no more comments; those that wait are scored
    until = monotonic() + settings.stop_timeout_s
    while _under_way(server) and monotonic() < until:
        wasyncore.loop(timeout=0.1, map=channels, count=1)
    server.task_dispatcher.shutdown(timeout=1)
    scorer.close(timeout_s=1)


def _under_way(server: BaseWSGIServer) -> bool:
    return any(channel.requests or channel.total_outbufs_len for channel in server.active_channels.values())
