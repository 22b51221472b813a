"""Hard cases before all models of a quality together; what they pass goes into the card of the sentiment."""

from __future__ import annotations

from voc.errors import ModelNotFound
from voc.modelstore import ModelMeta, write_meta
from voc.pipeline import Pipeline
from voc.quality import TASKS, Engine
from voc.records import INTENTS
from voc.robustness import measure_robustness
from voc.taxonomy import load_taxonomy
from voc.training.card import write_card
from voc.training.intent import UNINFORMATIVE


def examine(engine: Engine) -> ModelMeta | None:
    """Run the pipeline of a quality over `corpora/gold/robustness.tsv` and write its pass rates into the sentiment's card.

    Called after any of the three models is written, so that the card speaks of the pipeline as it is now.

    Parameters
    ----------
    engine : Engine
        Whose models lie in their folders.

    Returns
    -------
    ModelMeta or None
        Of the sentiment, as written; None while a model is missing, or was trained for other labels.
    """
    try:
        metas = {task: engine.meta(task) for task in TASKS}
    except ModelNotFound:
        return None
    if metas["touchpoint"].labels != tuple(load_taxonomy().by_id) or metas["intent"].labels != (*INTENTS, UNINFORMATIVE):
        return None
    passed = {kind: list(counts) for kind, counts in measure_robustness(Pipeline(quality=engine.quality)).items()}
    meta = metas["sentiment"]
    meta = meta.model_copy(update={"metrics": {**meta.metrics, "robustness": passed}})
    return write_meta(engine.tasks["sentiment"], meta, write_card(meta))
