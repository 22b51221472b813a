"""How many requests a caller may make, and by which names and proxies the service is reached."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from toy_accounts import make_world, sign_in
from voc.store import Store
from web import limits
from web.hosts import known_hosts
from web.limits import Buckets
from web.settings import ServerSettings, read_settings


@pytest.fixture
def make(scorer, tmp_path, monkeypatch):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        yield lambda **settings: make_world(store, scorer, monkeypatch, **settings)


def test_buckets_fill_up_again_all_the_time_and_never_run_over():
    now = [0.0]
    buckets = Buckets(60, lambda: now[0])
    assert [buckets.take("a").allowed for _ in range(61)] == [True] * 60 + [False]
    assert buckets.take("a") == (False, 0, 1)
    assert buckets.take("b") == (True, 59, 0)
    now[0] += 1
    assert buckets.take("a") == (True, 0, 1)
    now[0] += 0.5
    assert not buckets.take("a").allowed
    now[0] += 3600
    assert buckets.take("a") == (True, 59, 0)


def test_buckets_count_right_for_many_threads_and_forget_the_oldest(monkeypatch):
    buckets = Buckets(100, lambda: 0.0)
    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(lambda _: buckets.take("a").allowed, range(500))) == 100
    monkeypatch.setattr(limits, "_MOST_CALLERS", 10)
    for number in range(50):
        buckets.take(str(number))
    assert list(buckets._buckets) == [str(number) for number in range(40, 50)]


def test_too_many_requests_of_a_token_are_refused_until_it_may_again(make):
    world = make(rate_limit_per_minute=3)
    answers = [world.ask("GET", "/api/v1/me", world.tokens["owner"]) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["RateLimit-Policy"] == '"requests";q=3;w=60'
    assert answers[0].headers["RateLimit"] == '"requests";r=2;t=0'
    last = answers[3]
    assert (last.json["code"], last.content_type, last.headers["Retry-After"]) == ("too_many_requests", "application/problem+json", "20")
    assert world.ask("GET", "/api/v1/me", world.tokens["viewer"]).status_code == 200  # each has its own
    for _ in range(3):
        assert world.ask("GET", "/api/v1/me", "voc_" + "A" * 43).status_code == 401
    assert world.ask("GET", "/api/v1/me", "voc_" + "B" * 43).status_code == 429  # nobody guesses on
    assert world.ask("GET", "/api/v1/me").status_code == 429
    assert world.ask("GET", "/healthz").status_code == 200
    assert "RateLimit" not in world.ask("GET", "/healthz").headers


def test_a_session_has_its_own_allowance(make):
    world = make(rate_limit_per_minute=5)
    browser = world.app.test_client()
    assert sign_in(browser).status_code == 303
    assert [browser.get("/api/v1/me").status_code for _ in range(6)] == [200] * 5 + [429]


def test_openapi_documents_the_limit(make, client):
    world = make()
    described = world.ask("GET", "/api/v1/openapi.json").json["paths"]
    for path, methods in described.items():
        for method, operation in methods.items():
            if "security" in operation:
                assert {"401", "403", "429"} <= operation["responses"].keys(), (method, path)
                assert "Retry-After" in operation["responses"]["429"]["headers"]
    assert "429" not in client.get("/api/v1/openapi.json").json["paths"]["/api/v1/me"]["get"]["responses"]


@pytest.mark.parametrize(
    ("settings", "host", "known"),
    [
        ({}, "localhost:8000", True),
        ({}, "127.0.0.1", True),
        ({}, "[::1]:8000", True),
        ({}, "rebound.example", False),
        ({}, "192.0.2.7", False),
        ({}, "[::1", False),
        ({}, "localhost.evil.example", False),
        ({}, "evil@localhost", False),
        ({"hosts": "voc.example.org, .shops.example"}, "VOC.example.org", True),
        ({"hosts": "voc.example.org, .shops.example"}, "a.shops.example:443", True),
        ({"hosts": "voc.example.org"}, "a.voc.example.org", False),
        ({"host": "0.0.0.0"}, "192.0.2.7:8000", True),  # noqa: S104
        ({"host": "0.0.0.0"}, "[2001:db8::1]:8000", True),  # noqa: S104
        ({"host": "0.0.0.0"}, "rebound.example", False),  # noqa: S104
        ({"host": "0.0.0.0"}, "192.0.2.7.rebound.example", False),  # noqa: S104
    ],
)
def test_service_is_reached_by_names_that_it_knows(make, settings, host, known):
    answer = make(**settings).ask("GET", "/healthz", headers={"Host": host})
    assert answer.status_code == (200 if known else 400)
    assert known or answer.json["code"] == "unknown_host"


@pytest.mark.parametrize(
    ("hops", "forwarded", "status"),
    [
        (0, {"X-Forwarded-Host": "evil.example"}, 200),
        (1, {"X-Forwarded-Host": "voc.example.org"}, 200),
        (1, {"X-Forwarded-Host": "evil.example"}, 400),
        (1, {"X-Forwarded-Host": "evil.example, voc.example.org"}, 200),  # what the caller wrote itself is not believed
    ],
)
def test_as_many_proxies_are_believed_as_the_settings_say(make, hops, forwarded, status):
    world = make(trusted_proxies=hops, hosts=("voc.example.org",))
    assert world.ask("GET", "/healthz", headers=forwarded).status_code == status


def test_hosts_come_from_the_environment_as_a_list(monkeypatch):
    monkeypatch.setenv("VOC_HOSTS", "voc.example.org, Shop.example,")
    settings = read_settings()
    assert settings.hosts == ("voc.example.org", "shop.example")
    assert {"voc.example.org", "shop.example", "127.0.0.1"} <= set(known_hosts(settings))
    assert known_hosts(ServerSettings(host="::1")) == ["127.0.0.1", "::1", "localhost", "shop.example", "voc.example.org"]
