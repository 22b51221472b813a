"""Options that several commands share, and what they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from voc.errors import SettingsError

if TYPE_CHECKING:
    from voc.ingest import TableOptions
    from voc.pipeline import Pipeline

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
HeaderRow = Annotated[
    int | None,
    typer.Option("--header-row", min=0, help="表头在第几行，0 为没有；默认自动判断 / row of the header, 0: none; found out where left out"),
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


def table_options(
    text: list[str] | None, id: str | None, map: list[str] | None, sheet: list[str] | None, encoding: str | None, header_row: int | None
) -> TableOptions:
    """What the options say about the tables."""
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
    return TableOptions(text=tuple(text or ()), id=id, columns=pairs, sheets=tuple(sheet or ()), encoding=encoding, header_row=header_row)


def look_at(files: Sequence[Path], options: TableOptions) -> None:
    """Say how the tables will be read; what cannot be read is refused here, before anything that takes long is loaded."""
    from voc.console import print_mapping
    from voc.ingest import inspect_tables

    print_mapping([table for path in files for table in inspect_tables(path, options)])


def make_pipeline(
    taxonomy: Path | None,
    userdicts: list[Path] | None,
    quality: str,
    threads: int | None,
    context: bool = True,
    sentiment: Path | None = None,
) -> Pipeline:
    """The pipeline that the options ask for."""
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
