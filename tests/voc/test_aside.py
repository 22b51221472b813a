from __future__ import annotations

import numpy as np
import pytest

from conftest import annotated, cut
from voc.errors import ModelNotFound
from voc.training.annotations import WRITTEN
from voc.training.aside import FILE, LEAST, find_unseen, kept_aside, read_opinions, save_seen

COMMENTS = [annotated(f"第{number}次送餐太慢了", "negative", ("delivery", -1, "太慢")) for number in range(400)]


def test_kept_aside_takes_a_fixed_share_whatever_is_beside_a_comment():
    aside = kept_aside(COMMENTS)
    assert 0.10 < aside.mean() < 0.20
    np.testing.assert_array_equal(kept_aside(COMMENTS[50:90]), aside[50:90])
    np.testing.assert_array_equal(kept_aside(COMMENTS[::-1]), aside[::-1])


@pytest.mark.parametrize("source", ["example", WRITTEN])
def test_kept_aside_leaves_what_we_wrote_to_be_taught(source):
    assert not kept_aside([annotated(f"第{number}次送餐太慢了", "negative", source=source) for number in range(200)]).any()


def test_find_unseen_knows_a_comment_again_by_its_words(tmp_path):
    save_seen(tmp_path, [comment.passage for comment in COMMENTS[:100]])
    assert find_unseen(tmp_path, COMMENTS).tolist() == [False] * 100 + [True] * 300
    again = annotated("第3次,送餐太慢了!", "negative")  # other marks
    assert not find_unseen(tmp_path, [again, *COMMENTS[100:]])[0]
    with np.load(tmp_path / FILE) as arrays:
        assert {name: arrays[name].dtype.kind for name in arrays.files if name == "digests"} == {"digests": "u"}, (
            "no customer's text is kept"
        )


def test_find_unseen_takes_an_encoder_without_a_list_to_have_seen_nothing(tmp_path):
    assert find_unseen(tmp_path, COMMENTS).all()


def test_find_unseen_refuses_where_too_few_are_left(tmp_path):
    save_seen(tmp_path, [comment.passage for comment in COMMENTS[LEAST - 1 :]])
    with pytest.raises(ModelNotFound) as refused:
        find_unseen(tmp_path, COMMENTS)
    assert refused.value.code == "all_seen"
    assert "送餐" not in str(refused.value)


def test_read_opinions_answers_for_every_comment_and_clause(tiny_static):
    from voc.classify.heads import Heads

    weights = {"sentiment": np.ones((3, 25), dtype=np.float32), "polarity": np.ones((3, 49), dtype=np.float32)}
    Heads({"sentiment": ("a", "b", "c"), "polarity": ("a", "b", "c")}, weights).save(tiny_static)
    first, second = read_opinions(tiny_static, tiny_static, [cut("送餐太慢,味道不错"), cut("一般")])
    assert first["sentiment"].shape == (3,)
    assert (first["polarity"].shape, second["polarity"].shape) == ((2, 3), (1, 3))
