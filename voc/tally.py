"""What is counted while comments are scored one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from voc.complaints import Complaint, complaints_of
from voc.metrics import nps, share, wilson
from voc.records import LABELS, Annotation, JourneyCell, Metrics, Nps, ShareOf
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
            From `score_of`.

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


def _share_of(count: int, n: int) -> ShareOf:
    return ShareOf(n=count, share=share(count, n), interval=wilson(count, n))
