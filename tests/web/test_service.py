"""Headers, access, settings, what watches over the service, and its description."""

from __future__ import annotations

import re

import pytest

from voc.errors import SettingsError
from web import create_app
from web.api.operations import operation_of
from web.auth import Identity
from web.scoring import Scorer
from web.settings import ServerSettings, read_settings

GOOD = {"comments": [{"text": "送餐太慢了"}]}


class Tokens:
    """In the place of the store's."""

    known = {"scripts": Identity("scripts", frozenset({"score"})), "watch": Identity("watch", frozenset({"read"}))}  # noqa: RUF012

    def check(self, token):
        return self.known.get(token)


@pytest.fixture(scope="module")
def guarded(scorer):
    return create_app(ServerSettings(host="0.0.0.0"), scorer=scorer, authenticator=Tokens())  # noqa: S104


@pytest.mark.parametrize("path", ["/healthz", "/api/v1/docs", "/api/v1/nowhere", "/static/api_docs.css"])
def test_every_answer_has_the_security_headers(client, path):
    with client.get(path) as answer:
        headers = answer.headers
    assert headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({}, "accounts_missing"),
        ({"no_auth": True, "host": "0.0.0.0"}, "no_auth_beyond_loopback"),  # noqa: S104
        ({"no_auth": True, "host": "shop.example"}, "no_auth_beyond_loopback"),
    ],
)
def test_service_refuses_to_be_open_by_accident(settings, code):
    with pytest.raises(SettingsError) as refused:
        create_app(ServerSettings(**settings))
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("header", "status", "code"),
    [
        (None, 401, "no_token"),
        ("Basic scripts", 401, "no_token"),
        ("Bearer", 401, "no_token"),
        ("Bearer 不存在", 401, "bad_token"),
        ("Bearer watch", 403, "scope_missing"),
        ("Bearer scripts", 200, None),
        ("bearer  scripts", 200, None),
    ],
)
def test_score_needs_a_token_with_its_scope(guarded, header, status, code):
    headers = {"Authorization": header} if header else {}
    answer = guarded.test_client().post("/api/v1/score", json=GOOD, headers=headers)
    assert (answer.status_code, answer.json.get("code")) == (status, code)
    assert (status == 200) or answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_every_route_of_the_api_says_its_scope_and_only_these_are_open_to_all(guarded):
    described = [(rule.rule, operation_of(guarded, rule.endpoint)) for rule in guarded.url_map.iter_rules() if rule.endpoint != "static"]
    assert all(operation for _, operation in described)
    assert {path for path, operation in described if operation.scope is None} == {
        "/healthz", "/readyz", "/api/v1/openapi.json", "/api/v1/docs",
    }  # fmt: skip
    for rule, operation in described:
        if operation.scope:
            path = re.sub(r"<[^>]+>", "1", rule)
            assert guarded.test_client().open(path, method=operation.method).status_code == 401, path


def test_readyz_waits_for_the_models():
    app = create_app(ServerSettings(no_auth=True), scorer=Scorer(lambda *_: None, quality="fast"))
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["code"]) == (503, "not_ready")
    assert answer.headers["Retry-After"]
    app.extensions["scorer"].lane()
    assert app.test_client().get("/readyz").json == {"status": "ok"}
    app.extensions["scorer"].close()


def test_metrics_count_without_what_callers_write(client):
    def count(name: str) -> float:
        return float(re.search(rf"^{re.escape(name)} (.*)$", client.get("/metrics").text, re.MULTILINE)[1])

    client.post("/api/v1/score", json=GOOD)
    before = count("voc_comments_scored_total")
    client.post("/api/v1/score", json={"comments": GOOD["comments"] * 3})
    assert count("voc_comments_scored_total") == before + 3
    client.get("/某人写错的地址")
    client.open("/healthz", method="乱写".encode().hex())
    text = client.get("/metrics").text
    assert 'path="/api/v1/score",status="200"' in text
    assert "voc_http_request_seconds_bucket" in text
    assert "某人" not in text
    assert 'method="other"' in text


def test_openapi_is_cached_by_its_etag(client):
    first = client.get("/api/v1/openapi.json")
    assert first.json["openapi"] == "3.1.0"
    assert first.json["paths"]["/api/v1/score"]["post"]["responses"].keys() >= {"200", "413", "415", "422"}
    again = client.get("/api/v1/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_openapi_names_the_scopes_where_tokens_are_asked_for(guarded, client):
    score = guarded.test_client().get("/api/v1/openapi.json").json["paths"]["/api/v1/score"]["post"]
    assert score["security"] == [{"token": ["score"]}]
    assert {"401", "403"} <= score["responses"].keys()
    assert "security" not in client.get("/api/v1/openapi.json").json["paths"]["/api/v1/score"]["post"]


def test_docs_page_shows_every_operation_and_record_and_loads_nothing_from_elsewhere(client):
    spec, page = client.get("/api/v1/openapi.json").json, client.get("/api/v1/docs").text
    assert all(path in page for path in spec["paths"])
    assert all(f'id="{name}"' in page for name in spec["components"]["schemas"])
    assert not re.search(r"""(src|href)=["'](https?:)?//""", page)
    assert set(re.findall(r'href="#(\w+)"', page)) <= spec["components"]["schemas"].keys()
    assert "<script" not in page
    assert "style=" not in page


def test_settings_come_from_options_then_environment(monkeypatch):
    monkeypatch.setenv("VOC_PORT", "9000")
    monkeypatch.setenv("VOC_QUALITY", "fast")
    settings = read_settings(port=8100, quality=None)
    assert (settings.port, settings.quality, settings.max_comments_per_request) == (8100, "fast", 1000)
    monkeypatch.setenv("VOC_PORT", "八千")
    with pytest.raises(SettingsError, match="八千") as refused:
        read_settings()
    assert "VOC_PORT" in refused.value.hint
