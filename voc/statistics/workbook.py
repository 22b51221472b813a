"""The statistics as an Excel workbook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voc.export import Score, excel_time, write_sheets
from voc.report.format import local_time
from voc.statistics.records import Figure, Plan, PlanPoint, StatisticsReport
from voc.wordings import FIELDS, LEVELS, SCORES, called, person

if TYPE_CHECKING:
    import pandas as pd

    from voc.export import Sheets

Row = dict[str, Any]
_METRICS = {
    "nps": "NPS",
    "csat_top2": "满意度前二 CSAT top 2",
    "csat_mean": "满意度均值 CSAT mean",
    "ces_easy": "省力占比 CES easy",
    "ces_mean": "费力度均值 CES mean",
    "rating_top2": "评分前二 Rating top 2",
    "rating_mean": "评分均值 Rating mean",
    "csi": "满意度指数 CSI",
}
_SHARES = ("csat_top2", "ces_easy", "rating_top2")
_SPOKEN = {"negative": "抱怨", "positive": "称赞"}
_DIRECTIONS = {"rising": "上升 rising", "falling": "下降 falling", "new": "新出现 new", None: ""}
_VERDICTS = {
    "improved": "改善 improved",
    "worse": "变差 worse",
    "no_change_seen": "没看到变化 no change seen",
    "not_enough_data": "数据不够 not enough data",
}


def write_statistics(report: StatisticsReport, path: Path) -> None:
    """Write all statistics, a sheet for each question.

    Parameters
    ----------
    report : StatisticsReport
        What to write.
    path : pathlib.Path
        Ends in ``.xlsx``.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    write_sheets(statistics_sheets(report), path)


def statistics_sheets(report: StatisticsReport) -> Sheets:
    """Tables of all statistics.

    Parameters
    ----------
    report : StatisticsReport
        What they show.

    Returns
    -------
    mapping of str to (pandas.DataFrame, sequence of int)
        As `voc.export.write_sheets` takes them; what there is nothing to say of has none.
    """
    import pandas as pd

    frames = {name: pd.DataFrame(rows) for name, rows in _tables(report).items() if rows}
    return {name: (frame, [_width(column, frame) for column in frame.columns]) for name, frame in frames.items()}


def overall_scores(report: StatisticsReport) -> list[Score]:
    """Satisfaction of all respondents, for an overview.

    Parameters
    ----------
    report : StatisticsReport
        With it.

    Returns
    -------
    list of Score
        Those of enough answers.
    """
    return [
        Score(_METRICS[one.metric], one.figure.value, one.figure.interval, one.figure.n, one.metric in _SHARES)
        for one in report.satisfaction
        if one.field is None and one.figure.value is not None and one.figure.interval
    ]


def write_plan(plan: Plan, path: Path) -> None:
    """Write a plan alone.

    Parameters
    ----------
    plan : Plan
        The problem tree.
    path : pathlib.Path
        Ends in ``.xlsx``.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    import pandas as pd

    frames = {
        "方案 Plan": pd.DataFrame(_dated(plan_rows(plan))),
        "算法 Formula": pd.DataFrame({"优先级 Priority": plan.formula.split(" / ")}),
    }
    write_sheets({name: (frame, [_width(column, frame) for column in frame.columns]) for name, frame in frames.items()}, path)


def _width(column: str, frame: pd.DataFrame) -> int:
    longest = max((len(str(cell)) for cell in frame[column].head(200)), default=0)
    return max(8, min(60, int(1.6 * max(longest, len(column) * 0.8))))


def _figure(figure: Figure, name: str = "值 Value") -> Row:
    low, high = figure.interval or (None, None)
    value = "样本不足 too few" if figure.suppressed else figure.value
    return {name: value, "下限 Low": low, "上限 High": high, "n": figure.n, "方法 Method": figure.method}


def _tables(report: StatisticsReport) -> dict[str, list[Row]]:
    trends = report.trends
    tables: dict[str, list[Row]] = {
        "警报 Alerts": [
            {"说明 Message": one.message, "痛点 Pain point": one.label, "类别 Kind": _DIRECTIONS[one.kind], "自 Since": one.since}
            | {"之前 Before": one.before, "最近 Recent": one.recent, "q": one.q}
            for one in report.alerts
        ]
        + [{"说明 Message": _promise(report)}],
        "满意度 Satisfaction": [
            {"指标 Metric": _METRICS[one.metric], "维度 Field": called(one.field, FIELDS) or "全部 all", "取值 Segment": one.segment}
            | _figure(one.figure)
            | {"未答 Missing": one.missing, "量表 Scale": f"{one.scale[0]:g}–{one.scale[1]:g}"}
            | {"权重 Weights": "、".join(f"{called(name, SCORES)} {weight:g}" for name, weight in one.weights.items())}
            | {"指标编号 Metric id": one.metric, "维度编号 Field id": one.field}
            for one in report.satisfaction
        ],
        "旅程 Journey": [
            {"阶段 Stage": one.stage_zh or "–", "触点 Touchpoint": one.label, "提及 Mentions": one.mentions, "提及占比 Volume": one.volume}
            | {"负面占比 Negative": one.negative.value, "净情感 Net": one.net.value}
            | {"净下限 Low": (one.net.interval or (None, None))[0], "净上限 High": (one.net.interval or (None, None))[1]}
            | {"杠杆 Leverage": one.leverage, "高价值 High value": "是 yes" if one.high_value else ""}
            | {"触点编号 Touchpoint id": one.touchpoint}
            for one in report.journey
        ],
        "驱动 Drivers": [
            {
                "分数 Score": SCORES[model.score],
                "层次 Level": LEVELS[model.level],
                "主题 Theme": one.label,
            }
            | {"态度 Polarity": _SPOKEN[one.polarity], "人数 Mentions": one.mentions}
            | _figure(one.effect, "单人影响 Effect")
            | {"全体影响 Impact": one.impact.value, "夏普利 Shapley": one.shapley, "剔除法 Leave out": one.leave_out.value}
            | {"两法不一 Disagree": "是 yes" if one.disagrees else "", "说明 In words": one.sentence_zh, "编号 Id": one.id}
            for model in report.drivers
            for one in model.drivers
        ]
        + [
            {"分数 Score": SCORES[model.score], "层次 Level": LEVELS[model.level], "说明 In words": model.why_not}
            for model in report.drivers
            if model.why_not
        ],
        "趋势 Trends": [
            {"痛点 Pain point": one.label, "方向 Direction": _DIRECTIONS[one.direction], "之前 Before": one.before.value}
            | {"最近 Recent": one.recent.value}
            | _figure(one.difference, "差 Difference")
            | {"q": one.q, "编号 Id": one.id}
            | dict(zip(trends.starts, one.counts, strict=True))
            for one in (*([trends.negative] if trends.negative else []), *trends.rows)
        ],
        "细分 Segments": [
            {"痛点 Pain point": one.label, "维度 Field": called(one.field, FIELDS), "取值 Segment": one.segment}
            | {"评论 Comments": one.comments}
            | _figure(one.share, "占比 Share")
            | {"别处 Elsewhere": one.elsewhere, "对数几率 Log-odds": one.log_odds, "q": one.q}
            | {"编号 Id": one.id, "维度编号 Field id": one.field}
            for one in report.segments.findings
        ]
        or [{"痛点 Pain point": _nothing_stands_out(report)}],
        "高低对比 Contrast": [
            {"分数 Score": SCORES[one.score], "主题 Theme": one.label, "满意者 High": one.high.value, "不满者 Low group": one.low.value}
            | _figure(one.difference, "差 Difference")
            | {"q": one.q, "编号 Id": one.id}
            for one in report.contrasts
        ],
        "渠道一致 Consistency": [
            {"触点 Touchpoint": "指数 index", "渠道 Channels": ""} | _figure(report.consistency.index),
            *(
                {"触点 Touchpoint": one.label, "渠道 Channels": " / ".join(one.channels)}
                | _figure(one.difference)
                | {"q": one.q}
                | {"有别 Differs": "是 yes" if one.differs else "", "触点编号 Touchpoint id": one.touchpoint}
                for one in report.consistency.gaps
            ),
        ],
        "方案 Plan": _dated(plan_rows(report.plan)),
    }
    if report.tiers:
        names = {
            point.id: point.label for stage in report.plan.stages for touchpoint in stage.touchpoints for point in touchpoint.pain_points
        }
        tables["客户分层 Tiers"] = [
            {"层级 Tier": one.label, "客户 Customers": one.customers, "评论 Comments": one.comments, "人均消费 Spend": one.spend}
            | _figure(one.churn, "流失意向 Churn")
            | {"痛点 Pain points": "、".join(f"{names.get(name, name)} {share.value or 0:.1%}" for name, share in one.pain_points[:5])}
            for one in report.tiers.rows
        ]
    if report.before_after:
        tables["前后对比 Before after"] = [
            {"痛点 Pain point": one.label, "行动 Action": one.action_date, "结论 Verdict": _VERDICTS[one.verdict]}
            | {"之前 Before": one.before.value, "之后 After": one.after.value}
            | _figure(one.change, "变化 Change")
            | {"可见 Detectable": one.detectable, "说明 In words": one.sentence_zh}
            for one in report.before_after
        ]
    if report.corrected:
        tables["校正 Corrected"] = [
            {"主题 Of": one.label, "原始 Raw": one.raw.value, "复核 Audited": one.audited}
            | _figure(one.prediction_powered, "校正 Corrected")
            | {"Rogan–Gladen": one.rogan_gladen.value if one.rogan_gladen else None}
            for one in report.corrected
        ]
    volume = trends.volume
    if volume.forecast:
        days = [(f"星期 {one.weekday}", one.index, one.mean) for one in volume.weekdays]
        ahead = [(day, None, figure) for day, figure in volume.forecast]
        tables["评论量 Volume"] = [{"日 Day": day, "指数 Index": index} | _figure(figure) for day, index, figure in [*days, *ahead]]
    return tables


def _nothing_stands_out(report: StatisticsReport) -> str:
    tests = report.segments.tests
    if not tests:
        return "没有够大的分组可以比较 / no segment is large enough to compare"
    return f"做了 {tests} 项检验，没有哪一组明显不同 / none of {tests} tests tells a segment from the others"


def _promise(report: StatisticsReport) -> str:
    trends = report.trends
    if trends.why_not:
        return trends.why_not
    return (
        f"共 {trends.tests} 项检验，警报里预计至多 {trends.expected_false} 条是假的；逐项 5% 检验会有 {trends.naive_false} 条 / "
        f"{trends.tests} tests, at most {trends.expected_false} false alerts expected; single 5 % tests would give {trends.naive_false}"
    )


def _dated(rows: Iterator[Row]) -> list[Row]:
    return [row | {"期限 Due": excel_time(row["期限 Due"])} for row in rows]


def _seen(point: PlanPoint) -> str | None:
    if point.direction is None:
        return None
    return f"{_DIRECTIONS[point.direction]}，{'与上次比 since last run' if point.trend_from == 'last' else '本批之内 within batch'}"


def plan_rows(plan: Plan) -> Iterator[Row]:
    """A plan as a table.

    Parameters
    ----------
    plan : Plan
        The problem tree.

    Yields
    ------
    dict of str to object
        Column → cell, one row a pain point.
    """
    for stage in plan.stages:
        for touchpoint in stage.touchpoints:
            for point in touchpoint.pain_points:
                yield {
                    "阶段 Stage": stage.label,
                    "触点 Touchpoint": touchpoint.label,
                    "痛点 Pain point": point.label,
                    "子问题 Sub-issues": "；".join(f"{one.term} {one.comments}" for one in point.sub_issues),
                    "优先级 Priority": point.priority,
                    "影响 Impact": point.impact,
                    "严重度 Severity": point.severity,
                    "趋势 Trend": point.trend,
                    "趋势依据 Trend seen": _seen(point),
                    "评论 Comments": point.comments,
                    "负责人 Owner": person(point.owner),
                    "期限 Due": local_time(point.due) if point.due else None,
                    "编号 Id": point.id,
                }
