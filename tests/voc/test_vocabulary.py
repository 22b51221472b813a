from __future__ import annotations

import json

import pytest
from tokenizers import Tokenizer, models

from voc.encoder import load_tokenizer
from voc.errors import ModelNotFound
from voc.training.vocabulary import kept_pieces, prune_tokenizer

TEXTS = ["送餐太慢了", "送餐太慢,味道不错", "送餐很快,味道不错", "味道不错", "客服不回复"]  # 送餐 and 味道 three times, 客服 once


@pytest.fixture(scope="module")
def rich(tmp_path_factory, tiny_tokenizer):
    """A vocabulary with more than feedback in Chinese needs: other scripts, emoji, and a mark at the end."""
    whole = json.loads(tiny_tokenizer.read_text(encoding="utf-8"))
    whole["model"]["vocab"] += [["привет", -9.0], ["п", -9.0], ["สวัสดี", -9.0], ["ก", -9.0], ["😡", -9.0], ["Ａ", -9.0], ["<mask>", 0.0]]
    mark = {"id": len(whole["model"]["vocab"]) - 1, "content": "<mask>", "special": True}
    whole["added_tokens"].append({**mark, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False})
    path = tmp_path_factory.mktemp("rich") / "tokenizer.json"
    path.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def kept(rich):
    return kept_pieces(rich, TEXTS)


@pytest.fixture(scope="module")
def pruned(rich, kept, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pruned")
    prune_tokenizer(rich, kept, folder / "tokenizer.json")
    return load_tokenizer(folder)


def pieces(tokenizer: Tokenizer, text: str) -> list[str]:
    return tokenizer.encode(text, add_special_tokens=False).tokens


def test_kept_pieces_are_marks_first_then_what_is_used_and_single_characters(rich, kept):
    names = {piece: index for index, (piece, _) in enumerate(json.loads(rich.read_text(encoding="utf-8"))["model"]["vocab"])}
    assert kept[:4] == [0, 1, 2, 3]
    assert kept == sorted(set(kept))
    for piece, stays in {
        "送餐": True, "味道": True, "客服": False, "回复": False, "退货": False,  # used three times or not
        "退": True, "a": True, "7": True, ",": True, "Ａ": True, "😡": True,  # single characters, marks, emoji
        "привет": False, "п": False, "สวัสดี": False, "ก": False, "<mask>": False,
    }.items():  # fmt: skip
        assert (names[piece] in kept) is stays, piece


def test_pruned_pieces_keep_their_text_and_their_order(rich, kept, pruned):
    whole = Tokenizer.from_file(str(rich))
    assert pruned.get_vocab_size() == len(kept)
    assert [pruned.id_to_token(place) for place in range(len(kept))] == [whole.id_to_token(index) for index in kept]
    assert [pruned.token_to_id(mark) for mark in ("<s>", "<pad>", "</s>", "<unk>")] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("送餐太慢了", ["送餐", "太慢", "了"], ["送餐", "太", "慢", "了"]),
        ("味道不错", ["味道", "不错"], ["味道", "不错"]),
        ("客服回复", ["客服", "回复"], ["客", "服", "回", "复"]),  # a word that is gone is read by its characters
        ("😡", ["😡"], ["😡"]),
        ("привет", ["привет"], ["привет"]),  # one unknown piece, which shows its text
    ],
)
def test_pruned_tokenizer_falls_back_to_characters(rich, pruned, text, before, after):
    assert pieces(Tokenizer.from_file(str(rich)), text)[-len(before) :] == before
    assert pieces(pruned, text)[-len(after) :] == after


def test_pruned_tokenizer_reads_unknown_scripts_as_unknown(pruned):
    assert pruned.encode("привет", add_special_tokens=False).ids[-1] == 3
    assert 3 not in pruned.encode("送餐太慢了,退货😡", add_special_tokens=False).ids


def test_pruned_tokenizer_still_knows_its_marks(pruned):
    assert pruned.encode("<s>很", add_special_tokens=False).ids[0] == 0
    assert pruned.decode([0, pruned.token_to_id("味道"), 2]) == "味道"
    assert "<mask>" not in pruned.get_vocab()


def test_vocabulary_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "tokenizer.json"
    Tokenizer(models.BPE({"好": 0}, [])).save(str(path))
    for use in (lambda: kept_pieces(path, TEXTS), lambda: prune_tokenizer(path, [0], tmp_path / "out.json")):
        with pytest.raises(ModelNotFound, match="Unigram"):
            use()
    assert not (tmp_path / "out.json").exists()
