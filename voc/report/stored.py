"""What a report of a run in the store shows: the run as it holds after reviews and edits, in the customers' words, with its owners."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from voc.records import Analysis
from voc.report.content import QUOTES
from voc.report.page import CARDS, report_html
from voc.report.words import Language
from voc.report.workbook import COMMENTS_LIMIT, CommentTable, write_report
from voc.statistics import StatisticsReport
from voc.store import Current, Store
from voc.store.cases import Sees
from voc.store.export import COLUMNS
from voc.store.statistics import owners_of
from voc.taxonomy import Taxonomy


@dataclass(frozen=True)
class Stored:
    """A run with what belongs to it.

    Parameters
    ----------
    store : Store
        Holds it.
    now : Current
        As it holds.
    sees : callable, optional
        Which uploads the reader may see the cases of; all where left out.
    """

    store: Store
    now: Current
    sees: Sees | None = None

    @property
    def run_id(self) -> str:  # numpydoc ignore=RT01
        """Of the run."""
        return self.now.run.id

    @property
    def taxonomy(self) -> Taxonomy:  # numpydoc ignore=RT01
        """That the run was scored with."""
        return self.store.words_of(self.now.run.settings)[0]

    @property
    def statistics(self) -> StatisticsReport | None:  # numpydoc ignore=RT01
        """Of the run as it was analysed, with those who mend its pain points; none where it was saved without."""
        found, made = self.store.statistics(self.run_id), self.store.plan(self.run_id, self.sees)
        return found.model_copy(update={"plan": made}) if found and made else found

    def html(self, language: Language = "zh", title: str | None = None) -> str:
        """The report.

        Parameters
        ----------
        language : {"zh", "en"}
            Of the reader.
        title : str, optional
            Of the report.

        Returns
        -------
        str
            As of `report_html`.
        """
        analysis = self.now.analysis
        quoted = {quote.comment_id for point in analysis.pain_points[:CARDS] for quote in point.quotes[:QUOTES]}
        return report_html(
            analysis,
            self.statistics,
            language=language,
            taxonomy=self.taxonomy,
            title=title,
            texts=self.store.texts(self.run_id, quoted),
            owners=owners_of(self.now.run, self.store.cases(sees=self.sees)),
        )

    def write_xlsx(self, path: Path) -> None:
        """The workbook: analysis, statistics, comments.

        Parameters
        ----------
        path : pathlib.Path
            Ends in ``.xlsx``.
        """
        with self.store.export_rows(self.run_id) as rows:
            comments = CommentTable(COLUMNS, list(islice(rows.cells(), COMMENTS_LIMIT)), self.now.analysis.input.comments)
        write_report(self.whole(), self.taxonomy, path, statistics=self.statistics, comments=comments)

    def whole(self) -> Analysis:
        """The analysis with the members of its pain points.

        Returns
        -------
        Analysis
            As `voc analyse` writes it.
        """
        return self.store.current_with_members(self.run_id)
