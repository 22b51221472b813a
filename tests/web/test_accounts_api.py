"""/users, /tokens, /me and /audit."""

from __future__ import annotations

from contextlib import closing

import pytest

from toy_accounts import PASSWORD, csrf_of, make_world, sign_in
from voc.store import Store

OTHER = "another password 2"


@pytest.fixture
def world(scorer, tmp_path, monkeypatch):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        yield make_world(store, scorer, monkeypatch)


@pytest.fixture
def admin(world):
    return lambda method, path, **options: world.ask(method, path, world.tokens["admin"], **options)


def test_administrators_add_and_change_users(world, admin):
    made = admin("POST", "/api/v1/users", json={"name": "王丽", "role": "reviewer", "password": OTHER})
    assert (made.status_code, made.json["name"], made.json["role"]) == (201, "王丽", "reviewer")
    assert "password" not in made.text
    path = f"/api/v1/users/{made.json['id']}"
    assert (
        admin("PATCH", path, json={"role": "viewer", "disabled": True}).json | {"role": "viewer", "disabled": True}
        == admin("GET", "/api/v1/users").json["users"][-1]
    )
    admin("PATCH", path, json={"disabled": False, "password": PASSWORD})
    assert world.store.users.verify("王丽", PASSWORD).role == "viewer"
    entries = admin("GET", "/api/v1/audit?limit=4").json
    assert [entry["action"] for entry in entries["entries"]] == ["change_password", "enable_user", "disable_user", "change_role"]
    assert {entry["actor"] for entry in entries["entries"]} == {"admin"}
    assert admin("GET", f"/api/v1/audit?before={entries['next']}&limit=1").json["entries"][0]["detail"] == {
        "user": "王丽",
        "role": "reviewer",
    }


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/api/v1/users", {"name": "OWNER"}, 409, "name_taken"),
        ("POST", "/api/v1/users", {"name": "a b"}, 422, "invalid"),
        ("POST", "/api/v1/users", {"name": "new", "password": "kurz1"}, 422, "invalid"),
        ("POST", "/api/v1/users", {"name": "administrators", "password": "Administrators"}, 422, "weak_password"),
        ("POST", "/api/v1/users", {"name": "new", "role": "root"}, 422, "invalid"),
        ("PATCH", "/api/v1/users/1", {"role": "viewer"}, 409, "last_admin"),
        ("PATCH", "/api/v1/users/1", {"disabled": True}, 409, "last_admin"),
        ("PATCH", "/api/v1/users/99", {}, 404, "unknown_user"),
        ("PATCH", "/api/v1/users/1", {"name": "x"}, 422, "invalid"),
        ("POST", "/api/v1/tokens", {"name": "x", "scopes": ["admin"], "user": "owner"}, 409, "scope_beyond_role"),
        ("POST", "/api/v1/tokens", {"name": "x", "scopes": ["read"], "user": "nobody"}, 404, "unknown_user"),
        ("POST", "/api/v1/tokens", {"name": "x", "scopes": []}, 422, "invalid"),
        ("POST", "/api/v1/tokens", {"name": "x", "scopes": ["read"], "days": 0}, 422, "invalid"),
        ("DELETE", "/api/v1/tokens/99", None, 404, "unknown_token"),
        ("GET", "/api/v1/audit?limit=0", None, 422, "invalid"),
    ],
)
def test_account_operations_refuse(admin, method, path, body, status, code):
    answer = admin(method, path, json=body) if body is not None else admin(method, path)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert "kurz1" not in answer.text
    assert "Administrators" not in answer.text


def test_users_make_list_and_revoke_their_own_tokens_after_signing_in(world):
    browser = world.app.test_client()
    sign_in(browser)
    headers = {"X-CSRF-Token": csrf_of(browser)}
    made = browser.post("/api/v1/tokens", json={"name": "导入", "scopes": ["read", "write"]}, headers=headers)
    assert (made.status_code, made.json["user"], made.json["scopes"]) == (201, "owner", ["read", "write"])
    secret, number = made.json["secret"], made.json["id"]
    assert world.ask("GET", "/api/v1/me", secret).json["scopes"] == ["read", "write"]
    listed = browser.get("/api/v1/tokens")
    assert [token["name"] for token in listed.json["tokens"]] == ["导入", "all"]
    assert secret not in listed.text
    assert browser.post("/api/v1/tokens", json={"name": "x", "scopes": ["read"], "user": "other"}, headers=headers).status_code == 403
    assert browser.delete(f"/api/v1/tokens/{number}", headers=headers).status_code == 204
    assert world.ask("GET", "/api/v1/me", secret).json["code"] == "bad_token"


def test_tokens_of_others_are_not_there(world):
    """Neither seen nor ended by whoever counts numbers up."""
    numbers = {token.user: token.id for token in world.store.tokens.all()}
    browser = world.app.test_client()
    sign_in(browser, "other")
    headers = {"X-CSRF-Token": csrf_of(browser)}
    for name, number in numbers.items():
        if name != "other":
            theirs = browser.delete(f"/api/v1/tokens/{number}", headers=headers)
            none = browser.delete("/api/v1/tokens/9999", headers=headers)
            assert (theirs.status_code, theirs.json["code"]) == (none.status_code, none.json["code"]) == (404, "unknown_token")
    assert {token["user"] for token in browser.get("/api/v1/tokens").json["tokens"]} == {"other"}
    assert all(world.ask("GET", "/api/v1/me", secret).status_code == 200 for secret in world.tokens.values())
    assert {token["user"] for token in world.ask("GET", "/api/v1/tokens", world.tokens["admin"]).json["tokens"]} == set(numbers)
    assert world.ask("DELETE", f"/api/v1/tokens/{numbers['other']}", world.tokens["admin"]).status_code == 204


def test_a_token_makes_no_others_and_ends_only_itself(world):
    owner = world.users["owner"]
    narrow, wide = (world.store.tokens.create(owner, "x", scopes) for scopes in (["read"], ["read", "score", "write"]))
    for secret in (narrow.secret, wide.secret):
        answer = world.ask("POST", "/api/v1/tokens", secret, json={"name": "x", "scopes": ["read"], "days": 3650})
        assert (answer.status_code, answer.json["code"]) == (403, "scope_missing")
    assert world.ask("DELETE", f"/api/v1/tokens/{wide.id}", narrow.secret).status_code == 404
    assert world.ask("DELETE", f"/api/v1/tokens/{narrow.id}", narrow.secret).status_code == 204
    assert world.ask("GET", "/api/v1/me", narrow.secret).status_code == 401
    reading = world.store.tokens.create(world.users["admin"], "x", ["read"])  # an administrator's, without the scope
    assert {token["user"] for token in world.ask("GET", "/api/v1/tokens", reading.secret).json["tokens"]} == {"admin"}


def test_tokens_lose_what_the_role_loses(world):
    assert world.ask("GET", "/api/v1/me", world.tokens["owner"]).json["scopes"] == ["read", "score", "write"]
    world.store.users.change(world.users["owner"], role="viewer")
    assert world.ask("GET", "/api/v1/me", world.tokens["owner"]).json["scopes"] == ["read"]
    assert world.ask("POST", "/api/v1/score", world.tokens["owner"], json={}).status_code == 403


def test_where_nobody_is_asked_the_caller_is_local_and_may_do_all(client):
    assert client.get("/api/v1/me").json == {
        "name": "local",
        "user_id": None,
        "role": "admin",
        "scopes": ["admin", "read", "score", "write"],
    }
    assert client.post("/api/v1/tokens", json={"name": "x", "scopes": ["read"]}).json["code"] == "user_needed"
    assert client.get("/login?next=/api/v1/docs").location == "/api/v1/docs"
