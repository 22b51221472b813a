"""Upload in the browser's way, without a browser: forms, what they refuse, and who may see what."""

from __future__ import annotations

import csv
import io
import re
from contextlib import closing
from html import unescape

import pytest
import xlsxwriter

from toy_accounts import csrf_of, make_world, sign_in
from toy_uploads import HOW, PHONE, form_of, send, worker_of
from voc.store import Store
from web import create_app
from web.pages.upload_form import ROLES
from web.settings import ServerSettings

BROWSER = {"Accept": "text/html,*/*;q=0.8", "Accept-Language": "zh-CN"}
# The column that is called 评价内容 holds verdicts; what customers wrote is in 处理意见, which is never guessed.
MISLEADING = "编号,评价内容,处理意见,NPS\n" + "".join(
    f"{number},还可以吧，一般,送餐太慢了，等了{number}小时电话{PHONE},{number % 11}\n".replace("，", "、") for number in range(30)
)


@pytest.fixture
def store(tmp_path):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        yield store


@pytest.fixture
def client(store, scorer):
    app = create_app(ServerSettings(no_auth=True, quality="fast", upload_limit_mb=1), scorer=scorer, store=store)
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT"] = BROWSER["Accept"]
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    yield client
    app.extensions["work"].close()


def roles_of(page: str) -> dict[str, str]:
    names = re.findall(r'<label for="(role-\d+-\d+)">(.*?)</label>', page)
    form = form_of(page)
    return {unescape(name): form[field] for field, name in names}


def test_a_wrong_guess_is_mended_and_the_analysis_reads_what_was_chosen(client, store, fast_pipeline):
    assert send(client, (MISLEADING.encode("gb18030"), "三月.csv")).headers["Location"] == "/uploads/1"
    page = client.get("/uploads/1").text
    assert roles_of(page) == {"编号": "id", "评价内容": "text", "处理意见": "", "NPS": "nps"}
    assert "gb18030" in page
    assert PHONE not in page
    form = form_of(page) | {"role-0-1": "", "role-0-2": "text", "role-0-3": ""}
    assert client.post("/uploads/1/preview", data=form).status_code == 303
    again = client.get("/uploads/1").text
    assert roles_of(again) == {"编号": "id", "评价内容": "", "处理意见": "text", "NPS": ""}  # nothing is guessed against what people said
    assert "送餐太慢了" in again
    assert client.post("/uploads/1/start", data=form_of(again)).status_code == 303
    assert "排队中" in client.get("/uploads/1").text
    worker = worker_of(store, fast_pipeline)
    with closing(worker.queue):
        worker.do_all()
    (run,) = store.runs()
    assert (run.settings["codebook"], run.settings["quality"]) == ("三月", "fast")
    analysis = store.run(run.id).analysis
    assert (analysis.input.comments, analysis.metrics.nps) == (30, None)
    assert store.comments(run.id, limit=1).comments[0].comment.text.startswith("送餐太慢了")
    assert "已完成" in client.get("/uploads/1").text
    assert "不会带到新的分析" not in client.get("/uploads/1").text
    for key, target in ((1, "sentiment"), (1, "delivery"), (2, "sentiment")):
        store.add_review(run.id, key, target, "neutral")
    assert "人工校对过的 2 条评论：这些判断留在原来的分析里" in client.get("/uploads/1").text
    again = HOW | {"detail": "coarse", "track": "continue", "codebook": "三月"}
    assert client.post("/uploads/1/rerun", data=again).status_code == 303
    assert (store.jobs(1)[0].kind, store.jobs(1)[0].settings["detail"], store.jobs(1)[0].settings["codebook"]) == (
        "rerun",
        "coarse",
        "三月",
    )


def test_what_cannot_be_is_said_at_its_table_and_what_was_typed_stays(client, store):
    send(client, (MISLEADING, "三月.csv"))
    form = form_of(client.get("/uploads/1").text)
    twice = client.post("/uploads/1/start", data=form | {"role-0-3": "id", "own_codebook": "我的手册"})
    assert twice.status_code == 422
    assert "“编号”只能有一列" in twice.text
    assert (roles_of(twice.text)["NPS"], 'value="我的手册"' in twice.text) == ("id", True)
    none = client.post("/uploads/1/start", data=form | {"role-0-1": ""})
    assert (none.status_code, "没有选文本列" in none.text) == (422, True)
    nothing = client.post("/uploads/1/start", data={name: value for name, value in form.items() if not name.startswith("use-")})
    assert "至少勾选一张" in client.get(nothing.headers["Location"]).text
    assert "请再看一遍" in client.get(client.post("/uploads/1/start", data=form | {"mark": "old"}).headers["Location"]).text
    assert store.jobs(1)[0].state == "held"


def test_tables_without_text_stay_to_be_mended_and_tables_alike_are_set_once(client, store):
    table = io.BytesIO()
    with xlsxwriter.Workbook(table) as book:
        for name, rows in (("说明", [["填写说明"]]), ("数据", [["编号", "评价"], [1, "送餐太慢了。"]])):
            for at, row in enumerate(rows):
                (book.get_worksheet_by_name(name) or book.add_worksheet(name)).write_row(at, 0, row)
    bad = "列甲,列乙\n1,2\n3,4\n"
    send(client, (MISLEADING, "三月.csv"), (MISLEADING, "四月.csv"), (bad, "不对.csv"), (table.getvalue(), "表.xlsx"))
    page = client.get("/uploads/1").text
    assert "这 2 张表的列相同" in page
    assert "没有认出文本列" in page
    assert 'name="use-3" value="1">' in page  # the notes are there, and not ticked
    form = form_of(page) | {"role-0-1": "", "role-0-2": "text"}
    del form["use-2"]
    assert client.post("/uploads/1/start", data=form).status_code == 303
    tables = store.jobs(1)[0].settings["tables"]
    assert [(table["name"], table["sheet"], table["text_columns"]) for table in tables] == [
        ("三月.csv", None, ["处理意见"]),
        ("四月.csv", None, ["处理意见"]),
        ("表.xlsx", "数据", ["评价"]),
    ]


def test_another_encoding_finds_the_columns_anew(client, store):
    send(client, (MISLEADING.encode("gb18030"), "三月.csv"))
    form = form_of(client.get("/uploads/1").text)
    wrong = client.post("/uploads/1/start", data=form | {"encoding-0": "utf-8"})
    assert store.jobs(1)[0].state == "held"
    page = client.get(wrong.headers["Location"]).text
    assert "这个文件不是 utf-8：第 1 行（第 0 字节起）是 b1 e0 ba c5" in page
    assert "会自动认作 gb18030。在上面选“自动识别”" in page
    client.post("/uploads/1/preview", data=form_of(page) | {"encoding-0": "gb18030"})
    assert roles_of(client.get("/uploads/1").text)["评价内容"] == "text"


def test_every_role_can_be_chosen_and_stays(client, store):
    roles = [role for role in ROLES if role]
    table = ",".join(f"列名{role}" for role in roles) + "\n" + ",".join("送餐太慢了。" for _ in roles)
    send(client, (table, "三月.csv"))
    form = form_of(client.get("/uploads/1").text) | {f"role-0-{at}": role for at, role in enumerate(roles)}
    assert client.post("/uploads/1/preview", data=form).status_code == 303
    assert roles_of(client.get("/uploads/1").text) == {f"列名{role}": role for role in roles}


def test_the_header_is_in_the_row_that_is_chosen(client, store, fast_pipeline):
    table = "外卖满意度,三月,内部\n联系人,说法,骑手\n李四,送餐太慢了、等了一小时,甲\n王五,味道很好、还会再来,乙\n"
    send(client, (table, "三月.csv"))
    page = client.get("/uploads/1").text
    assert roles_of(page) == {"外卖满意度": "", "三月": "text", "内部": ""}  # the title is taken for the header
    assert "第 2 行：联系人 · 说法 · 骑手" in page
    assert "李四" not in page
    answer = client.post("/uploads/1/start", data=form_of(page) | {"header-0": "2"})
    page = client.get(answer.headers["Location"]).text
    assert ("列已重新识别" in page, store.jobs(1)[0].state) == (True, "held")
    assert roles_of(page)["说法"] == "text"
    client.post("/uploads/1/preview", data=form_of(page) | {"header-0": "0"})
    page = client.get("/uploads/1").text
    assert set(roles_of(page)) == {"列1", "列2", "列3"}
    client.post("/uploads/1/preview", data=form_of(page) | {"header-0": "2"})
    assert client.post("/uploads/1/start", data=form_of(client.get("/uploads/1").text)).status_code == 303
    worker = worker_of(store, fast_pipeline)
    with closing(worker.queue):
        worker.do_all()
    assert store.run(store.runs()[0].id).analysis.input.files[0].header_row == 2
    assert {one.comment.text[:5] for one in store.comments(store.runs()[0].id).comments} == {"送餐太慢了", "味道很好、"}


@pytest.mark.parametrize(
    ("content", "name", "status", "words"),
    [
        ("", "", 422, "还没有选文件"),
        ("x", "a.exe", 422, "不支持这种文件"),
        (b"\0" * 200, "a.csv", 422, "这不是表格"),
        ("a" * (2 << 20), "a.csv", 413, "超过 1 MB"),
    ],
)
def test_files_that_cannot_be_used_are_refused_where_they_were_chosen(client, store, content, name, status, words):
    answer = send(client, (content, name))
    assert (answer.status_code, words in answer.text) == (status, True)
    assert store.uploads() == ()
    assert [path for path in client.application.extensions["work"].root.iterdir() if path.is_dir()] == []


def test_names_and_cells_are_never_markup(client, store):
    image = "<img src=x onerror=alert(1)>"
    send(client, (f"编号{image},评价内容\n1,{image}送餐太慢了\n", f"三月{image}.csv"))
    store.add_upload(f"四月{image}.csv")
    for path in ("/upload", "/uploads/1"):
        page = client.get(path).text
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page


def test_a_fresh_install_says_what_to_do_and_the_sample_goes_to_the_worker(client, store):
    page = client.get("/upload").text
    assert all(words in page for words in ("放入表格", "确认列", "看痛点", "用示例数据试试"))
    assert client.get("/").headers["Location"] == "/upload"
    assert client.post("/upload/sample").headers["Location"] == "/uploads/1"
    (job,) = store.jobs()
    assert (job.state, job.settings["codebook"]) == ("queued", "示例")
    running = client.get("/uploads/1").text
    assert '<noscript><meta http-equiv="refresh"' in running
    assert client.post("/uploads/1/cancel").status_code == 303
    ended = client.get("/uploads/1").text
    assert ("已取消" in ended, "http-equiv" in ended) == (True, False)
    client.post("/uploads/1/reopen")
    assert roles_of(client.get("/uploads/1").text)["答卷编号"] == "id"
    assert client.post("/uploads/1/delete").headers["Location"] == "/upload?said=deleted"
    assert store.uploads() == ()


def test_problems_are_listed_and_a_table_of_them_is_safe_in_excel(client, store, fast_pipeline):
    client.post(
        "/api/v1/uploads", data={"file": (io.BytesIO("编号,评价内容,=NPS\n1,送餐太慢了,9\n2,,3\n3,客服不回复,很好\n".encode()), "a.csv")}
    )
    worker = worker_of(store, fast_pipeline)
    with closing(worker.queue):
        worker.do_all()
    page = client.get("/uploads/1").text
    assert "没用上的行和格：2" in page
    answer = client.get("/uploads/1/problems.csv")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [(row[2], row[3]) for row in rows[1:]] == [("3", "评价内容"), ("4", "'=NPS")]
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=voc-1.csv")


def test_blank_answers_are_counted_beyond_the_lines_that_are_shown(client, store, fast_pipeline):
    table = "编号,评价内容\n1,送餐太慢了\n" + "".join(f"{number},\n" for number in range(2, 1103))
    client.post("/api/v1/uploads", data={"file": (io.BytesIO(table.encode()), "a.csv")})
    worker = worker_of(store, fast_pipeline)
    with closing(worker.queue):
        worker.do_all()
    page = client.get("/uploads/1").text
    assert "没用上的行和格：1,101" in page
    assert "共 1,101 行" in page


def test_the_list_is_paged(client, store):
    for number in range(25):
        store.add_upload(f"第{number}份.csv")
    assert len(re.findall(r'class="upload-name"', client.get("/upload").text)) == 20
    second = client.get("/upload?page=2").text
    assert len(re.findall(r'class="upload-name"', second)) == 5
    assert "第0份" in second


def test_uploads_of_others_are_not_there_and_forms_need_their_token(tmp_path, scorer, monkeypatch):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        world = make_world(store, scorer, monkeypatch, request_limit_mb=1, upload_limit_mb=4)
        owner, other = world.app.test_client(), world.app.test_client()
        sign_in(owner)
        sign_in(other, "other")
        large = MISLEADING + "x,y,z,1\n" * 300_000  # more than a request that is no upload may have
        for token, status in ({"csrf_token": "0" * 64}, 403), ({}, 403), ({"csrf_token": csrf_of(owner)}, 303):
            answer = send(owner, (large, "三月.csv"), **token, private="1")
            assert answer.status_code == status
        address = answer.headers["Location"]
        assert owner.get(address).status_code == 200
        assert "三月.csv" not in other.get("/upload").text
        mine, token = csrf_of(other), {"csrf_token": csrf_of(owner)}
        for path in ("", "/problems.csv"):
            assert other.get(address + path).status_code == 404
        for act in ("preview", "start", "cancel", "retry", "reopen", "rerun", "delete"):
            assert other.post(f"{address}/{act}", data={"csrf_token": mine}).status_code == 404, act
            assert owner.post(f"{address}/{act}", data={}).status_code == 403, act
        form = form_of(owner.get(address).text)
        assert form.pop("private") == "1"
        owner.post(f"{address}/preview", data=form | token)  # for the team after all
        assert other.get(address).status_code == 200
        assert other.post(f"{address}/delete", data={"csrf_token": mine}).status_code == 403
        assert owner.post(f"{address}/delete", data=token).status_code == 303
        world.app.extensions["work"].close()
