"""GET /openapi.json and /docs: the API describes itself, offline."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from flask import Blueprint, Flask, Response, render_template

from web.api.exchange import with_etag
from web.api.openapi import make_openapi
from web.api.operations import Operation, operation


def make_describing(api: Blueprint, app: Flask, *, open_to_all: bool) -> None:
    """Add the two operations.

    Parameters
    ----------
    api : flask.Blueprint
        To add them to.
    app : flask.Flask
        To be described, once all its blueprints are registered.
    open_to_all : bool
        Whether no token is asked for.
    """

    @cache
    def specification() -> dict[str, Any]:
        return make_openapi(app, open_to_all=open_to_all)

    @operation(
        api, "/openapi.json", Operation("GET", "本接口的 OpenAPI 3.1 / This API in OpenAPI 3.1", None, "application/json", etag=True)
    )
    def openapi() -> Response:
        return with_etag(Response(json.dumps(specification(), ensure_ascii=False), content_type="application/json"))

    @operation(api, "/docs", Operation("GET", "本接口的说明 / This API for people to read", None, "text/html; charset=utf-8", etag=True))
    def docs() -> Response:
        return with_etag(Response(render_template("api_docs.html", spec=specification()), content_type="text/html; charset=utf-8"))
