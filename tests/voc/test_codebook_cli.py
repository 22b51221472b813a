from __future__ import annotations

import csv
import io
import json

import pytest

from toy_codebook import COLD, RUDE, SLOW, applied, run
from voc.cli import main
from voc.codebook import Codebook, commit, find_point, load_codebook, save_codebook
from voc.codebook.exchange import Entries, Entry, entries, entries_csv, read_entries
from voc.codebook.takeover import take_over
from voc.errors import CodebookError
from voc.records import Analysis

ROWS = [(f"三月-{number}", [text]) for number, text in enumerate([*SLOW, *RUDE, *COLD])]


@pytest.fixture
def path(tmp_path):
    """A codebook of three pain points."""
    path = tmp_path / "retail.codebook"
    save_codebook(commit(applied(Codebook(), run(ROWS)).book, "三月"), path, opened=None)
    return path


@pytest.fixture
def voc(path, capsys):
    """Run `voc codebook NAME retail.codebook …`; what it prints."""

    def call(name, *arguments):
        main(["codebook", name, str(path), *map(str, arguments)], standalone=False)
        return capsys.readouterr().out

    return call


def test_cli_edits_diff_commit_and_rollback(voc, path):
    assert "配送慢" in voc("list")
    assert "并入 merge" in voc("merge", "态度差", "配送慢")
    voc("split", "配送慢", "--words", "小时", "--label", "等太久")
    voc("rename", "饭菜凉", "饭菜不热")
    voc("move", "三月-0", "饭菜不热")
    voc("exclude", "三月-1", "--span", "0:6")
    voc("lock", "饭菜不热")
    voc("pin", "饭菜不热", "三月-0")
    shown = voc("show", "饭菜不热")
    assert "钉住 pinned" in shown
    assert "锁定" in shown
    changed = voc("diff")
    assert "饭菜凉 → 饭菜不热" in changed
    assert "排除 excluded" in changed
    voc("commit", "-m", "三月整理")
    assert "没有变化" in voc("diff")
    assert "三月整理" in voc("show")
    edited = load_codebook(path)
    voc("rollback", 1)
    assert {point.label for point in load_codebook(path).pain_points} == {"配送慢", "态度差", "饭菜凉"}
    voc("rollback", 2)
    assert load_codebook(path).pain_points == edited.pain_points


def test_cli_dismiss_restore_unlock_unpin_and_undo(voc, path):
    before = load_codebook(path)
    voc("dismiss", "态度差")
    assert "态度差" not in voc("list")
    assert "忽略" in voc("list", "--all")
    voc("restore", "态度差")
    voc("lock", "态度差")
    voc("unlock", "态度差")
    voc("pin", "态度差", "三月-4")
    voc("pin", "态度差", "三月-4", "--remove")
    assert load_codebook(path).pain_points == before.pain_points
    voc("undo")
    assert load_codebook(path).by_id[find_point(before, "态度差").id].pinned
    voc("undo", "--all")
    assert load_codebook(path) == before


def test_cli_empty_codebook_says_what_to_do(voc, path):
    save_codebook(Codebook(), path, opened=load_codebook(path))
    assert "还没有痛点" in voc("list")
    assert "还没有版本" in voc("show")
    assert "没有变化" in voc("diff")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["merge", "配送太慢", "态度差"], "配送慢"),
        (["rollback", "9"], "1–1"),
        (["commit"], "没有未提交的修改"),
        (["exclude", "三月-0", "--span", "五"], "--span 0:5"),
        (["export", "-o", "a.pdf"], ".csv"),
    ],
)
def test_cli_refusals_are_one_clear_message_and_change_nothing(arguments, said, path, capsys):
    before = path.read_bytes()
    with pytest.raises(SystemExit) as ended:
        main(["codebook", arguments[0], str(path), *arguments[1:]])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
    assert path.read_bytes() == before


def test_cli_export_opens_in_excel_and_comes_back_as_edits(voc, path, tmp_path):
    voc("export", "-o", tmp_path / "痛点.csv")
    raw = (tmp_path / "痛点.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert {row["痛点 Pain point"] for row in rows} == {"配送慢", "态度差", "饭菜凉"}
    for row in rows:  # as an analyst would in Excel, and saved in the encoding of a Chinese Windows
        if row["痛点 Pain point"] == "配送慢":
            row["痛点 Pain point"], row["锁定 Locked"] = "送货慢", "是"
        if row["痛点 Pain point"] == "态度差":
            row["状态 Status"] = "忽略"
    rows.append({"痛点 Pain point": "停车难", "触点 Touchpoint": "store_environment", "例句 Examples": "找不到車位\n停车太贵"})
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    (tmp_path / "改.csv").write_bytes(out.getvalue().encode("gb18030"))
    assert "修改 / edits 3 · 新痛点 / new pain points 1" in voc("import", tmp_path / "改.csv")
    book = load_codebook(path)
    assert find_point(book, "送货慢").locked
    assert find_point(book, "态度差").status == "dismissed"
    assert find_point(book, "停车难").prototype == ("找不到车位", "停车太贵")
    parking = applied(book, run([("1", ["停车太贵"]), ("2", ["没地方停车"])], lambda one: "停车"))
    assert set(parking.replay.homes.values()) == {find_point(book, "停车难").id}


def test_cli_json_export_makes_the_same_codebook_elsewhere(voc, path, tmp_path):
    voc("merge", "态度差", "配送慢")
    voc("rename", "配送慢", "慢和差")
    voc("export", "-o", tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["schema"] == "voc.pain-points/1"
    main(["codebook", "import", str(tmp_path / "other.codebook"), str(tmp_path / "a.json")], standalone=False)
    one, other = load_codebook(path), load_codebook(tmp_path / "other.codebook")
    assert {(p.id, p.label, p.status, p.into, p.prototype) for p in one.pain_points} == {
        (p.id, p.label, p.status, p.into, p.prototype) for p in other.pain_points
    }


def test_import_of_the_export_changes_nothing(path, tmp_path):
    book = load_codebook(path)
    (tmp_path / "a.csv").write_text(entries_csv(entries(book)), encoding="utf-8")
    assert take_over(book, read_entries(tmp_path / "a.csv")) == book


def test_export_csv_has_no_formula():
    text = entries_csv(Entries(pain_points=(Entry(id="pp-1", label="=cmd()", examples=("@x", "-y")),)))
    (row,) = list(csv.reader(io.StringIO(text)))[1:]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


@pytest.mark.parametrize(
    ("content", "code"),
    [("编号,触点\n1,2\n", "no_label_column"), ("痛点,状态\n配送慢,不知道\n", "bad_status"), ("编号,痛点\npp-1,\n", "no_label")],
)
def test_import_of_a_bad_table_is_refused(tmp_path, content, code):
    (tmp_path / "a.csv").write_text(content, encoding="utf-8")
    with pytest.raises(CodebookError) as error:
        read_entries(tmp_path / "a.csv")
    assert error.value.code == code


def test_analyse_with_a_codebook_keeps_ids_and_edits(write_table, tmp_path, capsys):
    texts = [
        "送餐太慢了",
        "等了两个多小时才送到",
        "外卖送得太慢",
        "服务员态度很差",
        "服务态度恶劣",
        "服务员态度不好",
        "饭送来是凉的",
        "菜都凉了",
    ]
    table, book, out = write_table(texts), tmp_path / "retail.codebook", tmp_path / "a.json"

    def analyse(path=table):
        main(["analyse", str(path), "--codebook", str(book), "-o", str(out)], standalone=False)
        return Analysis.model_validate_json(out.read_text(encoding="utf-8")), capsys.readouterr().out

    first, said = analyse()
    assert "已新建手册 / created codebook retail.codebook" in said
    assert first.run.codebook_version == 1
    assert first.changes == ()
    slow = next(point for point in first.pain_points if point.label == "配送慢")
    main(["codebook", "rename", str(book), "配送慢", "送餐慢、等太久"], standalone=False)
    main(["codebook", "exclude", str(book), slow.members[0].comment_id], standalone=False)
    main(["codebook", "commit", str(book), "-m", "改名"], standalone=False)
    capsys.readouterr()
    second, said = analyse(write_table(texts[::-1], "reversed.jsonl"))  # other row numbers as ids, too
    renamed = next(point for point in second.pain_points if point.id == slow.id)
    assert renamed.label == "送餐慢、等太久"
    assert renamed.size == slow.size - 1
    assert second.run.codebook_version == 2
    assert {change.kind for change in second.changes} == {"steady"}
    assert "新增 new 0 · 上升 growing 0 · 下降 fading 0 · 消失 gone 0 · 未能重放的修改 unreplayed 0" in said
    assert [point.id for point in second.pain_points if point.id != slow.id] == [
        point.id for point in first.pain_points if point.id != slow.id
    ]
