from __future__ import annotations

import warnings
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.errors import SettingsError
from voc.tokenise import clause_spans, clauses, cut_words, make_nlp, userdict_entries, word_tags

HAN_AND_MARKS = st.text(st.sampled_from("送餐太慢了但是味道不错,。!?~… .4-a1就是可惜\n[怒]"), max_size=40)


@pytest.fixture(scope="module")
def jieba_words():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(60)
    return jieba.Tokenizer().lcut


def cut(nlp, text):
    doc = nlp(text)
    return [doc.text[start:end] for start, end in clauses(doc)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("送餐太慢了,味道不错!", ["送餐太慢了", "味道不错"]),
        ("味道不错就是送餐太慢", ["味道不错", "就是送餐太慢"]),
        ("衣服好看但是掉色", ["衣服好看", "但是掉色"]),
        ("东西可以 快递太慢", ["东西可以", "快递太慢"]),
        ("买了iPhone 15 Pro", ["买了iPhone 15 Pro"]),
        ("评分4.5分,价格99.9元", ["评分4.5分", "价格99.9元"]),
        ("定的11:30到,12:10才到", ["定的11:30到", "12:10才到"]),
        ("1.屏幕差;2.电池不行", ["1.屏幕差", "2.电池不行"]),
        ("就是慢", ["就是慢"]),  # a turn at the start turns from nothing
        ("质量不过关", ["质量不过关"]),  # not the turn 不过
        ("!!!", []),
        ("", []),
    ],
)
def test_clauses_cut_where_the_next_thing_is_said(nlp, text, expected):
    assert cut(nlp, text) == expected


def test_two_pipelines_have_two_dictionaries(tmp_path):
    userdict = tmp_path / "mine.txt"
    userdict.write_text("以旧换新补贴\n", encoding="utf-8")
    before, mine = make_nlp(), make_nlp([userdict])
    assert "以旧换新补贴" in [token.text for token in mine("想用以旧换新补贴")]
    assert "以旧换新补贴" not in [token.text for token in before("想用以旧换新补贴")]
    assert "以旧换新补贴" not in [token.text for token in make_nlp()("想用以旧换新补贴")]


@pytest.mark.parametrize("content", ["\ufeff捞派滑牛肉\r\n番茄锅底 100 n\r\n".encode(), "捞派滑牛肉\n\n番茄锅底 100\n".encode("gb18030")])
def test_userdict_of_windows_is_read(tmp_path, content):
    path = tmp_path / "mine.txt"
    path.write_bytes(content)
    nlp = make_nlp([path])
    assert {"捞派滑牛肉", "番茄锅底"} <= {token.text for token in nlp("捞派滑牛肉配番茄锅底")}
    assert userdict_entries(nlp) == {"捞派滑牛肉", "番茄锅底"}


@pytest.mark.parametrize("content", ["好词 很多\n".encode(), b"\x80\xff\xff"])
def test_userdict_that_is_none_names_the_file(tmp_path, content):
    path = tmp_path / "broken.txt"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"broken\.txt"):
        make_nlp([path])


@given(HAN_AND_MARKS)
@settings(max_examples=150, deadline=None)
def test_tokens_and_clauses_keep_every_offset(nlp, text):
    doc = nlp(text)
    assert doc.text == text == "".join(cut_words(nlp, text))
    spans = clauses(doc)
    assert spans == clause_spans(cut_words(nlp, text))
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


@given(st.text(st.sampled_from("送餐太慢了不错,。 .4-a1㐀é_%#T+"), max_size=30))
@settings(max_examples=300, deadline=None)
def test_words_are_those_of_jieba(nlp, jieba_words, text):
    assert cut_words(nlp, text) == jieba_words(text)


def test_a_word_of_frequency_0_is_none(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text("不错 0\n", encoding="utf-8")
    assert cut_words(make_nlp([path]), "味道不错") == ["味道", "不", "错"]


def test_word_tags_know_the_dictionary(nlp):
    assert {word: word_tags(nlp)[word] for word in ("味道", "太慢", "好吃")} == {"味道": "n", "太慢": "a", "好吃": "v"}
