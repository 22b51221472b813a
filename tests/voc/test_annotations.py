from __future__ import annotations

import re

import pytest

from voc.corpora import lexicon_table, public_annotations, written_comments
from voc.records import INTENTS
from voc.taxonomy import load_taxonomy
from voc.training.annotations import digest, public_line, read_public_annotations, read_written_comments

TEXT = "送餐太慢了，味道\n不错！"
CELLS = ("neu", "1", "1", "delivery|-1|送餐太慢了|delivery_slow;;product_quality|1|味道 不错", "churn,complaint")


@pytest.fixture
def shipped(monkeypatch):
    """As if the shipped file held one annotation, made from TEXT."""
    row = tuple(public_line(TEXT, "waimai", CELLS).split("\t"))
    monkeypatch.setattr("voc.training.annotations.public_annotations", lambda: (row,))
    return row


def test_public_line_holds_nothing_of_the_text(shipped):
    assert not re.search(r"[\u4e00-\u9fff]", "\t".join(shipped))
    assert shipped[0] == digest("送餐太慢了 味道不错")  # marks and blanks do not count


def test_read_public_annotations_finds_the_text_and_its_evidence(shipped, tmp_path):
    path = tmp_path / "labelled.csv"
    path.write_text(f'source,text,label,scheme\nwaimai,别的评论,positive,binary\nwaimai,"{TEXT}",negative,binary\n', encoding="utf-8")
    (row,) = read_public_annotations([path])
    assert (row["sentiment"], row["mixed"], row["informative"], row["intents"]) == ("neutral", True, True, ["churn", "complaint"])
    assert [(each["touchpoint"], each["polarity"], each["evidence"], each["code"]) for each in row["mentions"]] == [
        ("delivery", -1, "送餐太慢了", "delivery_slow"),
        ("product_quality", 1, "味道 不错", None),
    ]


def test_read_public_annotations_passes_over_comments_that_are_not_at_hand(shipped, tmp_path):
    path = tmp_path / "labelled.csv"
    path.write_text("source,text,label,scheme\nwaimai,别的评论,positive,binary\n", encoding="utf-8")
    assert read_public_annotations([path]) == []
    assert read_public_annotations([]) == []


def test_shipped_annotations_are_well_formed():
    touchpoints, codes = set(load_taxonomy().by_id), {code for code, *_ in lexicon_table("pains")}
    for name, _, sentiment, mixed, informative, mentions, intents in public_annotations():
        assert re.fullmatch(r"[0-9a-f]{16}", name)
        assert (sentiment in {"neg", "neu", "pos"}, mixed in "01", informative in "01") == (True, True, True)
        assert set(filter(None, intents.split(","))) <= set(INTENTS)
        for mention in filter(None, mentions.split(";;")):
            touchpoint, polarity, place, *code = mention.split("|")
            assert touchpoint in touchpoints
            assert polarity in {"-1", "0", "1"}
            assert re.fullmatch(r"\d+-\d+", place)
            assert all(each.startswith("?") or each in codes for each in code)
    names = [row[0] for row in public_annotations()]
    assert len(set(names)) == len(names)


def test_written_comments_name_touchpoints_intents_and_evidence_that_exist():
    rows = read_written_comments()
    assert len(rows) == len(written_comments()) > 400
    assert {mention["touchpoint"] for row in rows for mention in row["mentions"]} <= set(load_taxonomy().by_id)
    assert {name for row in rows for name in row["intents"]} <= set(INTENTS)
    assert all(mention["evidence"] in row["text"] for row in rows for mention in row["mentions"])
    assert len({row["text"] for row in rows}) == len(rows)
