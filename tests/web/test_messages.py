"""Words of the pages: both languages say everything, and nothing that no page says."""

from __future__ import annotations

import re
import string

import pytest

from conftest import ROOT
from web.messages import load_messages, one_language, translate

CALL = re.compile(r"""(?<![\w.])t\(\s*"([\w.]+)"(\s*~)?""")


def keys_of_templates() -> set[str]:
    """What templates ask for; a key that is put together (`"polarity." ~ label`) counts for all that begin alike."""
    found = set()
    for path in (ROOT / "web" / "templates").rglob("*.html"):
        for start, joined in CALL.findall(path.read_text(encoding="utf-8")):
            below = {key for key in load_messages("zh") if key.startswith(start)} if joined else {start}
            assert below, f"{path.name}: {start}"
            found |= below
    return found


def keys_of_code() -> set[str]:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "web").rglob("*.py"))
    literal = {key for key in re.findall(r'"(\w+(?:\.\w+)+)"', code) if key in load_messages("zh")}
    starts = re.findall(r'f"((?:\w+\.)+)\{', code)
    return literal | {key for key in load_messages("zh") if key.startswith(tuple(starts))}


def test_both_languages_have_the_same_keys_and_the_same_places():
    chinese, english = load_messages("zh"), load_messages("en")
    assert chinese.keys() == english.keys()
    for key, text in chinese.items():
        assert isinstance(text, str), key
        assert isinstance(english[key], str), key
        places = [{name for _, name, _, _ in string.Formatter().parse(words) if name} for words in (text, english[key])]
        assert places[0] == places[1], key
        assert text.strip(), key
        assert english[key].strip(), key


def test_every_key_that_is_used_exists_and_every_key_is_used():
    used = keys_of_templates() | keys_of_code()
    assert used - load_messages("zh").keys() == set()
    assert load_messages("zh").keys() - used == set()


def test_english_pages_have_no_chinese_words():
    chinese = {key: text for key, text in load_messages("en").items() if re.search(r"[\u4e00-\u9fff]", text)}
    assert chinese.keys() == {"layout.other_language"}
    page = (ROOT / "web" / "templates" / "help_en.html").read_text(encoding="utf-8")
    assert not re.search(r"[\u4e00-\u9fff]", page)


def test_help_has_the_same_sections_in_both_languages():
    pages = [(ROOT / "web" / "templates" / f"help_{language}.html").read_text(encoding="utf-8") for language in ("zh", "en")]
    sections = [re.findall(r'<h2 id="(\w+)">', page) for page in pages]
    assert sections[0] == sections[1]
    assert {f"help.section.{name}" for name in sections[0]} == {key for key in load_messages("zh") if key.startswith("help.section.")}


def test_templates_hold_no_words_of_their_own():
    for path in (ROOT / "web" / "templates").rglob("*.html"):
        if path.name in {"help_zh.html", "help_en.html", "patterns.html", "api_docs.html"}:  # long text, example data, both at once
            continue
        text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.search(r"[\u4e00-\u9fff]", text), path.name


def test_a_key_that_is_missing_raises():
    with pytest.raises(KeyError):
        translate("zh", "nav.nowhere")


@pytest.mark.parametrize(
    ("cookie", "accept", "language"),
    [
        (None, None, "zh-CN"),
        (None, "en-GB,en;q=0.9", "en"),
        (None, "zh-TW,zh;q=0.9,en;q=0.8", "zh-CN"),
        (None, "fr-FR", "zh-CN"),
        ("en", "zh-CN", "en"),
        ("zh", "en", "zh-CN"),
        ("xx", "en", "en"),
    ],
)
def test_language_is_the_chosen_one_else_the_browsers_else_chinese(client, cookie, accept, language):
    if cookie:
        client.set_cookie("voc_language", cookie)
    page = client.get("/help", headers={"Accept-Language": accept} if accept else {}).text
    assert f'<html lang="{language}"' in page


def test_one_language_leaves_alone_what_is_not_two_halves(app):
    with app.test_request_context("/help", headers={"Accept-Language": "en"}):
        assert one_language("请求太大 / the request is too large") == "the request is too large"
        assert one_language("a / b / c") == "a / b / c"


def test_figures_in_a_template_follow_each_reader(client):
    for language, words in (("zh", ("+9.8 至 +14.9", "2026年3月6日")), ("en", ("+9.8 to +14.9", "6 Mar 2026")), ("zh", ("+9.8 至 +14.9",))):
        client.set_cookie("voc_language", language)
        page = client.get("/patterns").text
        assert all(word in page for word in words)  # Jinja would work out a filter of a constant for the first reader alone
