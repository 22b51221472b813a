"""The order of the steps: normalise → redact → tokenise → sentiment, touchpoint, intent → Annotation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voc.alignment import AlignedText
from voc.classify import Floats
from voc.classify.blend import Blend
from voc.classify.heads import Heads
from voc.classify.huggingface import HuggingFaceSentiment
from voc.classify.linear import LinearClassifier
from voc.context import context_shifts
from voc.encoder import Encoded, load_encoder
from voc.fewshot import FewShot
from voc.intent import IntentModel, Purpose
from voc.language import detect_language, is_no_answer
from voc.modelstore import model_folder
from voc.normalise import normalise
from voc.quality import DEFAULT_QUALITY, TASKS, find_engine
from voc.records import Annotation, Clause, Comment, Intent, Sentiment, Span, Verdict
from voc.redact import redact
from voc.sentiment import Opinion, Passage, SentimentModel
from voc.taxonomy import Taxonomy, load_taxonomy
from voc.tokenise import clause_spans, cut_words, make_nlp, userdict_entries
from voc.touchpoint import TouchpointModel, roll_up

BATCH = 512


@dataclass(frozen=True)
class Judgement:
    """What the models say of one comment.

    Parameters
    ----------
    sentiment : Sentiment
        Of the whole.
    verdicts : list of Verdict, length n_clauses
        Of its clauses; of the whole where there is none.
    scores : ndarray of shape (n_clauses, n_touchpoints)
        Probabilities, columns as in the taxonomy.
    purpose : Purpose
        Intents, and whether anything is said.
    """

    sentiment: Sentiment
    verdicts: list[Verdict]
    scores: Floats
    purpose: Purpose


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


class Pipeline:
    """Scores comments; the same text gives the same answer whatever the batch around it.

    Parameters
    ----------
    taxonomy : Taxonomy, optional
        The shipped retail taxonomy where left out.
    userdicts : sequence of pathlib.Path
        jieba user dictionaries.
    quality : str
        Which encoder reads: ``"fast"``, the static one, ``"best"``, the transformer, or a folder from `voc train own`.
    threads : int, optional
        Of the transformer; as many as there are cores where left out.
    context : bool
        Whether the survey question and the score beside a comment bear on its sentiment.
    sentiment_model : pathlib.Path, optional
        Hugging Face folder of a sentiment classifier, which then speaks instead of ours (see `voc.classify.huggingface`).

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

    def __init__(
        self,
        *,
        taxonomy: Taxonomy | None = None,
        userdicts: Sequence[Path] = (),
        quality: str = DEFAULT_QUALITY,
        threads: int | None = None,
        context: bool = True,
        sentiment_model: Path | None = None,
    ) -> None:
        self.context = context
        self.taxonomy = taxonomy or load_taxonomy()
        self.nlp = make_nlp(userdicts)
        self.entries = userdict_entries(self.nlp)
        engine = find_engine(quality)
        metas = {task: engine.meta(task) for task in TASKS}
        self.encoder = load_encoder(engine.encoder, threads=threads)
        self.heads = Heads.load(engine.heads)
        self.models = {task: f"{meta.reference}+{engine.name}" for task, meta in metas.items()}
        self.sentiment: SentimentModel | HuggingFaceSentiment
        if sentiment_model:
            self.sentiment = HuggingFaceSentiment(sentiment_model)
            self.models["sentiment"] = sentiment_model.resolve().name
        else:
            ngrams = model_folder("sentiment", "linear")
            self.sentiment = SentimentModel.load(
                engine.tasks["sentiment"], LinearClassifier.load(ngrams / "polarity"), LinearClassifier.load(ngrams / "tone")
            )
        self.touchpoint = TouchpointModel(
            LinearClassifier.load(model_folder("touchpoint", "linear")),
            Blend.load(engine.tasks["touchpoint"] / "blend.npz"),
            self.taxonomy,
            metas["touchpoint"].settings["threshold"],
        )
        taught = [self.taxonomy.by_id[name] for name in self.touchpoint.taught]
        self.few_shot = FewShot(self.encoder, taught) if taught else None
        self.intent = IntentModel(Blend.load(engine.tasks["intent"] / "blend.npz"), metas["intent"].settings["thresholds"])
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

    def judge(self, passages: Sequence[Passage], shifts: NDArray[np.float64] | None = None) -> list[Judgement]:
        """Ask the models about comments that are already clean and cut.

        Parameters
        ----------
        passages : sequence of Passage, length n_comments
            Any length.
        shifts : ndarray of shape (n_comments, 3), optional
            What stands beside the comments (see `voc.context`).

        Returns
        -------
        list of Judgement, length n_comments
            In order. What does not answer ("没有", "暂无") is neutral and speaks of nothing, whatever the models make of the word.
        """
        opinions = [self._opinion(encoded) for encoded in self.encoder.encode(passages)]
        feelings = self.sentiment.predict(passages, opinions, shifts)
        topics = self.touchpoint.predict(passages, opinions)
        purposes = self.intent.predict(passages, opinions)
        judgements = [Judgement(*feeling, scores, purpose) for feeling, scores, purpose in zip(feelings, topics, purposes, strict=True)]
        return [_unsaid(one) if is_no_answer(passage.normalised) else one for passage, one in zip(passages, judgements, strict=True)]

    def _opinion(self, encoded: Encoded) -> Opinion:
        opinion = self.heads.decide(encoded)
        return {**opinion, "own": self.few_shot.predict_proba(encoded)} if self.few_shot else opinion

    def _score(self, batch: Sequence[Comment]) -> Iterator[Annotation]:
        prepared = [prepare(comment.text) for comment in batch]
        passages = [self._cut(aligned.normalised) for aligned, _ in prepared]
        judgements = self.judge(passages, context_shifts(batch) if self.context else None)
        for comment, (aligned, found), passage, judgement in zip(batch, prepared, passages, judgements, strict=True):
            yield self._annotate(comment.id, aligned, found, passage, judgement)

    def _cut(self, normalised: str) -> Passage:
        words = cut_words(self.nlp, normalised)
        if self.entries:
            self.userdict_hits.update(self.entries.intersection(words))
        return Passage(normalised, tuple(clause_spans(words)))

    def _annotate(self, id: str, aligned: AlignedText, redactions: dict[str, int], passage: Passage, judgement: Judgement) -> Annotation:
        spans = [_span(aligned, *span) for span in passage.spans]
        count = len(spans)  # a comment without a clause still has one verdict, on the whole
        verdicts, chosen = judgement.verdicts[:count], self.touchpoint.choose(judgement.scores)[:count]
        return Annotation(
            id=id,
            text=aligned.text,
            normalised=aligned.normalised,
            language=detect_language(aligned.text),
            informative=judgement.purpose.informative,
            sentiment=judgement.sentiment,
            touchpoints=roll_up(spans, verdicts, chosen),
            intents=tuple(
                Intent(id=name, score=score, spans=tuple(_span(aligned, *place) for place in places))
                for name, (score, places) in judgement.purpose.intents.items()
            ),
            clauses=tuple(
                Clause(start=span.start, end=span.end, sentiment=verdict, touchpoints=tuple(said))
                for span, verdict, said in zip(spans, verdicts, chosen, strict=True)
            ),
            redactions=redactions,
            models=self.models,
        )


def _unsaid(judgement: Judgement) -> Judgement:
    neutral = Verdict(label="neutral", score=1.0)
    whole = Sentiment(label="neutral", score=1.0, probabilities={"negative": 0.0, "neutral": 1.0, "positive": 0.0}, mixed=False)
    nothing = np.zeros_like(judgement.scores)
    return Judgement(whole, [neutral] * len(judgement.verdicts), nothing, Purpose(informative=False, intents={}))


def _span(aligned: AlignedText, start: int, end: int) -> Span:
    at, until = aligned.to_text(start, end)
    return Span(start=at, end=until)
