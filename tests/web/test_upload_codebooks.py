"""Which codebook an upload keeps to: asked on its page, guessed by its columns, never mixed by accident."""

from __future__ import annotations

from contextlib import closing

import pytest

from toy_accounts import csrf_of, make_world, sign_in
from toy_uploads import HOW, form_of, send
from voc.store import Store
from web import create_app
from web.settings import ServerSettings

TAKEAWAY = "订单号,骑手,送达时间,评价内容\n1,甲,12:30,送餐太慢了、等了一小时\n2,乙,12:40,味道很好、还会再来\n"
HOTEL = "房号,入住日期,前台,评价内容\n301,2026-03-01,丙,房间太吵、一夜没睡\n302,2026-03-02,丁,早餐很好、下次再来\n"


@pytest.fixture
def store(tmp_path):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        yield store


@pytest.fixture
def client(store, scorer):
    app = create_app(ServerSettings(no_auth=True, quality="fast"), scorer=scorer, store=store)
    client = app.test_client()
    client.environ_base |= {"HTTP_ACCEPT": "text/html", "HTTP_ACCEPT_LANGUAGE": "zh-CN"}
    yield client
    app.extensions["work"].close()


def page_of(client, table: str, name: str) -> tuple[str, str]:
    """Address of a new upload, and its page."""
    address = send(client, (table, name)).headers["Location"]
    return address, client.get(address).text


def started(client, table: str, name: str, **fields: str) -> str:
    address, page = page_of(client, table, name)
    assert client.post(f"{address}/start", data=form_of(page) | fields).status_code == 303
    return address


def choice_of(page: str) -> tuple[str, str]:
    """The way that is chosen, and the codebook that goes with it."""
    form = form_of(page)
    return form["track"], form["codebook" if form["track"] == "continue" else "own_codebook"]


def test_the_first_upload_has_its_own_and_the_next_of_its_kind_goes_on_with_it(client):
    address, page = page_of(client, TAKEAWAY, "外卖-3月.csv")
    assert choice_of(page) == ("own", "外卖-3月")
    assert 'value="continue"' not in page  # there is nothing to go on with
    assert client.post(f"{address}/start", data=form_of(page)).status_code == 303
    assert "外卖-3月：单独分析" in client.get(address).text
    assert choice_of(page_of(client, HOTEL, "酒店-3月.csv")[1]) == ("own", "酒店-3月")  # 评价内容 alone makes no survey alike
    april, page = page_of(client, TAKEAWAY.replace("骑手", "配送员"), "导出.csv")
    assert choice_of(page) == ("continue", "外卖-3月")
    assert "外卖-3月（最近：外卖-3月.csv" in page
    client.post(f"{april}/start", data=form_of(page))
    assert "外卖-3月：和以前的数据一起跟踪" in client.get(april).text


@pytest.mark.parametrize(("name", "expected"), [("外卖满意度.csv", "own"), ("外卖 2026年4月(2).csv", "continue"), ("问卷.csv", "own")])
def test_a_file_of_the_same_name_but_for_its_date_goes_on(client, name, expected):
    started(client, TAKEAWAY, "外卖-3月.csv")
    other = "订单号,哪里不满意,哪里满意,平台,城市,金额\n1,送餐太慢了、等了一小时,味道好,甲,沪,20\n"
    assert choice_of(page_of(client, other, name)[1])[0] == expected


def test_columns_mended_last_time_are_those_that_count(client):
    table = "编号,评价内容,处理意见\n1,还可以、一般,送餐太慢了、等了一小时\n2,还可以、不错,味道很好、还会再来\n"
    started(client, table, "三月.csv", **{"role-0-1": "", "role-0-2": "text"})
    assert choice_of(page_of(client, table, "四月.csv")[1]) == ("continue", "三月")


def test_what_is_chosen_is_remembered_and_used(client, store):
    started(client, TAKEAWAY, "外卖.csv")
    address, page = page_of(client, TAKEAWAY, "外卖.csv")
    client.post(f"{address}/preview", data=form_of(page) | {"track": "own", "own_codebook": "外卖试点"})
    page = client.get(address).text
    assert choice_of(page) == ("own", "外卖试点")
    client.post(f"{address}/start", data=form_of(page))
    assert store.jobs(2)[0].settings["codebook"] == "外卖试点"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"track": "own", "own_codebook": "外卖"}, "已经有手册叫“外卖”了"),
        ({"track": "own", "own_codebook": " "}, "给新手册起个名称"),
        ({"track": "continue", "codebook": "没有这本"}, "这本手册已经没有数据了"),
    ],
)
def test_what_cannot_be_is_said_at_the_choice_and_stays_as_it_was_typed(client, store, fields, words):
    started(client, TAKEAWAY, "外卖.csv")
    address, page = page_of(client, HOTEL, "酒店.csv")
    answer = client.post(f"{address}/start", data=form_of(page) | fields)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert form_of(answer.text)["track"] == fields["track"]
    assert store.jobs(2)[0].state == "held"


def test_the_sample_and_uploads_that_wait_are_not_mixed_in(client):
    client.post("/upload/sample")
    assert choice_of(page_of(client, TAKEAWAY, "外卖.csv")[1]) == ("own", "外卖")
    assert choice_of(page_of(client, TAKEAWAY, "外卖.csv")[1]) == ("own", "外卖（2）")  # the first has not started, and keeps its name


def test_private_data_and_those_of_the_team_keep_apart(tmp_path, scorer, monkeypatch):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        world = make_world(store, scorer, monkeypatch)
        owner, other = world.app.test_client(), world.app.test_client()
        sign_in(owner)
        sign_in(other, "other")
        mine, theirs = {"csrf_token": csrf_of(owner)}, {"csrf_token": csrf_of(other)}
        secret = send(owner, (TAKEAWAY, "内部外卖.csv"), **mine, private="1").headers["Location"]
        assert owner.post(f"{secret}/start", data=form_of(owner.get(secret).text) | mine).status_code == 303
        address = send(other, (TAKEAWAY, "外卖.csv"), **theirs).headers["Location"]
        page = other.get(address).text
        assert (choice_of(page), "内部外卖" in page) == (("own", "外卖"), False)
        form = form_of(page) | HOW | theirs
        for fields in ({"track": "own", "own_codebook": "内部外卖"}, {"track": "continue", "codebook": "内部外卖"}):
            assert other.post(f"{address}/start", data=form | fields).status_code == 422
        assert other.post(f"{address}/start", data=form).status_code == 303
        again = send(owner, (TAKEAWAY, "内部外卖2.csv"), **mine, private="1").headers["Location"]
        page = owner.get(again).text
        assert choice_of(page) == ("continue", "内部外卖")
        form = form_of(page) | mine
        team = owner.post(f"{again}/start", data=form | {"codebook": "外卖"})
        assert (team.status_code, "这是团队的手册" in team.text) == (422, True)
        form.pop("private")
        shared = owner.post(f"{again}/start", data=form)
        assert (shared.status_code, "只给自己看的数据" in shared.text) == (422, True)
        world.app.extensions["work"].close()


def test_a_viewer_is_shown_what_there_is_and_who_may_upload(tmp_path, scorer, monkeypatch):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        world = make_world(store, scorer, monkeypatch)
        viewer, owner = world.app.test_client(), world.app.test_client()
        sign_in(viewer, "viewer")
        sign_in(owner)
        chinese = {"Accept": "text/html", "Accept-Language": "zh-CN"}
        page = viewer.get("/upload", headers=chinese).text
        assert "同事上传并分析之后，结果会出现在这里" in page
        assert "校对者和管理员才能上传" in page
        assert not any(words in page for words in ("放入表格", "拖到这里", "用示例数据试试", ">上传<"))
        token = {"csrf_token": csrf_of(owner)}
        held = send(owner, (TAKEAWAY, "外卖.csv"), **token).headers["Location"]
        page = viewer.get(held, headers=chinese).text
        assert "还没有开始分析" in page
        assert "disabled" in page
        assert "开始分析</button>" not in page
        refused = viewer.post(f"{held}/start", data={"csrf_token": csrf_of(viewer)}, headers=chinese)
        assert refused.status_code == 403
        assert "你的角色不能做这件事" in refused.text
        assert "要有校对者或管理员的角色：找管理员" in refused.text
        world.app.extensions["work"].close()


def test_a_token_without_the_scope_is_told_which_one_and_how_to_get_it(tmp_path, scorer, monkeypatch):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        world = make_world(store, scorer, monkeypatch)
        answer = world.ask("POST", "/api/v1/uploads", world.tokens["viewer"])
        assert (answer.status_code, answer.json["code"]) == (403, "scope_missing")
        assert "'write'" in answer.json["title"]
        assert "voc token create USER --name NAME --scope write" in answer.json["hint"]
        assert "reviewer or admin" in answer.json["hint"]
        world.app.extensions["work"].close()
