"""Which words decided: each word of a clause is left out in turn, then left alone in it, and the comment is scored again.

The value of a word is the mean of what it adds last, to all the others of its clause, and of what it adds first, to an empty one: the
outer two terms of its Shapley value, "remove individual" and "include individual" in Covert, Lundberg & Lee, "Explaining by removing"
(2021). The former alone is occlusion (Li, Monroe & Jurafsky, "Understanding neural networks through representation erasure", 2016),
which finds two words dispensable where each would do. It asks nothing of a model but its answers, so it holds for any engine. Values
of words do not add up to the verdict, as those of all 2ⁿ terms would; and an engine makes something even of a lone 很 or 了.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from spacy.tokens import Doc
from spacy.util import filter_spans

from voc.alignment import AlignedText
from voc.classify.head import Doubles
from voc.errors import SettingsError
from voc.pipeline import Judgement, Pipeline, prepare
from voc.records import Clause, ExplainedClause, Explanation, Verdict, WordValue
from voc.redact import PLACEHOLDERS
from voc.sentiment import DIGITS, Passage
from voc.taxonomy import Taxonomy
from voc.tokenise import clauses

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

_PLACEHOLDER = re.compile("|".join(map(re.escape, PLACEHOLDERS.values())))
_SIGN = {"negative": -1, "neutral": 0, "positive": 1}
_VERDICTS = {"negative": "负面 negative", "neutral": "中性 neutral", "positive": "正面 positive"}
_BARS_PER_UNIT = 6  # a bar of the terminal is 12 cells at most
_TOUCHPOINT_SHOWN = 0.05  # smaller changes of a touchpoint are left out of the terminal


class _Word(NamedTuple):
    """A word of a normalised comment; leaving it out takes the blank behind it too, up to `rest`."""

    clause: int
    start: int
    end: int
    rest: int


def explain(text: str, pipeline: Pipeline, *, most: int = 6) -> Explanation:
    """Say which words of a comment brought its sentiment and its touchpoints.

    Parameters
    ----------
    text : str
        As the customer wrote it.
    pipeline : Pipeline
        Whose verdicts to explain.
    most : int
        Clauses explained at most, ≥ 1: those with the strongest feeling.

    Returns
    -------
    Explanation
        The ``voc.explanation/1`` record; clauses and words in the order of the text.

    Raises
    ------
    SettingsError
        If `most` is below 1.

    Examples
    --------
    >>> explanation = explain("东西不好吃，快递很快", Pipeline())
    >>> [max(clause.words, key=lambda word: abs(word.clause)).text for clause in explanation.clauses]
    ['不', '很快']
    """
    if most < 1:
        raise SettingsError("clauses_range", f"至少要解释一个分句 / at least one clause: {most}", "--clauses 6")
    annotation = pipeline(text)
    aligned, _ = prepare(text)
    doc = pipeline.nlp(aligned.normalised)
    passage = Passage(aligned.normalised, tuple(clauses(doc)))
    shown = _most_felt(annotation.clauses, most)
    words = list(_words(doc, passage, shown))
    variants = [_variants(passage, word) for word in words]
    asked = list(dict.fromkeys([passage, *chain.from_iterable(variants)]))  # of two words, each alone is the other left out
    judged = dict(zip(asked, pipeline.judge(asked), strict=True))
    ids = [touchpoint.id for touchpoint in pipeline.taxonomy.touchpoints]
    explained: dict[int, list[WordValue]] = {index: [] for index in shown}
    for word, each in zip(words, variants, strict=True):
        said = annotation.clauses[word.clause].touchpoints
        columns = [ids.index(id) for id in said]
        whole, without, alone, empty = (
            _numbers(judged[variant], word.clause if len(variant.spans) == len(passage.spans) else None, columns)
            for variant in (passage, *each)
        )
        explained[word.clause].append(_value(aligned, word, (whole - without + alone - empty) / 2, said))
    return Explanation(
        text=annotation.text,
        sentiment=annotation.sentiment,
        clauses=tuple(ExplainedClause(**dict(annotation.clauses[index]), words=tuple(explained[index])) for index in shown),
        left_out=len(annotation.clauses) - len(shown),
        models=annotation.models,
    )


def _most_felt(found: Sequence[Clause], most: int) -> list[int]:
    return sorted(sorted(range(len(found)), key=lambda index: -abs(_feeling(found[index].sentiment)))[:most])


def _words(doc: Doc, passage: Passage, shown: Sequence[int]) -> Iterator[_Word]:
    masked = [doc.char_span(*match.span(), alignment_mode="expand") for match in _PLACEHOLDER.finditer(doc.text)]
    with doc.retokenize() as retokenizer:  # what stands for personal data is one word
        for span in filter_spans(span for span in masked if span):
            retokenizer.merge(span)
    for index in shown:
        start, end = passage.spans[index]
        for token in doc:
            if start <= token.idx < end and _is_word(token.text):
                until = token.idx + len(token.text)
                yield _Word(index, token.idx, until, min(until + len(token.whitespace_), end))


def _is_word(text: str) -> bool:
    """Whether there is anything but punctuation, blanks and control characters."""
    return any(unicodedata.category(character)[0] not in "PZC" for character in text)


def _variants(passage: Passage, word: _Word) -> tuple[Passage, Passage, Passage]:
    """Passage without a word, with nothing else in its clause, and with nothing at all there."""
    start, end = passage.spans[word.clause]
    text = passage.normalised
    others = text[start : word.start] + text[word.rest : end]
    return (
        _with_clause(passage, word.clause, others),
        _with_clause(passage, word.clause, text[word.start : word.end]),
        _with_clause(passage, word.clause, ""),
    )


def _with_clause(passage: Passage, clause: int, text: str) -> Passage:
    """Passage in which a clause says something else; it is gone where that has no word."""
    start, end = passage.spans[clause]
    moved = len(text) - (end - start)
    here = [(start, start + len(text))] if _is_word(text) else []
    after = [(begin + moved, stop + moved) for begin, stop in passage.spans[clause + 1 :]]
    return Passage(passage.normalised[:start] + text + passage.normalised[end:], (*passage.spans[:clause], *here, *after))


def _numbers(judged: Judgement, clause: int | None, columns: Sequence[int]) -> Doubles:
    """What is asked of a comment: its sentiment, then sentiment and touchpoints of a clause; 0 for a clause that is gone."""
    balance = judged.sentiment.probabilities["positive"] - judged.sentiment.probabilities["negative"]
    said = [0.0] * (1 + len(columns)) if clause is None else [_feeling(judged.verdicts[clause]), *judged.scores[clause][columns]]
    return np.array([balance, *said], dtype=np.float64)


def _value(aligned: AlignedText, word: _Word, change: Doubles, said: Sequence[str]) -> WordValue:
    sentiment, clause, *topics = (change.round(DIGITS) + 0.0).tolist()  # never -0.0
    start, end = aligned.to_text(word.start, word.end)
    touchpoints = dict(zip(said, topics, strict=True))
    return WordValue(start=start, end=end, text=aligned.text[start:end], sentiment=sentiment, clause=clause, touchpoints=touchpoints)


def _feeling(verdict: Verdict) -> float:
    return _SIGN[verdict.label] * verdict.score


def explanation_tables(explanation: Explanation, taxonomy: Taxonomy) -> Group:
    """Words of each clause for the terminal, those that weigh most first.

    Parameters
    ----------
    explanation : Explanation
        What to show.
    taxonomy : Taxonomy
        Chinese names of the touchpoints.

    Returns
    -------
    rich.console.Group
        To print with rich.
    """
    from rich.console import Group
    from rich.text import Text

    names = {touchpoint.id: f"{touchpoint.zh} {touchpoint.id}" for touchpoint in taxonomy.touchpoints}
    lines = [Text(f"整条 / comment: {_said(explanation.sentiment)}", style="bold")]
    if not explanation.clauses:
        return Group(*lines, Text("没有可解释的分句 / no clause to explain"))
    if explanation.left_out:
        lines.append(Text(f"另有 {explanation.left_out} 个分句未列出 / {explanation.left_out} more clauses not shown (--clauses)"))
    legend = Text(
        "去掉它与只留它，结果变化的平均：+ 更正面，- 更负面 / left out and left alone, averaged: + more positive, - more negative"
    )
    return Group(*lines, *(_clause_table(explanation.text, clause, names) for clause in explanation.clauses), legend)


def _clause_table(text: str, clause: ExplainedClause, names: Mapping[str, str]) -> Table:
    from rich.table import Table
    from rich.text import Text

    # Customers' words are Text: as plain strings rich would read "[手机]" as markup and swallow it.
    topics = "、".join(names[id] for id in clause.touchpoints) or "–"
    title = Text(f"{text[clause.start : clause.end]} → {_said(clause.sentiment)} · {topics}")
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("词 word", min_width=8)
    table.add_column("分句 clause", justify="right")
    table.add_column("", min_width=2 * _BARS_PER_UNIT)
    table.add_column("整条 comment", justify="right")
    table.add_column("触点 touchpoint")
    for word in sorted(clause.words, key=lambda word: (-abs(word.clause), -abs(word.sentiment))):
        bar = Text("█" * round(_BARS_PER_UNIT * abs(word.clause)), style="red" if word.clause < 0 else "green")
        moved = [f"{names[id]} {value:+z.2f}" for id, value in word.touchpoints.items() if abs(value) >= _TOUCHPOINT_SHOWN]
        table.add_row(Text(word.text), f"{word.clause:+z.2f}", bar, f"{word.sentiment:+z.2f}", "、".join(moved))
    return table


def _said(verdict: Verdict) -> str:
    return f"{_VERDICTS[verdict.label]} {verdict.score:.2f}"
