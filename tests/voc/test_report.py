"""The report: its figures are those of the analysis, it needs nothing else, says nothing that the data does not, and prints."""

from __future__ import annotations

import re
import string
from html.parser import HTMLParser
from time import perf_counter

import pytest
from python_calamine import CalamineWorkbook

from conftest import ROOT
from toy_store import analysis_of, pain_point, scored, small_batch
from voc.analysis import analyse
from voc.cli import main
from voc.records import Nps, SourceTable
from voc.report import content_security_policy, report_html
from voc.report.content import quoted
from voc.report.format import interval, number, share, signed
from voc.report.page import style
from voc.report.voice import Voice
from voc.report.words import load_words
from voc.statistics import Gatherer, Owner, report_of
from voc.statistics.since import since

SURVEY = ROOT / "corpora" / "samples" / "retail_survey.xlsx"
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


class Page(HTMLParser):
    """Elements with their attributes, and the cells of each table by its caption."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.tables: list[tuple[str, list[list[str]]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._open.append(tag)
        if tag == "table":
            self.tables.append(("", []))
        elif tag == "tr":
            self.tables[-1][1].append([])
        elif tag in ("th", "td"):
            self.tables[-1][1][-1].append("")

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        if "style" in self._open:
            return
        self.text += data
        if "caption" in self._open:
            self.tables[-1] = (self.tables[-1][0] + data, self.tables[-1][1])
        elif {"td", "th"} & set(self._open):
            self.tables[-1][1][-1][-1] += data.strip()

    def table(self, first_heading: str) -> list[list[str]]:
        return next(rows[1:] for _, rows in self.tables if rows[0][0] == first_heading)


@pytest.fixture(scope="module")
def survey(fast_pipeline):
    """Analysis and statistics of the sample survey, and the texts of its comments."""
    gatherer, texts = Gatherer(fast_pipeline.taxonomy), {}

    def see(comment, annotation):
        gatherer.add(comment, annotation)
        texts[annotation.id] = annotation.text

    analysis = analyse([SURVEY], pipeline=fast_pipeline, on_scored=see)
    return analysis, report_of(gatherer.columns(analysis.pain_points, analysis.input.problems), analysis), texts


@pytest.fixture(scope="module")
def page(survey):
    analysis, statistics, texts = survey
    return Page(report_html(analysis, statistics, texts=texts))


def test_report_has_the_figures_of_the_analysis(survey, page):
    analysis, statistics, _ = survey
    nps = analysis.metrics.nps
    assert f"NPS 为 {signed(nps.value)}（95\N{NO-BREAK SPACE}% 区间 {Voice().range(nps.interval)}，n = {number(nps.n)}）" in page.text
    rows = page.table("情感")
    assert [row[1:] for row in rows] == [
        [number(part.n), share(part.share), interval(part.interval)] for part in analysis.metrics.sentiment.values()
    ]
    journey = next(rows for caption, rows in page.tables if caption == "各触点的数字")[1:]
    assert [row[2:5] for row in journey] == [
        [number(cell.mentions), share(cell.share), interval(cell.interval)] if cell.mentions else ["0", "–", "–"]
        for cell in analysis.journey
    ]
    others = next(rows for caption, rows in page.tables if caption == "第 11–30 位")[1:]
    assert [(row[1], row[3], row[4], row[5]) for row in others] == [
        (point.label, number(point.comments), share(point.share), interval(point.interval)) for point in analysis.pain_points[10:30]
    ]
    for point in analysis.pain_points[:10]:
        assert f"{number(point.comments)} / {number(analysis.input.comments)} 条" in page.text
    by_group = next(rows for caption, rows in page.tables if caption == "分组的净推荐值 NPS")[1:]
    known = {
        (one.segment, number(one.figure.n)): signed(one.figure.value) for one in statistics.satisfaction if one.figure.value is not None
    }
    assert len(by_group) > 20
    assert all(known[row[1], row[4]] == row[2] for row in by_group)


def test_report_says_what_changed_what_goes_with_the_score_and_what_to_do(survey, page):
    analysis, statistics, _ = survey
    trends = statistics.trends
    assert f"警报里预计至多 {trends.expected_false} 条是假的" in page.text
    assert f"对 {trends.tests} 项变化一起做了检验" in page.text
    for alert in statistics.alerts:
        assert alert.message.split(" / ")[0] in page.text
    assert "相关，不等于原因" in page.text
    model = next(one for one in statistics.drivers if one.level == "pain_point")
    effects = next(rows for _, rows in page.tables if rows[0][0] == "主题" and rows[1][0] == model.drivers[0].label)
    assert effects[1][1:4:2] == [number(model.drivers[0].mentions), Voice().range(model.drivers[0].effect.interval)]
    plan = next(rows for _, rows in page.tables if rows[0][:2] == ["痛点", "阶段 › 触点"])[1:]
    priorities = [float(row[6]) for row in plan]
    assert priorities == sorted(priorities, reverse=True)
    assert len(analysis.pain_points) > len(plan) == 15


def test_report_has_five_things_each_with_a_number(survey):
    analysis, statistics, texts = survey
    things = re.findall(r"<li>(.*?)</li>", report_html(analysis, statistics, texts=texts))
    assert len(things) == 5
    assert all(re.search(r"\d", thing) for thing in things)


def test_report_begins_with_the_three_things_to_do_who_does_them_and_how_they_are_ranked(survey):
    analysis, statistics, _ = survey
    planned = sorted(
        (point for stage in statistics.plan.stages for touchpoint in stage.touchpoints for point in touchpoint.pain_points),
        key=lambda point: -point.priority,
    )
    owners = {planned[1].id: Owner("王芳", "2026-12-01T01:00:00+00:00"), planned[2].id: Owner("local", "月底前")}
    found = Page(report_html(analysis, statistics, owners=owners))
    rows = next(rows for caption, rows in found.tables if caption == "先做这三件")[1:]
    assert [row[0] for row in rows] == [point.label for point in planned[:3]]
    assert [row[5:] for row in rows] == [["还没有人", "未定"], ["王芳", "2026-12-01"], ["本机", "月底前"]]
    for row, point in zip(rows, planned, strict=False):
        assert row[3] == f"100 × {number(point.impact, 2)} × {number(point.severity, 2)} × {number(point.trend, 2)}"
        assert float(row[4]) == point.priority == pytest.approx(100 * point.impact * point.severity * point.trend, abs=0.1)
    assert found.text.index("先做这三件") < found.text.index("满意度 NPS 为")


def test_report_says_what_changed_since_the_last_one(survey):
    analysis, statistics, _ = survey
    first, second, *others = analysis.pain_points
    before = [first.model_copy(update={"comments": 2 * first.comments}), second.model_copy(update={"comments": 5}), *others]
    last = analysis.model_copy(
        update={
            "pain_points": tuple(before),
            "run": analysis.run.model_copy(update={"id": "earlier", "models": {"sentiment": "other@1"}}),
            "metrics": analysis.metrics.model_copy(update={"nps": Nps(n=1500, value=60.0, interval=(56.0, 64.0))}),
        }
    )
    compared = since(analysis, last)
    page = Page(report_html(analysis, statistics, earlier=compared))
    rows = page.table("指标与痛点")
    nps = analysis.metrics.nps
    assert rows[0] == [
        "NPS", "+60.0", signed(nps.value), signed(compared.nps.value), Voice().range(compared.nps.interval), "–", "下降",
    ]  # fmt: skip
    assert rows[1][1:4] == [share(analysis.metrics.sentiment["negative"].share)] * 2 + ["0.0"]
    assert rows[1][6] == "未见变化"
    assert [(row[0], row[6]) for row in rows[2:4]] == [(second.label, "上升"), (first.label, "下降")]
    assert rows[3][1:3] == [share(2 * first.comments / analysis.input.comments), share(first.share)]
    assert len(rows) == 12
    assert "可能来自模型" in page.text
    assert "没有用同一本痛点手册" in page.text  # neither kept to one


def test_report_says_plainly_that_there_is_no_earlier_one(page):
    assert "没有更早的一次可比" in page.text


def test_report_says_what_the_unassigned_complaints_are(survey, page):
    analysis, _, _ = survey
    outside = analysis.unassigned
    everything = outside.size + sum(point.size for point in analysis.pain_points)
    assert f"{number(outside.size)} 条，占全部抱怨（{number(everything)} 条）的 {share(outside.share)}" in page.text
    assert sum(outside.touchpoints.values()) == outside.size
    rows = next(rows for _, rows in page.tables if rows[0][1:2] == ["条数"])[1:]
    assert [row[1] for row in rows] == [number(count) for count in list(outside.touchpoints.values())[:5]]
    assert len(outside.examples) == 5
    shown = "".join(row[3] for row in rows)
    assert all(f"「{one.text}」" in shown for one in outside.examples)
    inside = {(one.comment_id, one.start) for point in analysis.pain_points for one in point.members}
    assert not inside & {(one.comment_id, one.start) for one in outside.examples}


def test_report_needs_nothing_else(survey, page):
    analysis, statistics, texts = survey
    text = report_html(analysis, statistics, texts=texts)
    assert not {tag for tag, _ in page.elements} & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    assert "http" not in text
    assert "url(" not in text
    assert "@import" not in text
    for _, attributes in page.elements:
        assert not any(name.startswith("on") or name in ("style", "src") for name in attributes)
        assert (attributes.get("href") or "#").startswith("#")
    targets = {attributes.get("id") for _, attributes in page.elements}
    assert {attributes["href"][1:] for _, attributes in page.elements if "href" in attributes} <= targets
    assert len(text.encode()) < 1_000_000


def test_report_is_fast(survey):
    analysis, statistics, texts = survey
    start = perf_counter()
    report_html(analysis, statistics, texts=texts)
    assert perf_counter() - start < 2


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("with_statistics", [True, False])
def test_report_in_both_languages_with_and_without_statistics(survey, language, with_statistics):
    analysis, statistics, _ = survey
    text = report_html(analysis, statistics if with_statistics else None, language=language)
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in text
    assert ('id="drivers"' in text) is with_statistics
    assert 'id="plan"' in text
    assert "None" not in Page(text).text


def test_report_prints(page):
    sheet = style()
    assert "@page { size: A4" in sheet
    assert "counter(page)" in sheet
    assert "break-inside: avoid" in sheet
    assert "table-header-group" in sheet
    assert "color-scheme: light" in sheet
    assert "prefers-color-scheme" not in sheet
    assert all(rows[0] for _, rows in page.tables)


def test_report_draws_charts_as_the_pages_do():
    """One set of rules in two style sheets: what is the same here must be the same there."""
    pages = (ROOT / "web" / "static" / "voc.css").read_text(encoding="utf-8")
    rules = style().partition("/* Charts as on the pages */")[2].partition("/* Charts here */")[0].split("\n")
    assert len(rules) > 15
    assert [rule for rule in rules if rule not in pages] == []
    colours = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", sheet.partition("}")[0])) for sheet in (style(), pages)]
    assert colours[0].items() <= colours[1].items()


def test_report_escapes_whatever_it_is_given():
    batch = [scored(str(number), EVIL + "慢" * number, "negative", "delivery") for number in range(1, 4)]
    point = pain_point("pp-1", EVIL, batch, "delivery").model_copy(update={"terms": (EVIL,), "gloss": EVIL, "first_seen": "2026-01-02"})
    analysis = analysis_of(batch, points=[point.model_copy(update={"last_seen": "2026-01-05"})])
    source = SourceTable(name=EVIL, columns={"text": EVIL, "nps": EVIL}, text_columns=(EVIL,))
    problem = analysis.input.problems[0].model_copy(update={"file": EVIL, "column": EVIL, "reason": EVIL})
    read = analysis.input.model_copy(update={"files": (source,), "problems": (problem,)})
    analysis = analysis.model_copy(update={"input": read})
    for language in ("zh", "en"):
        text = report_html(
            analysis,
            language=language,
            title=EVIL,
            owners={"pp-1": Owner(EVIL, EVIL)},
            texts={"1": EVIL + "慢"},
        )
        assert EVIL not in text
        assert text.count("&lt;script&gt;") > 5
        assert not [tag for tag, _ in Page(text).elements if tag in ("script", "img")]


def test_report_of_very_little_is_a_report():
    analysis = analysis_of(small_batch()[:1])
    text = Page(report_html(analysis)).text
    assert "没有找到痛点" in text
    assert "没有推荐分" in text


def test_report_is_cautious_where_intervals_say_little():
    batch = small_batch()
    points = [pain_point("pp-1", "客服不回复", batch[:2]), pain_point("pp-2", "退款慢", batch[2:4])]
    analysis = analysis_of(batch, points=points)
    text = Page(
        report_html(
            analysis.model_copy(update={"metrics": analysis.metrics.model_copy(update={"nps": Nps(n=8, value=5, interval=(-40, 50))})})
        )
    ).text
    assert "说不准推荐者多还是贬损者多" in text
    assert "谁先谁后不必当真" in text


def test_quotes_show_what_stands_around_the_evidence():
    _, annotation = scored("1", "味道很好。" * 20 + "送餐太慢了" + "，下次还来。" * 20)
    point = pain_point("pp-1", "慢", [scored("1", "送餐太慢了")])
    quote = point.quotes[0].model_copy(update={"start": 100, "end": 105})
    pieces = quoted(quote, {"1": annotation.text})
    assert [piece.text for piece in pieces if piece.polarity] == ["送餐太慢了"]
    assert (pieces[0].text, pieces[-1].text) == ("…", "…")
    assert quoted(quote, {"1": "别的"}) == quoted(quote, {})


def test_owners_of_cases_go_before_the_statistics(survey):
    analysis, statistics, _ = survey
    first = analysis.pain_points[0]
    rows = Page(report_html(analysis, statistics, owners={first.id: Owner("王芳", "2026-12-01T18:00:00+08:00")})).tables
    plan = next(rows for _, rows in rows if rows[0][:2] == ["痛点", "阶段 › 触点"])
    assert [row[7:] for row in plan if row[0].startswith(first.label)] == [["王芳", "2026-12-01"]]


def test_content_security_policy_fits_the_style_sheet_and_nothing_else():
    policy = content_security_policy()
    assert policy.startswith("sandbox; default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_words_of_the_report_are_the_same_in_both_languages_and_all_used():
    chinese, english = load_words("zh"), load_words("en")
    assert chinese.keys() == english.keys()
    for key, text in chinese.items():
        assert [{name for _, name, _, _ in string.Formatter().parse(words) if name} for words in (text, english[key])].count(
            {name for _, name, _, _ in string.Formatter().parse(text) if name}
        ) == 2, key
        assert not re.search(r"[\u4e00-\u9fff]", english[key]), key
    folder = ROOT / "voc" / "report"
    source = "".join(path.read_text(encoding="utf-8") for path in [*folder.glob("*.py"), folder / "report.html.jinja"])
    starts = set(re.findall(r'"(\w+\.|\w+\.\w+_)(?:" ~|\{)', source))
    assert [key for key in chinese if not re.search(rf"[\"']{re.escape(key)}[\"']", source) and not key.startswith(tuple(starts))] == []
    template = re.sub(r"\{#.*?#\}", "", (folder / "report.html.jinja").read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"[\u4e00-\u9fff]", template)


@pytest.fixture(scope="module")
def written(survey, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    (folder / "analysis.json").write_text(survey[0].model_dump_json(), encoding="utf-8")
    (folder / "statistics.json").write_text(survey[1].model_dump_json(), encoding="utf-8")
    return folder


def test_cli_report_writes_the_page_and_the_workbook(written, survey):
    analysis, statistics, _ = survey
    page, book = written / "report.html", written / "report.xlsx"
    arguments = ["report", str(written / "analysis.json"), "--statistics", str(written / "statistics.json")]
    main([*arguments, "-o", str(page), "-o", str(book), "--title", "十月例会"], standalone=False)
    assert page.read_text(encoding="utf-8") == report_html(analysis, statistics, title="十月例会")
    sheets = CalamineWorkbook.from_path(str(book))
    assert {"概览 Overview", "痛点 Pain points", "旅程 Journey", "旅程统计 Journey", "满意度 Satisfaction"} <= set(sheets.sheet_names)
    points = sheets.get_sheet_by_name("痛点 Pain points").to_python()
    assert [(row[1], row[3]) for row in points[1:]] == [(point.label, point.comments) for point in analysis.pain_points]


def test_cli_report_compares_with_an_earlier_analysis(written, survey):
    analysis, statistics, _ = survey
    last = analysis.model_copy(update={"run": analysis.run.model_copy(update={"id": "earlier"})})
    (written / "last.json").write_text(last.model_dump_json(), encoding="utf-8")
    target = written / "compared.html"
    arguments = ["report", str(written / "analysis.json"), "--statistics", str(written / "statistics.json"), "-o", str(target)]
    main([*arguments, "--before", str(written / "last.json")], standalone=False)
    assert target.read_text(encoding="utf-8") == report_html(analysis, statistics, earlier=since(analysis, last))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.json"], "missing.json"),
        (["{folder}/analysis.json", "--before", "missing.json"], "missing.json"),
        (["{folder}/analysis.json", "--before", "{folder}/analysis.json"], "同一次分析"),
        (["r9", "--store", "sqlite:///{folder}/none.db", "--before", "{folder}/analysis.json"], "--before"),
        (["r9"], "--store"),
        (["{folder}/statistics.json"], "voc analyse"),
        (["{folder}/analysis.json", "--statistics", "{folder}/analysis.json"], "voc stats"),
        (["{folder}/analysis.json", "--statistics", "{folder}/other.json"], "不是同一批"),
        (["r9", "--store", "sqlite:///{folder}/none.db"], "voc db upgrade"),
        (["r9", "--store", "sqlite:///{folder}/none.db", "--statistics", "{folder}/statistics.json"], "--statistics"),
        (["{folder}/analysis.json", "-o", "{folder}/a.pdf"], ".html"),
    ],
)
def test_cli_report_says_what_is_wrong(written, survey, monkeypatch, capsys, arguments, said):
    monkeypatch.delenv("VOC_STORE", raising=False)
    other = survey[1].model_copy(update={"comments": 7})
    (written / "other.json").write_text(other.model_dump_json(), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["report", "-o", str(written / "no.html"), *(part.replace("{folder}", str(written)) for part in arguments)])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
    assert not (written / "no.html").exists()


def test_cli_analyse_writes_a_report_with_statistics_and_whole_quotes(tmp_path, write_table):
    texts = ["送餐太慢了，等了一个小时", "配送太慢了", "送餐慢得要命", "味道不错", "送餐太慢，客服不回复"]
    table = write_table([{"id": str(n), "text": text, "nps": n} for n, text in enumerate(texts * 3)])
    main(["analyse", str(table), "--quality", "fast", "-o", str(tmp_path / "report.html")], standalone=False)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert 'id="drivers"' in text
    assert "comments.jsonl" in text
