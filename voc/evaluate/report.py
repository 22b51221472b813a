"""Shows an evaluation: the same tables in the terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from voc.evaluate.evaluation import SLICED
from voc.evaluate.records import Evaluation, Figure, LabelScore, Slice
from voc.evaluate.reliability import Bin
from voc.evaluate.slices import SMALLEST, SliceGroup
from voc.records import LABELS, Label

if TYPE_CHECKING:
    from rich.table import Table

_FIGURES = {
    "sentiment_accuracy": "情感正确率 / sentiment accuracy",
    "sentiment_macro_f1": "情感 / sentiment macro-F1",
    "sentiment_ece": "校准误差 / expected calibration error",
    "sentiment_brier": "Brier",
    "binary_accuracy": "褒贬正确率 / two-class accuracy",
    "binary_macro_f1": "褒贬 / two-class macro-F1",
    "mixed_f1": "褒贬参半 / mixed F1",
    "uninformative_f1": "无内容 / uninformative F1",
    "touchpoint_micro_f1": "触点 / touchpoint micro-F1",
    "touchpoint_macro_f1": "触点 / touchpoint macro-F1",
    "mention_micro_f1": "触点＋态度 / mention micro-F1",
    "mention_macro_f1": "触点＋态度 / mention macro-F1",
    "span_hit_rate": "证据位置 / span hit rate",
    "intent_micro_f1": "意图 / intent micro-F1",
}
_GROUPS: dict[SliceGroup, str] = {
    "source": "来源 / source",
    "length": "字数 / characters",
    "script": "简繁 / script",
    "mixed": "褒贬参半 / mixed",
    "negation": "否定词 / negation",
}
_TOO_SMALL = "（太少 / too small）"


class Sheet(NamedTuple):
    """A table before it is drawn."""

    title: str
    headers: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def evaluation_markdown(evaluation: Evaluation) -> str:
    """All tables of an evaluation as Markdown, without a heading of the first level, so that it can go into a model card.

    Parameters
    ----------
    evaluation : Evaluation
        What to show.

    Returns
    -------
    str
        GitHub tables under headings of the third level.
    """
    parts = [summary(evaluation)]
    parts += map(sheet_markdown, _sheets(evaluation))
    return "\n\n".join(parts) + "\n"


def sheet_markdown(sheet: Sheet) -> str:
    """A table as Markdown.

    Parameters
    ----------
    sheet : Sheet
        What to show.

    Returns
    -------
    str
        GitHub table under a heading of the third level.
    """
    title, headers, rows = sheet
    lines = [headers, ("---", *["---:"] * (len(headers) - 1)), *rows]
    return f"### {title}\n\n" + "\n".join(map(_markdown_row, lines))


def evaluation_tables(evaluation: Evaluation) -> list[Table]:
    """All tables of an evaluation for the terminal.

    Parameters
    ----------
    evaluation : Evaluation
        What to show.

    Returns
    -------
    list of rich.table.Table
        To print with rich.
    """
    from rich.markup import escape
    from rich.table import Table

    tables = []
    for title, headers, rows in _sheets(evaluation):
        table = Table(title=title)
        for place, header in enumerate(headers):
            table.add_column(header, justify="right" if place else "left")
        for row in rows:
            table.add_row(*map(escape, row))
        tables.append(table)
    return tables


def summary(evaluation: Evaluation) -> str:
    """What was evaluated, and how.

    Parameters
    ----------
    evaluation : Evaluation
        What to show.

    Returns
    -------
    str
        One line.
    """
    models = "，".join(f"{task} {model}" for task, model in evaluation.models.items())
    return (
        f"{evaluation.gold} · {evaluation.n} 条评论 / comments · {models} · "
        f"95% 自助法区间 / bootstrap intervals ({evaluation.resamples}, seed {evaluation.seed})"
    )


def _markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _sheets(evaluation: Evaluation) -> Iterator[Sheet]:
    yield figure_sheet({name: figure for name in _FIGURES if (figure := evaluation.figures.get(name))}, _FIGURES)
    for title, scores in (
        ("情感 / Sentiment", evaluation.sentiment),
        ("触点 / Touchpoints", evaluation.touchpoints),
        ("意图 / Intents", evaluation.intents),
    ):
        if scores:
            yield label_sheet(title, scores)
    if evaluation.confusion:
        counts = [(label, *(str(said[other]) for other in LABELS)) for label, said in evaluation.confusion.items()]
        yield Sheet("混淆矩阵 / Confusion: 行为标注，列为预测 / rows gold, columns said", ("", *LABELS), counts)
    if evaluation.reliability:
        yield reliability_sheet(evaluation.reliability)
    yield from slice_sheets(evaluation.slices, {name: _FIGURES[name] for name in SLICED})


def figure_sheet(figures: Mapping[str, Figure], titles: Mapping[str, str]) -> Sheet:
    """Figures with their intervals, one a row.

    Parameters
    ----------
    figures : mapping of str to Figure
        By name.
    titles : mapping of str to str
        Name → what to call it.

    Returns
    -------
    Sheet
        To be drawn.
    """
    rows = [(titles[name], str(figure.n), _shown(figure)) for name, figure in figures.items()]
    return Sheet("总表 / Figures", ("指标 / figure", "n", "值 (95% 区间) / value"), rows)


def label_sheet(title: str, scores: Mapping[Label, LabelScore] | Mapping[str, LabelScore]) -> Sheet:
    """Precision, recall and F1, one label a row.

    Parameters
    ----------
    title : str
        Of the table.
    scores : mapping of str to LabelScore
        By label.

    Returns
    -------
    Sheet
        To be drawn.
    """
    rows = [(label, str(score.n), f"{score.precision:.3f}", f"{score.recall:.3f}", f"{score.f1:.3f}") for label, score in scores.items()]
    return Sheet(title, ("标签 / label", "n", "精确率 / precision", "召回率 / recall", "F1"), rows)


def reliability_sheet(bins: Sequence[Bin]) -> Sheet:
    """Confidence beside accuracy, one bin a row.

    Parameters
    ----------
    bins : sequence of Bin
        As of `reliability_bins`.

    Returns
    -------
    Sheet
        To be drawn.
    """
    rows = [(f"{found.start:.1f}–{found.end:.1f}", str(found.n), f"{found.confidence:.3f}", f"{found.accuracy:.3f}") for found in bins]
    return Sheet("可靠性 / Reliability", ("概率 / probability", "n", "置信度 / confidence", "正确率 / accuracy"), rows)


def slice_sheets(slices: Sequence[Slice], titles: Mapping[str, str]) -> Iterator[Sheet]:
    """Figures by source and kind of comment, one table a group.

    Parameters
    ----------
    slices : sequence of Slice
        As of `slice_figures`.
    titles : mapping of str to str
        Name of each figure to show → what to call it.

    Yields
    ------
    Sheet
        To be drawn.
    """
    for group, title in _GROUPS.items():
        if members := [piece for piece in slices if piece.group == group]:
            yield _slice_sheet(title, members, titles)


def _slice_sheet(title: str, members: Sequence[Slice], titles: Mapping[str, str]) -> Sheet:
    figures = [name for name in titles if any(name in piece.figures for piece in members)]
    rows = [
        (
            piece.name + _TOO_SMALL * piece.too_small,
            str(piece.n),
            *(_shown(piece.figures.get(name)) for name in figures),
        )
        for piece in members
    ]
    return Sheet(f"{title} (* n < {SMALLEST})", (title, "n", *(titles[name] for name in figures)), rows)


def _shown(figure: Figure | None) -> str:
    if figure is None:
        return "–"
    low, high = figure.interval
    return f"{figure.value:.3f} ({low:.3f}–{high:.3f}){'*' * (figure.n < SMALLEST)}"
