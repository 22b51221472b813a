"""The model card, written by training from what it measured."""

from __future__ import annotations

from typing import Any

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


def write_card(meta: ModelMeta) -> str:
    """Model card in Markdown.

    Parameters
    ----------
    meta : ModelMeta
        Of the model.

    Returns
    -------
    str
        Markdown: purpose, data, figures, limits, how to train it again.
    """
    purpose, limits = PURPOSE[meta.task]
    data = "\n".join(f"| {name} | {rows:,} |" for name, rows in meta.data.items())
    settings = ", ".join(f"{name} = {value}" for name, value in meta.settings.items())
    return f"""# {meta.task}/{meta.name} {meta.version}

{purpose}.

This page is written by `voc train {meta.task}`; edit the code, not the page.

## Data

| source | rows |
|---|---|
{data}

Public Chinese feedback sets, whose text is not in this repository, and clauses of our own (`corpora/gold/`). No comment can be read back
from the weights.

## Figures

Measured out of fold on the annotated comments, before the last fit on all of them.

| figure | value |
|---|---|
{_rows(meta.metrics)}

## Limits

{limits}

## Settings

`{meta.classifier}` · {settings}

{len(meta.labels)} labels: {", ".join(meta.labels)}
"""


def _rows(metrics: dict[str, Any], prefix: str = "") -> str:
    lines = []
    for name, value in metrics.items():
        lines.append(_rows(value, f"{prefix}{name} · ") if isinstance(value, dict) else f"| {prefix}{name} | {value} |")
    return "\n".join(lines)
