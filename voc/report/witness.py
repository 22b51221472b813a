"""Sees each comment as it is scored, and keeps what a report of the batch needs beside the analysis."""

from __future__ import annotations

from voc.records import Analysis, Annotation, Comment
from voc.report.content import QUOTES
from voc.report.page import CARDS, report_html
from voc.report.words import Language
from voc.statistics import Gatherer, Wishes, report_of
from voc.taxonomy import Taxonomy


class ReportWitness:
    """Give its `add` to `voc.analysis.analyse`.

    Parameters
    ----------
    taxonomy : Taxonomy
        Of the pipeline.
    seed : int
        Of the statistics.
    """

    def __init__(self, taxonomy: Taxonomy, seed: int = 42) -> None:
        self.taxonomy = taxonomy
        self.seed = seed
        self._gatherer = Gatherer(taxonomy)
        self._texts: dict[str, str] = {}  # which comments will be quoted is not known yet

    def add(self, comment: Comment, annotation: Annotation) -> None:
        """Take one comment.

        Parameters
        ----------
        comment : Comment
            As read.
        annotation : Annotation
            What was found in it.
        """
        self._gatherer.add(comment, annotation)
        self._texts[annotation.id] = annotation.text

    def html(self, analysis: Analysis, language: Language = "zh") -> str:
        """The report.

        Parameters
        ----------
        analysis : Analysis
            Of the comments that were taken.
        language : {"zh", "en"}
            Of the reader.

        Returns
        -------
        str
            As of `report_html`.
        """
        columns = self._gatherer.columns(analysis.pain_points, analysis.input.problems)
        quoted = {quote.comment_id for point in analysis.pain_points[:CARDS] for quote in point.quotes[:QUOTES]}
        return report_html(
            analysis,
            report_of(columns, analysis, Wishes(seed=self.seed)),
            language=language,
            taxonomy=self.taxonomy,
            texts={name: self._texts[name] for name in quoted if name in self._texts},
        )
