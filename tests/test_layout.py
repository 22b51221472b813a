"""What must hold of the project as a whole."""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys

import pytest

import voc
from conftest import ROOT
from voc.corpora import lexicon_lines, lexicon_table
from voc.taxonomy import load_taxonomy

PUBLIC = {
    "Analysis", "Annotation", "Client", "Comment", "Mention", "PainPoint", "Pipeline", "Problem", "Span", "Taxonomy", "VocError",
    "__version__", "analyse", "load_taxonomy", "prepare", "train",
}  # fmt: skip


def lines(path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_modules_stay_small():
    sizes = {path: lines(path) for folder in ("voc", "web") for path in ROOT.glob(f"{folder}/**/*.py")}
    assert max(sizes.values()) <= 400, max(sizes, key=sizes.__getitem__)
    assert statistics.median(sizes.values()) <= 150


def test_public_names_are_these_and_all_exist():
    assert set(voc.__all__) == PUBLIC
    assert all(getattr(voc, name) is not None for name in voc.__all__)
    with pytest.raises(AttributeError):
        voc.no_such_name  # noqa: B018


def test_import_voc_is_light():
    code = "import sys, voc; assert not {'spacy', 'sklearn', 'numpy', 'pandas', 'pydantic'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_help_names_serve_without_importing_the_web():
    help_ = "import sys\nfrom voc.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    code = help_ + "assert not {'flask', 'waitress', 'httpx'} & set(sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert "serve" in printed


def test_stop_words_take_away_no_negation_and_no_touchpoint():
    stop = set(lexicon_lines("stopwords"))
    negations = {word for kind, word in lexicon_table("cues") if kind == "negation"} | {"没有", "不能", "不会", "问题", "不足", "反应"}
    keywords = {keyword for touchpoint in load_taxonomy().touchpoints for keyword in touchpoint.keywords}
    assert not stop & negations
    assert not stop & keywords


def test_lexicons_hold_no_line_twice():
    for name in ("stopwords", "turns", "opinions"):
        entries = lexicon_lines(name)
        assert sorted(set(entries)) == sorted(entries), name
    for name in ("cues", "faults", "pains", "intents", "emoji"):
        rows = lexicon_table(name)
        assert len(set(rows)) == len(rows), name
    labels = [label for _, _, label, *_ in lexicon_table("pains")]
    assert len(set(labels)) == len(labels)
    assert all(2 <= len(label) <= 10 for label in labels)


def test_nothing_here_reaches_the_network():
    with pytest.raises(Exception, match="socket"):
        socket.socket(socket.AF_INET).connect(("192.0.2.1", 80))


def test_checkout_is_installable_as_a_wheel_with_its_data():
    setup = (ROOT / "setup.cfg").read_text(encoding="utf-8")
    for folder in (
        "corpora/taxonomy",
        "corpora/lexicon",
        "corpora/samples",
        *(path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("models/*/*/meta.json")),
        "models/pain/linear",
    ):
        assert f"share/voc/{folder}" in setup, folder
