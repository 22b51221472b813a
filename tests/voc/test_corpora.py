"""Lexicons, taxonomies and samples by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from voc.corpora import lexicon_lines, lexicon_table, sample_path, taxonomy_path
from voc.errors import TaxonomyError


@pytest.fixture
def lexicon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "corpora" / "lexicon"
    folder.mkdir(parents=True)
    monkeypatch.setenv("VOC_HOME", str(tmp_path))
    return folder


def test_corpora_skips_comments_and_blank_lines(lexicon: Path) -> None:
    (lexicon / "words.txt").write_text("# 说明\n\n慢\n 快 \n", encoding="utf-8")
    assert lexicon_lines("words") == ("慢", " 快")


def test_corpora_splits_rows_at_tabs(lexicon: Path) -> None:
    (lexicon / "pairs.tsv").write_text("# 词\t义\n慢\tslow\n快\tfast\n", encoding="utf-8")
    assert lexicon_table("pairs") == (("慢", "slow"), ("快", "fast"))


def test_corpora_refuses_a_ragged_table(lexicon: Path) -> None:
    (lexicon / "pairs.tsv").write_text("慢\tslow\n快\n", encoding="utf-8")
    with pytest.raises(TaxonomyError, match="1 fields instead of 2"):
        lexicon_table("pairs")


@pytest.mark.parametrize("read", [lexicon_lines, lexicon_table, taxonomy_path, sample_path])
def test_corpora_names_what_there_is(lexicon: Path, read: object) -> None:
    (lexicon / "words.txt").touch()
    with pytest.raises(TaxonomyError) as caught:
        read("不存在")
    assert caught.value.code == "corpus_not_found"
    assert "不存在" in caught.value.message


@pytest.mark.parametrize("name", ["no_content", "no_answer", "surnames", "not_names", "words_like_names"])
def test_corpora_word_lists_repeat_nothing(name: str) -> None:
    words = lexicon_lines(name)
    assert len(words) == len(set(words))


def test_corpora_not_names_hold_a_surname() -> None:
    """A word without one at either end could never be asked for."""
    surnames = set(lexicon_lines("surnames"))
    assert [word for word in lexicon_lines("not_names") if not surnames & {word[0], word[-1]}] == []
    assert [word for word in lexicon_lines("words_like_names") if word[0] not in surnames or word in lexicon_lines("not_names")] == []


def test_corpora_emoji_are_bare_and_named_once() -> None:
    table = lexicon_table("emoji")
    assert len(table) == len(dict(table)) > 150
    assert not any("\ufe0f" in emoji for emoji, _ in table)
