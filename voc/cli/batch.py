"""`voc ingest | score | analyse`: what is done to tables of comments."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from voc.cli.options import (
    Context,
    Encoding,
    Files,
    HeaderRow,
    Id,
    Map,
    Output,
    Quality,
    Seed,
    SentimentFolder,
    Sheet,
    TaxonomyFile,
    Text,
    Threads,
    Userdicts,
    look_at,
    make_pipeline,
    table_options,
)
from voc.console import print_mapping, print_problems, print_userdict
from voc.errors import SettingsError


def ingest(
    files: Files,
    output: Output = Path("-"),
    text: Text = None,
    id: Id = None,
    map: Map = None,
    sheet: Sheet = None,
    encoding: Encoding = None,
    header_row: HeaderRow = None,
) -> None:
    """读取表格，脱敏后逐条输出 / Read tables and write their comments, redacted, as JSON lines."""
    from tqdm import tqdm

    from voc.output import check_writable, text_output
    from voc.reading import Reading
    from voc.redact import redact_comment

    check_writable(output)
    reading = Reading(files, table_options(text, id, map, sheet, encoding, header_row))
    print_mapping(reading.tables)
    with text_output(output) as out:
        for comment in tqdm(reading, "读取 / reading", unit="条"):
            out.write(redact_comment(comment).model_dump_json() + "\n")
    print_problems(reading.problems, reading.notices)


def score(
    files: Files,
    output: Output = Path("-"),
    text: Text = None,
    id: Id = None,
    map: Map = None,
    sheet: Sheet = None,
    encoding: Encoding = None,
    header_row: HeaderRow = None,
    taxonomy: TaxonomyFile = None,
    userdict: Userdicts = None,
    quality: Quality = "best",
    threads: Threads = None,
    context: Context = True,
    sentiment_model: SentimentFolder = None,
) -> None:
    """逐条评分：情感、触点、意图 / Score each comment: sentiment, touchpoints, intents (voc.score/1)."""
    from tqdm import tqdm

    from voc.output import check_writable, text_output
    from voc.reading import Reading

    check_writable(output)
    reading = Reading(files, table_options(text, id, map, sheet, encoding, header_row))
    print_mapping(reading.tables)
    pipeline = make_pipeline(taxonomy, userdict, quality, threads, context, sentiment_model)
    with text_output(output) as out:
        for annotation in tqdm(pipeline.pipe(reading), "评分 / scoring", unit="条"):
            out.write(annotation.model_dump_json() + "\n")
    print_userdict(pipeline.userdict_hits)
    print_problems(reading.problems, reading.notices)


def analyse(
    files: Files,
    output: Annotated[
        list[Path] | None,
        typer.Option("--output", "-o", help="输出 .json、.xlsx 或 .html，可重复 / output .json, .xlsx or .html, repeatable"),
    ] = None,
    text: Text = None,
    id: Id = None,
    map: Map = None,
    sheet: Sheet = None,
    encoding: Encoding = None,
    header_row: HeaderRow = None,
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
    detail: Annotated[
        Literal["coarse", "normal", "fine"], typer.Option("--detail", help="痛点分多细 / how finely pain points are told apart")
    ] = "normal",
    max_unassigned: Annotated[
        float | None,
        typer.Option("--max-unassigned", min=0, max=1, help="最多多少抱怨不归类，如 0.1 / share of complaints that may stay outside"),
    ] = None,
    seed: Seed = 42,
    top: Annotated[int, typer.Option("--top", help="终端里列出多少痛点 / how many pain points to print")] = 20,
) -> None:
    """分析整批，列出痛点 / Analyse a batch and rank its pain points (voc.analysis/1)."""
    from rich.console import Console

    from voc.output import check_writable, text_output

    outputs = output or []
    for path in outputs:
        if path.suffix not in (".json", ".xlsx", ".html"):
            raise SettingsError("output_kind", f"不支持的输出格式 / unknown kind of output: {path.name!r}", ".json / .xlsx / .html")
        check_writable(path)
    options = table_options(text, id, map, sheet, encoding, header_row)
    look_at(files, options)

    from voc.analysis import analyse as run
    from voc.codebook.session import CodebookSession
    from voc.codebook.tables import report_lines
    from voc.export import quality_line, terminal_table, write_xlsx
    from voc.grouping import Grouping
    from voc.report.witness import ReportWitness

    session = CodebookSession(codebook) if codebook else None
    pipeline = make_pipeline(taxonomy, userdict, quality, threads, context, sentiment_model)
    witness = ReportWitness(pipeline.taxonomy, seed) if any(path.suffix == ".html" for path in outputs) else None
    analysis = run(
        files,
        options,
        pipeline=pipeline,
        grouping=Grouping(detail, max_unassigned, seed),
        progress=True,
        codebook=session,
        on_scored=witness.add if witness else None,
    )
    page = witness.html(analysis) if witness else ""
    for path in outputs:
        if path.suffix == ".xlsx":
            write_xlsx(analysis, pipeline.taxonomy, path)
            continue
        with text_output(path) as out:
            out.write(analysis.model_dump_json(indent=1) + "\n" if path.suffix == ".json" else page)
    if session:
        session.save()

    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(terminal_table(analysis, pipeline.taxonomy, top))
    source = analysis.input
    console.print(
        f"评论 / comments {source.comments} · 重复 / duplicates {source.duplicates} · 无内容 / without content {source.uninformative}\n"
        f"{quality_line(analysis)}",
        highlight=False,
    )
    for line in report_lines(session) if session else ():
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    print_userdict(pipeline.userdict_hits)
    print_problems(source.problems, source.notices)
    for path in [*outputs, *([codebook] if codebook else [])]:
        typer.echo(f"已写入 / wrote {path}", err=True)
