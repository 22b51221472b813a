"""A pain point in the browser: split, renamed, taken back; its case from opening to closing; the same without JavaScript."""

from __future__ import annotations

import pytest
from toy_survey import run_of

from chromium import faults, serving


@pytest.fixture(scope="module")
def served(survey_app):
    """Address of the service with the sample survey in it."""
    with serving(survey_app) as address:
        yield address


@pytest.fixture(scope="module")
def store(survey_app):
    return survey_app.extensions["store"]


@pytest.fixture
def worst(survey_app, store):
    """The largest pain point, in a codebook that nobody has edited."""
    run = run_of(survey_app)
    if store.codebook_of(run).book.draft:
        survey_app.test_client().post(f"/api/v1/runs/{run}/codebook", json={"action": "undo", "everything": True})
    return store.current(run).analysis.pain_points[0]


@pytest.fixture
def path(survey_app, worst):
    return f"/runs/{run_of(survey_app)}/pain-points/{worst.id}"


@pytest.mark.parametrize("javascript", [True, False])
def test_split_with_preview_then_rename_then_undo_both(visit, survey_app, store, worst, path, javascript):
    run = run_of(survey_app)
    page = visit(path, java_script_enabled=javascript)
    page.locator("#mend").get_by_role("link", name=worst.terms[0], exact=True).click()
    preview = store.split_preview(run, worst.id, [worst.terms[0]])
    page.get_by_role("heading", name=f"拆出去 {preview.comments} 条评论（{preview.size} 句）").wait_for()
    if javascript:
        assert faults(page) == []
    page.get_by_label("新痛点的名称").fill("换人不交接")
    page.get_by_role("button", name=f"拆出 {preview.comments} 条评论").click()
    page.get_by_role("heading", name="换人不交接", level=1).wait_for()
    sizes = {point.label: point.size for point in store.current(run).analysis.pain_points}
    assert (sizes["换人不交接"], sizes[worst.label]) == (preview.size, preview.stays)
    split_off = page.url
    page.get_by_label("名称").fill("换人没有交接")
    page.get_by_label("名称").press("Enter")
    page.get_by_role("heading", name="换人没有交接", level=1).wait_for()
    page.get_by_role("button", name="撤销", exact=True).click()
    page.get_by_role("heading", name="换人不交接", level=1).wait_for()
    page.goto(split_off)
    page.get_by_role("button", name="撤销", exact=True).click()
    page.get_by_role("heading", name=worst.label, level=1).wait_for()
    assert {point.label: point.size for point in store.current(run).analysis.pain_points}[worst.label] == worst.size


@pytest.mark.parametrize("javascript", [True, False])
def test_clauses_are_chosen_by_keyboard_and_moved_together(visit, survey_app, store, worst, path, javascript):
    run = run_of(survey_app)
    target = store.current(run).analysis.pain_points[1]
    page = visit(path, java_script_enabled=javascript)
    bar = page.locator("#clauses .toolbar")
    assert bar.is_visible() != javascript  # with JavaScript it shows once it has something to do
    for number in (0, 1):
        page.locator("#clauses input[name=clause]").nth(number).focus()
        page.keyboard.press("Space")
    if javascript:
        assert bar.inner_text().startswith("已选 2 句")
    bar.get_by_label("移到").select_option(target.id)
    bar.get_by_role("button", name="移动").click()
    page.get_by_text("已移到「").wait_for()
    assert store.pain_point(run, worst.id).point.size == worst.size - 2
    page.get_by_role("button", name="撤销", exact=True).click()
    page.get_by_text("已撤销：").wait_for()
    assert store.pain_point(run, worst.id).point.size == worst.size


def test_quote_is_pinned(visit, worst, path):
    page = visit(path)
    page.locator("#quotes").get_by_role("button", name="钉住").last.click()
    page.locator("#quotes").get_by_text("已钉住").wait_for()


@pytest.mark.parametrize("javascript", [True, False])
def test_case_from_opening_to_closing(visit, store, path, javascript):
    page = visit(path, java_script_enabled=javascript)
    panel = page.locator("#case")
    panel.get_by_label("负责人").fill("王敏")
    panel.get_by_label("期限").fill("2099-03-06T18:00")
    panel.get_by_role("button", name="立案" if javascript else "再立一案").click()
    page.wait_for_url("**/cases/*")
    number = int(page.url.rpartition("/")[2])
    assert store.case(number).case.owner == "王敏"
    for step in ("分类", "分析", "响应", "跟进"):
        page.get_by_role("button", name=f"下一步：{step}").click()
        page.locator(".steps [aria-current=step]", has_text=step).wait_for()
    page.get_by_text("按时响应").wait_for()
    page.get_by_label("写一条").fill("和客服主管对过了")
    page.get_by_role("button", name="添加").click()
    page.get_by_text("和客服主管对过了").wait_for()
    page.get_by_label("根因").fill("没有交接记录")
    page.get_by_role("button", name="闭环", exact=True).click()
    page.get_by_text("闭环前要写明根因和措施").wait_for()
    assert page.get_by_label("根因").input_value() == "没有交接记录"
    page.complaints.clear()  # the console tells of the 422
    page.get_by_label("措施").fill("工单写明经过")
    page.get_by_role("button", name="闭环", exact=True).click()
    page.get_by_role("button", name="重新打开").wait_for()
    page.get_by_text("前后是同一批评论").wait_for()
    if javascript:
        assert faults(page) == []
    known = store.case(number).case
    assert (known.status, known.root_cause, known.action) == ("closed", "没有交接记录", "工单写明经过")
    page.goto("/cases")
    page.get_by_role("link", name=known.label).first.wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载 CSV").click()
    assert download.value.suggested_filename == "案例-cases.csv"
