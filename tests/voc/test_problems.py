from voc.console import print_problems
from voc.problems import EMPTY_ANSWER, for_sheet, grouped
from voc.records import Notice, Problem


def blank(row, column="评价"):
    return Problem(file="a.csv", row=row, column=column, reason=EMPTY_ANSWER)


FAULTS = [Problem(file="a.csv", row=row, column="评价", reason="引号没有成对 / open quote", hint="补上引号") for row in (4, 9)]
PROBLEMS = [blank(2), FAULTS[0], blank(3, "建议"), *(blank(row) for row in range(5, 12)), FAULTS[1]]


def test_problems_are_counted_by_file_column_and_reason():
    groups = grouped(PROBLEMS)
    assert [(group.first.row, group.first.column, len(group.rows)) for group in groups] == [(2, "评价", 8), (4, "评价", 2), (3, "建议", 1)]
    assert sum(len(group.rows) for group in groups) == len(PROBLEMS)
    assert [group.places for group in groups] == ["2、5、6、7、8…", "4、9", "3"]


def test_problems_of_a_sheet_are_one_line_for_blank_answers_and_one_each_for_the_others():
    lines = for_sheet(PROBLEMS)
    assert [(line.first.row, len(line.rows)) for line in lines] == [(2, 8), (4, 1), (3, 1), (9, 1)]


def test_problems_in_the_terminal_are_one_line_for_each_column_and_reason(capsys):
    print_problems(PROBLEMS, [Notice(file="a.csv", row=0, reason="列名重复 / twice"), *(blank(row, f"题{row}") for row in range(20))])
    lines = capsys.readouterr().err.splitlines()
    assert lines[:4] == [
        "未读 / not read: 11",
        "  8 × 空白回答 / empty answer（a.csv，评价，行 / rows 2、5、6、7、8…）",
        "  2 × 引号没有成对 / open quote（a.csv，评价，行 / rows 4、9）",
        "  1 × 空白回答 / empty answer（a.csv，建议，行 / rows 3）",
    ]
    assert lines[4:6] == ["提示 / notices: 21", "  1 × 列名重复 / twice（a.csv）"]
    assert lines[-1] == "  另有 9 种，共 9 处 / 9 more kinds, 9 places"


def test_problems_of_nothing_are_not_spoken_of(capsys):
    print_problems([], [])
    assert capsys.readouterr().err == ""
