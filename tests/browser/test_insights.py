"""The statistics of a run in the browser."""

from __future__ import annotations

import csv

import pytest
from python_calamine import CalamineWorkbook
from toy_survey import run_of

from chromium import serving


@pytest.fixture(scope="module")
def served(survey_app):
    with serving(survey_app) as address:
        yield address


@pytest.fixture
def address(survey_app) -> str:
    return f"/runs/{run_of(survey_app)}/insights"


def test_each_tab_opens_and_shows_a_known_figure(visit, survey_app, address):
    found = survey_app.extensions["store"].statistics(run_of(survey_app))
    page = visit(address)
    known = {
        "驱动因素": found.drivers[0].drivers[0].sentence_zh,
        "趋势与预警": f"一共做了 {found.trends.tests} 项检验",
        "分群": f"比了 {found.segments.tests:,} 对",
        "纠偏": "至少要 30 条",
        "方案": f"{sum(len(one.pain_points) for stage in found.plan.stages for one in stage.touchpoints)} 个痛点",
        "满意度": f"{next(one.figure.n for one in found.satisfaction):,} 位受访者的 NPS",
    }
    for tab, words in known.items():
        page.get_by_role("navigation", name="洞察分类").get_by_role("link", name=tab).click()
        page.get_by_text(words).first.wait_for()


def test_another_group_is_chosen_without_javascript(visit, address):
    page = visit(address, java_script_enabled=False)
    page.get_by_label("分组").select_option(label="门店")
    page.locator("form.choose").get_by_role("button", name="查看").click()
    page.get_by_role("heading", name="NPS · 按门店").wait_for()
    assert "by=store" in page.url


def test_tabs_and_details_work_by_keyboard(visit, address):
    page = visit(f"{address}?tab=corrected")
    page.get_by_role("link", name="方案").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="下载 Excel").wait_for()
    page.get_by_role("link", name="满意度").focus()
    page.keyboard.press("Enter")
    page.get_by_text("这些数字怎么算的").focus()
    page.keyboard.press("Enter")
    page.get_by_text("一位受访者只算一次").wait_for()


def test_plan_downloads_open(visit, address, tmp_path):
    page = visit(f"{address}?tab=plan")
    for name, ending in (("下载 Excel", "xlsx"), ("下载 CSV", "csv")):
        with page.expect_download() as waiting:
            page.get_by_role("link", name=name).click()
        path = tmp_path / f"plan.{ending}"
        waiting.value.save_as(path)
        if ending == "xlsx":
            rows = CalamineWorkbook.from_path(path).get_sheet_by_name("方案 Plan").to_python()
        else:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = list(csv.reader(file))
        assert rows[0][2] == "痛点 Pain point"
        assert len(rows) > 50
