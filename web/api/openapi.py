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
_TYPES = {"int": {"type": "integer", "minimum": 0, "maximum": 10**18 - 1}, None: {"type": "string", "minLength": 1}}
_PREFIX = "/api/v1"
_NO_NUL = r"^[^\x00]*$"  # see `web.api.exchange.check_fields`
_REFERENCE = "#/components/schemas/{model}"
ANY_PROBLEM = (400, 500)  # a host that is not ours, and what nobody expected
SCOPE_PROBLEMS = (401, 403, 429)
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "同一个键 24 小时内只做一次 / done once within 24 hours; the same answer again",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}
_RETRY = {"headers": {"Retry-After": {"description": "秒 / seconds", "schema": {"type": "integer"}}}}
_WAIT: dict[int, dict[str, Any]] = {429: _RETRY, 503: _RETRY}

Schema = dict[str, Any]


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
        for record in (described.body, described.multipart):
            if record:
                used[record, "validation"] = None
        for kind in _kinds(described):
            if isinstance(kind, type):
                used[kind, "serialization"] = None
    places, schemas = models_json_schema(list(used), ref_template=_REFERENCE)
    components: dict[str, Any] = {"schemas": schemas["$defs"]}
    paths: dict[str, dict[str, Any]] = {}
    for path, rule, described in listed:
        scoped = described.scope is not None and not open_to_all
        entry: dict[str, Any] = {
            "operationId": _identifier(described.method, path),
            "summary": described.summary,
            "responses": _responses(described, places, scoped=scoped),
        }
        parameters = [_parameter(kind, name) for kind, name in _PARAMETER.findall(rule)]
        parameters += _query(described.query, components["schemas"]) if described.query else []
        if parameters := [*parameters, *([IDEMPOTENCY_KEY] if described.idempotent else [])]:
            entry["parameters"] = parameters
        if described.body:
            entry["requestBody"] = {"required": True, "content": _json(places[described.body, "validation"])}
        elif described.multipart:
            entry["requestBody"] = {
                "required": True,
                "content": {"multipart/form-data": {"schema": places[described.multipart, "validation"]}},
            }
        if scoped:
            entry["security"] = [{"token": [described.scope]}]
        paths.setdefault(path, {})[described.method.lower()] = entry
    if not open_to_all:
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "voc", "version": __version__, "description": "中文客户之声分析 / Chinese-aware voice of customer"},
        "paths": paths,
        "components": components,
    }


def _identifier(method: str, path: str) -> str:
    """``get_uploads_upload_id_start`` and the like: unique, since paths are."""
    words = re.sub(r"\W+", "_", path.removeprefix(_PREFIX)).strip("_")
    return f"{method.lower()}_{words}"


def _kinds(described: Operation) -> tuple[type[Record] | str, ...]:
    answer = described.answer
    return answer if isinstance(answer, tuple) else () if answer is None else (answer,)


def _responses(described: Operation, places: Any, *, scoped: bool) -> Schema:
    success: Schema = {"description": HTTPStatus(described.status).phrase}
    if kinds := _kinds(described):
        success["content"] = {}
        for kind in kinds:
            plain = {kind: {"schema": {"type": "string"}}} if isinstance(kind, str) else _json(places[kind, "serialization"])
            success["content"] |= plain
    if described.location:
        success["headers"] = {"Location": {"schema": {"type": "string"}}}
    problem = {"application/problem+json": {"schema": places[ProblemDocument, "serialization"]}}
    cross_site = () if described.method == "GET" else (403,)
    statuses = sorted({*ANY_PROBLEM, *described.problems, *cross_site, *(SCOPE_PROBLEMS if scoped else ())})
    return {
        str(described.status): success,
        **({"304": {"description": HTTPStatus.NOT_MODIFIED.phrase}} if described.etag else {}),
        **{str(status): {"description": HTTPStatus(status).phrase, "content": problem, **_WAIT.get(status, {})} for status in statuses},
    }


def _query(record: type[Record], schemas: Schema) -> list[Schema]:
    """What may stand behind the ``?``, one parameter a field of the record."""
    schema = record.model_json_schema(ref_template=_REFERENCE)
    schemas.update(schema.get("$defs", {}))
    required = schema.get("required", ())
    parameters = []
    for name, described in schema.get("properties", {}).items():
        plain = {key: value for key, value in described.items() if key not in ("title", "description", "anyOf")}
        kinds = [kind for kind in described.get("anyOf", ()) if kind != {"type": "null"}]  # null is to leave it out
        if kinds:
            plain = {
                **{key: value for key, value in plain.items() if value is not None},
                **(kinds[0] if len(kinds) == 1 else {"anyOf": kinds}),
            }
        for text in (plain, plain.get("items", {})):
            if text.get("type") == "string" and not text.keys() & {"enum", "const", "pattern"}:
                text["pattern"] = _NO_NUL
        parameter = {"name": name, "in": "query", "required": name in required, "schema": plain}
        parameters.append({**parameter, **({"description": described["description"]} if "description" in described else {})})
    return parameters


def _json(schema: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _parameter(kind: str, name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": _TYPES[kind or None]}
