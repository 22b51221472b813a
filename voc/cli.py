"""The command line: `voc ingest | score | analyse | codebook | explain | evaluate | train | schema`; the same functions as the library."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import typer

from voc.codebook_cli import app as codebook_app
from voc.console import print_mapping, print_problems, print_userdict
from voc.errors import SettingsError, VocError

if TYPE_CHECKING:
    from voc.ingest import TableOptions
    from voc.pipeline import Pipeline

app = typer.Typer(
    help="中文客户之声分析：从表格到痛点 / Chinese voice of customer: from a spreadsheet to pain points.",
    no_args_is_help=True,
    add_completion=False,
)
app.add_typer(codebook_app, name="codebook")

Files = Annotated[
    list[Path],
    typer.Argument(
        help="表格：.xlsx .xls .csv .tsv .jsonl .parquet，可带 .gz，或 - / tables, gzipped or not, or - for standard input",
        show_default=False,
    ),
]
Output = Annotated[Path, typer.Option("--output", "-o", help="输出文件；- 为标准输出 / output file; - is standard output")]
Text = Annotated[list[str] | None, typer.Option("--text", help="文本列，可重复 / text column, repeatable")]
Id = Annotated[str | None, typer.Option("--id", help="编号列 / id column")]
Map = Annotated[list[str] | None, typer.Option("--map", help="指定列：角色=列名，如 nps=推荐分 / role=column, repeatable")]
Sheet = Annotated[list[str] | None, typer.Option("--sheet", help="工作表，可重复；默认全部 / sheet, repeatable; all where left out")]
Encoding = Annotated[
    str | None, typer.Option("--encoding", help="文本文件的编码；默认自动判断 / encoding of text files; found out where left out")
]
TaxonomyFile = Annotated[Path | None, typer.Option("--taxonomy", help="自己的触点文件 (YAML) / taxonomy of your own")]
Userdicts = Annotated[list[Path] | None, typer.Option("--userdict", help="jieba 用户词典，可重复 / user dictionary, repeatable")]
Quality = Annotated[
    str,
    typer.Option(
        "--quality", help="best 准；fast 快十几倍；或 voc train own 的目录 / best: the transformer; fast: a static table; or a folder"
    ),
]
SentimentFolder = Annotated[
    Path | None,
    typer.Option("--sentiment-model", help="自己的情感分类模型目录 (Hugging Face) / folder of a sentiment classifier of your own"),
]
Threads = Annotated[int | None, typer.Option("--threads", help="线程数；默认等于核数 / threads; as many as cores where left out")]
Context = Annotated[
    bool, typer.Option("--context/--no-context", help="题目和打分是否影响情感 / whether question and score bear on sentiment")
]
Seed = Annotated[int, typer.Option("--seed", help="随机种子 / seed of everything random")]


@app.command()
def ingest(
    files: Files,
    output: Output = Path("-"),
    text: Text = None,
    id: Id = None,
    map: Map = None,
    sheet: Sheet = None,
    encoding: Encoding = None,
) -> None:
    """读取表格，脱敏后逐条输出 / Read tables and write their comments, redacted, as JSON lines."""
    from tqdm import tqdm

    from voc.analysis import Reading
    from voc.output import check_writable, text_output
    from voc.pipeline import redact_comment

    check_writable(output)
    reading = Reading(files, _table_options(text, id, map, sheet, encoding))
    print_mapping(reading.tables)
    with text_output(output) as out:
        for comment in tqdm(reading, "读取 / reading", unit="条"):
            out.write(redact_comment(comment).model_dump_json() + "\n")
    print_problems(reading.problems, reading.notices)


@app.command()
def score(
    files: Files,
    output: Output = Path("-"),
    text: Text = None,
    id: Id = None,
    map: Map = None,
    sheet: Sheet = None,
    encoding: Encoding = None,
    taxonomy: TaxonomyFile = None,
    userdict: Userdicts = None,
    quality: Quality = "best",
    threads: Threads = None,
    context: Context = True,
    sentiment_model: SentimentFolder = None,
) -> None:
    """逐条评分：情感、触点、意图 / Score each comment: sentiment, touchpoints, intents (voc.score/1)."""
    from tqdm import tqdm

    from voc.analysis import Reading
    from voc.output import check_writable, text_output

    check_writable(output)
    reading = Reading(files, _table_options(text, id, map, sheet, encoding))
    print_mapping(reading.tables)
    pipeline = _pipeline(taxonomy, userdict, quality, threads, context, sentiment_model)
    with text_output(output) as out:
        for annotation in tqdm(pipeline.pipe(reading), "评分 / scoring", unit="条"):
            out.write(annotation.model_dump_json() + "\n")
    print_userdict(pipeline.userdict_hits)
    print_problems(reading.problems, reading.notices)


@app.command()
def analyse(
    files: Files,
    output: Annotated[
        list[Path] | None, typer.Option("--output", "-o", help="输出 .json 或 .xlsx，可重复 / output .json or .xlsx, repeatable")
    ] = None,
    text: Text = None,
    id: Id = None,
    map: Map = None,
    sheet: Sheet = None,
    encoding: Encoding = None,
    taxonomy: TaxonomyFile = None,
    userdict: Userdicts = None,
    quality: Quality = "best",
    threads: Threads = None,
    context: Context = True,
    sentiment_model: SentimentFolder = None,
    codebook: Annotated[
        Path | None,
        typer.Option("--codebook", help="痛点手册；没有就新建 / codebook, which keeps ids, names and edits; created where there is none"),
    ] = None,
    seed: Seed = 42,
    top: Annotated[int, typer.Option("--top", help="终端里列出多少痛点 / how many pain points to print")] = 20,
) -> None:
    """分析整批，列出痛点 / Analyse a batch and rank its pain points (voc.analysis/1)."""
    from rich.console import Console

    from voc.analysis import analyse as run
    from voc.codebook.session import CodebookSession
    from voc.codebook.tables import report_lines
    from voc.export import terminal_table, write_xlsx
    from voc.ingest import inspect_tables
    from voc.output import check_writable, text_output

    outputs = output or []
    for path in outputs:
        if path.suffix not in (".json", ".xlsx"):
            raise SettingsError("output_kind", f"不支持的输出格式 / unknown kind of output: {path.name!r}", ".json / .xlsx")
        check_writable(path)
    session = CodebookSession(codebook) if codebook else None
    options = _table_options(text, id, map, sheet, encoding)
    print_mapping([table for path in files for table in inspect_tables(path, options)])
    pipeline = _pipeline(taxonomy, userdict, quality, threads, context, sentiment_model)
    analysis = run(files, options, pipeline=pipeline, seed=seed, progress=True, codebook=session)
    for path in outputs:
        if path.suffix == ".json":
            with text_output(path) as out:
                out.write(analysis.model_dump_json(indent=1) + "\n")
        else:
            write_xlsx(analysis, pipeline.taxonomy, path)
    if session:
        session.save()

    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(terminal_table(analysis, pipeline.taxonomy, top))
    source, outside = analysis.input, analysis.unassigned
    console.print(
        f"评论 / comments {source.comments} · 重复 / duplicates {source.duplicates} · 无内容 / without content {source.uninformative}\n"
        f"痛点 / pain points {len(analysis.pain_points)} · 未归类的抱怨 / unassigned complaints {outside.size} ({outside.share:.1%})",
        highlight=False,
    )
    for line in report_lines(session) if session else ():
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    print_userdict(pipeline.userdict_hits)
    print_problems(source.problems, source.notices)
    for path in [*outputs, *([codebook] if codebook else [])]:
        typer.echo(f"已写入 / wrote {path}", err=True)


@app.command()
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

    pipeline = _pipeline(taxonomy, userdict, quality, threads)
    explanation = run(_argument_or_input(text), pipeline, most=most)
    if as_json:
        typer.echo(explanation.model_dump_json(indent=1))
    else:
        console = Console(width=None if sys.stdout.isatty() else 140)
        console.print(explanation_tables(explanation, pipeline.taxonomy), highlight=False)
    print_userdict(pipeline.userdict_hits)


@app.command()
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
        return _pipeline(taxonomy, userdict, quality, threads, sentiment=sentiment_model)

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


@app.command()
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


@app.command()
def schema(
    name: Annotated[str, typer.Argument(help="analysis annotation explanation evaluation codebook comment problem", show_default=False)],
) -> None:
    """打印 JSON Schema / Print the JSON schema of an output."""
    from voc.schemas import json_schema

    typer.echo(json_schema(name))


def main(arguments: Sequence[str] | None = None, *, standalone: bool = True) -> None:
    """Run the command line; an error that the user can mend is one clear message and exit code 2.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without the program's name; those of the process where left out.
    standalone : bool
        End the process when done, as programs do; otherwise return.
    """
    try:
        app(arguments, standalone_mode=standalone)
    except VocError as error:
        typer.secho(f"错误 / error: {error}", fg=typer.colors.RED, err=True)
        if error.hint:
            typer.echo(f"办法 / hint: {error.hint}", err=True)
        sys.exit(2)


def _table_options(
    text: list[str] | None, id: str | None, map: list[str] | None, sheet: list[str] | None, encoding: str | None
) -> TableOptions:
    from voc.ingest import TableOptions
    from voc.records import Role

    pairs: dict[Any, str] = {}
    for pair in map or []:
        role, mark, column = pair.partition("=")
        if not mark:
            raise SettingsError("map_shape", f"--map 要写成 角色=列名 / --map takes role=column: {pair!r}", "--map nps=推荐分")
        if role.strip() not in get_args(Role):
            roles = " ".join(get_args(Role))
            raise SettingsError("unknown_role", f"没有这个角色 / no such role: {role.strip()!r}", f"可用 / use one of: {roles}")
        pairs[role.strip()] = column.strip()
    return TableOptions(text=tuple(text or ()), id=id, columns=pairs, sheets=tuple(sheet or ()), encoding=encoding)


def _argument_or_input(text: str) -> str:
    from voc.ingest.copies import standard_input
    from voc.ingest.encoding import CODECS, detect_encoding

    if text != "-":
        return text
    path = standard_input()
    return path.read_text(encoding=CODECS[detect_encoding(path)])


def _pipeline(
    taxonomy: Path | None,
    userdicts: list[Path] | None,
    quality: str,
    threads: int | None,
    context: bool = True,
    sentiment: Path | None = None,
) -> Pipeline:
    from voc.pipeline import Pipeline
    from voc.taxonomy import load_taxonomy

    return Pipeline(
        taxonomy=load_taxonomy(taxonomy),
        userdicts=userdicts or (),
        quality=quality,
        threads=threads,
        context=context,
        sentiment_model=sentiment,
    )
