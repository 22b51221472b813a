"""What is counted while comments are scored one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from voc.complaints import Complaint, complaints_of
from voc.metrics import nps, share, wilson
from voc.records import LABELS, Annotation, Comment, JourneyCell, Metrics, Nps, Problem, ShareOf
from voc.taxonomy import Taxonomy


class Tally:
    """What is counted while comments are scored one by one.

    Parameters
    ----------
    taxonomy : Taxonomy
        Whose touchpoints make the journey.
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.taxonomy = taxonomy
        self.comments = self.uninformative = 0
        self.sentiments: Counter[str] = Counter()
        self.mentions: Counter[str] = Counter()
        self.negative: Counter[str] = Counter()
        self.complaints: list[Complaint] = []

    def add(self, annotation: Annotation) -> None:
        """Count one comment.

        Parameters
        ----------
        annotation : Annotation
            What the pipeline found in it.
        """
        self.comments += 1
        self.uninformative += not annotation.informative
        self.sentiments[annotation.sentiment.label] += 1
        self.mentions.update({mention.id for mention in annotation.touchpoints})
        self.negative.update({mention.id for mention in annotation.touchpoints if mention.polarity == "negative"})
        self.complaints += complaints_of(annotation)

    def metrics(self, nps: Nps | None) -> Metrics:
        """Figures of the whole batch.

        Parameters
        ----------
        nps : Nps or None
            From `nps_of`.

        Returns
        -------
        Metrics
            Shares are of the comments counted so far.
        """
        return Metrics(sentiment={label: _share_of(self.sentiments[label], self.comments) for label in LABELS}, nps=nps)

    def journey(self) -> tuple[JourneyCell, ...]:
        """Each touchpoint along the customer journey.

        Returns
        -------
        tuple of JourneyCell
            In the taxonomy's order, touchpoints that nobody mentions included.
        """
        return tuple(
            JourneyCell(
                stage=touchpoint.stage,
                touchpoint=touchpoint.id,
                mentions=self.mentions[touchpoint.id],
                negative=self.negative[touchpoint.id],
                share=share(self.negative[touchpoint.id], self.mentions[touchpoint.id]),
                interval=wilson(self.negative[touchpoint.id], self.mentions[touchpoint.id]),
            )
            for touchpoint in self.taxonomy.touchpoints
        )


def score_of(scores: Sequence[int]) -> Nps | None:
    """Net Promoter Score of a batch.

    Parameters
    ----------
    scores : sequence of int
        0–10, of all respondents who gave one, whether they wrote something or not.

    Returns
    -------
    Nps or None
        None where nobody did.

    Examples
    --------
    >>> score_of([10, 10, 3, 8]).value
    25.0
    """
    if not scores:
        return None
    value, interval = nps(scores)
    return Nps(n=len(scores), value=value, interval=interval)


def nps_of(comments: Iterable[Comment], problems: Iterable[Problem]) -> Nps | None:
    """Net Promoter Score of all respondents of a batch.

    Parameters
    ----------
    comments : iterable of Comment
        Those of one row are one respondent's.
    problems : iterable of Problem
        Of the same tables: with the answers of those who wrote nothing.

    Returns
    -------
    Nps or None
        None where nobody gave such a score.

    Examples
    --------
    >>> from voc.records import Answer
    >>> blank = Problem(file="a.csv", row=3, reason="空白回答", answer=Answer(nps=3))
    >>> nps_of([Comment(id="1", text="很好", nps=9)], [blank]).n
    2
    """
    written = {(one.file, one.row) if one.row else (one.id, 0): one.nps for one in comments if one.nps is not None}
    wordless = [one.answer.nps for one in problems if one.answer and one.answer.nps is not None]
    return score_of([*written.values(), *wordless])


def _share_of(count: int, n: int) -> ShareOf:
    return ShareOf(n=count, share=share(count, n), interval=wilson(count, n))
