"""`voc stats | watch`: figures of a batch, and what changed in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

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
from voc.console import print_problems
from voc.errors import SettingsError

if TYPE_CHECKING:
    from voc.ingest import TableOptions
    from voc.pipeline import Pipeline
    from voc.records import Analysis
    from voc.statistics import Action, Owner, StatisticsReport, Wishes

ALERTS = 3  # exit code
CodebookFile = Annotated[
    Path | None,
    typer.Option("--codebook", help="痛点手册；没有就新建 / codebook, which keeps ids and names; created where there is none"),
]
Period = Annotated[
    Literal["day", "week"] | None,
    typer.Option("--period", help="按天或按周看趋势；默认自动 / trends by day or week; what fits where left out"),
]
Recent = Annotated[
    int | None,
    typer.Option("--recent", min=1, help="最近几天（周）与之前比；默认最多 4 / last periods to compare; at most 4 where left out"),
]
Fdr = Annotated[float, typer.Option("--fdr", min=0.0, max=1.0, help="警报里允许的假警报比例 / share of false alarms put up with")]


def stats(
    files: Files,
    output: Annotated[
        list[Path] | None, typer.Option("--output", "-o", help="输出 .json 或 .xlsx，可重复 / output .json or .xlsx, repeatable")
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
    codebook: CodebookFile = None,
    seed: Seed = 42,
    period: Period = None,
    recent: Recent = None,
    fdr: Fdr = 0.05,
    least: Annotated[int, typer.Option("--least", min=1, help="少于几条不出数字 / answers below which no figure is shown")] = 30,
    weight: Annotated[str | None, typer.Option("--weight", help="调查权重列 / column of survey weights")] = None,
    csi: Annotated[
        list[str] | None,
        typer.Option("--csi", help="满意度指数的权重，如 csat=0.6，可重复 / weights of the CSI, e.g. csat=0.6, repeatable"),
    ] = None,
    orders: Annotated[
        Path | None, typer.Option("--orders", help="订单表：客户编号、日期、金额，用于客户分层 / orders, for customer tiers")
    ] = None,
    action: Annotated[
        list[str] | None,
        typer.Option("--action", help="痛点@日期[@门店]，看前后变化，可重复 / pain point@date[@store]: before and after; repeatable"),
    ] = None,
    control: Annotated[
        bool,
        typer.Option(
            "--control/--no-control",
            help="写了门店的行动，用其他门店作对照 / the other stores are the control group of actions that name one",
        ),
    ] = False,
    audit: Annotated[
        Path | None, typer.Option("--audit", help="人工抽查 CSV：comment_id,id,holds / random audit by people, to correct shares")
    ] = None,
    owner: Annotated[
        list[str] | None, typer.Option("--owner", help="痛点=负责人[@期限]，可重复 / pain point=owner[@due], repeatable")
    ] = None,
) -> None:
    """整批的统计：满意度、旅程、驱动、趋势、细分、方案 / Statistics of a batch (voc.statistics/1)."""
    from voc.output import check_writable, text_output

    outputs = output or []
    for path in outputs:
        if path.suffix not in (".json", ".xlsx"):
            raise SettingsError("output_kind", f"不支持的输出格式 / unknown kind of output: {path.name!r}", ".json / .xlsx")
        check_writable(path)
    options = table_options(text, id, map, sheet, encoding, header_row)
    look_at(files, options)

    from voc.statistics import Wishes
    from voc.statistics.corrected import audit_rows, read_audit
    from voc.statistics.tiers import read_orders
    from voc.statistics.trends import NEGATIVE
    from voc.statistics.workbook import write_statistics

    weights = dict(_weight_of(pair) for pair in csi or ())
    actions = [_action_of(words, control) for words in action or ()]
    owners = dict(_owner_of(words) for words in owner or ())
    bought = read_orders(orders) if orders else ()
    if audit:
        audit_rows(audit)  # before anything that takes long; which pain points it may name is known only afterwards

    def wishes(analysis: Analysis) -> Wishes:
        known = {NEGATIVE: NEGATIVE} | {name: point.id for point in analysis.pain_points for name in (point.id, point.label)}
        if unknown := [name for name in owners if name not in known]:
            raise SettingsError("unknown_pain_point", f"没有这个痛点 / no such pain point: {unknown[0]!r}", "用编号或名称 / by id or label")
        return Wishes(
            weight=weight,
            csi=weights,
            period=period,
            recent=recent,
            fdr=fdr,
            least=least,
            orders=bought,
            actions=actions,
            reviews=read_audit(audit, known) if audit else {},
            owners={known[name]: one for name, one in owners.items()},
            seed=seed,
        )

    report = _report(
        files, options, lambda: make_pipeline(taxonomy, userdict, quality, threads, context, sentiment_model), codebook, seed, wishes,
        weight=weight, numbers=Wishes(csi=weights).numbers,
    )  # fmt: skip
    for path in outputs:
        if path.suffix == ".json":
            with text_output(path) as out:
                out.write(report.model_dump_json(indent=1) + "\n")
        else:
            write_statistics(report, path)
    _print(report)
    for path in outputs:
        typer.echo(f"已写入 / wrote {path}", err=True)


def watch(
    files: Annotated[
        list[Path], typer.Argument(help="表格，或 voc stats 写的 .json / tables, or one .json that voc stats wrote", show_default=False)
    ],
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
    codebook: CodebookFile = None,
    seed: Seed = 42,
    period: Period = None,
    recent: Recent = None,
    fdr: Fdr = 0.05,
) -> None:
    """有什么变了：输出警报 JSON，有警报时退出码 3 / What changed, as JSON (voc.alerts/1); exit code 3 where there are alerts."""
    from voc.output import check_writable, text_output

    check_writable(output)
    written = len(files) == 1 and files[0].suffix == ".json"
    options = table_options(text, id, map, sheet, encoding, header_row)
    if not written:
        look_at(files, options)

    from voc.statistics import Wishes
    from voc.statistics import watch as alerts_in

    if written:
        report = read_statistics(files[0])
    else:
        wishes = Wishes(period=period, recent=recent, fdr=fdr, seed=seed)
        report = _report(
            files, options, lambda: make_pipeline(taxonomy, userdict, quality, threads, context, sentiment_model), codebook, seed,
            lambda _: wishes,
        )  # fmt: skip
    found = alerts_in(report.trends)
    with text_output(output) as out:
        out.write(found.model_dump_json(indent=1) + "\n")
    if found.alerts:
        raise typer.Exit(ALERTS)


def _report(
    files: Sequence[Path],
    options: TableOptions,
    load: Callable[[], Pipeline],
    codebook: Path | None,
    seed: int,
    wishes: Callable[[Analysis], Wishes],
    *,
    weight: str | None = None,
    numbers: Sequence[str] = (),
) -> StatisticsReport:
    from voc.analysis import analyse
    from voc.codebook.session import CodebookSession
    from voc.grouping import Grouping
    from voc.statistics import Gatherer, report_of

    session = CodebookSession(codebook) if codebook else None
    pipeline = load()
    gatherer = Gatherer(pipeline.taxonomy, weight, numbers)
    analysis = analyse(
        files, options, pipeline=pipeline, grouping=Grouping(seed=seed), progress=True, codebook=session, on_scored=gatherer.add
    )
    report = report_of(gatherer.columns(analysis.pain_points, analysis.input.problems), analysis, wishes(analysis))
    if session:
        session.save()
    print_problems(analysis.input.problems, analysis.input.notices)
    return report


def read_statistics(path: Path) -> StatisticsReport:
    """What `voc stats` wrote."""
    from pydantic import ValidationError

    from voc.statistics import StatisticsReport

    hint = "voc stats 表格 -o statistics.json / make it with voc stats TABLE -o statistics.json"
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return StatisticsReport.model_validate(said)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, ValidationError) as error:
        message = f"不是 voc stats 的结果 / not what voc stats writes: {path.name!r}"
        raise SettingsError("no_statistics", message, hint) from error


def _print(report: StatisticsReport) -> None:
    trends = report.trends
    for one in report.satisfaction:
        if one.field is None and one.figure.value is not None and one.figure.interval:
            low, high = one.figure.interval
            typer.echo(f"{one.metric}: {one.figure.value:.2f} ({low:.2f} … {high:.2f}), n = {one.figure.n}")
    for alert in report.alerts:
        typer.echo(alert.message)
    if trends.why_not:
        typer.echo(f"趋势 / trends: {trends.why_not}")
    else:
        typer.echo(
            f"检验 / tests {trends.tests} · 警报 / alerts {len(report.alerts)} · 预计假警报至多 / false at most {trends.expected_false}"
        )
    for found in report.before_after:
        typer.echo(f"{found.label} {found.action_date}: {found.sentence_zh} / {found.sentence_en}")


def _weight_of(pair: str) -> tuple[str, float]:
    name, mark, value = pair.partition("=")
    try:
        weight = float(value)
    except ValueError:
        weight = 0.0
    if not mark or not weight > 0:
        raise SettingsError(
            "csi_shape", f"--csi 要写成 分数=权重 / --csi takes score=weight above 0: {pair!r}", "--csi csat=0.6 --csi nps=0.4"
        )
    return name.strip(), weight


def _action_of(words: str, control: bool) -> Action:
    from voc.statistics import Action

    parts = [part.strip() for part in words.split("@")]
    if len(parts) not in (2, 3) or not all(parts):
        raise SettingsError(
            "action_shape", f"--action 要写成 痛点@日期[@门店] / takes pain point@date[@store]: {words!r}", "配送慢@2026-05-01"
        )
    store = parts[2] if len(parts) == 3 else None
    return Action(parts[0], parts[1], store, control and store is not None)


def _owner_of(words: str) -> tuple[str, Owner]:
    from voc.statistics import Owner

    point, mark, rest = words.partition("=")
    name, _, due = rest.partition("@")
    if not mark or not name.strip():
        raise SettingsError(
            "owner_shape", f"--owner 要写成 痛点=负责人[@期限] / takes pain point=owner[@due]: {words!r}", "配送慢=王芳@2026-06-01"
        )
    return point.strip(), Owner(name.strip(), due.strip() or None)
