"""The review queue in a browser: by keyboard, by mouse, and without JavaScript."""

from __future__ import annotations

import pytest
from toy_survey import run_of

from chromium import faults, serving
from voc.store.records import CommentFilter


@pytest.fixture(scope="module")
def served(survey_app):
    """Address of the service with the sample survey in it."""
    with serving(survey_app) as address:
        yield address


@pytest.fixture
def kept(survey_app):
    """The store and the run; what was reviewed is taken back afterwards."""
    store, run = survey_app.extensions["store"], run_of(survey_app)
    yield store, run
    while store.review_summary(run).comments:
        store.withdraw_together(run, "local")


def key_of(page) -> int:
    return int(page.locator("#accept input[name=key]").get_attribute("value"))


def settled(page, before: int) -> None:
    from playwright.sync_api import expect

    expect(page.locator("#accept input[name=key]")).not_to_have_value(str(before))
    page.wait_for_load_state()  # a key that comes before the page's script is lost


def test_five_comments_are_corrected_by_keyboard_and_the_numbers_change(visit, kept):
    from playwright.sync_api import expect

    store, run = kept
    before = store.current(run).analysis
    queue = store.comments(run, CommentFilter(order="uncertain"), limit=5).comments
    page = visit(f"/runs/{run}/review")
    for comment in queue:
        assert key_of(page) == comment.key
        letter = page.locator("[data-row]", has=page.get_by_text("诚信隐私")).get_attribute("data-letter")
        page.keyboard.press("1")
        page.keyboard.press(letter)
        expect(page.locator("[data-chosen]")).to_contain_text("负面")
        expect(page.locator("[data-chosen]")).to_contain_text("诚信隐私：负面")
        page.keyboard.press("Enter")
        settled(page, comment.key)
        expect(page.locator("#comment")).to_be_focused()  # the next one, ready to be read
    expect(page.locator("[data-done]")).to_have_text("5")
    reviewed = store.comments(run, CommentFilter(reviewed=True)).comments
    assert {one.key for one in reviewed} == {one.key for one in queue}
    assert all((one.sentiment, one.touchpoints["privacy_trust"]) == ("negative", "negative") for one in reviewed)
    now = store.current(run).analysis
    more = sum(one.annotation.sentiment.label != "negative" for one in queue)
    assert now.metrics.sentiment["negative"].n == before.metrics.sentiment["negative"].n + more
    counts = [next(cell.negative for cell in one.journey if cell.touchpoint == "privacy_trust") for one in (before, now)]
    assert counts[1] > counts[0]


def test_undo_and_skip_by_keyboard(visit, kept):
    store, run = kept
    page = visit(f"/runs/{run}/review")
    first = key_of(page)
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    settled(page, first)
    second = key_of(page)
    page.keyboard.press("s")
    settled(page, second)
    assert key_of(page) not in (first, second)
    assert [one.sentiment for one in store.comments(run, CommentFilter(reviewed=True)).comments] == ["positive"]
    page.keyboard.press("u")
    page.locator(f"#accept input[name=key][value='{first}']").wait_for(state="attached")
    assert store.review_summary(run).comments == 0


def test_a_letter_goes_round_and_arrows_move_between_rows(visit, kept):
    _, run = kept
    page = visit(f"/runs/{run}/review")
    row = page.locator("[data-letter=a]")
    assert row.locator(":checked").get_attribute("value") == "none"
    for expected in ("negative", "neutral", "positive", "none"):
        page.keyboard.press("a")
        assert row.locator(":checked").get_attribute("value") == expected
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.name") == "touchpoint:product_information"
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.name") == "touchpoint:advertising"
    page.keyboard.press("ArrowLeft")  # the browser's own: within the row
    assert row.locator(":checked").get_attribute("value") == "positive"


def test_question_mark_opens_help_which_is_accessible_and_keys_can_be_turned_off(visit, kept):
    _, run = kept
    page = visit(f"/runs/{run}/review")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="键盘操作")
    assert dialog.is_visible()
    assert faults(page) == []
    page.keyboard.press("s")  # nothing behind the dialog
    page.get_by_role("checkbox", name="使用单键操作").uncheck()
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    before = key_of(page)
    page.keyboard.press("s")
    page.keyboard.press("1")
    assert key_of(page) == before
    page.reload()
    page.keyboard.press("?")
    assert not dialog.is_visible()
    page.get_by_role("link", name="键盘操作").click()
    page.get_by_role("checkbox", name="使用单键操作").check()


def test_words_are_typed_into_the_search_and_not_taken_for_keys(visit, kept):
    _, run = kept
    page = visit(f"/runs/{run}/review?queue=search")
    page.get_by_role("searchbox").press_sequentially("suk退款")
    assert page.get_by_role("searchbox").input_value() == "suk退款"
    page.get_by_role("searchbox").fill("退款")
    page.keyboard.press("Enter")
    page.locator(".hit").first.wait_for()


def test_controls_say_what_they_are(visit, kept):
    _, run = kept
    page = visit(f"/runs/{run}/review")
    assert page.get_by_role("radiogroup", name="整条情感").get_by_role("radio").count() == 3
    group = page.get_by_role("radiogroup", name="物流配送", exact=True)
    assert [group.get_by_role("radio", name=name, exact=True).count() for name in ("负面", "中性", "正面", "没提到")] == [1, 1, 1, 1]
    assert page.get_by_role("button", name="接受，下一条", exact=True).count() == 1


def test_a_comment_is_corrected_and_the_queue_goes_on_without_javascript(visit, kept):
    store, run = kept
    page = visit(f"/runs/{run}/review", java_script_enabled=False)
    first = key_of(page)
    page.get_by_role("radiogroup", name="包装", exact=True).get_by_role("radio", name="正面").check()
    page.get_by_role("button", name="接受，下一条").click()
    assert key_of(page) != first
    assert store.comment(run, first).touchpoints["packaging"] == "positive"
    page.get_by_role("link", name="跳过").click()
    page.get_by_role("link", name="详情").click()
    page.get_by_role("radiogroup", name="整条情感").get_by_role("radio", name="正面").check()
    page.get_by_role("button", name="保存").click()
    page.get_by_text("已保存，所有数字已按这次校对更新。").wait_for()
    page.get_by_role("button", name="撤销我最近一次校对").click()
    page.get_by_text("已撤销").wait_for()
    assert store.review_summary(run).comments == 1


def test_comments_are_found_opened_and_paged(visit, kept):
    _, run = kept
    page = visit(f"/runs/{run}/comments")
    page.get_by_role("searchbox").fill("客服")
    page.get_by_label("情感").select_option("negative")
    page.get_by_role("button", name="应用").click()
    first = page.locator(".words").first.text_content()
    assert "客服" in first
    page.get_by_role("link", name="下一页").click()
    assert page.locator(".words").first.text_content() != first
    page.get_by_role("link", name="上一页").click()
    assert page.locator(".words").first.text_content() == first
    page.get_by_role("link", name="的详情").first.click()
    page.get_by_role("heading", name="纠正").wait_for()


def test_bar_of_a_phone_has_two_rows_and_hides_nothing_that_has_the_focus(visit, kept):
    _, run = kept
    page = visit(f"/runs/{run}/review", width=390)
    bar = page.locator(".review-bar")
    assert bar.bounding_box()["height"] <= 96
    tops = bar.locator(".actions > :visible").evaluate_all("all => all.map((one) => one.offsetTop)")
    assert len(set(tops)) == 1
    page.locator("#comment").focus()
    for _ in range(30):
        page.keyboard.press("Tab")
        hidden = page.evaluate(
            """() => {
                const bar = document.querySelector(".review-bar"), one = document.activeElement;
                return one !== document.body && !bar.contains(one) && one.getBoundingClientRect().bottom > bar.getBoundingClientRect().top
                    && one.getBoundingClientRect().top < bar.getBoundingClientRect().bottom;
            }"""
        )
        assert not hidden
