from __future__ import annotations

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from voc.analysis import analyse
from voc.export import write_xlsx
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
    change = Change(id="pp-1", label="配送慢", kind="growing", before=3, after=30)
    write_xlsx(analysis.model_copy(update={"changes": (change,)}), load_taxonomy(), tmp_path / "out.xlsx")
    rows = CalamineWorkbook.from_path(str(tmp_path / "out.xlsx")).get_sheet_by_name("变化 Changes").to_python()
    assert rows[1] == ["上升 growing", "配送慢", 3, 30, "pp-1"]


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
