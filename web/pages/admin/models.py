"""/admin/models: the models that ship, with their cards."""

from __future__ import annotations

from functools import cache

from markdown_it import MarkdownIt
from markupsafe import Markup
from werkzeug.wrappers import Response

from voc.modelstore import ModelMeta, read_card, read_meta, shipped_models
from voc.records import Record
from web.pages.access import Page
from web.pages.admin.answers import show


class Figure(Record):
    """What a model was measured at."""

    name: str
    value: int | float
    interval: tuple[float, float] | None = None


def add_models(page: Page) -> None:
    """Add the tab.

    Parameters
    ----------
    page : Page
        Of the administration.
    """

    @page.get("/models", endpoint="models")
    def show_models() -> Response:
        metas = [read_meta(*model) for model in shipped_models()]
        return show("models", models=[(meta, figures_of(meta)[:2]) for meta in metas])

    @page.get("/models/<task>/<model>")
    def model(task: str, model: str) -> Response:
        text = read_card(task, model)  # first: it refuses what is no model of ours
        meta = read_meta(task, model)
        labels = meta.metrics.get("labels", {})
        columns = tuple(dict.fromkeys(name for figures in labels.values() for name in figures))
        return show("models_one", meta=meta, figures=figures_of(meta), labels=labels, columns=columns, card_text=card_html(text))


def figures_of(meta: ModelMeta) -> list[Figure]:
    """The figures of a model as a whole.

    Parameters
    ----------
    meta : ModelMeta
        Of the model.

    Returns
    -------
    list of Figure
        In the order of its meta.json, with 95 % intervals where there are.
    """
    intervals = meta.metrics.get("intervals", {})
    plain = {name: value for name, value in meta.metrics.items() if isinstance(value, int | float)}
    return [Figure(name=name, value=value, interval=intervals.get(name)) for name, value in plain.items()]


@cache
def card_html(text: str) -> Markup:
    """A card as part of a page.

    Parameters
    ----------
    text : str
        Markdown.

    Returns
    -------
    markupsafe.Markup
        Headings two levels deeper, no markup and no picture of the text's own, no style of its own (which our pages refuse).

    Examples
    --------
    >>> card_html("# A <b>")
    Markup('<h3>A &lt;b&gt;</h3>\\n')
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    tokens = parser.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
        if "right" in str(token.attrs.pop("style", "")):
            token.attrs["class"] = "number"
    return Markup(parser.renderer.render(tokens, parser.options, {}))  # noqa: S704 the parser escapes
