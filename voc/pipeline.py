"""The order of the steps: normalise → redact → tokenise → sentiment, touchpoint, intent → Annotation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from voc.alignment import AlignedText
from voc.intent import find_intents
from voc.language import detect_language, is_informative
from voc.modelstore import model_folder, read_meta
from voc.normalise import normalise
from voc.records import Annotation, Clause, Comment, Intent, Sentiment, Span, Verdict
from voc.redact import redact, redact_field
from voc.sentiment import Passage, SentimentModel
from voc.taxonomy import Taxonomy, load_taxonomy
from voc.tokenise import clauses, make_nlp, userdict_entries
from voc.touchpoint import TouchpointModel, roll_up

BATCH = 512


def prepare(text: str) -> tuple[AlignedText, dict[str, int]]:
    """Clean and redact one comment: what must happen before anything is stored or logged.

    Parameters
    ----------
    text : str
        As read from the table.

    Returns
    -------
    AlignedText
        Redacted text beside its normalised form.
    dict of str to int
        Kind of personal data → number of places masked.

    Examples
    --------
    >>> aligned, found = prepare("我的手机１３８００１３８０００，快联系我")
    >>> aligned.text, found
    ('我的手机[手机]，快联系我', {'phone': 1})
    """
    return redact(normalise(text))


def redact_comment(comment: Comment) -> Comment:
    """Copy of a comment in which no personal data is left, in its text or beside it.

    Parameters
    ----------
    comment : Comment
        As read from the table.

    Returns
    -------
    Comment
        Safe to store.
    """
    beside = {
        name: value for name in ("store", "product", "region", "customer_id", "channel", "source_type") if (value := getattr(comment, name))
    }
    return comment.model_copy(
        update={
            "text": prepare(comment.text)[0].text,
            "extra": {header: redact_field(header, value) for header, value in comment.extra.items()},
            **{name: redact_field(name, value) for name, value in beside.items()},
        }
    )


class Pipeline:
    """Scores comments; the same text gives the same answer whatever the batch around it.

    Parameters
    ----------
    taxonomy : Taxonomy, optional
        The shipped retail taxonomy where left out.
    userdicts : sequence of pathlib.Path
        jieba user dictionaries.
    model : str
        Name of the sentiment and touchpoint models in `models/`.

    Attributes
    ----------
    userdict_hits : collections.Counter
        User dictionary entry → number of comments scored so far that it was applied in.

    Examples
    --------
    >>> annotation = Pipeline()("送餐太慢了，味道不錯！")
    >>> [(mention.id, mention.polarity) for mention in annotation.touchpoints]
    [('delivery', 'negative'), ('product_quality', 'positive')]
    """

    def __init__(self, *, taxonomy: Taxonomy | None = None, userdicts: Sequence[Path] = (), model: str = "linear") -> None:
        self.taxonomy = taxonomy or load_taxonomy()
        self.nlp = make_nlp(userdicts)
        self.entries = userdict_entries(self.nlp)
        metas = {task: read_meta(task, model) for task in ("sentiment", "touchpoint")}
        self.models = {task: meta.reference for task, meta in metas.items()}
        self.sentiment = SentimentModel.load(model_folder("sentiment", model), metas["sentiment"].classifier)
        self.touchpoint = TouchpointModel.load(
            model_folder("touchpoint", model), self.taxonomy, metas["touchpoint"].settings["threshold"], metas["touchpoint"].classifier
        )
        self.userdict_hits: Counter[str] = Counter(dict.fromkeys(sorted(self.entries), 0))

    def __call__(self, text: str, id: str = "1") -> Annotation:
        """Score one comment.

        Parameters
        ----------
        text : str
            As the customer wrote it.
        id : str
            Name of the comment in the result.

        Returns
        -------
        Annotation
            The ``voc.score/1`` record.
        """
        return next(self.pipe([Comment(id=id, text=text)]))

    def pipe(self, comments: Iterable[Comment], batch_size: int = BATCH) -> Iterator[Annotation]:
        """Score comments as they come.

        Parameters
        ----------
        comments : iterable of Comment
            May be endless.
        batch_size : int
            How many are scored at a time, ≥ 1; changes the speed, never the result.

        Yields
        ------
        Annotation
            One per comment, in order.
        """
        source = iter(comments)
        while batch := list(islice(source, batch_size)):
            yield from self._score(batch)

    def words(self, normalised: str) -> list[str]:
        """Cut a text into words, by the pipeline's dictionaries.

        Parameters
        ----------
        normalised : str
            Normalised text.

        Returns
        -------
        list of str
            In order; marks and surplus blanks are words too.
        """
        return [token.text for token in self.nlp.tokenizer(normalised)]

    def _score(self, batch: Sequence[Comment]) -> Iterator[Annotation]:
        prepared = [prepare(comment.text) for comment in batch]
        passages = [self._cut(aligned.normalised) for aligned, _ in prepared]
        feelings = self.sentiment.predict(passages)
        topics = [self.touchpoint.choose(scores) for scores in self.touchpoint.predict(passages)]
        for comment, (aligned, found), passage, (sentiment, verdicts), chosen in zip(
            batch, prepared, passages, feelings, topics, strict=True
        ):
            yield self._annotate(comment.id, aligned, found, passage, sentiment, verdicts, chosen)

    def _cut(self, normalised: str) -> Passage:
        doc = self.nlp(normalised)
        if self.entries:
            self.userdict_hits.update({token.text for token in doc} & self.entries)
        return Passage(normalised, tuple(clauses(doc)))

    def _annotate(
        self,
        id: str,
        aligned: AlignedText,
        redactions: dict[str, int],
        passage: Passage,
        sentiment: Sentiment,
        verdicts: Sequence[Verdict],
        chosen: Sequence[dict[str, float]],
    ) -> Annotation:
        spans = [_span(aligned, *span) for span in passage.spans]
        count = len(spans)  # a comment without a clause still has one verdict, on the whole
        intents = find_intents(passage.normalised)
        return Annotation(
            id=id,
            text=aligned.text,
            normalised=aligned.normalised,
            language=detect_language(aligned.text),
            informative=is_informative(aligned.normalised),
            sentiment=sentiment,
            touchpoints=roll_up(spans, verdicts[:count], chosen[:count]),
            intents=tuple(
                Intent(id=name, score=1.0, spans=tuple(_span(aligned, *place) for place in places)) for name, places in intents.items()
            ),
            clauses=tuple(
                Clause(start=span.start, end=span.end, sentiment=verdict, touchpoints=tuple(said))
                for span, verdict, said in zip(spans, verdicts[:count], chosen[:count], strict=True)
            ),
            redactions=redactions,
            models=self.models,
        )


def _span(aligned: AlignedText, start: int, end: int) -> Span:
    at, until = aligned.to_text(start, end)
    return Span(start=at, end=until)
