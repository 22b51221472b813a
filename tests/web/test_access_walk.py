"""Every address of the service: who may not, what other users may not see, and none without saying what it needs."""

from __future__ import annotations

import re
from contextlib import closing

import pytest

from toy_accounts import ROLES, expired_token, make_world
from voc.store import Store
from voc.store.accounts import SCOPES, SCOPES_OF
from web.api.operations import operation_of
from web.pages.access import Page

# Open to all, each for a reason: to be watched, to be read by who writes a script, to sign in, and files that are ours.
OPEN = {
    "GET /help",
    "GET /patterns",
    "POST /preferences",
    "GET /healthz",
    "GET /readyz",
    "GET /api/v1/openapi.json",
    "GET /api/v1/docs",
    "GET /login",
    "POST /login",
    "GET /static/<path:filename>",
}
# Parameters that lead to something that came of an upload, which may be private.
PRIVATE = {"upload_id", "run_id", "job_id", "key", "comment_key", "pain_point_id", "case_id"}
# What to send where an operation looks at the body before it looks for what it is about; by method and pattern.
BODIES: dict[str, dict] = {}
UNKNOWN = "add an example of {name!r} to tests/toy_accounts.py, and to PRIVATE here where it may lead to another user's upload: {rule}"


@pytest.fixture(scope="module")
def world(scorer, tmp_path_factory):
    with (
        closing(Store(f"sqlite:///{tmp_path_factory.mktemp('walk')}/voc.db")) as store,
        pytest.MonkeyPatch.context() as patch,
    ):
        store.upgrade()
        yield make_world(store, scorer, patch, rate_limit_per_minute=100_000)


def routes(world):
    """Method, pattern, address with examples, what it needs (None: open to all), and whether it is a page."""
    for rule in world.app.url_map.iter_rules():
        operation = operation_of(world.app, rule.endpoint)
        page = world.app.blueprints.get(rule.endpoint.rpartition(".")[0])
        assert operation or isinstance(page, Page) or rule.endpoint == "static", f"{rule.rule} is neither an Operation nor of a Page"
        needs = operation.scope if operation else getattr(page, "needs", None)
        assert needs is None or needs in SCOPES
        address = rule.rule
        for name in rule.arguments - {"filename"}:
            assert name in world.examples, UNKNOWN.format(name=name, rule=rule.rule)
            address = re.sub(rf"<(\w+:)?{name}>", str(world.examples[name]), address)
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield method, rule.rule, address.replace("<path:filename>", "api_docs.css"), needs, isinstance(page, Page)


def test_walk_only_these_are_open_to_all(world):
    assert {f"{method} {rule}" for method, rule, _, needs, _ in routes(world) if needs is None} == OPEN


def test_walk_nobody_comes_in_without_a_token_or_with_one_that_is_over(world):
    revoked = world.store.tokens.create(world.users["admin"], "gone", SCOPES)
    world.store.tokens.revoke(revoked.id)
    expired = expired_token(world.store, world.users["admin"])
    for method, rule, address, needs, page in routes(world):
        if needs is None:
            continue
        for token, code in [(None, "no_token"), ("voc_" + "A" * 43, "bad_token"), (revoked.secret, "bad_token"), (expired, "bad_token")]:
            answer = world.ask(method, address, token)
            if page and token is None:
                assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/login"), rule
            else:
                assert (answer.status_code, answer.json["code"]) == (401, code), (method, rule)
                assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_walk_a_token_needs_the_scope(world):
    for method, rule, address, needs, _ in routes(world):
        if needs is None:
            continue
        others = [scope for scope in SCOPES if scope != needs]
        token = world.store.tokens.create(world.users["admin"], "narrow", others).secret
        answer = world.ask(method, address, token, json=BODIES.get(f"{method} {rule}", {}))
        assert (answer.status_code, answer.json["code"]) == (403, "scope_missing"), (method, rule)


def test_walk_a_role_allows_its_scopes_alone(world):
    for name, role in ROLES.items():
        for method, rule, address, needs, _ in routes(world):
            if needs is not None and needs not in SCOPES_OF[role]:
                assert world.ask(method, address, world.tokens[name], json={}).status_code == 403, (name, method, rule)


def test_walk_what_came_of_another_user_s_private_upload_is_not_there(world):
    for method, rule, address, needs, _ in routes(world):
        if needs in (None, "admin") or not PRIVATE & set(re.findall(r"(\w+)>", rule)):
            continue
        answer = world.ask(method, address, world.tokens["other"], json=BODIES.get(f"{method} {rule}", {}))
        assert answer.status_code == 404, f"{method} {rule}: {answer.status_code}; if it refuses the body, add a good one to BODIES"


def test_walk_fails_at_a_route_that_does_not_say_what_it_needs(world, monkeypatch):
    rules = [*world.app.url_map.iter_rules()]
    stray = type(rules[0])("/stray", endpoint="stray", methods=["GET"])
    stray.arguments = set()
    monkeypatch.setattr(world.app.url_map, "iter_rules", lambda: iter([*rules, stray]))
    with pytest.raises(AssertionError, match="/stray is neither"):
        list(routes(world))


def test_walk_a_view_that_says_nothing_is_for_administrators(world):
    from web import create_app
    from web.settings import ServerSettings

    app = create_app(ServerSettings(), scorer=world.app.extensions["scorer"], store=world.store)
    app.add_url_rule("/stray", view_func=lambda: "x", endpoint="stray")
    for name in ROLES:
        headers = {"Authorization": f"Bearer {world.tokens[name]}"}
        assert app.test_client().get("/stray", headers=headers).status_code == (200 if name == "admin" else 403)
    assert app.test_client().get("/stray").status_code == 401
