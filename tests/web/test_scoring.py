from __future__ import annotations

import threading

import pytest

from voc.records import Comment
from web.errors import Busy
from web.scoring import BATCH, Lane, Scorer


class Echo:
    """Answers with the comments; waits until it may, remembers the batches, and fails at the text ``bad``."""

    def __init__(self):
        self.may = threading.Event()
        self.began = threading.Event()
        self.batches: list[list[str]] = []

    def pipe(self, comments):
        batch = list(comments)
        self.batches.append([comment.text for comment in batch])
        self.began.set()
        assert self.may.wait(10)
        if any(comment.text == "bad" for comment in batch):
            raise RuntimeError
        return batch


def comments(*texts: str) -> list[Comment]:
    return [Comment(id=text, text=text) for text in texts]


def begin(lane: Lane, texts: list[str], answers: dict[str, object]) -> threading.Thread:
    """Score in a thread; returns once the lane has it."""

    def score() -> None:
        try:
            answers[texts[0]] = [comment.text for comment in lane.score(comments(*texts))]
        except RuntimeError as error:
            answers[texts[0]] = error

    before = lane._waiting
    thread = threading.Thread(target=score)
    thread.start()
    while lane._waiting == before:
        threading.Event().wait(0.001)
    return thread


def test_lane_scores_together_what_waits_and_long_lists_give_way():
    echo = Echo()
    lane = Lane(echo, most_waiting=1000)
    answers: dict[str, object] = {}
    threads = [begin(lane, ["first"], answers)]
    assert echo.began.wait(10)
    long = [f"long{number}" for number in range(BATCH + 1)]
    threads += [begin(lane, texts, answers) for texts in (["a"], long, ["b"], ["bad"], ["c"])]
    echo.may.set()
    for thread in threads:
        thread.join()
    lane.close()
    assert echo.batches[:2] == [["first"], ["a", *long[: BATCH - 1]]]
    assert echo.batches[2] == ["b", "bad", "c", *long[BATCH - 1 :]]
    assert answers["first"] == ["first"]
    assert answers["long0"] == long
    assert (answers["a"], answers["b"], answers["c"]) == (["a"], ["b"], ["c"])
    assert isinstance(answers["bad"], RuntimeError)


def test_lane_refuses_when_too_much_waits_and_when_closed():
    echo = Echo()
    lane = Lane(echo, most_waiting=2)
    answers: dict[str, object] = {}
    threads = [begin(lane, ["a", "b", "c"], answers)]  # more than may wait, but nobody else does
    with pytest.raises(Busy):
        lane.score(comments("d"))
    echo.may.set()
    for thread in threads:
        thread.join()
    assert lane.score(comments("d"))
    lane.close()
    with pytest.raises(Busy):
        lane.score(comments("e"))


def test_scorer_loads_each_pipeline_once():
    loaded = []

    def load(*key: str) -> Echo:
        loaded.append(key)
        return Echo()

    scorer = Scorer(load, quality="fast")
    assert not scorer.ready
    threads = [threading.Thread(target=scorer.lane, args=key) for key in [(), ("fast",), ("best",), ("fast", "hospital")] * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(loaded) == [("best", "retail"), ("fast", "hospital"), ("fast", "retail")]
    assert scorer.ready
    scorer.close()
    assert not scorer.ready
    with pytest.raises(Busy):
        scorer.lane("best", "hospital")
