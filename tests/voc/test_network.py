from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from conftest import annotated, cut, small_gold
from voc.classify.heads import COMMENT_HEADS, Heads
from voc.encoder import OnnxEncoder, tokenise
from voc.records import LABELS
from voc.sentiment import Passage
from voc.training.aside import find_unseen, kept_aside
from voc.training.data import Labelled
from voc.training.encoder import KEPT_HEADS, Curriculum, encode_now, train_encoder
from voc.training.lessons import (
    UNKNOWN,
    UNMENTIONED_WEIGHT,
    Lesson,
    aspect_lessons,
    gold_lessons,
    head_labels,
    labelled_lessons,
    problem_codes,
)  # fmt: skip
from voc.training.network import Network, _total, teach

TOUCHPOINTS = ("delivery", "product_quality", "customer_support")
HEAD_LABELS = head_labels(TOUCHPOINTS, ("ask", "refund"))
NEGATIVE, NEUTRAL, POSITIVE = range(3)
GOLD = [*small_gold(), *(annotated(f"第{number}次等了很久", "negative", ("delivery", -1, "等了很久")) for number in range(160))]


def read_with(network: Network, passages):
    heads = network.export_heads()
    return [heads.decide(each) for each in encode_now(network, passages)]


# Lessons


def labelled(*groups: tuple[str, str, int, int]) -> Labelled:
    """Source, scheme, label and how many."""
    rows = [(f"{source}{label}第{number}条", label, source, scheme) for source, scheme, label, count in groups for number in range(count)]
    texts, labels, sources, schemes = map(list, zip(*rows, strict=True))
    return Labelled(texts, np.array(labels), sources, schemes)


@pytest.mark.parametrize(
    ("sizes", "most", "kept"),
    [
        ((50, 50, 50), 30, (10, 10, 10)),
        ((50, 4, 50), 30, (13, 4, 13)),  # the small class keeps all that it has
        ((50, 0, 50), 30, (15, 0, 15)),
        ((3, 2, 1), 30, (3, 2, 1)),
        ((100, 1, 9), 30, (20, 1, 9)),
        ((0, 0, 80), 30, (0, 0, 30)),
        ((5, 5, 5), 1, (0, 0, 1)),
    ],
)
def test_labelled_lessons_balances_the_classes_of_a_source_within_most(sizes, most, kept):
    lessons = labelled_lessons(labelled(*(("外卖", "three", label, count) for label, count in enumerate(sizes))), most, seed=42)
    assert tuple(sum(lesson.sentiment == label for lesson in lessons) for label in range(3)) == kept
    assert len({lesson.passage.normalised for lesson in lessons}) == len(lessons) <= most


def test_labelled_lessons_take_no_more_than_most_of_each_source():
    rows = labelled(("外卖", "binary", 0, 40), ("外卖", "binary", 2, 40), ("酒店", "stars", 1, 40), ("餐馆", "three", 0, 3))
    lessons = labelled_lessons(rows, 10, seed=42)
    assert [lesson.passage.normalised[:2] for lesson in lessons] == ["外卖"] * 10 + ["酒店"] * 10 + ["餐馆"] * 3
    assert {(lesson.passage.normalised[:2], lesson.binary, lesson.weight) for lesson in lessons} == {
        ("外卖", True, 1.0), ("酒店", False, 0.5), ("餐馆", False, 1.0),
    }  # fmt: skip
    assert lessons == labelled_lessons(rows, 10, seed=42)
    assert lessons != labelled_lessons(rows, 10, seed=43)


def test_gold_lessons_let_a_complaint_override_praise_in_a_clause():
    mentions = [("product_quality", 1, "味道不错"), ("delivery", -1, "送餐太慢"), ("product_quality", 0, "味道不错送餐太慢")]
    for order in (mentions, mentions[::-1]):
        (lesson,) = gold_lessons([annotated("味道不错送餐太慢,一般", "negative", *order)], TOUCHPOINTS, ())
        assert lesson.polarity.tolist() == [[NEGATIVE, 1], [NEUTRAL, UNMENTIONED_WEIGHT]]
        assert lesson.touchpoints.tolist() == [[1, 1, 0], [0, 0, 0]]
    praise_and_neutral = annotated("味道不错", "positive", ("product_quality", 1, "味道"), ("delivery", 0, "不错"))
    assert gold_lessons([praise_and_neutral], TOUCHPOINTS, ())[0].polarity.tolist() == [[POSITIVE, 1]]


def test_gold_lessons_know_everything_of_a_comment_and_little_of_our_own_clauses():
    comment = annotated("申请退货,客服不回复", "negative", ("customer_support", -1, "客服不回复"), intents=("refund_return",))
    comment.found[0][0]["code"] = "cs_unreachable"
    codes = problem_codes()
    (known,) = gold_lessons([comment], TOUCHPOINTS, codes)
    assert (known.sentiment, known.weight, known.intents) == (NEGATIVE, 1.0, ("refund_return",))
    assert known.flags == {"mixed": 0, "informative": 1}
    assert known.problems == (UNKNOWN, codes.index("cs_unreachable"))
    ours = annotated("快递太慢", "negative", ("delivery", -1, "快递太慢"), source="example")
    (lesson,) = gold_lessons([ours], TOUCHPOINTS, codes)
    assert (lesson.weight, lesson.intents, lesson.flags) == (0.3, None, {"mixed": 0})


def test_aspect_lessons_gather_a_text_and_trust_only_what_is_placed(nlp):
    def mention(polarity, raw="物流", evidence=None, aspect=None, touchpoint=None):
        return {"polarity": polarity, "raw": raw, "evidence": evidence, "aspect": aspect, "touchpoint": touchpoint}

    text = "送餐太慢了,味道不错"
    lines = [
        ("a", text, [mention("neg", aspect="送餐")]),
        ("a", "快递很快", [mention("positive")]),
        ("b", text, [mention("pos", touchpoint="product_quality", evidence="味道不错")]),
        ("b", "客服好,停车难", [mention("pos", raw="停车"), mention("neg", raw="客服")]),
        ("b", "", [mention("neg")]),
    ]
    placed, whole, vague = aspect_lessons(lines, TOUCHPOINTS, {"物流": "delivery", "客服": "customer_support"}, nlp)
    assert placed.passage.normalised == text
    assert placed.polarity.tolist() == [[NEGATIVE, 1], [POSITIVE, 1]]
    assert placed.touchpoints.tolist() == [[1, 0, 0], [0, 1, 0]]
    assert whole.polarity.tolist() == [[POSITIVE, 0.5]]
    assert whole.touchpoints.tolist() == [[1, 0, 0]]
    assert vague.polarity[:, 1].tolist() == [0, 0], "which clause is praised is not known"
    assert vague.touchpoints is None
    assert {lesson.sentiment for lesson in (placed, whole, vague)} == {UNKNOWN}


# Losses


def scores(clauses: int = 1, **changed: list[float]) -> dict[str, torch.Tensor]:
    """Scores of one comment by all heads."""
    shapes = {name: (1, len(names)) if name in COMMENT_HEADS else (1, clauses, len(names)) for name, names in HEAD_LABELS.items()}
    found = {name: torch.zeros(shape) for name, shape in shapes.items()}
    for name, values in changed.items():
        found[name] = torch.tensor(values).reshape(shapes[name])
    return found


def loss(lesson: Lesson, **changed: list[float]) -> float:
    count = len(lesson.passage.clauses)
    return float(_total(scores(count, **changed), [lesson], np.ones((1, count), dtype=bool), HEAD_LABELS))


@pytest.mark.parametrize("label", [NEGATIVE, POSITIVE])
def test_binary_lesson_says_nothing_of_neutral(label):
    binary = Lesson(Passage("味道不错", ()), label, binary=True)
    losses = {loss(binary, sentiment=[1.0, neutral, -1.0]) for neutral in (-5.0, 0.0, 5.0)}
    assert len(losses) == 1
    whole = Lesson(Passage("味道不错", ()), label)
    assert loss(whole, sentiment=[1.0, 5.0, -1.0]) > loss(whole, sentiment=[1.0, -5.0, -1.0]) + 1
    given = scores(sentiment=[1.0, 3.0, -1.0])
    given["sentiment"].requires_grad_()
    _total(given, [binary], np.ones((1, 1), dtype=bool), HEAD_LABELS).backward()
    assert given["sentiment"].grad[0, NEUTRAL] == 0
    assert given["sentiment"].grad[0, label] < 0


def test_unknown_lesson_teaches_nothing():
    assert loss(Lesson(cut("一般")), sentiment=[3.0, -3.0, 1.0], polarity=[1.0, 2.0, 3.0], mixed=[5.0]) == 0


@pytest.mark.parametrize(
    ("lesson", "head", "right", "wrong"),
    [
        (Lesson(cut("一般"), NEUTRAL), "sentiment", [0.0, 2.0, 0.0], [2.0, 0.0, 0.0]),
        (Lesson(cut("味道不错"), flags={"mixed": 1}), "mixed", [2.0], [-2.0]),
        (Lesson(cut("味道不错"), flags={"informative": 0}), "informative", [-2.0], [2.0]),
        (Lesson(cut("申请退货"), classes={"service": 1}), "service", [0.0, 2.0], [2.0, 0.0]),
        (Lesson(cut("推荐"), intents=("recommend",)), "intent", [2.0, *[-2.0] * 6], [-2.0, 2.0, *[-2.0] * 5]),
        (Lesson(cut("推荐"), intents=()), "intent", [-2.0] * 7, [2.0] * 7),
        (Lesson(cut("太慢"), polarity=np.array([[0, 1.0]])), "polarity", [2.0, 0.0, 0.0], [0.0, 0.0, 2.0]),
        (Lesson(cut("太慢"), touchpoints=np.array([[1, 0, 0]])), "touchpoint", [2.0, -2.0, -2.0], [-2.0, 2.0, -2.0]),
        (Lesson(cut("太慢"), problems=(0,)), "problem", np.eye(len(problem_codes()))[0].tolist(), np.eye(len(problem_codes()))[1].tolist()),
    ],
)
def test_each_head_learns_what_the_lesson_knows_and_nothing_else(lesson, head, right, wrong):
    assert loss(lesson, **{head: right}) < loss(lesson) < loss(lesson, **{head: wrong})
    random = np.random.default_rng(5)
    others = {name: (3 * random.normal(size=value.shape)).tolist() for name, value in scores().items() if name != head}
    assert loss(lesson, **others) == pytest.approx(loss(lesson))


def test_clauses_out_of_sight_teach_nothing():
    lesson = Lesson(cut("太慢,味道不错"), polarity=np.array([[0, 1.0], [2, 1.0]]), touchpoints=np.eye(2, 3))
    seen = np.array([[True, False]])
    given = scores(2)
    for value in given.values():
        value.requires_grad_()
    _total(given, [lesson], seen, HEAD_LABELS).backward()
    assert given["polarity"].grad[0, 0].abs().sum() > 0
    assert given["polarity"].grad[0, 1].abs().sum() == given["touchpoint"].grad[0, 1].abs().sum() == 0


# Network


def make_network(folder, **options) -> Network:
    torch.manual_seed(0)
    return Network(folder, HEAD_LABELS, **options).eval()


def test_network_in_training_says_what_its_heads_say_afterwards(tiny_bert):
    network = make_network(tiny_bert)
    passages = [cut("送餐太慢了,味道不错"), cut("很好")]
    ids = torch.full((2, 12), 1)
    mask, clauses = torch.zeros_like(ids), torch.zeros((2, 2, 12))
    for row, tokens in enumerate(tokenise(network.tokenizer, passages)):
        count = len(tokens.ids)
        ids[row, : count + 2] = torch.tensor([0, *tokens.ids.tolist(), 2])
        mask[row, : count + 2] = 1
        for place, (start, end) in enumerate(tokens.clauses):
            clauses[row, place, start + 1 : end + 1] = 1 / (end - start)
    with torch.inference_mode():
        taught = network(ids, mask, clauses)
    for row, said in enumerate(read_with(network, passages)):
        assert set(said) == set(HEAD_LABELS)
        for name, wanted in said.items():
            found = taught[name][row].numpy()
            np.testing.assert_allclose(found[: len(wanted)], wanted, atol=1e-4, err_msg=name)


def test_network_starts_from_our_own_folder_too(tiny_bert, tiny_onnx):
    theirs, ours = make_network(tiny_bert), make_network(tiny_onnx)
    assert theirs.state_dict().keys() == ours.state_dict().keys()
    for name, values in theirs.body.state_dict().items():
        torch.testing.assert_close(ours.body.state_dict()[name], values, atol=0.02, rtol=0.1, msg=name)


@pytest.mark.parametrize(("frozen", "moved"), [(0, {"0", "1"}), (1, {"1"}), (4, set())])
def test_teach_leaves_word_vectors_and_frozen_layers_alone(tiny_bert, frozen, moved):
    network = make_network(tiny_bert, frozen_layers=frozen)
    before = {name: values.clone() for name, values in network.state_dict().items()}
    teach(network, gold_lessons(GOLD, TOUCHPOINTS, problem_codes()), batch_size=6, rate=1e-3)
    changed = {name for name, values in network.state_dict().items() if not torch.equal(values, before[name])}
    assert not any(name.startswith("body.embeddings") for name in changed)
    assert {name.split(".")[3] for name in changed if name.startswith("body.encoder.layer")} == moved
    assert any(name.startswith("heads.sentiment") for name in changed)
    assert not network.training


def test_teach_learns_and_gives_the_same_network_for_the_same_seed(tiny_bert):
    lessons = gold_lessons(GOLD, TOUCHPOINTS, problem_codes())
    networks = [make_network(tiny_bert, frozen_layers=0) for _ in range(3)]
    minutes = [
        teach(network, lessons, epochs=25, batch_size=6, rate=5e-3, seed=seed) for network, seed in zip(networks, (1, 1, 2), strict=True)
    ]
    assert all(each > 0 for each in minutes)
    said = [np.array([each["sentiment"] for each in read_with(network, [lesson.passage for lesson in lessons])]) for network in networks]
    np.testing.assert_allclose(said[0], said[1], atol=1e-4)
    assert np.abs(said[0] - said[2]).max() > 1e-3
    assert np.mean(said[0].argmax(axis=1) == [lesson.sentiment for lesson in lessons]) > 0.9


def test_teach_reads_a_part_of_a_text_that_is_too_long(tiny_bert):
    network = make_network(tiny_bert)
    long = Lesson(cut("停车不方便;排队太久," * 60), NEGATIVE, polarity=np.tile([0.0, 1.0], (120, 1)))
    teach(network, [long, Lesson(cut("很好"), POSITIVE), Lesson(cut(""), NEUTRAL)], longest=16, batch_size=2)
    assert all(torch.isfinite(values).all() for values in network.state_dict().values())


# The whole training


@pytest.fixture(scope="module")
def curriculum() -> Curriculum:
    broad = labelled_lessons(labelled(("外卖", "binary", 0, 20), ("外卖", "binary", 2, 20), ("酒店", "three", 1, 10)), 24, seed=42)
    return Curriculum(GOLD, [], broad, HEAD_LABELS)


@pytest.fixture(scope="module", autouse=True)
def _fast_learner():
    with pytest.MonkeyPatch.context() as patch:  # a few steps must show
        patch.setattr("voc.training.encoder.GOLD_RATE", 0.05)
        yield


@pytest.fixture(scope="module")
def trained(tmp_path_factory, tiny_bert, curriculum):
    folder = tmp_path_factory.mktemp("trained")
    minutes = train_encoder(tiny_bert, curriculum, folder / "work", folder / "best")
    return folder, minutes


def test_train_encoder_leaves_a_whole_encoder(trained):
    folder, minutes = trained
    assert list(minutes) == ["adapt", "taught"]
    best = folder / "best"
    assert sorted(path.name for path in best.iterdir()) == [
        "config.json",
        "heads.json",
        "heads.npz",
        "model.onnx",
        "modeling_voc.py",
        "seen.npz",
        "tokenizer.json",
        "tokenizer_config.json",
    ]
    assert "_name_or_path" not in json.loads((best / "config.json").read_text(encoding="utf-8"))
    heads = Heads.load(best)
    assert tuple(heads.labels) == KEPT_HEADS
    said = [heads.decide(each) for each in OnnxEncoder(best).encode([comment.passage for comment in GOLD])]
    assert all(np.isfinite(scores).all() for each in said for scores in each.values())


def test_train_encoder_is_not_taught_what_is_kept_aside(trained, tiny_bert, curriculum, monkeypatch, tmp_path):
    aside = kept_aside(GOLD)
    assert 0 < aside.sum() < len(GOLD) / 2
    np.testing.assert_array_equal(find_unseen(trained[0] / "best", GOLD), aside)
    taught = []
    monkeypatch.setattr("voc.training.encoder.teach", lambda network, lessons, **options: taught.extend(lessons) or 0.0)
    train_encoder(tiny_bert, curriculum, tmp_path / "work", tmp_path / "best")
    texts = {lesson.passage.normalised for lesson in taught}
    assert [comment.passage.normalised in texts for comment in GOLD] == (~aside).tolist()


def test_train_encoder_writes_the_heads_of_the_network_taught_with_all(trained, tiny_bert):
    folder, _ = trained
    network = make_network(tiny_bert)
    network.load_state_dict(torch.load(folder / "work" / "taught.pt"))
    kept = Heads.load(folder / "best").weights
    for name in KEPT_HEADS:
        np.testing.assert_allclose(kept[name], network.export_heads().weights[name], atol=1e-3)


def test_train_encoder_goes_on_where_it_stopped(trained, tiny_bert, curriculum, tmp_path):
    folder, _ = trained
    assert train_encoder(tiny_bert, curriculum, folder / "work", tmp_path / "again") == {}
    first, again = (Heads.load(path).weights for path in (folder / "best", tmp_path / "again"))
    for name, weights in first.items():
        np.testing.assert_array_equal(again[name], weights)
    assert (tmp_path / "again" / "model.onnx").read_bytes() == (folder / "best" / "model.onnx").read_bytes()
    work = tmp_path / "work"
    work.mkdir()
    (work / "adapted.pt").write_bytes((folder / "work" / "adapted.pt").read_bytes())
    assert list(train_encoder(tiny_bert, curriculum, work, tmp_path / "cut_off")) == ["taught"]
    for name, weights in Heads.load(tmp_path / "cut_off").weights.items():
        np.testing.assert_allclose(weights, first[name], atol=1e-3)


def test_train_encoder_gives_the_same_heads_for_the_same_seed(trained, tiny_bert, curriculum, tmp_path):
    folder, _ = trained
    train_encoder(tiny_bert, curriculum, tmp_path / "work", tmp_path / "best")
    for name, weights in Heads.load(tmp_path / "best").weights.items():
        np.testing.assert_allclose(weights, Heads.load(folder / "best").weights[name], atol=1e-3)


def test_head_labels_name_every_head():
    assert set(HEAD_LABELS) == {*KEPT_HEADS, "service", "problem"}
    assert HEAD_LABELS["sentiment"] == HEAD_LABELS["polarity"] == LABELS
