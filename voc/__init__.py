"""Chinese-aware voice-of-customer analysis: comments → sentiment, touchpoints, pain points, with evidence for every number."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voc.pipeline import Pipeline as Pipeline

__version__ = "0.1.0"

# Public name → module; imported on first use, so that `import voc` stays instant.
_PUBLIC = {
    "Analysis": "records",
    "Annotation": "records",
    "Client": "client",
    "Comment": "records",
    "Mention": "records",
    "PainPoint": "records",
    "Problem": "records",
    "Span": "records",
    "Pipeline": "pipeline",
    "Taxonomy": "taxonomy",
    "VocError": "errors",
    "analyse": "analysis",
    "load_taxonomy": "taxonomy",
    "prepare": "pipeline",
    "train": "training",
}
__all__ = ["__version__", *sorted(_PUBLIC)]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(f"voc.{_PUBLIC[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
