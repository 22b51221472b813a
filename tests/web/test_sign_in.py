"""Signing in with a browser, and what other sites could try with it."""

from __future__ import annotations

import hmac
import json
import logging
import re
from contextlib import closing

import pytest

from toy_accounts import PASSWORD, csrf_of, make_world, sign_in
from voc.logs import JsonFormatter
from voc.store import Store
from voc.store.throttle import PAIR
from web.hosts import caller_address
from web.pages.login import WRONG, local_path

OTHER = "another password 2"


@pytest.fixture
def world(scorer, tmp_path, monkeypatch):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        yield make_world(store, scorer, monkeypatch)


@pytest.fixture
def browser(world):
    return world.app.test_client()


def cookie(answer, kind="session") -> str:
    (line,) = [line for line in answer.headers.getlist("Set-Cookie") if f"voc_{kind}=" in line.partition(";")[0]]
    return line


def value(line: str) -> str:
    return line.partition(";")[0].partition("=")[2]


def test_login_opens_a_session_and_logout_ends_it(world, browser):
    assert browser.get("/account/password").location == "/login?next=%2Faccount%2Fpassword"
    answer = sign_in(browser, "OWNER", next="/account/password")
    assert (answer.status_code, answer.location) == (303, "/account/password")
    shown = browser.get("/api/v1/me").json
    assert shown == {"name": "owner", "user_id": world.users["owner"], "role": "reviewer", "scopes": ["read", "score", "write"]}
    assert browser.get("/login?next=/x").location == "/x"  # signed in already
    secret = value(cookie(answer))
    assert browser.post("/logout", data={"csrf_token": csrf_of(browser)}).location == "/login"
    assert browser.get("/api/v1/me").status_code == 401
    again = world.app.test_client()
    again.set_cookie("voc_session", secret)
    assert again.get("/api/v1/me").status_code == 401  # gone at the server, not in the browser alone


@pytest.mark.parametrize(
    ("settings", "name", "secure"),
    [({}, "voc_session", False), ({"host": "0.0.0.0"}, "__Host-voc_session", True), ({"trusted_proxies": 1}, "__Host-voc_session", True)],  # noqa: S104
)
def test_session_cookie_flags(scorer, tmp_path, monkeypatch, settings, name, secure):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        world = make_world(store, scorer, monkeypatch, **settings)
        client = world.app.test_client()
        client.environ_base["wsgi.url_scheme"] = "https"
        line = cookie(sign_in(client))
    parts = [part.strip() for part in line.split(";")]
    assert parts[0].startswith(f"{name}=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"} <= set(parts)
    assert ("Secure" in parts) is secure
    assert "Domain" not in line


def test_login_gives_a_session_of_its_own_whatever_was_planted(world, browser):
    victim = world.app.test_client()
    planted = value(cookie(sign_in(browser, "other")))
    victim.set_cookie("voc_session", planted)
    assert victim.get("/login").location == "/"  # the attacker's session, which the victim ends by signing in
    token = re.search(r'value="(\w{64})"', world.app.test_client().get("/login").text)[1]
    assert victim.post("/login", data={"csrf_token": token}).status_code == 403
    victim.delete_cookie("voc_session")
    shown = victim.get("/login")
    victim.set_cookie("voc_session", planted)
    token = re.search(r'value="(\w{64})"', shown.text)[1]
    made = value(cookie(victim.post("/login", data={"csrf_token": token, "name": "owner", "password": PASSWORD})))
    assert made != planted
    assert victim.get("/api/v1/me").json["name"] == "owner"
    assert browser.get("/api/v1/me").status_code == 401  # the planted one leads nowhere
    for unknown in ("x", "fixed" * 10, "令牌"):
        stranger = world.app.test_client()
        stranger.set_cookie("voc_session", unknown)
        assert value(cookie(sign_in(stranger, "viewer"))) != unknown


def test_login_says_the_same_of_unknown_users_and_wrong_passwords(world, browser):
    world.store.users.change(world.users["other"], disabled=True)
    answers = [sign_in(browser, *who) for who in [("owner", OTHER), ("nobody", OTHER), ("other", PASSWORD)]]
    assert {answer.status_code for answer in answers} == {401}
    assert all(WRONG.partition(" / ")[0] in answer.text for answer in answers)
    assert len({re.sub(r'value="(owner|nobody|other)"', "", answer.text) for answer in answers}) == 1
    assert not [line for answer in answers for line in answer.headers.getlist("Set-Cookie") if "session" in line]
    assert OTHER not in answers[0].text


def test_login_has_to_wait_after_failures_whether_or_not_there_is_the_user(world, browser):
    for name in ("owner", "nobody"):
        for _ in range(PAIR):
            assert sign_in(browser, name, OTHER).status_code == 401
        answer = sign_in(browser, name, PASSWORD)
        assert answer.status_code == 429
        assert 890 < int(answer.headers["Retry-After"]) <= 901
    assert sign_in(browser, "viewer").status_code == 303


@pytest.mark.parametrize("method", ["header", "field"])
def test_session_needs_the_token_of_its_forms_to_change_anything(world, browser, method):
    sign_in(browser, "admin")
    token = csrf_of(browser)
    body = {"name": "x", "scopes": ["read"]}
    other = world.app.test_client()
    sign_in(other, "admin")
    for wrong in (None, "", "0" * 64, token[:-1], "令牌", csrf_of(other)):
        headers = {} if wrong is None else {"X-CSRF-Token": wrong.encode().decode("latin-1")}
        assert browser.post("/api/v1/tokens", json=body, headers=headers).json["code"] == "csrf"
        assert browser.post("/logout", data={} if wrong is None else {"csrf_token": wrong}).status_code == 403
    assert browser.delete("/api/v1/tokens/1").status_code == 403
    assert browser.patch(f"/api/v1/users/{world.users['owner']}", json={}).status_code == 403
    if method == "header":
        assert browser.post("/api/v1/tokens", json=body, headers={"X-CSRF-Token": token}).status_code == 201
    else:
        assert browser.post("/logout", data={"csrf_token": token}).status_code == 303


def test_login_form_without_its_token_is_refused(world, browser):
    assert browser.post("/login", data={"name": "owner", "password": PASSWORD}).json["code"] == "csrf"
    browser.get("/login")
    assert browser.post("/login", data={"name": "owner", "password": PASSWORD, "csrf_token": "0" * 64}).json["code"] == "csrf"


def test_csrf_tokens_are_compared_in_constant_time(world, browser, monkeypatch):
    compared = []
    real = hmac.compare_digest
    monkeypatch.setattr("web.csrf.hmac.compare_digest", lambda a, b: compared.append((a, b)) or real(a, b))
    sign_in(browser)
    assert browser.post("/logout", data={"csrf_token": "x"}).status_code == 403
    assert [len(b) for _, b in compared] == [64, 64]  # the form to sign in, and that to sign out


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Origin": "http://localhost"}, 303),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://localhost:81"}, 403),
        ({"Origin": "https://localhost"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 403),
    ],
)
def test_other_sites_change_nothing(browser, headers, status):
    sign_in(browser)
    answer = browser.post("/logout", data={"csrf_token": csrf_of(browser)}, headers=headers)
    assert answer.status_code == status
    assert status == 303 or answer.json["code"] == "cross_site"


def test_other_sites_change_nothing_where_nobody_is_asked_who_they_are(client):
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert client.post("/api/v1/users", json={}, headers=foreign).json["code"] == "cross_site"
    assert client.post("/api/v1/score", json={"comments": [{"text": "慢"}]}, headers={"Origin": "http://evil.example"}).status_code == 403
    assert client.get("/api/v1/users", headers=foreign).status_code == 200  # which it cannot read
    assert client.post("/api/v1/score", json={"comments": [{"text": "慢"}]}).status_code == 200


def test_a_token_in_a_header_needs_no_form_token_since_no_browser_adds_it(world):
    answer = world.ask(
        "POST", "/api/v1/score", world.tokens["owner"], json={"comments": [{"text": "慢"}]}, headers={"Origin": "http://a.example"}
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("target", "goes_to"),
    [
        ("/runs?page=2#top", "/runs?page=2#top"),
        ("/痛点", "/痛点"),
        ("//evil.example", "/"),
        ("///evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("\t//evil.example", "/"),
        ("/\n/evil.example", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("https://evil.example", "/"),
        ("https:evil.example", "/"),
        ("https:/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("evil.example", "/"),
        (" //evil.example", "/"),
        ("/\x00", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_login_leads_to_no_other_site(browser, target, goes_to):
    assert local_path(target) == goes_to
    if target and goes_to == "/":
        assert sign_in(browser, next=target).location == "/"


def test_password_is_changed_by_who_knows_it_and_ends_other_sessions(world, browser):
    other = world.app.test_client()
    sign_in(browser)
    sign_in(other)
    before = browser.get_cookie("voc_session").value

    def change(**form: str):
        return browser.post(
            "/account/password", data={"csrf_token": csrf_of(browser), "password": PASSWORD, "new": OTHER, "again": OTHER, **form}
        )

    assert change(password="wrong wrong wrong").status_code == 401  # noqa: S106
    assert change(again=OTHER + "!").status_code == 422
    assert "12" in change(new="short", again="short").text
    assert other.get("/api/v1/me").status_code == 200
    assert change().location == "/"
    assert browser.get_cookie("voc_session").value != before
    assert browser.get("/api/v1/me").status_code == 200
    assert other.get("/api/v1/me").status_code == 401
    assert world.store.users.verify("owner", OTHER)
    assert world.ask("GET", "/account/password", world.tokens["owner"]).json["code"] == "no_session"


def test_disabled_users_are_out_at_once(world, browser):
    sign_in(browser)
    world.store.users.change(world.users["owner"], disabled=True)
    assert browser.get("/api/v1/me").status_code == 401
    assert world.ask("GET", "/api/v1/me", world.tokens["owner"]).json["code"] == "bad_token"


def test_login_page_has_the_security_headers_and_an_id(browser):
    answer = browser.get("/login")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Cache-Control"] == "no-store"
    assert re.fullmatch(r"\w{32}", answer.headers["X-Request-ID"])
    refused = browser.post("/login")
    assert refused.json["request_id"] == refused.headers["X-Request-ID"]


def test_logs_hold_neither_passwords_nor_tokens_nor_cookies(world, browser, caplog):
    with caplog.at_level(logging.DEBUG):
        secret = value(cookie(sign_in(browser)))
        sign_in(world.app.test_client(), "nobody", OTHER)
        world.ask("GET", "/api/v1/me", world.tokens["owner"])
        world.ask("GET", f"/api/v1/me?token={world.tokens['viewer']}")
        made = world.ask("POST", "/api/v1/tokens", world.tokens["admin"], json={"name": "x", "scopes": ["read"]}).json["secret"]
        world.ask("POST", "/api/v1/users", world.tokens["admin"], json={"name": "new", "password": OTHER})
        world.ask("POST", "/api/v1/users", world.tokens["admin"], json={"name": "new", "password": "short-one"})
    logged = "\n".join([*(JsonFormatter().format(record) for record in caplog.records), caplog.text])
    assert all(json.loads(JsonFormatter().format(record)) for record in caplog.records)
    assert "/login" in logged
    for word in (PASSWORD, OTHER, "short-one", secret, made, *world.tokens.values()):
        assert word not in logged


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("unix", "unix"),
    ],
)
def test_addresses_are_counted_by_what_one_customer_has(app, address, counted):
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert caller_address() == counted
