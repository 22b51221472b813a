"""Comments, what was found in them and what the table says beside them, as columns: what all statistics are counted on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from voc.errors import SettingsError
from voc.ingest.scores import score as stated_score
from voc.records import SCORES, Annotation, Answer, Comment, PainPoint, Problem
from voc.statistics.factor import Factor, Ints
from voc.statistics.intervals import Doubles
from voc.taxonomy import Taxonomy

Bools = NDArray[np.bool_]
OF_ROWS = ("channel", "source_type", "store", "product", "region")  # what a row says, whether or not anything was written in it
FIELDS = (*OF_ROWS, "question")
NO_DAY = np.datetime64("NaT", "D")
_MARKS = {"negative": -1, "neutral": 0, "positive": 1}


@dataclass(frozen=True)
class Wordless:
    """Respondents who gave scores and wrote nothing, column by column.

    Parameters
    ----------
    names : mapping of str to sequence of (str or None), length m
        Of each of `OF_ROWS`: what the table says.
    scores : mapping of str to ndarray of shape (m,)
        As those of `Columns`.
    weights : ndarray of shape (m,), optional
        Survey weights, > 0.
    """

    names: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    scores: Mapping[str, Doubles] = field(default_factory=dict)
    weights: Doubles | None = None

    def __len__(self) -> int:
        return len(next(iter(self.scores.values()), ()))


@dataclass(frozen=True)
class Columns:
    """One batch, column by column.

    Parameters
    ----------
    ids : tuple of str, length n
        Of the comments.
    respondent : ndarray of shape (n,)
        Number of the respondent, 0 … n_respondents − 1: comments of one row of a table share theirs.
    day : ndarray of datetime64[D], shape (n,)
        NaT where unknown.
    factors : mapping of str to Factor
        Segments: channel, store, …, and what was asked for.
    scores : mapping of str to ndarray of shape (n,)
        nps, csat, ces, rating and further columns of numbers; NaN where none.
    sentiment : ndarray of int8, shape (n,)
        −1, 0, 1.
    churn : ndarray of bool, shape (n,)
        States the intent to leave.
    negative, positive, mentioned : ndarray of bool, shape (n, n_touchpoints)
        How each touchpoint of `taxonomy` is spoken of.
    pains : ndarray of bool, shape (n, n_points)
        Which of `points` it names.
    taxonomy : Taxonomy
        Names of the touchpoints.
    points : tuple of PainPoint
        The columns of `pains`.
    customers : tuple of (str or None), length n
        Customer ids.
    weights : ndarray of shape (n,), optional
        Survey weights, > 0.
    wordless : Wordless
        Respondents who are in none of the rows above.
    """

    ids: tuple[str, ...]
    respondent: Ints
    day: NDArray[np.datetime64]
    factors: Mapping[str, Factor]
    scores: Mapping[str, Doubles]
    sentiment: NDArray[np.int8]
    churn: Bools
    negative: Bools
    positive: Bools
    mentioned: Bools
    pains: Bools
    taxonomy: Taxonomy
    points: tuple[PainPoint, ...]
    customers: tuple[str | None, ...] = ()
    weights: Doubles | None = None
    wordless: Wordless = field(default_factory=Wordless)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def first(self) -> Ints:  # numpydoc ignore=RT01
        """Row of the first comment of each respondent."""
        return np.unique(self.respondent, return_index=True)[1]

    def by_respondent(self, marks: Bools) -> Bools:
        """Whether any comment of a respondent has a mark.

        Parameters
        ----------
        marks : ndarray of bool, shape (n, n_marks)
            Of the comments.

        Returns
        -------
        ndarray of bool, shape (n_respondents, n_marks)
            Of the respondents.
        """
        whole = np.zeros((int(self.respondent.max(initial=-1)) + 1, marks.shape[1]), dtype=bool)
        rows, columns = np.nonzero(marks)
        whole[self.respondent[rows], columns] = True
        return whole


@dataclass
class Gatherer:
    """Takes comments one by one, as they are scored, and keeps only what the statistics need.

    Parameters
    ----------
    taxonomy : Taxonomy
        Whose touchpoints count.
    weight : str, optional
        Column that holds survey weights.
    numbers : sequence of str
        Further columns of scores.
    segments : sequence of str
        Further columns of names.
    held : bool
        Somebody keeps the comments anyhow, so that copies of them would only cost memory.

    Examples
    --------
    >>> from voc.pipeline import Pipeline
    >>> pipeline, comments = Pipeline(quality="fast"), [Comment(id="1", text="送餐太慢了", nps=3)]
    >>> gatherer = Gatherer(pipeline.taxonomy)
    >>> for comment, annotation in zip(comments, pipeline.pipe(comments)):
    ...     gatherer.add(comment, annotation)
    >>> columns = gatherer.columns(points=())
    >>> columns.scores["nps"].tolist(), columns.sentiment.tolist()
    ([3.0], [-1])
    """

    taxonomy: Taxonomy
    weight: str | None = None
    numbers: Sequence[str] = ()
    segments: Sequence[str] = ()
    held: bool = False
    _rows: list[tuple[Comment, int, bool]] = field(default_factory=list)
    _mentions: list[tuple[int, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._places = {touchpoint.id: place for place, touchpoint in enumerate(self.taxonomy.touchpoints)}

    def add(self, comment: Comment, annotation: Annotation) -> None:
        """Take one comment.

        Parameters
        ----------
        comment : Comment
            As read.
        annotation : Annotation
            What was found in it.
        """
        at = len(self._rows)
        churn = any(intent.id == "churn" for intent in annotation.intents)
        # The text is not needed, and is most of what a comment weighs.
        kept = comment if self.held else comment.model_copy(update={"text": ""})
        self._rows.append((kept, _MARKS[annotation.sentiment.label], churn))
        for mention in annotation.touchpoints:
            if mention.id in self._places:
                self._mentions.append((at, self._places[mention.id], _MARKS[mention.polarity]))

    def columns(self, points: Sequence[PainPoint], problems: Iterable[Problem] = ()) -> Columns:
        """All that was taken.

        Parameters
        ----------
        points : sequence of PainPoint
            Of the same comments.
        problems : iterable of Problem
            Of the same tables: with the answers of respondents who wrote nothing.

        Returns
        -------
        Columns
            In the order in which the comments came.

        Raises
        ------
        SettingsError
            If no row has the column of weights, or a weight is not above 0.
        """
        comments = [comment for comment, _, _ in self._rows]
        n, at = len(comments), {comment.id: place for place, comment in enumerate(comments)}
        keys = [(comment.file, comment.row) if comment.row else (comment.id, 0) for comment in comments]
        numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
        marks = np.zeros((3, n, len(self._places)), dtype=bool)
        for row, place, polarity in self._mentions:
            marks[polarity + 1, row, place] = True
        pains = np.zeros((n, len(points)), dtype=bool)
        for place, point in enumerate(points):
            pains[[at[quote.comment_id] for quote in point.members if quote.comment_id in at], place] = True
        fields = {name: [getattr(comment, name) for comment in comments] for name in FIELDS}
        fields |= {name: [comment.extra.get(name) for comment in comments] for name in self.segments}
        silent = [one.answer for one in problems if one.answer]
        weights = self._weights([*comments, *silent])
        return Columns(
            ids=tuple(at),
            respondent=np.array([numbers[key] for key in keys], dtype=np.int64),
            day=np.array([comment.created_at[:10] if comment.created_at else NO_DAY for comment in comments], dtype="datetime64[D]"),
            factors={name: Factor.of(values) for name, values in fields.items() if any(values)},
            scores=self._scores(comments),
            sentiment=np.array([sentiment for _, sentiment, _ in self._rows], dtype=np.int8),
            churn=np.array([churn for _, _, churn in self._rows], dtype=bool),
            negative=marks[0],
            positive=marks[2],
            mentioned=np.logical_or.reduce(marks, axis=0),
            pains=pains,
            taxonomy=self.taxonomy,
            points=tuple(points),
            customers=tuple(comment.customer_id for comment in comments),
            weights=None if weights is None else weights[:n],
            wordless=Wordless(
                names={name: [getattr(answer, name) for answer in silent] for name in OF_ROWS},
                scores=self._scores(silent),
                weights=None if weights is None else weights[n:],
            ),
        )

    def _scores(self, rows: Sequence[Comment | Answer]) -> dict[str, Doubles]:
        """Those that anybody gave."""
        scores: dict[str, Doubles] = {name: np.array([getattr(row, name) for row in rows], dtype=float) for name in SCORES}
        scores |= {name: np.array([_number(row, name) for row in rows]) for name in self.numbers}
        return {name: values for name, values in scores.items() if not np.isnan(values).all()}

    def _weights(self, rows: Sequence[Comment | Answer]) -> Doubles | None:
        if self.weight is None:
            return None
        weights = np.array([_number(row, self.weight) for row in rows])
        if np.isnan(weights).all():
            raise SettingsError(
                "no_weights", f"没有权重列 / no column of weights: {self.weight!r}", "检查列名；它不能兼作其他角色 / check the name"
            )
        if (weights <= 0).any() or np.isnan(weights).any():
            wrong = int(((weights <= 0) | np.isnan(weights)).sum())
            raise SettingsError(
                "bad_weights",
                f"{wrong} 条评论或打分的权重不是正数 / the weight of {wrong} comments or scores is no number above 0: {self.weight!r}",
                "补全权重，或去掉 --weight / fill them in, or leave --weight out",
            )
        return weights


def _number(row: Comment | Answer, column: str) -> float:
    cell = row.extra.get(column)
    value = stated_score(cell) if cell else None
    return np.nan if value is None else value


def gather(
    comments: Iterable[Comment],
    annotations: Iterable[Annotation],
    points: Sequence[PainPoint],
    taxonomy: Taxonomy,
    *,
    problems: Iterable[Problem] = (),
    weight: str | None = None,
    numbers: Sequence[str] = (),
) -> Columns:
    """Columns of comments that are scored already.

    Parameters
    ----------
    comments, annotations : iterable of Comment, iterable of Annotation
        In the same order.
    points : sequence of PainPoint
        Found in them.
    taxonomy : Taxonomy
        That they were scored with.
    problems : iterable of Problem
        Of the same tables.
    weight : str, optional
        Column of survey weights.
    numbers : sequence of str
        Further columns of scores.

    Returns
    -------
    Columns
        As of `Gatherer.columns`.
    """
    gatherer = Gatherer(taxonomy, weight, numbers, held=isinstance(comments, Sequence))
    for comment, annotation in zip(comments, annotations, strict=True):
        gatherer.add(comment, annotation)
    return gatherer.columns(points, problems)
