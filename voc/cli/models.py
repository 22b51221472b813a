"""`voc explain | evaluate | train`: what the models say, how good they are, and how they are made."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from voc.cli.options import Quality, Seed, SentimentFolder, TaxonomyFile, Threads, Userdicts, make_pipeline
from voc.console import print_userdict

if TYPE_CHECKING:
    from voc.pipeline import Pipeline


def explain(
    text: Annotated[str, typer.Argument(help="一条评论；- 读标准输入 / one comment; - reads standard input", show_default=False)],
    most: Annotated[int, typer.Option("--clauses", help="最多解释几个分句，感情强的优先 / clauses explained at most")] = 6,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON (voc.explanation/1)")] = False,
    taxonomy: TaxonomyFile = None,
    userdict: Userdicts = None,
    quality: Quality = "best",
    threads: Threads = None,
) -> None:
    """哪些词决定了结果 / Say which words of a comment decided (voc.explanation/1)."""
    from rich.console import Console

    from voc.explain import explain as run
    from voc.explain import explanation_tables

    pipeline = make_pipeline(taxonomy, userdict, quality, threads)
    explanation = run(_argument_or_input(text), pipeline, most=most)
    if as_json:
        typer.echo(explanation.model_dump_json(indent=1))
    else:
        console = Console(width=None if sys.stdout.isatty() else 140)
        console.print(explanation_tables(explanation, pipeline.taxonomy), highlight=False)
    print_userdict(pipeline.userdict_hits)


def evaluate(
    gold: Annotated[
        Path, typer.Argument(help="人工标注的评论：.jsonl，或只有情感标签的 .csv，可带 .gz / annotated comments", show_default=False)
    ],
    scored: Annotated[
        Path | None, typer.Option("--scored", help="voc score 的输出；默认现在评分 / output of voc score; scored now where left out")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="写出 JSON / write JSON (voc.evaluation/1)")] = None,
    reliability: Annotated[Path | None, typer.Option("--reliability", help="写出可靠性图 (SVG) / write the reliability diagram")] = None,
    markdown: Annotated[Path | None, typer.Option("--markdown", help="写出 Markdown 表 / write the tables as Markdown")] = None,
    taxonomy: TaxonomyFile = None,
    userdict: Userdicts = None,
    quality: Quality = "best",
    threads: Threads = None,
    sentiment_model: SentimentFolder = None,
    seed: Seed = 42,
) -> None:
    """拿人工标注衡量准不准 / Measure how good the answers are against annotated comments (voc.evaluation/1)."""
    from rich.console import Console

    from voc.evaluate import (
        Evaluation,
        evaluation_markdown,
        evaluation_tables,
        read_gold,
        read_scores,
        reliability_svg,
        score_gold,
        summary,
    )
    from voc.evaluate import evaluate as run
    from voc.output import check_writable, text_output
    from voc.taxonomy import load_taxonomy

    renderers: list[tuple[Path | None, Callable[[Evaluation], str]]] = [
        (output, lambda evaluation: evaluation.model_dump_json(indent=1) + "\n"),
        (reliability, lambda evaluation: reliability_svg(evaluation.reliability)),
        (markdown, evaluation_markdown),
    ]
    wanted = [(path, render) for path, render in renderers if path is not None]
    for path, _ in wanted:
        check_writable(path)
    comments = read_gold(gold, load_taxonomy(taxonomy))

    def pipeline() -> Pipeline:
        return make_pipeline(taxonomy, userdict, quality, threads, sentiment=sentiment_model)

    annotations = read_scores(scored, comments) if scored else score_gold(comments, pipeline())
    evaluation = run(comments, annotations, name=gold.name, seed=seed)
    documents = [(path, render(evaluation)) for path, render in wanted]
    for path, document in documents:
        with text_output(path) as out:
            out.write(document)

    console = Console(stderr=any(str(path) == "-" for path, _ in wanted), width=None if sys.stdout.isatty() else 140)
    console.print(summary(evaluation), *evaluation_tables(evaluation), sep="\n", highlight=False, markup=False)
    for path, _ in wanted:
        typer.echo(f"已写入 / wrote {path}", err=True)


def train(
    task: Annotated[
        Literal["encoder", "static", "own", "sentiment", "touchpoint", "intent", "pain", "transfer"],
        typer.Argument(help="学什么；编码器在前 / what to learn; encoders first", show_default=False),
    ],
    gold: Annotated[Path, typer.Option("--gold", help="人工标注的评论 (JSONL) / annotated comments", show_default=False)],
    data: Annotated[
        list[Path] | None,
        typer.Option(
            "--data", help="更多数据，可重复：情感 CSV、方面 JSONL、客服问题 CSV / labelled CSV, aspect JSONL, service CSV; repeatable"
        ),
    ] = None,
    base: Annotated[
        Path | None, typer.Option("--base", help="编码器从哪个 Hugging Face 目录开始 / folder that the encoder starts from")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="own：模型写到哪个目录，用作 --quality / own: folder to write, a --quality then")
    ] = None,
    work: Annotated[Path, typer.Option("--work", help="编码器训练的中间结果；断了可接着跑 / unfinished parts, to go on from")] = Path(
        "build/training"
    ),
    device: Annotated[Literal["cpu", "cuda"], typer.Option("--device", help="编码器在哪里训练 / where the encoder is trained")] = "cpu",
    name_version: Annotated[str, typer.Option("--model-version", help="模型版本号 / version of the model")] = "1",
    seed: Seed = 42,
) -> None:
    """训练模型，写入 models/ 并写出模型卡 / Train models into models/, each with its card."""
    from voc.training import train as run

    for meta in run(task, gold, data or (), base=base, output=output, work=work, device=device, version=name_version, seed=seed):
        typer.echo(f"{meta.task}/{meta.name}")
        for name, value in meta.metrics.items():
            if not isinstance(value, (dict, list)):  # the tables are in the card
                typer.echo(f"  {name} {value}")


def _argument_or_input(text: str) -> str:
    from voc.ingest.copies import standard_input
    from voc.ingest.encoding import CODECS, detect_encoding

    if text != "-":
        return text
    path = standard_input()
    return path.read_text(encoding=CODECS[detect_encoding(path)])
