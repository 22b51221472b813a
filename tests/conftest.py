"""Fixtures shared by all tests."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

import chromium
import throwaway_postgres
from voc.classify.linear import LinearClassifier
from voc.modelstore import model_folder
from voc.naming import Namer
from voc.pipeline import Pipeline
from voc.sentiment import Passage
from voc.space import ProblemSpace
from voc.store import Store
from voc.tokenise import make_nlp, word_tags
from voc.training.data import GoldComment, clauses_of

ROOT = Path(__file__).parent.parent
# What the tiny encoder can read: every character of these, and nothing else.
READABLE = (
    "送餐太慢了,等了一个小时才到,味道不错,但是包装破了,客服一直不回复。房间很干净,前台热情,早餐一般,隔音差。"
    "手机屏幕有划痕,申请退货被拒绝,再也不来了!推荐朋友购买,价格便宜,下次还会光顾?快递员态度很好;停车不方便,排队太久:希望改进"
    "abcdefghijklmnopqrstuvwxyz0123456789.%()-+/"
)
WORDS = ("送餐", "太慢", "味道", "不错", "包装", "客服", "回复", "房间", "退货", "快递", "很好", "推荐", "价格", "一般")


def cut(text: str) -> Passage:
    """A passage whose clauses are what lies between marks."""
    return Passage(text, tuple(match.span() for match in re.finditer(r"[^,。!?;:]+", text)))


def annotated(
    text: str, sentiment: str, *mentions: tuple[str, int, str], intents: tuple[str, ...] = (), source: str = "shop"
) -> GoldComment:
    """A gold comment; each mention is touchpoint, polarity and evidence."""
    passage = cut(text)
    found = [{"touchpoint": touchpoint, "polarity": polarity, "evidence": evidence} for touchpoint, polarity, evidence in mentions]
    feelings = {mention["polarity"] for mention in found}
    row = {"text": text, "source": source, "sentiment": sentiment, "mixed": {-1, 1} <= feelings, "informative": bool(found)}
    row["intents"] = list(intents)
    return GoldComment(row, passage, tuple((mention, clauses_of(passage, mention["evidence"])) for mention in found))


def small_gold() -> list[GoldComment]:
    """Twelve comments that say the same twice each: praise, complaint, both, neither."""
    kinds = [
        annotated("送餐太慢了,味道不错", "neutral", ("delivery", -1, "送餐太慢了"), ("product_quality", 1, "味道不错")),
        annotated("客服一直不回复!申请退货被拒绝", "negative", ("customer_support", -1, "客服一直不回复"), intents=("refund_return",)),
        annotated("味道很好,推荐朋友购买", "positive", ("product_quality", 1, "味道很好"), intents=("recommend",)),
        annotated("一般", "neutral"),
        annotated("快递很快", "positive", ("delivery", 1, "快递很快")),
        annotated("手机屏幕有划痕,再也不来了", "negative", ("product_quality", -1, "手机屏幕有划痕"), intents=("churn",)),
    ]
    return kinds * 2


@pytest.fixture(scope="module")
def one_thread():
    """Small matrices only wait for their threads where other work keeps the cores busy."""
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="session")
def nlp():
    return make_nlp()


@pytest.fixture(scope="session")
def pipeline() -> Pipeline:
    return Pipeline()


@pytest.fixture(scope="session")
def fast_pipeline() -> Pipeline:
    return Pipeline(quality="fast")


@pytest.fixture(scope="session")
def namer(pipeline: Pipeline) -> Namer:
    return Namer(pipeline.words, word_tags(pipeline.nlp), pipeline.taxonomy)


@pytest.fixture(scope="session")
def space(namer: Namer) -> ProblemSpace:
    return ProblemSpace(LinearClassifier.load(model_folder("pain", "linear")), namer.content_words)


@pytest.fixture(scope="session")
def tiny_tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ``tokenizer.json`` of the kind of XLM-R: marks first, words, then single characters."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    marks = ["<s>", "<pad>", "</s>", "<unk>"]
    pieces = [*[(mark, 0.0) for mark in marks], ("▁", -2.0), *[(word, -6.0) for word in WORDS]]
    pieces += [(character, -8.0) for character in sorted(set(READABLE))]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3, byte_fallback=False))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens(marks)
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    tokenizer.save(str(path))
    return path


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory, tiny_tokenizer: Path) -> Path:
    """A Hugging Face folder with a BERT of two narrow layers that has learned nothing."""
    import torch
    from tokenizers import Tokenizer
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("tiny_bert")
    size = Tokenizer.from_file(str(tiny_tokenizer)).get_vocab_size()
    # 48 and 192 weights a row: one block of 128 that is not full, and two of which the last is not.
    config = BertConfig(vocab_size=size, hidden_size=48, num_hidden_layers=2, num_attention_heads=4, intermediate_size=192, pad_token_id=1)
    torch.set_num_threads(1)  # so small a network only waits for its threads
    torch.manual_seed(42)
    body = BertModel(config, add_pooling_layer=False)
    with torch.no_grad():
        for weight in body.parameters():  # biases of 0 would all be one constant in an ONNX graph, as they never are after training
            weight += 0.05 * torch.randn_like(weight)
    body.save_pretrained(folder)
    shutil.copy(tiny_tokenizer, folder / "tokenizer.json")
    return folder


@pytest.fixture(scope="session")
def tiny_onnx(tmp_path_factory: pytest.TempPathFactory, tiny_bert: Path) -> Path:
    """The same transformer as our own folders keep it: quantised, weights in ``model.onnx`` alone."""
    from voc.training.onnx_export import export_onnx

    folder = tmp_path_factory.mktemp("tiny_onnx")
    export_onnx(tiny_bert, folder / "model.onnx")
    for name in ("config.json", "tokenizer.json"):
        shutil.copy(tiny_bert / name, folder)
    return folder


@pytest.fixture(scope="session")
def tiny_static(tmp_path_factory: pytest.TempPathFactory, tiny_tokenizer: Path) -> Path:
    """A table of random token vectors."""
    folder = tmp_path_factory.mktemp("tiny_static")
    random = np.random.default_rng(42)
    codes = random.integers(-127, 128, (200, 24)).astype(np.int8)
    np.savez(folder / "table.npz", codes=codes, scales=random.uniform(0.01, 0.02, (200, 1)).astype(np.float32))
    shutil.copy(tiny_tokenizer, folder)
    return folder


@pytest.fixture
def write_table(tmp_path: Path) -> Callable[..., Path]:
    """Write comments as a JSON-lines table; each row is a text or a dict."""

    def write(rows: Sequence[str | dict[str, Any]], name: str = "comments.jsonl") -> Path:
        path = tmp_path / name
        objects = [{"id": str(number), "text": row} if isinstance(row, str) else row for number, row in enumerate(rows, 1)]
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in objects), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a PostgreSQL server of the tests' own, with {} for the database; skips, and says why, where none can be started."""
    if reason := throwaway_postgres.why_not():
        pytest.skip(reason)
    with throwaway_postgres.running() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store without tables, on either kind of database."""
    store = Store(f"sqlite:///{tmp_path}/voc.db" if request.param == "sqlite" else request.getfixturevalue("postgres").format("voc"))
    yield store
    if request.param == "postgresql":
        with store.database.outside() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    store.close()


@pytest.fixture
def store(empty_store: Store) -> Store:
    """A store with tables and nothing in them."""
    empty_store.upgrade()
    return empty_store


@pytest.fixture(scope="session")
def scorer(pipeline: Pipeline, fast_pipeline: Pipeline):
    """Lanes around the pipelines that the other tests use too; `fast` where a request names no quality."""
    from web.scoring import Scorer, load_pipeline

    loaded = {("best", "retail"): pipeline, ("fast", "retail"): fast_pipeline}
    with closing(Scorer(lambda *key: loaded.get(key) or load_pipeline(*key), quality="fast")) as scorer:
        scorer.lane()
        yield scorer


@pytest.fixture(scope="session")
def app(scorer, tmp_path_factory):
    """The service on a store of its own, without anybody having to say who they are."""
    from voc.store import Store
    from web import create_app
    from web.settings import ServerSettings

    with closing(Store(f"sqlite:///{tmp_path_factory.mktemp('store')}/voc.db")) as store:
        store.upgrade()
        yield create_app(ServerSettings(no_auth=True, request_limit_mb=1), scorer=scorer, store=store)


@pytest.fixture(scope="session")
def survey_file(fast_pipeline: Pipeline, tmp_path_factory) -> Path:
    """A store with the sample survey analysed; see `toy_survey.copy_store`."""
    from toy_survey import keep_survey

    from voc.store import Store

    path = tmp_path_factory.mktemp("survey") / "voc.db"
    with closing(Store(f"sqlite:///{path}")) as store:
        store.upgrade()
        keep_survey(store, fast_pipeline)
    return path


@pytest.fixture(scope="module")
def survey_app(scorer, survey_file, tmp_path_factory):
    """The service on a copy of it, one for each module, without anybody having to say who they are."""
    from toy_survey import copy_store

    from web import create_app
    from web.settings import ServerSettings

    with closing(copy_store(survey_file, tmp_path_factory.mktemp("pages"))) as store:
        yield create_app(ServerSettings(no_auth=True), scorer=scorer, store=store)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture(scope="module")  # not longer: while it is open, Playwright's event loop counts as running in this thread
def browser() -> Iterator[Any]:
    """Chromium; skips, and says why, where there is none."""
    if reason := chromium.why_not():
        pytest.skip(reason)
    with chromium.browsing() as browser:
        yield browser


@pytest.fixture
def visit(browser: Any, socket_enabled: None, request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Open a page as a fresh visitor: ``visit("/help", width=390, theme="dark", language="en")``; see `chromium.visiting` for the rest.

    The application is the fixture `served`, which a module may replace by its own. When the test is over, no page may have complained
    (console, script, request to another host); what a test provokes it takes out of ``page.complaints``.
    """
    address = request.getfixturevalue("served")
    with ExitStack() as open_pages:

        def visit(path: str, **options: Any) -> Any:
            page = open_pages.enter_context(chromium.visiting(browser, address, **options))
            page.goto(path)
            return page

        yield visit


@pytest.fixture(scope="session")
def served(app: Any) -> Iterator[str]:
    """Address of `app` on this machine, served by a thread."""
    with chromium.serving(app) as address:
        yield address


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say loudly what was not tried on this machine: the pages in a browser, the store on PostgreSQL."""
    skipped = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    for missing, kind, install in (
        (chromium.MISSING, "browser tests", chromium.INSTALL),
        (throwaway_postgres.MISSING, "tests of the store on PostgreSQL", throwaway_postgres.INSTALL),
    ):
        if without := sum(missing in why for why in skipped):
            terminalreporter.write_sep("!", f"{without} {kind} SKIPPED: {missing}; {install}", red=True)
    if on_postgres := sum("postgresql" in report.nodeid for report in terminalreporter.stats.get("passed", [])):
        terminalreporter.write_line(f"{on_postgres} of them on PostgreSQL")
