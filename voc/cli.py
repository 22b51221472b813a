"""The command line: `voc ingest | score | analyse | train | schema`; the same functions as the library."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import typer

from voc.errors import SettingsError, VocError

if TYPE_CHECKING:
    from voc.analysis import Reading
    from voc.ingest import TableOptions
    from voc.pipeline import Pipeline
    from voc.records import Problem, SourceTable

app = typer.Typer(
    help="中文客户之声分析：从表格到痛点 / Chinese voice of customer: from a spreadsheet to pain points.",
    no_args_is_help=True,
    add_completion=False,
)

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
    _print_mapping(reading.tables)
    with text_output(output) as out:
        for comment in tqdm(reading, "读取 / reading", unit="条"):
            out.write(redact_comment(comment).model_dump_json() + "\n")
    _print_problems(reading)


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
) -> None:
    """逐条评分：情感、触点、意图 / Score each comment: sentiment, touchpoints, intents (voc.score/1)."""
    from tqdm import tqdm

    from voc.analysis import Reading
    from voc.output import check_writable, text_output

    check_writable(output)
    reading = Reading(files, _table_options(text, id, map, sheet, encoding))
    _print_mapping(reading.tables)
    pipeline = _pipeline(taxonomy, userdict)
    with text_output(output) as out:
        for annotation in tqdm(pipeline.pipe(reading), "评分 / scoring", unit="条"):
            out.write(annotation.model_dump_json() + "\n")
    _print_userdict(pipeline.userdict_hits)
    _print_problems(reading)


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
    seed: Seed = 42,
    top: Annotated[int, typer.Option("--top", help="终端里列出多少痛点 / how many pain points to print")] = 20,
) -> None:
    """分析整批，列出痛点 / Analyse a batch and rank its pain points (voc.analysis/1)."""
    from rich.console import Console

    from voc.analysis import analyse as run
    from voc.export import terminal_table, write_xlsx
    from voc.ingest import inspect_tables
    from voc.output import check_writable, text_output

    outputs = output or []
    for path in outputs:
        if path.suffix not in (".json", ".xlsx"):
            raise SettingsError("output_kind", f"不支持的输出格式 / unknown kind of output: {path.name!r}", ".json / .xlsx")
        check_writable(path)
    options = _table_options(text, id, map, sheet, encoding)
    _print_mapping([table for path in files for table in inspect_tables(path, options)])
    pipeline = _pipeline(taxonomy, userdict)
    analysis = run(files, options, pipeline=pipeline, seed=seed, progress=True)
    for path in outputs:
        if path.suffix == ".json":
            with text_output(path) as out:
                out.write(analysis.model_dump_json(indent=1) + "\n")
        else:
            write_xlsx(analysis, pipeline.taxonomy, path)

    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(terminal_table(analysis, pipeline.taxonomy, top))
    source, outside = analysis.input, analysis.unassigned
    console.print(
        f"评论 / comments {source.comments} · 重复 / duplicates {source.duplicates} · 无内容 / without content {source.uninformative}\n"
        f"痛点 / pain points {len(analysis.pain_points)} · 未归类的抱怨 / unassigned complaints {outside.size} ({outside.share:.1%})",
        highlight=False,
    )
    _print_userdict(pipeline.userdict_hits)
    _print_problem_counts(source.problems, source.notices)
    for path in outputs:
        typer.echo(f"已写入 / wrote {path}", err=True)


@app.command()
def train(
    task: Annotated[Literal["sentiment", "touchpoint", "pain"], typer.Argument(help="学什么 / what to learn", show_default=False)],
    gold: Annotated[Path, typer.Option("--gold", help="人工标注的评论 (JSONL) / annotated comments", show_default=False)],
    data: Annotated[
        Path | None, typer.Option("--data", help="更多数据：情感 CSV 或方面标注 JSONL / more data: labelled CSV or aspect JSONL")
    ] = None,
    folder: Annotated[Path | None, typer.Option("--folder", help="写到哪里；默认 models/<task>/linear / where to write")] = None,
    name_version: Annotated[str, typer.Option("--model-version", help="模型版本号 / version of the model")] = "1",
    seed: Seed = 42,
) -> None:
    """训练一个模型，写出模型卡 / Train a model and write its card."""
    from voc.training import train as run

    meta = run(task, gold, data, version=name_version, seed=seed, folder=folder)
    for name, value in meta.metrics.items():
        typer.echo(f"{name} {value}")


@app.command()
def schema(name: Annotated[str, typer.Argument(help="analysis annotation comment problem", show_default=False)]) -> None:
    """打印 JSON Schema / Print the JSON schema of an output."""
    import json

    from voc.records import Analysis, Annotation, Comment, Problem, Record

    records: dict[str, type[Record]] = {
        "analysis": Analysis,
        "score": Annotation,
        "annotation": Annotation,
        "comment": Comment,
        "problem": Problem,
    }
    if name not in records:
        raise SettingsError("unknown_schema", f"没有这个 / no such schema: {name!r}", ", ".join(records))
    typer.echo(json.dumps(records[name].model_json_schema(by_alias=True), ensure_ascii=False, indent=1))


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


def _pipeline(taxonomy: Path | None, userdicts: list[Path] | None) -> Pipeline:
    from voc.pipeline import Pipeline
    from voc.taxonomy import load_taxonomy

    return Pipeline(taxonomy=load_taxonomy(taxonomy), userdicts=userdicts or ())


def _print_mapping(tables: Sequence[SourceTable]) -> None:
    for table in tables:
        how = " ".join(
            filter(
                None,
                (
                    table.encoding,
                    f"表头第 {table.header_row} 行 / header in row {table.header_row}" if table.header_row else "无表头 / no header",
                ),
            )
        )
        typer.echo(f"{table.label}: {how}", err=True)
        others = [f"{role}={column}" for role, column in table.columns.items() if role != "text"]
        typer.echo(f"  文本 / text: {'、'.join(table.text_columns)}", err=True)
        if others:
            typer.echo(f"  其他 / others: {', '.join(others)}", err=True)
        if table.ignored:
            typer.echo(f"  保留为 extra / kept as extra: {'、'.join(table.ignored)}", err=True)


def _print_problems(reading: Reading) -> None:
    _print_problem_counts(reading.problems, reading.notices)


def _print_problem_counts(problems: Sequence[Problem], notices: Sequence[Problem]) -> None:
    for title, items in (("未读 / not read", problems), ("提示 / notices", notices)):
        if items:
            typer.echo(f"{title}: {len(items)}", err=True)
        for reason, count in Counter(item.reason for item in items).most_common(8):
            first = next(item for item in items if item.reason == reason)
            typer.echo(
                f"  {count} × {reason}（如 / e.g. {first.file} 第 {first.row} 行{f'，{first.column}' if first.column else ''}）", err=True
            )


def _print_userdict(hits: Counter[str]) -> None:
    if hits:
        typer.echo("用户词典 / user dictionary: " + "，".join(f"{word} {count} 条" for word, count in hits.most_common()), err=True)
