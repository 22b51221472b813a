"""Files are got by clicks, with and without JavaScript; the report stands by itself and fits the paper."""

from __future__ import annotations

import pytest
from toy_survey import run_of

from chromium import faults, serving


@pytest.fixture(scope="module")
def served(survey_app):
    """Address of the service with the sample survey in it."""
    with serving(survey_app) as address:
        yield address


@pytest.mark.parametrize("javascript", [True, False])
def test_workbook_is_downloaded_under_the_name_of_the_file(visit, survey_app, javascript):
    run = run_of(survey_app)
    page = visit(f"/runs/{run}/export", java_script_enabled=javascript)
    with page.expect_download() as download:
        page.locator(".card", has_text="Excel 工作簿").get_by_role("link", name="下载").click()
    assert download.value.suggested_filename == f"retail_survey-{run}.xlsx"


def test_report_opens_from_the_page_with_its_own_style_and_leads_within_itself(visit, survey_app):
    page = visit(f"/runs/{run_of(survey_app)}/export")
    page.get_by_role("link", name="打开报告").click()
    page.get_by_role("heading", name="客户之声分析报告").wait_for()
    mark = page.locator("mark").first
    assert mark.evaluate("(element) => getComputedStyle(element).backgroundColor") == "rgb(253, 235, 220)"
    page.locator(".journey a").first.click()
    assert page.url.endswith("#t-0")
    page.complaints[:] = [one for one in page.complaints if "'allow-scripts' permission" not in one]  # a script of Playwright's own


def test_report_on_paper_is_not_cut_and_not_dark(visit, survey_app):
    page = visit(f"/runs/{run_of(survey_app)}/report", theme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": 688, "height": 1000})  # A4 less its margins
    assert page.evaluate("document.documentElement.scrollWidth") <= 688
    assert page.evaluate("[...document.querySelectorAll('table')].filter((one) => one.scrollWidth > one.clientWidth).length") == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(24, 35, 44)"
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_report_is_accessible(browser, survey_app, language):
    """Looked at outside of its sandbox, in which axe could not run."""
    client = survey_app.test_client()
    client.set_cookie("voc_language", language)
    page = browser.new_page()
    page.set_content(client.get(f"/runs/{run_of(survey_app)}/report").text)
    assert faults(page) == []
    page.close()
