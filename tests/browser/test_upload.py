"""Upload as people do it: a file whose columns are guessed wrongly, mended, analysed and done; with JavaScript and without."""

from __future__ import annotations

from contextlib import closing

import pytest

from chromium import faults, serving
from toy_uploads import worker_of
from voc.store import Store
from web import create_app
from web.settings import ServerSettings

COUNT = 40
# What customers wrote stands where the business would write; 评价内容 holds a verdict.
TABLE = "编号,评价内容,处理意见\n" + "".join(f"{number},还可以吧,送餐太慢了、等了{number}个小时才到\n" for number in range(COUNT))

# A title stands above the header, and looks like one.
TITLED = "外卖满意度,三月,内部\n单号,说法,骑手\n1,送餐太慢了、等了一小时,甲\n2,味道很好、还会再来,乙\n"
# Whether what has the focus is hidden behind something else, as it was behind a bar at the bottom.
HIDDEN = """() => {
    const focused = document.activeElement, box = focused.getBoundingClientRect();
    const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
    const hit = document.elementFromPoint(box.left + box.width / 2, (top + bottom) / 2);
    const own = focused.closest("label") || focused;
    return own.contains(hit) || (hit && hit.contains(own)) ? "" : focused.outerHTML.slice(0, 80);
}"""


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with closing(Store(f"sqlite:///{tmp_path_factory.mktemp('upload')}/voc.db")) as store:
        store.upgrade()
        yield store


@pytest.fixture(scope="module")
def served(store, scorer):
    app = create_app(ServerSettings(no_auth=True, quality="fast"), scorer=scorer, store=store)
    with serving(app) as address:
        yield address
    app.extensions["work"].close()


def work(store: Store, pipeline) -> None:
    worker = worker_of(store, pipeline)
    with closing(worker.queue):
        worker.do_all()


@pytest.mark.parametrize("javascript", [True, False])
def test_wrong_guess_is_mended_started_watched_and_done(visit, store, fast_pipeline, javascript):
    from playwright.sync_api import expect

    page = visit("/upload", java_script_enabled=javascript)
    page.set_input_files("#drop-file", {"name": "三月.csv", "mimeType": "text/csv", "buffer": TABLE.encode("gb18030")})
    page.get_by_role("button", name="上传并预览").click()
    expect(page.get_by_role("heading", name="确认列，开始分析")).to_be_visible()
    expect(page.get_by_label("评价内容")).to_have_value("text")
    expect(page.get_by_label("编码")).to_contain_text("gb18030")
    expect(page.get_by_role("cell", name="送餐太慢了、等了0个小时才到")).to_be_visible()
    if javascript:
        assert faults(page) == []
    page.get_by_label("评价内容").select_option("不使用")
    page.get_by_role("button", name="开始分析").click()
    expect(page.get_by_text("没有选文本列")).to_be_visible()
    page.get_by_label("处理意见").select_option("文本")
    page.get_by_role("button", name="重新预览").click()
    expect(page.get_by_label("处理意见")).to_have_value("text")
    expect(page.get_by_label("评价内容")).to_have_value("")
    page.complaints[:] = [complaint for complaint in page.complaints if "422" not in complaint]  # what was refused is told in the console
    page.get_by_role("button", name="开始分析").click()
    expect(page.get_by_role("heading", name="排队中")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="取消")).to_be_visible()

    job = store.claim_job("slow", 600)
    store.beat_job(job.id, "slow", 600, stage="score", rows_done=0, rows_total=COUNT)
    store.beat_job(job.id, "slow", 600, rows_done=10)
    if javascript:
        page.evaluate("window.still_here = true")
    expect(page.get_by_text("第 10 行，共 40 行")).to_be_visible(timeout=15_000)
    store.beat_job(job.id, "slow", 600, rows_done=20)
    expect(page.get_by_text("第 20 行，共 40 行")).to_be_visible(timeout=15_000)
    if javascript:
        assert page.evaluate("window.still_here")  # the figures changed, the page did not
        assert faults(page) == []
    store.release_job(job)
    work(store, fast_pipeline)
    if javascript:  # the page goes on to what was found
        expect(page.get_by_role("heading", name="总览", level=1)).to_be_visible(timeout=15_000)
        page.goto(f"/uploads/{store.uploads()[0].id}")
    expect(page.get_by_role("heading", name="分析结果")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("每一行都用上了")).to_be_visible()
    run = store.runs()[0]
    assert {comment.comment.text[:5] for comment in store.comments(run.id).comments} == {"送餐太慢了"}
    assert store.run(run.id).analysis.input.comments == COUNT


@pytest.mark.parametrize("javascript", [True, False])
def test_cancelled_then_deleted_after_being_asked(visit, store, javascript):
    from playwright.sync_api import expect

    page = visit("/upload", java_script_enabled=javascript)
    page.get_by_role("button", name="用示例数据试试").click()
    expect(page.get_by_role("heading", name="排队中")).to_be_visible()
    page.get_by_role("button", name="取消").click()
    expect(page.get_by_role("heading", name="已取消")).to_be_visible()
    page.get_by_role("button", name="改列和设置").click()
    expect(page.get_by_label("购买商品")).to_have_value("product")
    before = len(store.uploads())
    page.get_by_role("link", name="删除").click()
    page.get_by_role("link", name="先不删").click()
    expect(page.get_by_role("dialog")).not_to_be_visible()
    page.get_by_role("link", name="删除").click()
    page.get_by_role("button", name="彻底删除").click()
    expect(page.get_by_text("已彻底删除。")).to_be_visible()
    assert len(store.uploads()) == before - 1


def test_columns_are_chosen_by_keyboard_on_a_phone(visit):
    from playwright.sync_api import expect

    page = visit("/upload", width=390)
    page.set_input_files("#drop-file", {"name": "三月.csv", "mimeType": "text/csv", "buffer": TABLE.encode()})
    page.get_by_role("button", name="上传并预览").press("Enter")
    select = page.get_by_label("处理意见")
    select.focus()
    select.press("ArrowDown")
    expect(select).to_have_value("text")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert faults(page) == []


@pytest.mark.parametrize("javascript", [True, False])
def test_header_is_chosen_and_the_columns_follow(visit, javascript):
    from playwright.sync_api import expect

    page = visit("/upload", java_script_enabled=javascript)
    page.set_input_files("#drop-file", {"name": "三月.csv", "mimeType": "text/csv", "buffer": TITLED.encode()})
    page.get_by_role("button", name="上传并预览").click()
    header = page.get_by_label("表头")
    expect(header).to_have_value("1")
    header.select_option("第 2 行：单号 · 说法 · 骑手")
    if not javascript:
        page.get_by_role("button", name="重新预览").click()
    expect(page.get_by_label("说法")).to_have_value("text")
    expect(page.get_by_label("表头")).to_have_value("2")
    if javascript:
        expect(page.get_by_label("表头")).to_be_focused()
        assert faults(page) == []


@pytest.mark.parametrize("javascript", [True, False])
def test_the_next_file_of_a_kind_goes_on_with_its_codebook(visit, store, javascript):
    from playwright.sync_api import expect

    kind = f"外卖{'甲' if javascript else '乙'}"
    table = f"{kind}单号,{kind}评价内容\n1,送餐太慢了、等了一小时\n2,味道很好、还会再来\n"
    page = visit("/upload", java_script_enabled=javascript)
    page.set_input_files("#drop-file", {"name": f"{kind}-3月.csv", "mimeType": "text/csv", "buffer": table.encode()})
    page.get_by_role("button", name="上传并预览").click()
    expect(page.get_by_role("radio", name="单独分析")).to_be_checked()
    expect(page.get_by_label("新手册的名称")).to_have_value(f"{kind}-3月")
    page.get_by_role("button", name="开始分析").click()
    expect(page.get_by_text(f"{kind}-3月：单独分析")).to_be_visible()
    page.goto("/upload")
    page.set_input_files("#drop-file", {"name": "四月导出.csv", "mimeType": "text/csv", "buffer": table.encode()})
    page.get_by_role("button", name="上传并预览").click()
    expect(page.get_by_role("radio", name="和以前的数据一起跟踪")).to_be_checked()
    expect(page.get_by_label("接着哪本手册")).to_have_value(f"{kind}-3月")
    page.get_by_role("radio", name="单独分析").check()
    page.get_by_label("新手册的名称").fill(f"{kind}试点")
    page.get_by_role("button", name="开始分析").click()
    expect(page.get_by_text(f"{kind}试点：单独分析")).to_be_visible()
    for upload in store.uploads()[:2]:
        store.cancel_job(store.jobs(upload.id)[0].id)


@pytest.mark.parametrize("width", [1280, 390])
def test_what_has_the_focus_is_never_hidden(visit, width):
    page = visit("/upload", width=width)
    many = ",".join(f"列名{number}" for number in range(25))
    table = f"{many},评价内容\n" + ("1," * 25 + "送餐太慢了、等了一小时\n") * 4
    page.set_input_files("#drop-file", {"name": "三月.csv", "mimeType": "text/csv", "buffer": table.encode()})
    page.get_by_role("button", name="上传并预览").click()
    page.get_by_label("列名24").wait_for()
    for key in ("Tab", "Shift+Tab"):
        for _ in range(60):
            page.keyboard.press(key)
            assert page.evaluate(HIDDEN) == "", key
