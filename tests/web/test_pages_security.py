"""What a page must not do for somebody hostile: walked over all pages and the whole URL map, on a store full of hostile values."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from contextlib import closing
from html.parser import HTMLParser
from itertools import count
from urllib.parse import unquote, urlencode, urlsplit

import pytest
from all_pages import PAGES, address_of
from toy_hostile import ATTRIBUTE, PLACES, TAG, evil, make_hostile
from toy_survey import run_of

from toy_accounts import csrf_of, make_world, sign_in
from toy_store import analysis_of, pain_point, scored
from voc.codebook import rename
from voc.store import Store
from web.pages.access import Page
from web.pages.draft import mark_of

# Neither in PAGES nor without parameters; {run} as there.
MORE_PAGES = ("/uploads/2", "/runs/{run}/report", "/runs/{run}/export/report.html", "/account/password", "/admin/words?start=store:mine@1")
# What addresses may say, on whatever page; those together that are not refused for one another.
NAMES = (
    ("q", "channel", "store", "words", "owner", "next"),
    ("page", "sort", "view"),
    ("status", "tab", "queue"),
    ("said", "done", "start", "cursor"),
)
# What else may be asked for: test_pages.py, test_sign_in.py.
ELSEWHERE = ("https://evil.example/", "//evil.example/", "/\\evil.example/")
# Pages that go on to where a form says; so does signing in, see test_sign_in.py.
LED = {
    "/preferences", "/runs/<run_id>/pain-points/merge", "/runs/<run_id>/pain-points/<pain_point_id>/edit",
    *(f"/runs/<run_id>/codebook/{what}" for what in ("undo", "discard", "commit", "rollback")),
}  # fmt: skip
LINKS = ("href", "src", "action", "formaction")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture(scope="module")
def hostile(scorer, fast_pipeline, tmp_path_factory):
    with (
        closing(Store(f"sqlite:///{tmp_path_factory.mktemp('hostile')}/voc.db")) as store,
        pytest.MonkeyPatch.context() as patch,
    ):
        store.upgrade()
        yield make_hostile(store, scorer, fast_pipeline, patch)


@pytest.fixture
def app(hostile):
    return hostile[0]


@pytest.fixture
def browser(hostile):
    return hostile[1]


@pytest.fixture
def world(scorer, tmp_path, monkeypatch):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        yield make_world(store, scorer, monkeypatch, rate_limit_per_minute=1_000_000)


class Seen(HTMLParser):
    """What a browser makes of a page: elements, where attributes lead to, and its words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.words: list[str] = []
        self.inside = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.inside = tag if tag in ("script", "style") else ""
        if tag == TAG:
            self.wrong.append(self.get_starttag_text())
        for name, value in attrs:
            if name.startswith("on") or name in (ATTRIBUTE, "style", "srcdoc") or not re.fullmatch(r"[a-zA-Z0-9:-]+", name):
                self.wrong.append(self.get_starttag_text())
            if name in LINKS and "evil" in (value or "") and not re.match(r"/(?![/\\\s])|[?#]", value):
                self.wrong.append(self.get_starttag_text())
            self.words.append(value or "")

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside and "evil" in data:
            self.wrong.append(data)
        self.words.append(data)

    def handle_comment(self, data):
        if "evil" in data:
            self.wrong.append(data)


def addresses(app) -> list[str]:
    """Of all pages, and of those that take no parameters."""
    places = [address_of(name, app) for name in PAGES] + [path.format(run=run_of(app)) for path in MORE_PAGES]
    return [*places, *(rule.rule for rule in app.url_map.iter_rules() if not rule.arguments and "GET" in rule.methods)]


def rules(app, method: str):
    """Pages that take a method."""
    for rule in app.url_map.iter_rules():
        if method in rule.methods and isinstance(app.blueprints.get(rule.endpoint.rpartition(".")[0]), Page):
            yield rule.rule


def asked(address: str, query: dict[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"


def filled(rule: str, examples) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda name: str(examples[name[1]]), rule)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_hostile_text_is_text_on_every_page(app, browser, language):
    browser.set_cookie("voc_language", language)
    said = ""
    for address in addresses(app):
        answer = browser.get(address)
        assert answer.status_code in (200, 303, 404), address
        if answer.mimetype == "text/html":
            seen = Seen(answer.text)
            assert seen.wrong == [], address
            said += "\n".join(seen.words)
    # Readers of English read our own names of stages that have the ids of ours.
    assert {place for place in PLACES if f"{place}!" not in said} <= ({"stage"} if language == "en" else set())


def test_what_an_address_says_is_text_on_every_page(app, browser):
    for address in addresses(app):
        for names in NAMES:
            answer = browser.get(asked(address, dict.fromkeys(names, evil("address"))))
            assert answer.status_code < 500, (address, names)
            assert answer.mimetype != "text/html" or Seen(answer.text).wrong == [], (address, names)


def test_no_download_holds_a_formula_or_markup_or_leads_out_of_its_folder(app, browser):
    tables, files, run = 0, 0, run_of(app)
    examples = {"run_id": run, "upload_id": 1}
    for rule in {rule.rule: rule for rule in app.url_map.iter_rules() if "GET" in rule.methods}:
        if not set(re.findall(r"(\w+)>", rule)) <= examples.keys():
            continue
        for query in ("", "?format=csv", "?format=xlsx", "?format=html"):
            answer = browser.get(filled(rule, examples) + query)
            if name := re.search(r"filename\*=UTF-8''(\S+)", answer.headers.get("Content-Disposition", "")):
                assert not re.search(r'[/\\<>"\x00-\x1f]', unquote(name[1])), rule
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                files += 1
            if answer.mimetype == "text/csv":
                rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"), newline="")))
                assert not [cell for row in rows for cell in row if cell.startswith(FORMULA) and not is_number(cell)], rule
                assert "evil" in answer.text
                tables += 1
            elif "spreadsheetml" in answer.mimetype:
                book = zipfile.ZipFile(io.BytesIO(answer.data))
                sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
                assert sheets
                assert not any("<f>" in sheet or "<f " in sheet or "<hyperlink" in sheet for sheet in sheets), rule
            elif name and answer.mimetype == "text/html":
                assert Seen(answer.text).wrong == [], rule
    assert tables >= 5
    assert files >= 8


def is_number(cell: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", cell) is not None


def test_every_change_needs_the_token_of_a_form(world):
    client = world.app.test_client()
    sign_in(client, "admin")
    walked = 0
    for rule in world.app.url_map.iter_rules():
        for method in rule.methods - {"GET", "HEAD", "OPTIONS"}:
            if rule.rule == "/preferences":  # language and colours of who is not signed in either
                continue
            address = filled(rule.rule, world.examples)
            for form in ({}, {"csrf_token": "0" * 64}):
                answer = client.open(address, method=method, data=form)
                assert (answer.status_code, answer.json["code"]) == (403, "csrf"), (method, rule.rule)
            walked += 1
    assert walked > 50


def test_no_other_site_changes_anything(world):
    client = world.app.test_client()
    sign_in(client, "admin")
    form = {"csrf_token": csrf_of(client)}
    for rule in world.app.url_map.iter_rules():
        for method in rule.methods - {"GET", "HEAD", "OPTIONS"}:
            answer = client.open(filled(rule.rule, world.examples), method=method, data=form, headers={"Sec-Fetch-Site": "cross-site"})
            assert (answer.status_code, answer.json["code"]) == (403, "cross_site"), (method, rule.rule)


def leads(app, browser, examples, forms, target: str) -> dict[str, str]:
    """Each page that goes on after a form, and where; the form asks for `target`."""
    found = {}
    for rule in sorted(set(rules(app, "POST")) - {"/logout"}):  # which leads to /login whatever a form says
        token = csrf_of(browser)
        answer = browser.post(filled(rule, examples), data={"csrf_token": token, "next": target, **forms(rule)})
        assert answer.status_code < 500, rule
        if answer.location:
            found[rule] = answer.location
    return found


def forms_of(app):
    """What makes pages that take a target do what they are for."""
    store, run, numbers = app.extensions["store"], run_of(app), count()

    def form(rule: str) -> dict[str, object]:
        points = [point.id for point in store.current(run).analysis.pain_points]
        if "/codebook/" in rule and not rule.endswith("rollback"):  # there must be a draft
            store.edit_codebook(run, lambda book: rename(book, points[-1], f"名称{next(numbers)}"))
        book = store.codebook_of(run).book
        label = f"改名{next(numbers)}"
        return {"seen": mark_of(book), "version": "1", "label": label, "point": points[-3:-1], "into": points[-2]}

    return form


def test_forms_lead_to_no_other_site(hostile):
    app, browser = hostile
    store, run = app.extensions["store"], run_of(app)
    examples = {"run_id": run, "pain_point_id": store.current(run).analysis.pain_points[2].id, "upload_id": 99, "case_id": 99, "key": 0,
                "job_id": 99, "user_id": 99, "token_id": 99}  # fmt: skip
    for target in ("/help?here", *ELSEWHERE):
        found = leads(app, browser, examples, forms_of(app), target)
        assert not [where for where in found.values() if elsewhere(where)], target
        if target == "/help?here":
            assert {rule for rule, where in found.items() if where.startswith("/help?here")} == LED


def elsewhere(where: str) -> bool:
    """Whether a browser goes to another site."""
    return bool(urlsplit(where).netloc) or not re.match(r"/(?![/\\])", where) or not where.isprintable()


def test_addresses_lead_to_no_other_site(app, browser):
    for address in addresses(app):
        for target in ELSEWHERE:
            answer = browser.get(asked(address, {"next": target, "run_id": target}))
            assert not answer.location or not elsewhere(answer.location), address
            assert answer.mimetype != "text/html" or Seen(answer.text).wrong == [], address


PATHS = ("..", "../../etc/passwd", "..%2F..%2Fetc%2Fpasswd", "%2Fetc%2Fpasswd", "..\\..\\settings.py", "a%00b", ".")


@pytest.mark.parametrize("path", PATHS)
def test_no_name_in_an_address_is_a_path(app, browser, path):
    known = dict.fromkeys(("upload_id", "case_id", "key", "comment_key", "job_id", "user_id", "token_id"), 1)
    known |= {"run_id": run_of(app), "pain_point_id": "pp-1", "task": "sentiment", "model": "fast"}
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods:
            for name in re.findall(r"<(?:path:)?(\w+)>", rule.rule):  # those that are text
                answer = browser.get(filled(rule.rule, known | {name: path}))
                assert answer.status_code in (303, 308, 404, 405, 422), (rule.rule, name)
                assert "root:" not in answer.text


def test_names_of_files_are_not_paths(world):
    client = world.app.test_client()
    sign_in(client, "owner")
    for number, name in enumerate(["../../../etc/评价.csv", "/etc/评价.csv", "..\\..\\评价.csv", "C:\\评价.csv"]):
        content = f"编号,评价内容\n1,送餐太慢了{number}\n2,味道不错\n".encode()
        form = {"csrf_token": csrf_of(client), "file": (io.BytesIO(content), name)}
        answer = client.post("/upload", data=form, content_type="multipart/form-data")
        assert answer.status_code == 303, name
        upload = world.store.upload(int(answer.location.rpartition("/")[2]))
        assert re.fullmatch(r"[^/\\]*评价\.csv", upload.name)
    kept = [path for path in world.app.extensions["work"].root.rglob("*") if path.is_file() and path.suffix == ".csv"]
    assert {path.name for path in kept} == {"0.csv"}


def test_lists_show_nothing_of_another_user_s_private_upload(world):
    own = ("三月.xlsx", "/runs/r1", "退款拖了半个月", f"/cases/{world.examples['case_id']}")
    for rule in world.app.url_map.iter_rules():
        if "GET" in rule.methods and not rule.arguments:
            page = world.ask("GET", rule.rule, world.tokens["other"], headers={"Accept": "text/html"}).text
            assert not [word for word in own if word in page], rule.rule
    assert own[-1] in world.ask("GET", "/cases", world.tokens["owner"], headers={"Accept": "text/html"}).text


def test_what_is_another_user_s_is_not_there_by_way_of_a_run_of_one_s_own(world):
    batch = [scored("mine", "等了很久", "negative", "delivery")]
    comments, annotations = zip(*batch, strict=True)
    mine = world.store.add_upload("四月.xlsx", world.users["other"])
    world.store.save_run(
        mine.id, comments, annotations, analysis_of(batch, "r2", [pain_point("pp-2", "配送慢", batch)]), {"quality": "fast"}
    )
    walked = 0
    for method in ("GET", "POST"):
        for rule in rules(world.app, method):
            if "run_id" in rule and set(re.findall(r"(\w+)>", rule)) & {"key", "pain_point_id"}:
                answer = world.ask(
                    method, filled(rule, world.examples | {"run_id": "r2"}), world.tokens["other"], data={"sentiment": "positive"}
                )
                assert answer.status_code in (404, 409), (method, rule)  # 409: a run without a codebook
                assert "退款" not in answer.text
                walked += 1
    assert walked >= 5
    form = {"key": world.examples["key"], "sentiment": "positive"}
    assert world.ask("POST", "/runs/r2/review", world.tokens["other"], data=form).status_code == 404
    assert world.store.review_summary("r1").comments == 0
