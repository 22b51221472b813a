"""Annotated comments against what the pipeline says of them: figures with intervals, by source and by kind of comment."""

from voc.evaluate.evaluation import evaluate
from voc.evaluate.gold import Gold, read_gold, read_scores, score_gold
from voc.evaluate.records import Evaluation
from voc.evaluate.reliability import reliability_svg
from voc.evaluate.report import evaluation_markdown, evaluation_tables, summary

__all__ = [
    "Evaluation",
    "Gold",
    "evaluate",
    "evaluation_markdown",
    "evaluation_tables",
    "read_gold",
    "read_scores",
    "reliability_svg",
    "score_gold",
    "summary",
]
