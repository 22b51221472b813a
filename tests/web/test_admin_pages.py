"""The administration, as an administrator with a browser sees it; what others are answered."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest

from conftest import ROOT
from toy_accounts import PASSWORD, csrf_of, make_world, sign_in
from toy_store import analysis_of, small_batch
from voc.modelstore import shipped_models
from voc.store import Store
from web.messages import load_messages
from web.pages.admin.models import card_html

TABS = ("", "/tokens", "/jobs", "/audit", "/erase", "/models", "/words")
BROWSER = {"Accept": "text/html"}
SECRET = re.compile(r'id="secret" readonly value="([^"]+)"')


@pytest.fixture
def world(scorer, tmp_path, monkeypatch):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        yield make_world(store, scorer, monkeypatch, work_folder=tmp_path / "work")


class Admin:
    """A browser that somebody signed in with."""

    def __init__(self, world, name: str = "admin") -> None:
        self.client = world.app.test_client()
        sign_in(self.client, name)
        self.token = csrf_of(self.client)

    def get(self, path: str):
        return self.client.get(path, headers=BROWSER)

    def post(self, path: str, **form):
        return self.client.post(path, data={"csrf_token": self.token, **form}, headers=BROWSER)


@pytest.fixture
def admin(world):
    return Admin(world)


@pytest.mark.parametrize("name", ["owner", "viewer"])
def test_admin_is_for_administrators(world, name):
    other = Admin(world, name)
    assert {other.get(f"/admin{tab}").status_code for tab in TABS} == {403}
    assert other.post("/admin/users", name="x", role="admin").status_code == 403
    assert 'href="/admin"' not in other.get("/help").text
    assert world.app.test_client().get("/admin", headers=BROWSER).location == "/login?next=%2Fadmin"


def test_every_change_needs_the_token_of_the_form(world, admin):
    posts = [rule for rule in world.app.url_map.iter_rules() if rule.endpoint.startswith("admin.") and "POST" in rule.methods]
    assert len(posts) >= 8
    for rule in posts:
        path = re.sub(r"<int:(\w+)>", "1", rule.rule)
        assert admin.client.post(path, data={}, headers=BROWSER).status_code == 403, rule.rule


def test_users_are_added_with_a_password_that_is_told_once(world, admin):
    shown = admin.post("/admin/users", name="王丽", role="reviewer")
    assert shown.status_code == 201
    (password,) = SECRET.findall(shown.text)
    assert world.store.users.verify("王丽", password).role == "reviewer"
    assert password not in admin.get("/admin").text
    assert password not in admin.get("/admin/audit").text
    again = admin.post("/admin/users", name="王丽", role="viewer")
    assert again.status_code == 409
    assert "已有这个用户" in again.text
    assert 'value="王丽"' in again.text  # what was typed stays
    assert "没有这个角色" in admin.post("/admin/users", name="新人", role="boss").text


def test_users_change_role_rest_and_get_another_password(world, admin):
    path = f"/admin/users/{world.users['viewer']}"
    assert admin.post(path, do="role", role="reviewer").location == "/admin?said=role"
    assert world.store.users.named("viewer").role == "reviewer"
    assert admin.post(path, do="disable").location == "/admin?said=disabled"
    assert world.store.users.named("viewer").disabled
    assert "已停用：" in admin.get("/admin?said=disabled").text
    admin.post(path, do="enable")
    (password,) = SECRET.findall(admin.post(path, do="password").text)
    assert world.store.users.verify("viewer", password)
    assert not world.store.users.verify("viewer", PASSWORD)


def test_the_last_administrator_stays(world, admin):
    for form in ({"do": "disable"}, {"do": "role", "role": "viewer"}):
        shown = admin.post(f"/admin/users/{world.users['admin']}", **form)
        assert shown.status_code == 409
        assert "最后一个可用的管理员" in shown.text
        assert "先让别人当管理员" in shown.text
    assert admin.post("/admin/users/999", do="disable").status_code == 404


def test_page_says_only_what_it_knows(admin):
    assert "alert success" not in admin.get("/admin?said=evil").text
    assert admin.get("/admin/erase?said=erased_customer&n=<b>").status_code == 200


def test_tokens_are_made_told_once_and_revoked(world, admin):
    form = {"user": world.users["owner"], "name": "每周<b>导入", "scope": ["read", "score"], "days": "90"}
    shown = admin.post("/admin/tokens", **form)
    assert shown.status_code == 201
    (secret,) = SECRET.findall(shown.text)
    token, user = world.store.tokens.check(secret)
    assert (user.name, token.scopes) == ("owner", ("read", "score"))
    page = admin.get("/admin/tokens").text
    assert secret not in page
    assert "每周&lt;b&gt;导入" in page
    assert admin.post(f"/admin/tokens/{token.id}/revoke").location == "/admin/tokens?said=revoked"
    assert world.store.tokens.check(secret) is None
    refused = admin.post("/admin/tokens", **{**form, "scope": ["admin"]})
    assert refused.status_code == 409
    assert "reviewer 不能有这些权限" in refused.text


def test_jobs_are_cancelled_and_tried_again(world, admin):
    job = world.store.jobs()[0]
    assert "三月.xlsx" in admin.get("/admin/jobs").text
    assert admin.post(f"/admin/jobs/{job.id}/cancel").location == "/admin/jobs?said=cancelled"
    assert admin.post(f"/admin/jobs/{job.id}/cancel").status_code == 409
    assert admin.post(f"/admin/jobs/{job.id}/retry").location == "/admin/jobs?said=retried"
    assert world.store.job(job.id).state == "queued"


def test_jobs_are_paged_and_say_why_they_failed(world, admin):
    from voc.store import JobFault

    for number in range(51):
        world.store.add_job("rerun", world.examples["upload_id"], {"number": number})
    first = admin.get("/admin/jobs").text
    (before,) = re.findall(r'href="/admin/jobs\?before=(\d+)" rel="next"', first)
    claimed = world.store.claim_job("me", 60)
    world.store.fail_job(claimed, JobFault(code="no_text", message="没有文本列 / no text column", hint="指定一列 / name one"))
    last = admin.get(f"/admin/jobs?before={before}").text
    assert "没有文本列" in last
    assert "指定一列" in last
    assert "no text column" not in last


def test_audit_speaks_plainly_and_is_paged(world, admin):
    admin.post("/admin/users", name="王丽", role="reviewer")
    text = admin.get("/admin/audit").text
    assert "添加用户 王丽，角色校对者" in text
    assert "add_user" not in text
    for number in range(50):
        world.store.users.add(f"u{number}", actor="admin")
    (before,) = re.findall(r'href="/admin/audit\?before=(\d+)"', admin.get("/admin/audit").text)
    assert "王丽" in admin.get(f"/admin/audit?before={before}").text


def test_audit_has_words_for_whatever_is_noted():
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "voc" / "store").glob("*.py"))
    noted = set(re.findall(r'(?:\bnote|_audit)\(connection, [\w.]+, "(\w+)"', code)) | {"disable_user", "enable_user"}
    assert len(noted) >= 10
    assert {f"admin.action.{action}" for action in noted} == {key for key in load_messages("zh") if key.startswith("admin.action.")}


def keep_customers(store: Store) -> int:
    batch = small_batch()
    comments, annotations = zip(*batch, strict=True)
    upload = store.add_upload("四月.xlsx")
    store.save_run(upload.id, comments, annotations, analysis_of(batch, "r2", []))
    return upload.id


def test_erasing_a_customer_shows_first_what_goes_and_wants_the_number(world, admin):
    keep_customers(world.store)
    form = {"what": "customer", "customer_id": " C1 "}
    shown = admin.post("/admin/erase/preview", **form).text
    assert "6 条，全部删除" in shown  # three in each upload
    assert "2 次" in shown
    wrong = admin.post("/admin/erase", confirm="5", **form)
    assert wrong.status_code == 422
    assert "没有删除" in wrong.text
    assert world.store.concerned(customer_id="C1").comments == 6
    assert admin.post("/admin/erase", confirm="6", **form).location == "/admin/erase?said=erased_customer&n=6"
    assert "已删除这位客户的 6 条评论" in admin.get("/admin/erase?said=erased_customer&n=6").text
    gone = admin.post("/admin/erase/preview", **form)
    assert gone.status_code == 404
    assert "没有这个客户的评论" in gone.text
    assert "C1" not in admin.get("/admin/audit").text


def test_erasing_a_customer_whose_id_was_masked_is_refused(admin):
    shown = admin.post("/admin/erase/preview", what="customer", customer_id="13800138000")
    assert shown.status_code == 422
    assert "分不清是谁" in shown.text


def test_erasing_an_upload_takes_its_runs_along(world, admin):
    upload_id = keep_customers(world.store)
    form = {"what": "upload", "upload_id": upload_id}
    shown = admin.post("/admin/erase/preview", **form).text
    assert "四月.xlsx" in shown
    assert "8 条，全部删除" in shown
    admin.post("/admin/erase", confirm="8", **form)
    assert [run.id for run in world.store.runs()] == ["r1"]
    assert admin.post("/admin/erase/preview", **form).status_code == 404


def test_models_show_their_figures_and_cards(admin):
    listed = admin.get("/admin/models").text
    for task, name in shipped_models():
        assert f'href="/admin/models/{task}/{name}"' in listed
    page = admin.get("/admin/models/sentiment/fast").text
    assert "annotated: waimai" in page
    assert re.search(r"macro_f1</th><td class=\"number\">0\.\d{3}</td><td class=\"number\">0\.\d{3}–0\.\d{3}", page)
    assert "style=" not in page
    for path in ("nowhere/fast", "sentiment/..", "%2e%2e/%2e%2e", "sentiment/fast%2f..", "..%2fcorpora/gold"):
        assert admin.get(f"/admin/models/{path}").status_code == 404, path


def test_cards_hold_no_markup_of_their_own():
    text = "# A\n\n<script>alert(1)</script> [x](javascript:alert(1)) ![y](https://evil.example/y.png)\n\n"
    text += "| a | b |\n| --- | ---: |\n| <i> | 2 |\n"
    html = card_html(text)
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert '<td>&lt;i&gt;</td>\n<td class="number">2</td>' in html


def test_without_signing_in_the_page_says_how_to_have_people_sign_in(client):
    shown = client.get("/admin", headers=BROWSER).text
    assert "现在不用登录" in shown
    assert "--no-auth" in shown


def test_no_style_or_script_in_templates():
    for path in Path(ROOT / "web" / "templates").glob("admin*.html"):
        assert not re.search(r"\s(style|on\w+)=|\|\s*safe", path.read_text(encoding="utf-8")), path.name


MINE = """name: 酒店
stages: {stay: 入住}
touchpoints:
  - {id: delivery, zh: 送餐, keywords: [送餐, 外卖]}
  - {id: parking, zh: 停车, stage: stay, keywords: [停车, 车位, 客服]}
"""


@pytest.fixture
def survey(survey_app):
    """A browser in the service with the sample survey, where nobody signs in."""
    client = survey_app.test_client()
    client.post_form = lambda path, **form: client.post(path, data=form, headers=BROWSER)
    return client


def test_touchpoints_are_tried_out_on_the_newest_run_and_then_kept(survey_app, survey):
    shown = survey.post_form("/admin/words/preview", taxonomy=MINE, userdict="送餐员\n")
    assert shown.status_code == 200
    assert "随机取 200 条" in shown.text
    assert "停车" in shown.text
    assert re.search(r"评论|例子（\d+）", shown.text)
    assert survey_app.extensions["store"].taxonomies.all() == ()  # only tried out
    assert (
        survey.post_form("/admin/words", taxonomy=MINE, userdict="").location == "/admin/words?said=kept&start=store:%E9%85%92%E5%BA%97@1"
    )
    page = survey.get("/admin/words?start=store:酒店@1", headers=BROWSER).text
    assert "store:酒店@1" in page
    assert "[停车, 车位, 客服]" in page
    assert "保存触点与词典 酒店，第 1 版" in survey.get("/admin/audit", headers=BROWSER).text


def test_touchpoints_come_as_a_file_that_windows_saved(survey):
    from io import BytesIO

    form = {"taxonomy": "", "userdict": "", "taxonomy_file": (BytesIO(MINE.encode("gb18030")), "酒店.yaml")}
    shown = survey.post("/admin/words/preview", data=form, content_type="multipart/form-data", headers=BROWSER)
    assert "格式正确：酒店，2 个触点" in shown.text
    form = {"taxonomy": MINE, "userdict": "", "userdict_file": (BytesIO(b"\xff\xff\xff\xff"), "x.txt")}
    shown = survey.post("/admin/words/preview", data=form, content_type="multipart/form-data", headers=BROWSER)
    assert shown.status_code == 422
    assert "不是 UTF-8 或 GB18030 文本" in shown.text


@pytest.mark.parametrize(
    ("taxonomy", "userdict", "said"),
    [
        ("name: [1", "", "第 2 行附近不是 YAML"),
        ("name: x\ntouchpoints:\n- {id: a, zh: 一}\n- {id: a, zh: 二}\n", "", "第 4 行：编号重复（touchpoints.1.id）。照"),
        ("name: x\ntouchpoints:\n- {id: a, zh: 一, stage: nowhere}\n", "", "第 3 行"),
        ("name: a/../b\ntouchpoints: [{id: a, zh: 一}]\n", "", "name 不能这样写"),
        (MINE, "好词\n坏词 很多\n", "用户词典第 2 行：词频不是整数"),
        (MINE, "长" * 100_001, "太长"),
        ("<script>alert(1)</script>", "", "触点文件有误"),
    ],
)
def test_touchpoints_with_faults_say_where_and_stay_as_typed(survey, taxonomy, userdict, said):
    for path in ("/admin/words/preview", "/admin/words"):
        shown = survey.post_form(path, taxonomy=taxonomy, userdict=userdict)
        assert shown.status_code == 422
        assert said in shown.text
        assert "<script>alert" not in shown.text
        assert taxonomy.split("\n")[0].replace("<", "&lt;").replace(">", "&gt;") in shown.text
