"""The whole story in a browser: from a table whose columns are guessed wrongly to a closed case; asserted at the database as it goes.

The service, its store and a worker are the real ones; only the models are loaded already.
"""

from __future__ import annotations

import csv
import io
import json
import re
from contextlib import closing, contextmanager
from datetime import datetime
from threading import Thread
from urllib.parse import unquote

import pytest
from python_calamine import CalamineWorkbook

from chromium import serving
from toy_uploads import SAMPLES, worker_of
from voc.report.format import interval, share
from voc.store import Store
from voc.store.records import CommentFilter
from web import create_app
from web.settings import ServerSettings

COMPLAINTS, REVIEWS = 100, 200
# 评价内容 sounds like what customers wrote, and holds who wrote; their words stand under a name that says nothing.
HEADER = ("编号", "时间", "渠道", "评价内容", "经过")
OWNER, DUE = "王敏", "2099-03-06T18:00"
PATIENCE_MS = 40_000  # of who waits for an analysis


@pytest.fixture
def store(tmp_path):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        yield store


@pytest.fixture
def served(store, scorer):
    """Address of the service with an empty store."""
    app = create_app(ServerSettings(no_auth=True, quality="fast"), scorer=scorer, store=store)
    with serving(app) as address:
        yield address
    app.extensions["work"].close()


def table(complaints: int, reviews: int) -> bytes:
    """A CSV file as an old Excel saves it, with complaints and reviews of the samples."""
    with (SAMPLES / "complaints.csv").open(encoding="gb18030", newline="") as file:
        said = list(csv.DictReader(file))[:complaints]
    rows = [(one["工单编号"], one["受理时间"], one["投诉渠道"], f"{one['投诉渠道']}来的客户投诉", one["投诉内容"]) for one in said]
    lines = (SAMPLES / "reviews.jsonl").read_text(encoding="utf-8").splitlines()[:reviews]
    for one in map(json.loads, lines):
        rows.append((one["id"], one["created_at"], one["channel"], f"{one['product']}买家的商品评价", one["text"]))
    written = io.StringIO(newline="")
    csv.writer(written).writerows([HEADER, *rows])
    return written.getvalue().encode("gb18030")


@contextmanager
def at_work(store, pipeline):
    """A worker that does what waits, beside the browser."""
    worker = worker_of(store, pipeline)
    with closing(worker.queue):
        thread = Thread(target=worker.do_all)
        thread.start()
        yield
        thread.join()


def upload(page, content: bytes) -> None:
    from playwright.sync_api import expect

    page.set_input_files("#drop-file", {"name": "三月.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="上传并预览").click()
    expect(page.get_by_label("编码")).to_contain_text("gb18030")


def mend_the_columns_and_start(page) -> None:
    from playwright.sync_api import expect

    expect(page.get_by_label("评价内容")).to_have_value("text")  # the guess, which is wrong
    expect(page.get_by_label("经过")).to_have_value("")
    page.get_by_label("评价内容").select_option("不使用")
    page.get_by_label("经过").select_option("文本")
    page.get_by_role("button", name="开始分析").click()
    expect(page.get_by_role("heading", name="排队中")).to_be_visible()


def check_what_was_read(store, run: str, content: bytes) -> None:
    """Each comment of the table is in the store, and nothing of the other column."""
    rows = list(csv.DictReader(io.StringIO(content.decode("gb18030"), newline="")))
    analysis = store.run(run).analysis
    assert (analysis.input.comments, len(analysis.input.problems)) == (len(rows), 0)
    assert (analysis.input.files[0].encoding, analysis.input.files[0].text_columns) == ("gb18030", ("经过",))
    kept = store.comments(run, limit=100).comments
    # Names and numbers of people are covered in what is kept.
    assert all(comment.comment.text[:4] == row["经过"][:4] for comment, row in zip(kept, rows, strict=False) if "*" not in row["经过"])
    assert [comment.comment.id for comment in kept] == [row["编号"] for row in rows[:100]]


def check_overview(page, store, run: str) -> dict[str, int]:
    """The page says what the store does: comments of each sentiment."""
    metrics = store.current(run).analysis.metrics
    counts = {label: metrics.sentiment[label].n for label in ("negative", "neutral", "positive")}
    page.goto(f"/runs/{run}")
    shown = page.locator(".overview-sentiment").inner_text()
    for label, n in counts.items():
        assert f"{n} 条" in shown
        assert share(metrics.sentiment[label].share) in shown
    return counts


def open_the_worst(page, store, run: str):
    worst = store.current(run).analysis.pain_points[0]
    page.locator("#pain-points tbody tr").first.get_by_role("link", name=worst.label, exact=True).click()
    page.get_by_role("heading", name=worst.label, level=1).wait_for()
    return worst


def split_off(page, store, run: str, worst, label: str) -> str:
    """Look at what a word would split off, then do it; the id of the new pain point."""
    preview = store.split_preview(run, worst.id, [worst.terms[0]])
    page.locator("#mend").get_by_role("link", name=worst.terms[0], exact=True).click()
    page.get_by_role("heading", name=f"拆出去 {preview.comments} 条评论（{preview.size} 句）").wait_for()
    page.get_by_label("新痛点的名称").fill(label)
    page.get_by_role("button", name=f"拆出 {preview.comments} 条评论").click()
    page.get_by_role("heading", name=label, level=1).wait_for()
    points = {point.label: point for point in store.current(run).analysis.pain_points}
    assert (points[label].size, points[worst.label].size) == (preview.size, worst.size - preview.size)
    return points[label].id


def rename(page, store, run: str, point: str, label: str) -> None:
    page.get_by_label("名称").fill(label)
    page.get_by_label("名称").press("Enter")
    page.get_by_role("heading", name=label, level=1).wait_for()
    assert store.pain_point(run, point).point.label == label


def merge_two_and_undo(page, store, run: str) -> None:
    page.goto(f"/runs/{run}/pain-points")
    before = store.current(run).analysis.pain_points
    gone, kept = before[1:3]
    for point in (gone, kept):
        page.get_by_label(f"选中「{point.label}」").check()
    page.get_by_role("button", name="合并所选…").click()
    dialog = page.locator("#merge-dialog")
    dialog.get_by_label(kept.label).check()
    dialog.get_by_role("button", name="合并").click()
    page.get_by_text(f"已合并 2 个痛点，保留「{kept.label}」。").wait_for()
    now = {point.id: point.size for point in store.current(run).analysis.pain_points}
    assert gone.id not in now
    assert now[kept.id] == gone.size + kept.size
    page.get_by_role("button", name="撤销上一步").click()
    page.get_by_text("已撤销：").wait_for()
    assert [(point.id, point.size) for point in store.current(run).analysis.pain_points] == [(one.id, one.size) for one in before]


def open_case(page, store, run: str, point: str) -> int:
    page.goto(f"/runs/{run}/pain-points/{point}")
    panel = page.locator("#case")
    panel.get_by_label("负责人").fill(OWNER)
    panel.get_by_label("期限").fill(DUE)
    panel.get_by_role("button", name="立案").click()
    page.wait_for_url("**/cases/*")
    number = int(page.url.rpartition("/")[2])
    case = store.case(number).case
    assert (case.pain_point_id, case.owner, case.status) == (point, OWNER, "received")
    assert datetime.fromisoformat(case.due) == datetime.fromisoformat(DUE).astimezone()
    return number


def correct_by_keyboard(page, store, run: str, count: int) -> dict[str, int]:
    """Say the opposite of the models, comment by comment; how that changes the comments of each sentiment."""
    from playwright.sync_api import expect

    page.goto(f"/runs/{run}/review")
    key = page.locator("#accept input[name=key]")
    changes = dict.fromkeys(("negative", "neutral", "positive"), 0)
    queue = store.comments(run, CommentFilter(order="uncertain"), limit=count).comments
    for comment in queue:
        expect(key).to_have_value(str(comment.key))
        expect(page.locator("[data-chosen]")).to_be_visible()  # the script listens
        said, digit = ("negative", "1") if comment.sentiment != "negative" else ("positive", "3")
        changes[comment.sentiment] -= 1
        changes[said] += 1
        page.keyboard.press(digit)
        page.keyboard.press("Enter")
        expect(key).not_to_have_value(str(comment.key))
        assert store.comment(run, comment.key).sentiment == said
    expect(page.locator("[data-done]")).to_have_text(str(count))
    assert store.review_summary(run).comments == count
    return changes


def download(page, title: str) -> tuple[str, bytes]:
    """A file of the export page, by the title of its card; its name and content."""
    with page.expect_download() as waiting:
        page.locator(".card", has_text=title).get_by_role("link", name="下载").click()
    return unquote(waiting.value.suggested_filename), waiting.value.path().read_bytes()


def check_workbook(content: bytes, store, run: str) -> None:
    """Its numbers are those of the store, which the pages show."""
    now = store.current(run).analysis
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    overview = {row[0]: row[1] for row in book.get_sheet_by_name("概览 Overview").to_python()}
    assert overview["负面 Negative"] == now.metrics.sentiment["negative"].share
    points = book.get_sheet_by_name("痛点 Pain points").to_python()[1:]
    assert [(row[1], row[3], row[4]) for row in points] == [(one.label, one.comments, one.share) for one in now.pain_points]
    assert len(book.get_sheet_by_name("评论 Comments").to_python()) == now.input.comments + 1


def check_report(page_of_it: str, store, run: str) -> None:
    now = store.current(run).analysis
    bad = now.metrics.sentiment["negative"]
    assert share(bad.share) in page_of_it
    assert interval(bad.interval) in page_of_it
    assert now.pain_points[0].label in page_of_it
    assert OWNER in page_of_it
    assert not re.search(r"""(src|href)=["'](https?:)?//""", page_of_it)


def close_case(page, store, number: int) -> None:
    page.goto(f"/cases/{number}")
    for step in ("分类", "分析", "响应", "跟进"):
        page.get_by_role("button", name=f"下一步：{step}").click()
        page.locator(".steps [aria-current=step]", has_text=step).wait_for()
    page.get_by_label("根因").fill("客服每次换人，没有交接记录")
    page.get_by_label("措施").fill("工单写明经过，接着问的人先看")
    page.get_by_role("button", name="闭环", exact=True).click()
    page.get_by_role("button", name="重新打开").wait_for()
    case = store.case(number).case
    assert (case.status, case.root_cause, case.action) == ("closed", "客服每次换人，没有交接记录", "工单写明经过，接着问的人先看")
    assert case.closed_at
    assert case.after


def test_from_a_wrong_guess_to_a_closed_case(visit, store, fast_pipeline):
    from playwright.sync_api import expect

    content = table(COMPLAINTS, REVIEWS)
    page = visit("/")  # with nothing in the store, this is where files come in
    upload(page, content)
    mend_the_columns_and_start(page)
    with at_work(store, fast_pipeline):
        expect(page.get_by_role("heading", name="正在分析")).to_be_visible(timeout=PATIENCE_MS)
        page.reload()
        page.wait_for_url("**/runs/*", timeout=PATIENCE_MS)  # by itself, once it is done
    run = store.runs()[0].id
    check_what_was_read(store, run, content)

    before = check_overview(page, store, run)
    worst = open_the_worst(page, store, run)
    point = split_off(page, store, run, worst, "投诉无门")
    rename(page, store, run, point, "投诉没人管")
    merge_two_and_undo(page, store, run)
    assert store.pain_point(run, point).point.label == "投诉没人管"  # what came before the merge still holds
    case = open_case(page, store, run, worst.id)

    changes = correct_by_keyboard(page, store, run, 5)
    after = check_overview(page, store, run)
    assert after == {label: n + changes[label] for label, n in before.items()} != before

    page.get_by_role("link", name="导出", exact=True).click()
    name, workbook = download(page, "Excel 工作簿")
    assert name == f"三月-{run}.xlsx"
    check_workbook(workbook, store, run)
    name, report = download(page, "会议报告")
    assert name == f"三月-{run}.html"
    check_report(report.decode(), store, run)
    close_case(page, store, case)


def test_uploaded_browsed_corrected_and_exported_without_javascript(visit, store, fast_pipeline):
    content = table(20, 100)
    page = visit("/upload", java_script_enabled=False)
    upload(page, content)
    mend_the_columns_and_start(page)
    with at_work(store, fast_pipeline):
        page.get_by_role("link", name="看结果").click(timeout=PATIENCE_MS)  # the page reloads itself until it is there
    run = store.runs()[0].id
    check_what_was_read(store, run, content)

    before = check_overview(page, store, run)
    worst = open_the_worst(page, store, run)
    page.locator("#comments .said-from").first.click()
    key = int(page.url.rpartition("/")[2])
    assert worst.id in {span.pain_point for span in store.comment(run, key).pain_points}

    was = store.comment(run, key).sentiment
    page.locator("#correct").get_by_role("radiogroup", name="整条情感").get_by_role("radio", name="中性").check()
    page.get_by_role("button", name="保存").click()
    page.locator("#reviews").get_by_text("中性").wait_for()
    assert store.comment(run, key).sentiment == "neutral"
    after = check_overview(page, store, run)
    assert after == before | {was: before[was] - 1, "neutral": before["neutral"] + 1}

    page.get_by_role("link", name="导出", exact=True).click()
    name, workbook = download(page, "Excel 工作簿")
    assert name == f"三月-{run}.xlsx"
    check_workbook(workbook, store, run)
