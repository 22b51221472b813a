"""`voc report`: a run as one page for the meeting, or as a workbook."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from voc.cli.options import TaxonomyFile
from voc.errors import SettingsError

if TYPE_CHECKING:
    from voc.records import Analysis
    from voc.statistics import StatisticsReport

Writer = Callable[[Path], None]
KINDS = (".html", ".xlsx")


def report(
    source: Annotated[
        str,
        typer.Argument(
            metavar="INPUT",
            help="voc analyse 写的 .json，或数据库里一次分析的编号 / .json that voc analyse wrote, or the id of a run in the store",
            show_default=False,
        ),
    ],
    output: Annotated[list[Path], typer.Option("--output", "-o", help="输出 .html 或 .xlsx，可重复 / output .html or .xlsx, repeatable")],
    statistics: Annotated[
        Path | None, typer.Option("--statistics", help="voc stats 写的 .json，与分析同一批 / .json that voc stats wrote of the same batch")
    ] = None,
    before: Annotated[
        Path | None,
        typer.Option("--before", help="上一次的 .json，报告里列出变化 / .json of the last analysis: the report says what changed"),
    ] = None,
    store: Annotated[
        str | None,
        typer.Option("--store", envvar="VOC_STORE", help="数据库地址，INPUT 是编号时 / URL of the store, where INPUT is the id of a run"),
    ] = None,
    language: Annotated[Literal["zh", "en"], typer.Option("--language", help="报告的语言 / language of the report")] = "zh",
    title: Annotated[str | None, typer.Option("--title", help="报告的标题 / title of the report")] = None,
    taxonomy: TaxonomyFile = None,
) -> None:
    """出报告：一个 HTML 文件或一本工作簿 / Write the report of a run: one HTML file, or a workbook."""
    from voc.output import check_writable

    for path in output:
        if path.suffix not in KINDS:
            raise SettingsError("output_kind", f"不支持的输出格式 / unknown kind of output: {path.name!r}", " / ".join(KINDS))
        check_writable(path)
    of_file = Path(source).suffix == ".json" or Path(source).is_file()
    if of_file:
        page, workbook = _of_file(Path(source), statistics, before, language, title, taxonomy)
    else:
        for name, given in (("--statistics", statistics), ("--before", before), ("--taxonomy", taxonomy)):
            if given and store is not None:
                raise SettingsError(
                    "option_of_files",
                    f"{name} 只用于 .json 文件 / {name} is for .json files",
                    "数据库里的分析自己带着 / a run in the store has its own",
                )
        page, workbook = _of_run(source, store, language, title)
    for path in output:
        (page if path.suffix == ".html" else workbook)(path)
        typer.echo(f"已写入 / wrote {path}", err=True)


def _of_file(
    path: Path, statistics: Path | None, before: Path | None, language: Literal["zh", "en"], title: str | None, taxonomy: Path | None
) -> tuple[Writer, Writer]:
    from voc.cli.statistics import read_statistics
    from voc.report import report_html
    from voc.report.workbook import write_report
    from voc.statistics.since import since
    from voc.taxonomy import load_taxonomy

    words, analysis = load_taxonomy(taxonomy), _read_analysis(path)
    found = read_statistics(statistics) if statistics else None
    if statistics and found:
        _check_together(analysis, found, statistics)
    last = _read_analysis(before) if before else None
    if before and last and last.run.id == analysis.run.id:
        raise SettingsError(
            "same_analysis",
            f"--before 和要报告的是同一次分析 / --before is the analysis itself: {before.name!r}",
            "给出上一批的 .json / name the .json of the batch before",
        )
    earlier = since(analysis, last) if last else None
    return (
        lambda target: _write(report_html(analysis, found, language=language, title=title, taxonomy=words, earlier=earlier), target),
        lambda target: write_report(analysis, words, target, statistics=found),
    )


def _of_run(run_id: str, url: str | None, language: Literal["zh", "en"], title: str | None) -> tuple[Writer, Writer]:
    if url is None:
        raise SettingsError(
            "no_such_input",
            f"没有这个文件 / no such file: {run_id!r}",
            "给出 voc analyse 写的 .json；如果是数据库里的编号，再加 --store / name a .json; with the id of a run, give --store too",
        )
    from voc.report.stored import Stored
    from voc.store import Store

    opened = Store(url)
    found = Stored(opened, opened.current(run_id))
    return lambda target: _write(found.html(language, title), target), found.write_xlsx


def _read_analysis(path: Path) -> Analysis:
    from pydantic import ValidationError

    from voc.records import Analysis

    hint = "voc analyse 表格 -o analysis.json / make it with voc analyse TABLE -o analysis.json"
    try:
        return Analysis.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, ValidationError) as error:
        raise SettingsError("no_analysis", f"不是 voc analyse 的结果 / not what voc analyse writes: {path.name!r}", hint) from error


def _check_together(analysis: Analysis, statistics: StatisticsReport, path: Path) -> None:
    planned = {one.id for stage in statistics.plan.stages for touchpoint in stage.touchpoints for one in touchpoint.pain_points}
    if statistics.comments != analysis.input.comments or planned != {point.id for point in analysis.pain_points}:
        raise SettingsError(
            "not_together",
            f"统计和分析不是同一批 / these statistics are of another batch: {path.name!r}",
            "用同样的文件、手册和选项再做一次 voc stats / run voc stats on the same files with the same codebook and options",
        )


def _write(text: str, path: Path) -> None:
    from voc.output import text_output

    with text_output(path) as out:
        out.write(text)
