"""Writing the report: records and words into one HTML file."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from voc.records import Analysis
from voc.report import charts, content
from voc.report.format import interval, local_time, number, share, signed
from voc.report.summary import average_negative, things_to_know
from voc.report.voice import Voice, glosses_of
from voc.report.words import Language
from voc.statistics.drivers import DECIMALS
from voc.statistics.intervals import LEAST
from voc.statistics.plan import Owner, plan, with_owners
from voc.statistics.records import StatisticsReport
from voc.statistics.since import Since
from voc.taxonomy import Taxonomy, load_taxonomy

CARDS = 10  # pain points with quotes
LISTED = 30  # pain points in all; the rest is in the workbook
PLANNED = 15
COMPARED = 10  # pain points then and now


def report_html(
    analysis: Analysis,
    statistics: StatisticsReport | None = None,
    *,
    language: Language = "zh",
    taxonomy: Taxonomy | None = None,
    title: str | None = None,
    texts: Mapping[str, str] | None = None,
    owners: Mapping[str, Owner] | None = None,
    earlier: Since | None = None,
) -> str:
    """Write the report of a run: one HTML file that needs nothing else, for reading and for paper.

    Parameters
    ----------
    analysis : Analysis
        Of the run; pain points need their quotes, and their members where there are no statistics.
    statistics : StatisticsReport, optional
        Of the same comments; sections that need them are left out without.
    language : {"zh", "en"}
        Of the reader.
    taxonomy : Taxonomy, optional
        That of the run; the shipped one where left out.
    title : str, optional
        Of the report.
    texts : mapping of str to str, optional
        Id of a comment → its text, redacted: quotes are then shown with what stands around them.
    owners : mapping of str to Owner, optional
        Pain point id → who solves it; goes before what the statistics say.
    earlier : Since, optional
        What changed since the report before; without, that there is none is said.

    Returns
    -------
    str
        HTML; it holds no script and refers to nothing outside.

    Examples
    --------
    >>> from voc.records import *
    >>> run = RunInfo(id="r1", started_at="2026-03-05T09:00:00", voc_version="1", models={}, seed=42, seconds={})
    >>> read = InputInfo(files=(), rows=1, comments=1, duplicates=0, uninformative=0, problems=(), notices=())
    >>> metrics = Metrics(sentiment={"negative": ShareOf(n=1, share=1, interval=(0.2, 1))})
    >>> nothing = {"journey": (), "pain_points": (), "unassigned": Unassigned(size=0, share=0), "quality": Quality(coverage=1)}
    >>> "负面评论占 100.0" in report_html(Analysis(run=run, input=read, metrics=metrics, **nothing))
    True
    """
    voice = Voice(language, taxonomy or load_taxonomy(), glosses_of(analysis.pain_points))
    tree = statistics.plan if statistics else plan(analysis.pain_points, voice.taxonomy, changes=analysis.changes, owners=owners)
    tree = with_owners(tree, owners) if statistics and owners else tree
    return (
        _environment()
        .get_template("report.html.jinja")
        .render(
            analysis=analysis,
            statistics=statistics,
            voice=voice,
            title=title or voice("head.title"),
            style=Markup(style()),  # noqa: S704 our own
            things=things_to_know(analysis, statistics, voice),
            average=average_negative(analysis.journey),
            period=content.period_of(analysis),
            cards=content.cards(analysis, statistics.trends if statistics else None, tree, texts or {}, CARDS),
            plan_rows=content.plan_rows(tree),
            formula=voice.half(tree.formula),
            since=earlier,
            compared=COMPARED,
            least=LEAST,
            decimals=DECIMALS,
            cards_most=CARDS,
            listed=LISTED,
            planned=PLANNED,
        )
    )


@cache
def style() -> str:
    """The style sheet that the report holds.

    Returns
    -------
    str
        CSS.
    """
    return files("voc.report").joinpath("report.css").read_text(encoding="utf-8")


@cache
def content_security_policy() -> str:
    """What a browser may do with a report that a server shows: apply its own style sheet, nothing else.

    Returns
    -------
    str
        Value of ``Content-Security-Policy``.

    Examples
    --------
    >>> content_security_policy().startswith("sandbox; default-src 'none'; style-src 'sha256-")
    True
    """
    digest = b64encode(sha256(style().encode()).digest()).decode()
    return f"sandbox; default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("voc.report", ""), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"number": number, "share": share, "interval": interval, "signed": signed, "local_time": local_time}
    environment.globals |= {"charts": charts, "content": content}
    return environment
