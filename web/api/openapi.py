"""OpenAPI 3.1 of all operations, from the records that they take and give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from flask import Flask
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from voc import __version__
from voc.records import Record
from web.api.operations import Operation, operation_of
from web.records import ProblemDocument

_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
_TYPES = {"int": {"type": "integer", "minimum": 0}, None: {"type": "string"}}
ANY_PROBLEM = (400, 500)  # a host that is not ours, and what nobody expected
SCOPE_PROBLEMS = (401, 403)


def operations(app: Flask) -> Iterator[tuple[str, str, Operation]]:
    """All operations of an application.

    Parameters
    ----------
    app : flask.Flask
        With its blueprints.

    Yields
    ------
    tuple of (str, str, Operation)
        Path with ``{parameters}``, Flask's pattern, and what it is.
    """
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if described := operation_of(app, rule.endpoint):
            yield _PARAMETER.sub(r"{\2}", rule.rule), rule.rule, described


def make_openapi(app: Flask, *, open_to_all: bool) -> dict[str, Any]:
    """Describe an application.

    Parameters
    ----------
    app : flask.Flask
        With its blueprints.
    open_to_all : bool
        Whether no token is asked for.

    Returns
    -------
    dict
        OpenAPI 3.1; its schemas are JSON Schema 2020-12, as `voc schema` prints.
    """
    listed = list(operations(app))
    used: dict[tuple[type[Record], JsonSchemaMode], None] = {(ProblemDocument, "serialization"): None}
    for _, _, described in listed:
        if described.body:
            used[described.body, "validation"] = None
        if not isinstance(described.answer, str):
            used[described.answer, "serialization"] = None
    places, schemas = models_json_schema(list(used), ref_template="#/components/schemas/{model}")
    paths: dict[str, dict[str, Any]] = {}
    for path, rule, described in listed:
        answer = (
            {described.answer: {"schema": {"type": "string"}}}
            if isinstance(described.answer, str)
            else _json(places[described.answer, "serialization"])
        )
        problem = {"application/problem+json": {"schema": places[ProblemDocument, "serialization"]}}
        scoped = described.scope is not None and not open_to_all
        statuses = sorted({*ANY_PROBLEM, *described.problems, *(SCOPE_PROBLEMS if scoped else ())})
        entry: dict[str, Any] = {
            "operationId": f"{described.method.lower()}_{path.rsplit('/', 1)[1].replace('.', '_')}",
            "summary": described.summary,
            "responses": {
                "200": {"description": "OK", "content": answer},
                **({"304": {"description": HTTPStatus.NOT_MODIFIED.phrase}} if described.etag else {}),
                **{str(status): {"description": HTTPStatus(status).phrase, "content": problem} for status in statuses},
            },
        }
        if parameters := [_parameter(kind, name) for kind, name in _PARAMETER.findall(rule)]:
            entry["parameters"] = parameters
        if described.body:
            entry["requestBody"] = {"required": True, "content": _json(places[described.body, "validation"])}
        if scoped:
            entry["security"] = [{"token": [described.scope]}]
        paths.setdefault(path, {})[described.method.lower()] = entry
    components: dict[str, Any] = {"schemas": schemas["$defs"]}
    if not open_to_all:
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "voc", "version": __version__, "description": "中文客户之声分析 / Chinese-aware voice of customer"},
        "paths": paths,
        "components": components,
    }


def _json(schema: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _parameter(kind: str, name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": _TYPES[kind or None]}
