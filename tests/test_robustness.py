"""The robustness set is sound, and the shipped models pass as much of it as they did when they were made."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest

from voc.corpora import example_clauses
from voc.normalise import normalise
from voc.records import LABELS
from voc.robustness import Case, judge, measure_robustness, read_cases
from voc.taxonomy import load_taxonomy

PASS_RATE = {  # share of cases that pass, as measured, rounded down
    "fast": {
        "negation": 0.53, "turn": 0.63, "sarcasm": 0.50, "comparison": 0.50, "degree": 0.58, "question": 0.66,
        "suggestion": 0.55, "lukewarm": 0.55, "topic_praise": 0.54, "cantonese": 0.75, "dialect": 0.56, "typo": 0.81,
        "pinyin": 0.66, "emoji": 0.75, "ascii_art": 0.68, "very_short": 0.95, "code_mix": 0.47, "no_words": 0.50,
        "internet_slang": 0.81, "mixed": 0.68, "two_touchpoints": 0.62, "enumeration": 0.81, "other_trade": 0.84, "conditional": 0.55,
        "reported": 0.62, "time_change": 0.62, "very_long": 0.70, "traditional": 0.69,
    },
    "best": {
        "negation": 0.67, "turn": 0.63, "sarcasm": 0.40, "comparison": 0.68, "degree": 0.72, "question": 0.61,
        "suggestion": 0.55, "lukewarm": 0.50, "topic_praise": 0.54, "cantonese": 0.93, "dialect": 0.68, "typo": 0.93,
        "pinyin": 0.60, "emoji": 0.85, "ascii_art": 0.89, "very_short": 0.91, "code_mix": 0.80, "no_words": 1.00,
        "internet_slang": 0.72, "mixed": 0.72, "two_touchpoints": 0.62, "enumeration": 0.81, "other_trade": 1.00, "conditional": 0.66,
        "reported": 0.50, "time_change": 0.56, "very_long": 0.70, "traditional": 0.73,
    },
}  # fmt: skip
PASS_RATE_OF_ALL = {"fast": 0.64, "best": 0.71}
KINDS = tuple(PASS_RATE["fast"])


@pytest.fixture(scope="module")
def cases() -> tuple[Case, ...]:
    return read_cases()


@pytest.fixture(scope="module")
def judged(pipeline, fast_pipeline) -> dict[str, tuple[tuple[Case, bool], ...]]:
    return {"fast": judge(fast_pipeline), "best": judge(pipeline)}


def pairs(cases) -> dict[str, list[Case]]:
    names = {case.pair for case in cases if case.pair}
    return {name: [case for case in cases if case.pair == name] for name in sorted(names)}


def asked(case: Case) -> tuple[object, ...]:
    return case.sentiment, case.mixed, case.found, case.absent


def test_robustness_set_is_large_and_every_kind_has_its_floor(cases):
    kinds = Counter(case.kind for case in cases)
    assert len(cases) >= 300
    assert min(kinds.values()) >= 10
    assert set(kinds) == set(KINDS) == set(PASS_RATE["best"])


def test_robustness_cases_ask_something_by_known_names(cases):
    touchpoints = {touchpoint.id for touchpoint in load_taxonomy().touchpoints}
    mentions = {f"{touchpoint}:{label}" for touchpoint in touchpoints for label in LABELS}
    for case in cases:
        assert case.sentiment in (None, *LABELS), case
        assert case.found <= mentions, case
        assert case.absent <= touchpoints, case
        assert any(value not in (None, frozenset()) for value in asked(case)), case


def test_robustness_texts_are_unique_and_none_is_for_training(cases):
    texts = [case.text for case in cases]
    assert len(set(texts)) == len(texts)
    assert not set(texts) & {text for *_, text in example_clauses()}


def test_robustness_texts_are_as_long_as_their_kind_says(cases):
    assert {len(case.text) for case in cases if case.kind == "very_short"} <= {1, 2, 3}
    assert all(400 <= len(case.text) <= 800 for case in cases if case.kind == "very_long")


def test_robustness_escapes_become_line_breaks(cases):
    texts = [case.text for case in cases]
    assert not any("\\n" in text or "\\t" in text for text in texts)
    assert "①手感好\n②声音清\n③连接稳\n④戴着轻" in texts


def test_robustness_constant_answer_is_right_about_half_the_time_at_most(cases):
    for kind in set(KINDS) - {"no_words"}:
        sentiments = [case.sentiment for case in cases if case.kind == kind]
        assert max(sentiments.count(label) for label in LABELS) <= 0.55 * len(sentiments), kind


def test_robustness_pairs_differ_in_what_is_asked_unless_they_are_twins(cases):
    for name, members in pairs(cases).items():
        twins = [case for case in members if case.kind == "traditional"]
        assert len(members) >= 2, name
        if not twins:
            assert any(asked(one) != asked(other) for one, other in combinations(members, 2)), name
            continue
        [twin] = twins
        [partner] = [case for case in members if case is not twin]
        assert twin.text != partner.text, name
        assert normalise(twin.text).normalised == normalise(partner.text).normalised, name
        assert asked(twin) == asked(partner), name


def test_robustness_every_traditional_text_has_a_twin(cases):
    assert all(case.pair for case in cases if case.kind == "traditional")


@pytest.mark.parametrize("quality", PASS_RATE)
def test_robustness_twins_get_the_same_verdict(judged, quality):
    verdicts: dict[str | None, set[bool]] = {case.pair: set() for case, _ in judged[quality] if case.kind == "traditional"}
    for case, passes in judged[quality]:
        if case.pair in verdicts:
            verdicts[case.pair].add(passes)
    assert [name for name, outcomes in verdicts.items() if len(outcomes) > 1] == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("quality", PASS_RATE)
def test_robustness_pass_rate_of_a_kind_has_not_fallen(kind, quality, judged):
    outcomes = [(case.text, passes) for case, passes in judged[quality] if case.kind == kind]
    rate = sum(passes for _, passes in outcomes) / len(outcomes)
    failures = [text for text, passes in outcomes if not passes]
    assert rate >= PASS_RATE[quality][kind], f"{kind}: {rate:.3f}\n" + "\n".join(failures)


@pytest.mark.parametrize("quality", PASS_RATE)
def test_robustness_pass_rate_of_all_has_not_fallen(judged, quality):
    assert sum(passes for _, passes in judged[quality]) / len(judged[quality]) >= PASS_RATE_OF_ALL[quality]


def test_measure_robustness_counts_what_was_judged(pipeline, judged):
    measured = measure_robustness(pipeline)
    assert sum(total for _, total in measured.values()) == len(judged["best"])
    assert sum(passed for passed, _ in measured.values()) == sum(passes for _, passes in judged["best"])
