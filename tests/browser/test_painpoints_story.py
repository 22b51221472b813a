"""The list of pain points in a browser: merge and undo, rename, commit, sort, tree, keyboard; merging without JavaScript."""

from __future__ import annotations

import pytest
from toy_survey import run_of

from chromium import faults, serving


@pytest.fixture(scope="module")
def served(survey_app):
    """Address of the service with the sample survey in it."""
    with serving(survey_app) as address:
        yield address


@pytest.fixture
def here(survey_app):
    """Address of the list, and a draft that is empty again afterwards."""
    from voc.codebook import undo

    store, run = survey_app.extensions["store"], run_of(survey_app)
    yield f"/runs/{run}/pain-points"
    if store.codebook_of(run).book.draft:
        store.edit_codebook(run, lambda book: undo(book, everything=True)[0])


def test_two_are_merged_in_a_dialog_and_undone(visit, survey_app, here):
    from playwright.sync_api import expect

    page = visit(here)
    store, run = survey_app.extensions["store"], run_of(survey_app)
    first, second = store.current(run).analysis.pain_points[:2]
    merge = page.get_by_role("button", name="合并所选…")
    assert merge.is_disabled()
    bar = page.locator("#merge-chosen .toolbar")
    page.get_by_label(f"选中「{first.label}」").check()
    page.get_by_label(f"选中「{second.label}」").check()
    expect(bar).to_contain_text("已选 2 个")
    expect(bar).to_be_in_viewport()  # the list goes on below
    merge.click()
    dialog = page.locator("#merge-dialog")
    assert faults(page) == []
    dialog.get_by_label(second.label).check()
    dialog.get_by_role("button", name="合并", exact=True).click()
    page.get_by_text(f"已合并 2 个痛点，保留「{second.label}」。").wait_for()
    assert store.codebook_of(run).book.by_id[first.id].into == second.id
    page.get_by_role("button", name="撤销上一步").click()
    page.get_by_text(f"已撤销：把「{first.label}」并入「{second.label}」。").wait_for()
    assert store.codebook_of(run).book.draft == ()


def test_a_name_is_changed_in_place_and_committed(visit, survey_app, here):
    store, run = survey_app.extensions["store"], run_of(survey_app)
    point = store.current(run).analysis.pain_points[2]
    page = visit(f"{here}?view=table")
    row = page.locator(f"#{point.id}")
    row.get_by_text("修改").first.click()
    field = row.get_by_label(f"「{point.label}」的新名称")
    field.fill("退货退款难")
    field.press("Enter")
    page.get_by_text("已改名为「退货退款难」。").wait_for()
    assert faults(page) == []
    page.get_by_placeholder("改了什么（可不填）").fill("换个名字")
    page.get_by_role("button", name="提交").click()
    page.get_by_text("已提交为第 2 版。").wait_for()
    assert store.codebook_of(run).book.versions[-1].message == "换个名字"
    page.goto(f"/runs/{run}/codebook")
    page.get_by_role("link", name="回到这一版").click()
    page.locator("dialog[open]").get_by_role("button", name="回到第 1 版").click()
    page.get_by_text("已回到第 1 版").wait_for()
    assert store.codebook_of(run).book.by_id[point.id].label == point.label


def test_the_table_sorts_and_the_tree_opens(visit, here):
    page = visit(f"{here}?view=table")
    page.get_by_role("link", name="严重度").click()
    page.locator("th[aria-sort=descending]", has_text="严重度").wait_for()
    severities = [float(text) for text in page.locator("td[data-label=严重度]").all_text_contents()]
    assert severities == sorted(severities, reverse=True)
    page.get_by_role("link", name="问题树").click()
    tree = page.locator(".problem-tree")
    branch = tree.locator("summary", has_text="配送慢")
    assert not tree.get_by_text("占该痛点").first.is_visible()
    branch.press("Enter")
    assert branch.locator("xpath=..").get_by_text("占该痛点").first.is_visible()


def test_slash_goes_to_the_search(visit, here):
    page = visit(here)
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "field-q"
    page.keyboard.type("退貨/")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=*")
    assert page.locator("#field-q").input_value() == "退貨/"


def test_merging_works_without_javascript(visit, survey_app, here):
    store, run = survey_app.extensions["store"], run_of(survey_app)
    first, second = store.current(run).analysis.pain_points[:2]
    page = visit(f"{here}?view=table&sort=-severity", java_script_enabled=False)
    page.goto(f"{here}?view=table")
    page.get_by_label(f"选中「{first.label}」").check()
    page.get_by_label(f"选中「{second.label}」").check()
    page.get_by_role("button", name="合并所选…").click()
    page.get_by_text("已选 2 个").wait_for()
    page.get_by_label(second.label).check()
    page.get_by_role("button", name="合并", exact=True).click()
    page.get_by_text(f"保留「{second.label}」").wait_for()
    assert page.url.split("?")[1].startswith("view=table")
    page.get_by_role("link", name="放弃").click()
    page.get_by_role("button", name="放弃草稿").click()
    page.get_by_text("已放弃草稿").wait_for()
    assert store.codebook_of(run).book.draft == ()
