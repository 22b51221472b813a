"""What is no table: one clear error each, never a crash, never a full memory."""

import io
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from voc.errors import TableError
from voc.ingest import inspect_tables, read_comments
from voc.records import Comment, Problem

DATA = Path(__file__).parents[1] / "data"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def office_zip(path, **entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("空.csv", b"", "empty_file"),
        ("只有表头.csv", "评价内容,评分\n".encode(), "no_rows"),
        ("空行.csv", b"\n\n,,\n", "no_rows"),
        ("图片.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not_a_table"),
        ("控制符.csv", bytes(range(1, 32)) * 10, "not_a_table"),
        ("乱码.csv", b"\xff\x81\xff\x80\x80", "unknown_encoding"),
        ("文档.docx", b"PK\x03\x04", "unknown_extension"),
        ("假.xlsx", b"PK\x03\x04 no zip at all", "damaged_file"),
        ("假.xls", OLE + bytes(600), "damaged_file"),
        ("加密.xlsx", OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        ("假.parquet", b"PAR1 no parquet at all PAR1", "damaged_file"),
        ("文本.parquet", "评价\n太慢了\n".encode(), "not_a_table"),
        ("文本.jsonl", "评价\n太慢了\n".encode(), "not_a_table"),
        ("没有文本列.csv", "姓名,地址,电话\n张三,北京市朝阳区建国路,13800000000\n".encode(), "no_text_column"),
    ],
)
def test_refusals_by_code(tmp_path, name, content, code):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(TableError) as caught:
        inspect_tables(path)
    assert caught.value.code == code
    assert caught.value.hint


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (DATA, "is_folder"),
        (DATA / "没有.csv", "missing_file"),
        (Path("a\0.csv"), "missing_file"),
        (Path("/dev/null"), "not_a_table"),
        (DATA / "web_page.xls", "not_a_table"),
    ],
)
def test_refusals_of_paths(path, code):
    with pytest.raises(TableError) as caught:
        inspect_tables(path)
    assert caught.value.code == code


def test_refusals_no_text_column_lists_columns_and_the_way_out(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("姓名,电话\n张三,13800000000\n", encoding="utf-8")
    with pytest.raises(TableError, match="姓名, 电话") as caught:
        inspect_tables(path)
    assert "--text" in caught.value.hint


def test_refusals_broken_byte_in_utf8_is_not_taken_for_gb18030():
    with pytest.raises(TableError, match="byte 103 there is e5 ff 0a"):
        inspect_tables(DATA / "broken_byte_in_utf8.csv")


def zipped(*names):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return buffer.getvalue()


HTML = "<html><meta charset='gbk'><table><tr><td>评价</td></tr><tr><td>太慢</td></tr></table></html>"
XML_2003 = (
    '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
)
MHTML = 'MIME-Version: 1.0\nX-Document-Type: Workbook\nContent-Type: multipart/related; boundary="x"\n\n--x\n'
OLD_WORD = OLE + bytes(600) + "WordDocument".encode("utf-16-le") + bytes(600)
OLD_SLIDES = OLE + bytes(600) + "PowerPoint Document".encode("utf-16-le") + bytes(600)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".xls", ".jsonl"])
@pytest.mark.parametrize(
    ("content", "said", "way_out"),
    [
        (zipped("[Content_Types].xml", "word/document.xml"), "这是 Word 文档，不是表格 / this is a Word document", "复制到 Excel"),
        (zipped("[Content_Types].xml", "ppt/presentation.xml"), "PowerPoint", "复制到 Excel"),
        (zipped("[Content_Types].xml", "xl/workbook.bin"), ".xlsb", "另存为 .xlsx"),
        (zipped("mimetype", "content.xml"), "OpenDocument", "另存为 .xlsx"),
        (zipped("Index/Document.iwa"), "Numbers", "导出为 Excel"),
        (zipped("三月/评价.xlsx"), "zip 压缩包", "先解压"),
        (OLD_WORD, "Word 文档", "复制到 Excel"),
        (OLD_SLIDES, "PowerPoint", "复制到 Excel"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "PDF 文档", "复制到 Excel"),
        (b"{\\rtf1\\ansi", "RTF 文档", "复制到 Excel"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "这是图片，不是表格 / this is an image", "导出"),
        (b"BM\x36\x00\x0c\x00\x00\x00\x00\x00", "图片", "导出"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "图片", "导出"),
        (b"\x00\x00\x00\x18ftypheic", "图片", "导出"),
        (b"Rar!\x1a\x07", "压缩包", "先解压"),
        (b"\x1f\x8b\x08\x00", "gzip", ".csv.gz"),
        (HTML.encode("gbk"), "这是网页表格（HTML），不是表格 / this is an HTML table", "另存为 .xlsx"),
        (HTML.encode("utf-16"), "HTML", "另存为 .xlsx"),
        (b"\r\n<style>td{}</style>" + HTML.encode(), "HTML", "另存为 .xlsx"),
        (XML_2003.encode(), "XML 电子表格 2003", "另存为 .xlsx"),
        (MHTML.encode(), "MHTML", "另存为 .xlsx"),
    ],
)
def test_refusals_say_what_the_file_really_is(tmp_path, suffix, content, said, way_out):
    path = tmp_path / f"评价{suffix}"
    path.write_bytes(content)
    with pytest.raises(TableError) as caught:
        inspect_tables(path)
    assert caught.value.code == "not_a_table"
    assert said in caught.value.message
    assert way_out in caught.value.hint


@pytest.mark.parametrize("header", ["BMI,评价内容", "<评价>,评价内容", "From: 门店,评价内容", "ID3,评价内容"])
def test_refusals_of_no_table_that_only_begins_oddly(tmp_path, header):
    path = tmp_path / "a.csv"
    path.write_text(f"{header}\n1,送餐太慢了\n2,味道不错\n", encoding="utf-8")
    (table,) = inspect_tables(path)
    assert table.text_columns == ("评价内容",)


def test_refusals_of_no_workbook_that_is_only_misnamed(tmp_path):
    path = tmp_path / "其实是工作簿.csv"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet().write_column(0, 0, ["评价内容", "送餐太慢了"])
    book.close()
    (table,) = inspect_tables(path)
    assert [item.text for item in read_comments(path, table)] == ["送餐太慢了"]


def test_refusals_zip_bomb(tmp_path):
    path = tmp_path / "a.xlsx"
    office_zip(path, **{"xl/workbook.xml": "<x/>", "xl/worksheets/sheet1.xml": b" " * (60 << 20)})
    with pytest.raises(TableError) as caught:
        inspect_tables(path)
    assert caught.value.code == "too_large"


def test_refusals_zip_that_lies_about_its_size(tmp_path):
    path = tmp_path / "a.xlsx"
    content = bytearray(office_zip(path, **{"xl/workbook.xml": "<x/>", "xl/worksheets/sheet1.xml": b" " * (60 << 20)}))
    for magic, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = content.rfind(magic)
        content[place + at : place + at + 4] = struct.pack("<I", 100)
    path.write_bytes(content)
    with pytest.raises(TableError) as caught:
        inspect_tables(path)
    assert caught.value.code == "damaged_file"


def test_refusals_two_cells_that_span_a_whole_sheet(tmp_path):
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.write(0, 0, "评价")
    sheet.write(1_048_575, 16_383, "很好")
    book.close()
    with pytest.raises(TableError) as caught:
        inspect_tables(path)
    assert caught.value.code == "too_large"


def test_refusals_truncated_workbook(tmp_path):
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet().write_column(0, 0, ["评价", "太慢了"])
    book.close()
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(TableError) as caught:
        inspect_tables(path)
    assert caught.value.code == "damaged_file"


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
@pytest.mark.parametrize("cell", ["很" * 200_000, "很" * 7_000_000], ids=["200k", "7M"])
def test_refusals_giant_cell_is_one_problem_in_little_memory(tmp_path, name, cell):
    path = tmp_path / name
    rows = [("1", "太慢了"), ("2", cell), ("3", "很好")]
    lines = ["编号,评价", *map(",".join, rows)] if name == "a.csv" else [f'{{"编号": "{a}", "评价": "{b}"}}' for a, b in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    tracemalloc.start()
    (table,) = inspect_tables(path)
    items = list(read_comments(path, table))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [type(item) for item in items] == [Comment, Problem, Comment]
    assert "131072" in items[1].reason
    # 64 MB of it is the table of near duplicates, the same for every file.
    assert peak < 110_000_000


def test_refusals_giant_quoted_cell_of_many_lines_is_one_problem(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('编号,评价\n1,太慢了\n2,"' + "很好很好\n" * 50_000 + '"\n3,一般\n', encoding="utf-8")
    (table,) = inspect_tables(path)
    assert [(type(item), item.row) for item in read_comments(path, table)] == [(Comment, 2), (Problem, 3), (Comment, 4)]


def test_refusals_quote_left_open_above_many_rows_costs_one_row(tmp_path):
    path = tmp_path / "a.csv"
    rows = [f"{number},等了{number}分钟才送到,朝阳店" for number in range(20_000)]
    path.write_text("\n".join(["编号,评价,门店", '0,"太慢了,朝阳店', *rows]), encoding="utf-8")
    (table,) = inspect_tables(path)
    items = list(read_comments(path, table))
    assert [type(item) for item in items[:2]] == [Problem, Comment]
    assert sum(isinstance(item, Comment) for item in items) == 20_000
