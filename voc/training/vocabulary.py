"""Cuts the vocabulary of a multilingual encoder down to what customer feedback in Chinese uses."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from voc.errors import ModelNotFound

_SPECIAL = 4  # <s> <pad> </s> <unk> come first in an XLM-R vocabulary
_RARE = 3  # a piece that occurs less often is as well read by its characters
# Scripts whose every single character stays, so that an unknown word falls back to its characters.
_SCRIPTS = ("CJK UNIFIED IDEOGRAPH", "LATIN", "DIGIT", "BOPOMOFO", "HIRAGANA", "KATAKANA", "FULLWIDTH", "IDEOGRAPHIC")


def kept_pieces(tokenizer_json: Path, texts: Iterable[str]) -> list[int]:
    """Ids of the pieces to keep: all that the texts use often, and all single characters, marks and emoji.

    Parameters
    ----------
    tokenizer_json : pathlib.Path
        Of a Unigram (XLM-R) tokenizer.
    texts : iterable of str
        Normalised feedback.

    Returns
    -------
    list of int
        Ascending; the special pieces first.

    Raises
    ------
    ModelNotFound
        If the tokenizer is of another kind.
    """
    tokenizer = Tokenizer.from_file(str(tokenizer_json))
    counts = Counter(piece for text in texts for piece in tokenizer.encode(text, add_special_tokens=False).ids)
    used = {piece for piece, count in counts.items() if count >= _RARE}
    vocabulary = _unigram(tokenizer_json)["vocab"]
    single = {index for index, (piece, _) in enumerate(vocabulary) if len(piece) == 1 and _is_kept(piece)}
    return sorted({*range(_SPECIAL), *used, *single})


def prune_tokenizer(tokenizer_json: Path, kept: list[int], target: Path) -> None:
    """Write a tokenizer that knows only the kept pieces; the n-th kept piece gets id n.

    Parameters
    ----------
    tokenizer_json : pathlib.Path
        Of a Unigram tokenizer.
    kept : list of int
        From `kept_pieces`.
    target : pathlib.Path
        ``tokenizer.json`` to write.

    Raises
    ------
    ModelNotFound
        If the tokenizer is of another kind.
    """
    whole = json.loads(tokenizer_json.read_text(encoding="utf-8"))
    vocabulary = _unigram(tokenizer_json)["vocab"]
    whole["model"]["vocab"] = [vocabulary[index] for index in kept]
    whole["added_tokens"] = [token for token in whole["added_tokens"] if token["id"] < _SPECIAL]
    target.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")


def _unigram(tokenizer_json: Path) -> dict[str, list[tuple[str, float]]]:
    model: dict[str, Any] = json.loads(tokenizer_json.read_text(encoding="utf-8"))["model"]
    if model.get("type") != "Unigram":
        raise ModelNotFound(
            "tokenizer_kind",
            "词表不是 Unigram（XLM-R）/ not a Unigram tokenizer",
            "multilingual-e5, XLM-R",
            folder=str(tokenizer_json.parent),
        )
    return model


def _is_kept(character: str) -> bool:
    name = unicodedata.name(character, "")
    return name.startswith(_SCRIPTS) or unicodedata.category(character)[0] in "PS"
