"""The overview as people use it: filters by mouse and keyboard, with and without JavaScript."""

from __future__ import annotations

import pytest
from toy_survey import run_of

from chromium import serving


@pytest.fixture(scope="module")
def served(survey_app):
    """Address of the service with the sample survey in it."""
    with serving(survey_app) as address:
        yield address


@pytest.mark.parametrize("javascript", [True, False])
def test_overview_is_filtered_and_cleared(visit, survey_app, javascript):
    page = visit(f"/runs/{run_of(survey_app)}", java_script_enabled=javascript)
    assert "共 2,313 条评论" in page.locator(".lead").text_content()
    whole = page.locator(".overview-figures .stat-value").first.text_content()
    page.locator("#field-channel").select_option(index=1)
    page.get_by_role("button", name="应用").click()
    page.locator(".alert").get_by_text("按筛选只算 2,313 条评论中的").wait_for()
    assert page.locator(".overview-figures .stat-value").first.text_content() != whole
    assert "channel=" in page.url
    page.get_by_role("link", name="全部清除").click()
    page.locator(".overview-figures").wait_for()
    assert page.locator(".overview-figures .stat-value").first.text_content() == whole


def test_overview_journey_and_tables_are_reached_by_keyboard(visit, survey_app):
    page = visit(f"/runs/{run_of(survey_app)}")
    page.get_by_role("region", name="旅程地图，可左右滚动").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("广告口碑：提及")
    page.locator("summary", has_text="看前 20 格和原因").focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("table", name="看前 20 格和原因").is_visible()


def test_overview_is_light(visit, survey_app):
    page = visit(f"/runs/{run_of(survey_app)}")
    sizes = page.evaluate(
        "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map((entry) => entry.transferSize)"
    )
    assert 0 < sum(sizes) <= 300_000
