"""The model card, written by training from what it measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from voc.corpora import data_sets
from voc.evaluate.measures import FREQUENT
from voc.evaluate.records import Figure, LabelScore, Slice
from voc.evaluate.reliability import Bin
from voc.evaluate.report import Sheet, figure_sheet, label_sheet, reliability_sheet, sheet_markdown, slice_sheets
from voc.modelstore import ModelMeta

PURPOSE = {
    "sentiment": (
        "评论与分句的情感（负面、中性、正面）/ Sentiment of a comment and of its clauses",
        "反讽、方言和长文里的弱情感常被看错；中性最难 / "
        "Sarcasm, dialect and weak feeling in long texts are often missed; neutral is the hardest.",
    ),
    "touchpoint": (
        "分句谈到哪些触点 / Which touchpoints a clause speaks of",
        "例子少的触点（售前咨询、会员权益、广告口碑）不可靠 / "
        "Touchpoints with few examples (pre-sale, membership, advertising) are unreliable.",
    ),
    "encoder": (
        "文本 → 向量，以及向量上的各个线性头 / Text to vectors, and the linear heads on them",
        "只读过零售、餐饮、外卖、汽车与银行的中文反馈；其他语言未测 / "
        "Has read Chinese feedback of shops, restaurants, takeaway, cars and banks; other languages are untested.",
    ),
    "intent": (
        "评论想要什么（推荐、复购、流失、退换、投诉、建议、提问），以及有没有内容 / What a comment wants, and whether it says anything",
        "投诉与提问的例子少 / Complaints and questions have few examples.",
    ),
    "pain": (
        "抱怨说的是哪个已知问题；用来把说法不同的同一问题聚在一起 / "
        "Which known problem a complaint names; brings different wordings of one problem together",
        "只认得零售、餐饮、酒店常见的问题 / Knows only problems usual in retail, restaurants and hotels.",
    ),
}


FIGURES = {
    "accuracy": "正确率 / accuracy",
    "macro_f1": "macro-F1",
    "micro_f1": "micro-F1",
    "mixed_f1": "褒贬参半 / mixed F1",
    "uninformative_f1": "无内容 / uninformative F1",
    "ece": "校准误差 / expected calibration error",
}
CLAUSES = "mentioned_clause"
_TABLES = ("intervals", "labels", "reliability", "slices", "robustness", "n", CLAUSES, *FIGURES)  # drawn in their own way
PROVENANCE = (
    "Public Chinese feedback sets, whose text is not in this repository, and texts of our own (`corpora/gold/`). No comment can be read "
    "back from the weights. `annotated:` by our guide, `aspects:` by another scheme of touchpoints, else with a label of sentiment only."
)
MEASURED = (
    "Measured on {n:,} annotated comments that neither the encoder nor the n-grams have seen. What weighs the two was fitted and judged "
    "by turns (cross-fitting: each comment is judged by a fit on the others), before the last fit on all of them. A threshold, where there "
    "is one, was chosen on the same comments. Intervals: 95 %, percentile bootstrap over comments. Reliability: how probable the labels "
    "said were, beside how often they were right. Macro-F1 is over the labels that occur{frequent}."
)
ANNOTATION = (
    "标注者是语言模型，一条评论标一次，难免有错 / Annotated with a language model after one guide, once a comment: the figures include "
    "its slips. Sources are not mixed as in your data: look for the row that is most like yours."
)
USE = """## Use it in `transformers`

```python
from transformers import AutoModel, AutoTokenizer  # pip install 'voc-toolkit[transformers]'

folder = "models/encoder/{name}"
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModel.from_pretrained(folder, trust_remote_code=True)  # modeling_voc.py, one line: weights are read from model.onnx
tokens = tokenizer("送餐太慢了", return_tensors="pt")
vector = model(**tokens).last_hidden_state[0, 1:-1].mean(0)  # of the text, without the marks of start and end
```"""
ELSEWHERE = (
    "Hard cases (negation, sarcasm, dialect …) are run through the whole pipeline; the table is in the card of the sentiment of the same "
    "quality."
)


def write_card(meta: ModelMeta) -> str:
    """Model card in Markdown, rendered from the description alone.

    Parameters
    ----------
    meta : ModelMeta
        Of the model.

    Returns
    -------
    str
        Markdown: purpose, data with licences, figures, limits, how to train it again.
    """
    purpose, limits = PURPOSE[meta.task]
    settings = ", ".join(f"{name} = {value}" for name, value in meta.settings.items() if name != "command")
    parts = [
        f"# {meta.task}/{meta.name} {meta.version}",
        f"{purpose}.",
        f"This page is written by `voc train {meta.task}`; edit the code, not the page.",
        "## Data",
        _table(("source", "rows", "what", "licence stated"), [_data_row(*row) for row in meta.data.items()]),
        PROVENANCE,
        *(_figures(meta.metrics) if meta.metrics else ()),
        *((ELSEWHERE,) if "micro_f1" in meta.metrics else ()),
        f"## Limits\n\n{limits}",
        *((USE.format(name=meta.name),) if meta.classifier == "voc.encoder:OnnxEncoder" else ()),
        *((ANNOTATION,) if "intervals" in meta.metrics else ()),
        *([f"## Train it again\n\n```console\n$ {command}\n```"] if (command := meta.settings.get("command")) else ()),
        f"## Settings\n\n`{meta.classifier}` · {settings}",
        f"{len(meta.labels)} labels: {', '.join(meta.labels)}",
    ]
    return "\n\n".join(parts) + "\n"


def licence_of(source: str) -> tuple[str, str]:
    """What a source of comments is, and under which licence.

    Parameters
    ----------
    source : str
        Name, e.g. ``"annotated: shopping_书籍"``.

    Returns
    -------
    tuple of (str, str)
        Dashes where it is not in `corpora/gold/sources.tsv`.

    Examples
    --------
    >>> licence_of("annotated: openrice")[1]
    'CC BY 4.0'
    """
    name = source.rpartition(": ")[2]
    return next(((what, licence) for head, what, licence in data_sets() if name.startswith(head)), ("–", "–"))


def _data_row(source: str, rows: int) -> tuple[str, ...]:
    return source, f"{rows:,}", *licence_of(source)


def _figures(metrics: dict[str, Any]) -> Iterator[str]:
    """All that was measured: the tables that are known, then whatever else there is."""
    yield "## Figures"
    if "intervals" in metrics:
        frequent = f", {FREQUENT} times or more" if "micro_f1" in metrics else ""
        yield MEASURED.format(n=metrics["n"], frequent=frequent)
        yield from map(sheet_markdown, _sheets(metrics))
    if rest := {name: value for name, value in metrics.items() if "intervals" not in metrics or name not in _TABLES}:
        yield _table(("figure", "value"), _flat(rest))


def _sheets(metrics: dict[str, Any]) -> Iterator[Sheet]:
    known = {
        name: Figure(n=metrics["n"], value=metrics[name], interval=metrics["intervals"][name])
        for name in FIGURES
        if name in metrics["intervals"]
    }
    yield figure_sheet(known, FIGURES)
    yield _labels("标签 / Labels", metrics)
    yield reliability_sheet([Bin.model_validate(found) for found in metrics["reliability"]])
    yield from slice_sheets([Slice.model_validate(piece) for piece in metrics["slices"]], FIGURES)
    if clauses := metrics.get(CLAUSES):
        figures = ", ".join(f"{FIGURES[name]} {clauses[name]:.3f}" for name in ("accuracy", "macro_f1", "ece"))
        yield _labels(f"有提及的分句 / Clauses that mention a touchpoint: n = {clauses['n']:,}, {figures}", clauses)
    if passed := metrics.get("robustness"):
        yield _robustness_sheet(passed)


def _labels(title: str, metrics: dict[str, Any]) -> Sheet:
    return label_sheet(title, {name: LabelScore.model_validate(score) for name, score in metrics["labels"].items()})


def _robustness_sheet(passed: Mapping[str, tuple[int, int]]) -> Sheet:
    sums = [sum(column) for column in zip(*passed.values(), strict=True)]
    rows = [(kind, str(total), f"{right / total:.3f}") for kind, (right, total) in [*passed.items(), ("全部 / all", sums)]]
    return Sheet(
        "难例 / Hard cases: 整条流水线 / the whole pipeline (`corpora/gold/robustness.tsv`)", ("种类 / kind", "n", "通过 / pass"), rows
    )


def _table(headers: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (headers, ("---",) * len(headers), *rows))


def _flat(metrics: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in metrics.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name} · ")
        else:
            yield f"{prefix}{name}", str(value)
