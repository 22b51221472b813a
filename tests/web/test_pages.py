"""Layout, preferences and errors of the pages, without a browser."""

from __future__ import annotations

import re

import pytest

from web import create_app
from web.pages.navigation import NAV
from web.settings import ServerSettings

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "zh-CN"}
PAGES = ("/help", "/patterns")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_obey_their_own_security_policy(client, path, language):
    client.set_cookie("voc_language", language)
    answer = client.get(path)
    assert answer.status_code == 200
    assert not re.search(r"<[^>]*\sstyle=", answer.text)
    assert not re.search(r"<[^>]*\son\w+=", answer.text)
    assert re.findall(r"<script[^>]*>(.*?)</script>", answer.text, re.DOTALL) == [""]
    assert not re.search(r"""(src|href)=["'](https?:)?//""", answer.text)
    assert "{" not in re.sub(r"<[^>]*>", "", answer.text)  # every place of a message was filled


@pytest.mark.parametrize(
    ("sent", "location"),
    [
        ("/help", "/help"),
        ("/patterns?sort=-share&channel=微信", "/patterns?sort=-share&channel=%E5%BE%AE%E4%BF%A1"),
        ("//evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("help", "/"),
        ("", "/"),
        ("/help\r\nSet-Cookie: a=b", "/"),
    ],
)
def test_preferences_lead_back_to_a_page_of_ours_and_nowhere_else(client, sent, location):
    answer = client.post("/preferences", data={"theme": "dark", "next": sent})
    assert answer.status_code == 303
    assert answer.headers["Location"] == location


def test_preferences_are_kept_in_cookies_that_other_sites_cannot_use(client):
    answer = client.post("/preferences", data={"language": "en", "next": "/help"})
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("voc_language=en;")
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    client.post("/preferences", data={"theme": "dark", "next": "/help"})
    page = client.get("/help").text
    assert '<html lang="en" data-theme="dark">' in page
    assert 'value="dark" aria-pressed="true"' in page
    client.post("/preferences", data={"theme": "system", "next": "/help"})
    assert '<html lang="en">' in client.get("/help").text


def test_preferences_of_a_script_lead_nowhere(client):
    answer = client.post("/preferences", data={"theme": "dark"})
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["Set-Cookie"].startswith("voc_theme=dark;")


@pytest.mark.parametrize("form", [{"theme": "pink"}, {"language": "<b>"}])
def test_preferences_refuse_what_nobody_can_choose(client, form):
    answer = client.post("/preferences", data=form, headers=BROWSER)
    assert answer.status_code == 400
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("path", "headers", "kind"),
    [
        ("/nowhere", BROWSER, "text/html; charset=utf-8"),
        ("/nowhere", {}, "application/problem+json"),
        ("/nowhere", {"Accept": "application/json"}, "application/problem+json"),
        ("/api/v1/nowhere", BROWSER, "application/problem+json"),
    ],
)
def test_a_browser_reads_a_page_of_an_error_and_a_script_a_problem_document(client, path, headers, kind):
    answer = client.get(path, headers=headers)
    assert (answer.status_code, answer.content_type) == (404, kind)
    assert answer.headers["X-Request-ID"] in answer.text


@pytest.mark.parametrize(("status", "words"), [(403, "没有权限看这一页"), (404, "没有这一页"), (413, "文件太大"), (500, "出错了")])
def test_error_pages_say_what_to_do(scorer, status, words):
    from flask import abort

    app = create_app(ServerSettings(no_auth=True), scorer=scorer)

    @app.get("/wrong")
    def wrong():
        if status == 500:
            raise RuntimeError("送餐太慢了")
        abort(status)

    answer = app.test_client().get("/wrong", headers=BROWSER)
    assert answer.status_code == status
    assert words in answer.text
    assert 'href="/help"' in answer.text
    assert "送餐" not in answer.text  # an error may quote a customer


def test_an_error_in_two_languages_is_shown_in_the_readers(scorer):
    from voc.errors import TableError

    app = create_app(ServerSettings(no_auth=True), scorer=scorer)

    @app.get("/wrong")
    def wrong():
        raise TableError("no_text", "没有文字列 / no column with text", "--text")

    answer = app.test_client().get("/wrong", headers={**BROWSER, "Accept-Language": "en"})
    assert answer.status_code == 422
    assert "<h1>no column with text</h1>" in answer.text


def test_a_stranger_host_gets_no_page(client):
    answer = client.get("/help", headers={**BROWSER, "Host": "evil.example"})
    assert answer.status_code == 400
    assert "400" in answer.text or "bad" in answer.text
    assert "Excel" not in answer.text  # of the page itself


def test_navigation_shows_pages_that_exist_and_that_the_reader_may_see(scorer):
    from flask import g

    app = create_app(ServerSettings(no_auth=True), scorer=scorer)

    class Reader:
        name, user_id, csrf = "王丽", 1, "token"
        scopes = frozenset({"read"})

    readers = []

    @app.before_request
    def identify():
        g.identity = readers[0] if readers else None

    def shown() -> list[str]:
        return re.findall(r'<li><a href="([^"]*)"', app.test_client().get("/help").text.partition("</header>")[0])

    assert shown() == ["/upload", "/cases", "/admin", "/help"]
    readers.append(Reader())
    assert shown() == ["/upload", "/cases", "/help"]


def test_navigation_is_in_the_order_of_the_work():
    assert [item.message.removeprefix("nav.") for item in NAV] == [
        "upload", "overview", "pain_points", "cases", "insights", "comments", "review", "export", "admin", "help",
    ]  # fmt: skip


def test_sort_links_turn_round_and_go_back_to_the_first_page(client):
    page = client.get("/patterns?sort=-comments&page=4&channel=微信").text
    assert 'aria-sort="descending"><a class="sort" href="/patterns?sort=comments&amp;channel=%E5%BE%AE%E4%BF%A1">' in page


def test_static_files_stay_small(client):
    for name, limit in (("voc.css", 40_000), ("voc.js", 10_000)):
        with client.get(f"/static/{name}") as answer:
            assert answer.status_code == 200
            assert len(answer.data) < limit, name


@pytest.mark.parametrize("name", ["sort", "page", "q", "channel"])
def test_what_an_address_says_is_never_markup(client, name):
    page = client.get("/patterns", query_string={name: '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in page
    assert '"><script' not in page
