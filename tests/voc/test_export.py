from __future__ import annotations

import re
from datetime import date
from zipfile import ZipFile

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from voc.analysis import analyse
from voc.export import Score, analysis_sheets, excel_time, write_sheets, write_xlsx
from voc.records import Change
from voc.taxonomy import load_taxonomy

SHEETS = ["概览 Overview", "痛点 Pain points", "证据 Evidence", "旅程 Journey", "读取问题 Problems"]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("export")
    table = folder / "comments.jsonl"
    rows = ["=HYPERLINK(1)送餐太慢了", "配送太慢了", "+86送餐慢得要命", "送餐太慢，@店家", "-送餐太慢了", "", "送餐太慢", "", ""]
    table.write_text("".join(f'{{"id": "{number}", "text": "{text}"}}\n' for number, text in enumerate(rows)), encoding="utf-8")
    analysis = analyse([table])
    write_xlsx(analysis, load_taxonomy(), folder / "out.xlsx")
    return analysis, folder / "out.xlsx"


def test_write_xlsx_has_every_pain_point_and_its_evidence(written):
    analysis, path = written
    book = CalamineWorkbook.from_path(str(path))
    assert book.sheet_names == SHEETS
    points = book.get_sheet_by_name(SHEETS[1]).to_python()
    assert [row[1] for row in points[1:]] == [point.label for point in analysis.pain_points]
    evidence = book.get_sheet_by_name(SHEETS[2]).to_python()
    assert len(evidence) - 1 == sum(point.size for point in analysis.pain_points)
    problems = book.get_sheet_by_name(SHEETS[4]).to_python()
    assert len(problems) == 2  # three empty comments are one line
    assert problems[1][2] == 6  # the first of them, by its row in the file
    assert problems[1][6:] == [3, "6、8、9"]
    assert len(analysis.input.problems) == 3


def test_write_xlsx_has_a_sheet_of_what_changed(written, tmp_path):
    analysis, _ = written
    change = Change(id="pp-1", label="配送慢", kind="growing", before=3, after=30, before_of=100, after_of=200)
    write_xlsx(analysis.model_copy(update={"changes": (change,)}), load_taxonomy(), tmp_path / "out.xlsx")
    rows = CalamineWorkbook.from_path(str(tmp_path / "out.xlsx")).get_sheet_by_name("变化 Changes").to_python()
    assert rows[1] == ["上升 growing", "配送慢", 3, 100, 0.03, 30, 200, 0.15, "pp-1"]


def test_write_xlsx_leaves_shares_of_nothing_empty_and_keeps_ids_for_scripts(written):
    """A touchpoint that nobody mentions has no share, not one of 0 %."""
    analysis, path = written
    journey = pd.read_excel(path, sheet_name="旅程 Journey", engine="calamine")
    unspoken = journey["提及 Mentions"] == 0
    assert unspoken.any()
    assert journey.loc[unspoken, ["负面占比 Share", "下限 Low", "上限 High"]].isna().all(axis=None)
    assert journey.loc[~unspoken, "负面占比 Share"].notna().all()
    assert journey["触点编号 Touchpoint id"].tolist() == [cell.touchpoint for cell in analysis.journey]
    evidence = pd.read_excel(path, sheet_name="证据 Evidence", engine="calamine")
    assert set(evidence["痛点编号 Pain point id"]) == {point.id for point in analysis.pain_points}


def test_write_xlsx_writes_customers_words_as_text_never_as_formulas(written):
    _, path = written
    texts = pd.read_excel(path, sheet_name=SHEETS[2], engine="calamine")["原话 Text"]
    assert any(text.startswith("=HYPERLINK") for text in texts)
    import zipfile

    with zipfile.ZipFile(path) as book:
        assert not any(b"<f>" in book.read(name) for name in book.namelist() if name.startswith("xl/worksheets"))


def test_workbook_writes_days_and_moments_as_dates_and_shares_in_percent(tmp_path):
    at = excel_time("2026-04-28T14:49:37")
    row = {"时间 Date": at, "日 Day": excel_time("2026-04-28"), "占比 Share": 0.0846, "下限 Low": 0.07, "差 Difference": 0.1}
    write_sheets({"表": (pd.DataFrame([row]), (20, 12, 9, 8, 9))}, tmp_path / "out.xlsx")
    (cells,) = CalamineWorkbook.from_path(str(tmp_path / "out.xlsx")).get_sheet_by_name("表").to_python()[1:]
    assert cells[:3] == [at, date(2026, 4, 28), 0.0846]
    with ZipFile(tmp_path / "out.xlsx") as book:
        assert 'formatCode="0.0%"' in book.read("xl/styles.xml").decode()
        columns = re.findall(r'<col min="(\d)"[^>]*style="\d"', book.read("xl/worksheets/sheet1.xml").decode())
    assert columns == ["3", "4"]  # the share and its bound, not the difference


def test_overview_gives_scores_with_the_number_of_answers(written, tmp_path):
    scores = [Score("NPS", 12.0, (8.0, 16.0), 480, False), Score("满意度前二 CSAT top 2", 0.61, (0.55, 0.66), 310, True)]
    sheets = analysis_sheets(written[0], load_taxonomy(), scores)
    overview = {row[0]: row[1:] for row in sheets["概览 Overview"][0].itertuples(index=False)}
    assert overview["NPS"] == (12.0, 8.0, 16.0, 480)
    assert overview["满意度前二 CSAT top 2"] == (0.61, 0.55, 0.66, 310)
