"""/admin/words: touchpoints and words of one's own: checked, tried out on comments, then kept."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any

from flask import g, request
from werkzeug.wrappers import Response

from voc.corpora import taxonomy_names, taxonomy_path
from voc.errors import SettingsError, TaxonomyError, VocError
from voc.store import CommentFilter, Store
from voc.store.taxonomies import check_words, is_reference
from voc.taxonomy import Taxonomy, load_taxonomy
from voc.tryout import Tryout, pipeline_with, try_out
from voc.userdict import decode_words
from web.errors import Busy
from web.names import touchpoint_name
from web.pages.access import Page
from web.pages.admin.answers import done, show
from web.pages.frame import newest_run

if TYPE_CHECKING:
    from voc.pipeline import Pipeline

SAMPLE = 200  # comments that are scored twice
QUALITY = "fast"  # for both: seconds count here, and both are of one kind


def add_words(page: Page, store: Store) -> None:
    """Add the tab.

    Parameters
    ----------
    page : Page
        Of the administration.
    store : Store
        Holds what is kept, and the comments to try it out on.
    """
    trying = Lock()  # one at a time: each takes all cores for a moment

    def form(text: str, userdict: str, **more: Any) -> Response:
        shipped = [load_taxonomy(taxonomy_path(name)) for name in taxonomy_names()]
        return show("words", shipped=shipped, kept=store.taxonomies.all(), text=text, userdict=userdict, **more)

    def sent() -> tuple[str, str]:
        return _given("taxonomy"), _given("userdict")

    @page.get("/words", endpoint="words")
    def show_words() -> Response:
        start = request.args.get("start", "")
        if is_reference(start):
            kept = store.taxonomies.get(start)
            return form(kept.text, kept.userdict, start=start)
        name = start if start in taxonomy_names() else "retail"
        return form(taxonomy_path(name).read_text(encoding="utf-8"), "", start=name)

    @page.post("/words/preview")
    def preview_words() -> Response:
        text, userdict = _typed("taxonomy"), _typed("userdict")
        try:
            text, userdict = sent()
            taxonomy = check_words(text, userdict)
            found = tried(taxonomy, userdict)
        except (TaxonomyError, SettingsError, Busy) as error:
            return form(text, userdict, error=_with_line(error))
        name = _namer(taxonomy, found.now) if found else _namer(taxonomy, taxonomy)
        return form(text, userdict, checked=taxonomy, found=found, name=name, run=newest_run(store))

    def tried(taxonomy: Taxonomy, userdict: str) -> _Tried | None:
        run = newest_run(store)
        if run is None:
            return None
        if not trying.acquire(blocking=False):
            raise Busy("busy", "别人正在试算，请稍等再试 / somebody else is trying one out; wait a moment")
        try:
            now = pipeline_of(run.settings)
            sample = store.comments(run.id, CommentFilter(order="random"), limit=SAMPLE).comments
            outcome = try_out([item.comment for item in sample], now, pipeline_with(QUALITY, taxonomy, userdict))
            return _Tried(now.taxonomy, outcome)
        finally:
            trying.release()

    def pipeline_of(settings: dict[str, Any]) -> Pipeline:
        name = str(settings.get("taxonomy"))
        userdict = store.taxonomies.get(name).userdict if is_reference(name) else ""
        return pipeline_with(QUALITY, store.words_of(settings)[0], userdict)

    @page.post("/words")
    def keep_words() -> Response:
        text, userdict = _typed("taxonomy"), _typed("userdict")
        try:
            kept = store.taxonomies.add(text, userdict, actor=g.identity.name)
        except (TaxonomyError, SettingsError) as error:
            return form(text, userdict, error=_with_line(error))
        return done("admin.words", "kept", start=kept.reference)


class _Tried:
    """What was tried out, and the touchpoints of now."""

    def __init__(self, now: Taxonomy, outcome: Tryout) -> None:
        self.now = now
        self.outcome = outcome


def _typed(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n")  # as browsers end lines in a form


def _given(name: str) -> str:
    """What a file says, else what was typed."""
    file = request.files.get(f"{name}_file")
    content = file.read() if file else b""
    if not content:
        return _typed(name)
    try:
        return decode_words(content).replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        message = "不是 UTF-8 或 GB18030 文本 / neither UTF-8 nor GB18030 text"
        raise TaxonomyError("not_text", message, "存成 UTF-8 再传 / save it as UTF-8 and send it again") from error


def _with_line(error: VocError) -> VocError:
    """An error of a dictionary says its line beside its message."""
    row = error.where.get("row")
    if row is not None:
        chinese, _, english = error.message.partition(" / ")
        error.message = f"用户词典第 {row} 行：{chinese} / line {row} of the user dictionary: {english}"
    return error


def _namer(first: Taxonomy, second: Taxonomy) -> Callable[[str], str]:
    return lambda touchpoint: touchpoint_name(first if touchpoint in first.by_id else second, touchpoint)
