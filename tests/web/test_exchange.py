"""What operations say of themselves: parameters, statuses, forms; and how queries are read."""

from __future__ import annotations

import pytest
from flask import Blueprint, Response
from pydantic import Field

from voc.records import Label, Record
from web import create_app
from web.api.exchange import answer, read_query
from web.api.openapi import make_openapi
from web.api.operations import Operation, operation
from web.records import Status
from web.settings import ServerSettings


class Query(Record):
    """What a list can be asked for."""

    q: str | None = Field(None, description="words")
    sentiment: Label | None = None
    from_: str | None = Field(None, alias="from")
    limit: int = Field(50, ge=1, le=1000)
    tag: tuple[str, ...] = ()


class Form(Record):
    """A form with files."""

    file: list[bytes]
    name: str = ""


@pytest.fixture(scope="module")
def probe(tmp_path_factory):
    app = create_app(ServerSettings(no_auth=True, store=f"sqlite:///{tmp_path_factory.mktemp('probe')}/voc.db"))
    blueprint = Blueprint("probe", __name__, url_prefix="/probe")

    @operation(blueprint, "/things/<int:key>/<name>", Operation("GET", "x", None, Status, query=Query, problems=(404, 422), etag=True))
    def things(key: int, name: str) -> Response:
        asked = read_query(Query)
        response = answer(Status(), etag=True)
        response.headers["X-Asked"] = repr((key, name, asked.model_dump(exclude_defaults=True)))
        return response

    @operation(blueprint, "/forms", Operation("POST", "x", None, None, multipart=Form, status=204, idempotent=True, location=True))
    def forms() -> Response:
        return Response(status=204)

    app.register_blueprint(blueprint)
    return app


def test_operation_describes_parameters_statuses_and_forms(probe):
    paths = make_openapi(probe, open_to_all=True)["paths"]
    described = paths["/probe/things/{key}/{name}"]["get"]
    by_name = {parameter["name"]: parameter for parameter in described["parameters"]}
    assert list(by_name) == ["key", "name", "q", "sentiment", "from", "limit", "tag"]
    assert by_name["key"]["schema"]["maximum"] == 10**18 - 1
    text = {"type": "string", "pattern": r"^[^\x00]*$"}
    assert by_name["q"] == {"name": "q", "in": "query", "required": False, "schema": text, "description": "words"}
    assert by_name["sentiment"]["schema"] == {"enum": ["negative", "neutral", "positive"], "type": "string"}
    assert by_name["limit"]["schema"] == {"default": 50, "maximum": 1000, "minimum": 1, "type": "integer"}
    form = paths["/probe/forms"]["post"]
    assert form["responses"]["204"].keys() == {"description", "headers"}
    assert form["parameters"][0]["name"] == "Idempotency-Key"
    assert list(form["requestBody"]["content"]) == ["multipart/form-data"]
    names = [entry["operationId"] for methods in paths.values() for entry in methods.values()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/probe/things/7/x", 200, "(7, 'x', {})"),
        ("/probe/things/7/x?q=a&from=2024&limit=3", 200, "(7, 'x', {'q': 'a', 'from': '2024', 'limit': 3})"),
        ("/probe/things/7/x?tag=a&tag=b", 200, "(7, 'x', {'tag': ('a', 'b')})"),
        ("/probe/things/7/x?limit=0", 422, "/limit"),
        ("/probe/things/7/x?limit=1&limit=2", 422, "/limit"),
        ("/probe/things/7/x?colour=red", 422, "/colour"),
        ("/probe/things/7/x?q=%00", 422, "/q"),
        ("/probe/things/99999999999999999999/x", 404, None),
        ("/probe/things/7/%00", 404, None),
    ],
)
def test_query_is_read_as_its_record(probe, path, status, said):
    got = probe.test_client().get(path)
    assert got.status_code == status
    assert said is None or said == (got.headers["X-Asked"] if status == 200 else got.json["errors"][0]["pointer"])


def test_answer_is_not_sent_again_to_who_has_it(probe):
    first = probe.test_client().get("/probe/things/7/x")
    again = probe.test_client().get("/probe/things/7/x", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
