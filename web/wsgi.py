"""The application for a WSGI server of one's own, such as gunicorn; `voc serve` brings waitress instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def application() -> Flask:
    """Make the application with the settings of the environment (``VOC_…``), its models loaded.

    Give it one process with many threads: requests that wait are scored together only within a process, and each process
    holds the models and counts rates for itself. Models do not survive a fork, so nothing may be preloaded.
    Jobs are done by ``voc worker`` beside it.

    Returns
    -------
    flask.Flask
        On a store whose tables are those of this version.

    Raises
    ------
    SettingsError
        If a setting is wrong, or nobody would have to say who they are: who can reach the server is not known here.

    Examples
    --------
    ``gunicorn --workers 1 --threads 32 --bind 127.0.0.1:8000 'web.wsgi:application()'``
    """
    from voc.errors import SettingsError
    from voc.logs import configure_logging
    from web import create_app
    from web.settings import read_settings

    settings = read_settings()
    if settings.no_auth:
        message = "VOC_NO_AUTH 只用于 voc serve / VOC_NO_AUTH is for voc serve alone"
        raise SettingsError("no_auth", message, "用 voc token create 建令牌 / make tokens with voc token create")
    app = create_app(settings)
    app.extensions["store"].upgrade()
    app.extensions["work"].root  # noqa: B018  (made now, or refused)
    app.extensions["scorer"].lane()
    configure_logging()
    return app
