import pytest

from voc.errors import TableError
from voc.ingest import TableOptions, inspect_tables, read_comments
from voc.ingest.encoding import CODECS, detect_encoding

SENTENCES = {
    "zh-Hans": "评价内容\n送餐太慢了，等了一个多小时，味道也不好。\n",
    "zh-Hant": "評價內容\n送餐太慢了，等了一個多小時，味道也不好。\n",
    "yue": "評價內容\n啲嘢食凍晒，等咗成粒鐘先至嚟到。\n",
}


@pytest.mark.parametrize(
    ("script", "encoding"),
    [
        ("zh-Hans", "utf-8"),
        ("zh-Hans", "utf-8-sig"),
        ("zh-Hans", "utf-16"),
        ("zh-Hans", "gb18030"),
        ("zh-Hant", "utf-8"),
        ("zh-Hant", "utf-16"),
        ("zh-Hant", "big5"),
        ("zh-Hant", "gb18030"),
        ("yue", "big5"),
    ],
)
def test_encoding_is_found_without_being_told(tmp_path, script, encoding):
    path = tmp_path / "a.csv"
    path.write_bytes(SENTENCES[script].encode(CODECS[encoding]))
    assert detect_encoding(path) == encoding


# Short GBK texts that guessing libraries call Korean or Thai.
@pytest.mark.parametrize("text", ["很好", "退款太慢", "一般", "差评！", "联通", "评价\n太贵", "①②③ 还行"])
def test_encoding_of_a_few_gbk_characters(tmp_path, text):
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode("gbk"))
    assert detect_encoding(path) == "gb18030"


def test_encoding_decides_on_the_whole_file_across_chunks(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * ((1 << 20) - 1) + "退款太慢".encode("gb18030"))
    assert detect_encoding(path) == "gb18030"


@pytest.mark.parametrize(
    ("content", "offset", "shown"),
    [
        (b"ab\xff\xfe\xfd", 2, "ff fe fd"),
        (("送餐太慢了" * 5).encode() + b"\xe5\xff", 75, "e5 ff"),
        (("送餐太慢了" * 5).encode("gb18030") + b"\xff", 50, "ff"),
        (b"\xef\xbb\xbfabc\xff", 6, "ff"),
        (b"y" * (1 << 20) + b"\xff\xff", 1 << 20, "ff ff"),
    ],
)
def test_encoding_unknown_names_offset_and_bytes(tmp_path, content, offset, shown):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(TableError) as caught:
        detect_encoding(path)
    assert caught.value.code == "unknown_encoding"
    assert f"byte {offset} there is {shown}" in caught.value.message


def test_encoding_named_by_the_user_is_checked(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("评价\n太慢了ÿ\n".encode("utf-16-le"))
    (table,) = inspect_tables(path, TableOptions(encoding="UTF_16_LE"))
    assert [item.text for item in read_comments(path, table)] == ["太慢了ÿ"]
    with pytest.raises(TableError, match="not gbk: at byte 12"):
        inspect_tables(path, TableOptions(encoding="GBK"))
    with pytest.raises(TableError, match="unknown encoding: 'klingon'"):
        inspect_tables(path, TableOptions(encoding="klingon"))


@pytest.mark.parametrize(
    ("encoding", "named", "place", "found"),
    [("gb18030", "utf-8", "第 2 行（第 14 字节起）是 cb cd", "gb18030"), ("big5", "utf-8", "第 2 行（第 14 字节起）是 b0 65", "big5")],
)
def test_encoding_that_does_not_fit_is_told_with_its_row_and_what_would_be_found(tmp_path, encoding, named, place, found):
    path = tmp_path / "三月.csv"
    path.write_bytes(b"id,name,text,\n" + "送餐太慢了，等了一個小時".encode(CODECS[encoding]))
    with pytest.raises(TableError) as caught:
        inspect_tables(path, TableOptions(encoding=named))
    assert caught.value.code == "wrong_encoding"
    assert f"这个文件不是 utf-8：{place}" in caught.value.message
    assert caught.value.hint.startswith(f"不指定编码，会自动认作 {found}")


def test_encoding_that_nobody_could_find_is_told_as_well(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xff\x81\xff\x80\x80")
    with pytest.raises(TableError, match="这个文件不是 utf-8") as caught:
        detect_encoding(path, "utf-8")
    assert "换一种编码" in caught.value.hint
