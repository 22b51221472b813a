"""What must hold for every table, not only for those that somebody thought of."""

import csv
import io
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.errors import TableError
from voc.ingest import SUFFIXES, TableOptions, inspect_tables, read_comments
from voc.ingest.encoding import CODECS
from voc.records import Comment, Notice

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x4FFF, codec="gb2312")
CELL = st.text(st.one_of(HAN, st.sampled_from('，。！,;|\t"\n 5a')), max_size=12)
TABLE = st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=12)
HEADER = ("您还有什么建议？", "门店", "优点")


def written(rows, encoding, delimiter=","):
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    return buffer.getvalue().encode(CODECS[encoding])


@settings(max_examples=60, deadline=None)
@given(rows=TABLE, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]), delimiter=st.sampled_from(",\t;|"))
def test_properties_rows_in_are_comments_and_problems_out(tmp_path_factory, rows, encoding, delimiter):
    path = tmp_path_factory.mktemp("table") / "a.csv"
    last = ("再多开几家", "朝阳店", "干净")
    path.write_bytes(written([HEADER, *rows, last], encoding, delimiter))
    (table,) = inspect_tables(path, TableOptions(text=(HEADER[0], HEADER[2])))
    assert table.encoding == encoding
    items = [item for item in read_comments(path, table) if not isinstance(item, Notice)]
    assert len(items) == (len(rows) + 1) * len(table.text_columns)
    answers = [cell.strip() for row in [*rows, last] for name, cell in zip(HEADER, row, strict=True) if name in table.text_columns]
    comments = [item for item in items if isinstance(item, Comment)]
    assert [comment.text for comment in comments] == [answer for answer in answers if answer]
    assert len({comment.id for comment in comments}) == len(comments)


@settings(max_examples=150, deadline=None)
@given(
    content=st.one_of(st.binary(max_size=400), st.text(st.sampled_from('评价内容,\n"\t1{}:[]é'), max_size=80).map(str.encode)),
    suffix=st.sampled_from(SUFFIXES),
    magic=st.sampled_from([b"", b"", b"", b"PK\x03\x04", b"PAR1", b"\xff\xfe", b"\xef\xbb\xbf", b"[1]\n"]),
)
def test_properties_any_bytes_are_an_error_or_a_table(tmp_path_factory, content, suffix, magic):
    path = tmp_path_factory.mktemp("bytes") / f"a{suffix}"
    path.write_bytes(magic + content)
    with suppress(TableError):
        for table in inspect_tables(path):
            for item in read_comments(path, table):
                assert item.model_dump_json()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "big5"])
def test_properties_round_trip_in_each_encoding(tmp_path, encoding):
    path = tmp_path / "a.csv"
    texts = [f"第{number}次來，店員說「等一下」，結果等了{number}分鐘" for number in range(1, 50)]
    path.write_bytes(written([("編號", "評價"), *enumerate(texts, start=1)], encoding))
    (table,) = inspect_tables(path)
    assert table.encoding == encoding
    assert [(item.id, item.text) for item in read_comments(path, table)] == [(str(at), text) for at, text in enumerate(texts, start=1)]
