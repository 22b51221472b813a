"""The review queue without a browser."""

from __future__ import annotations

import re
from contextlib import closing

import pytest
from toy_survey import copy_store, run_of

from toy_accounts import csrf_of, make_world, sign_in
from toy_store import analysis_of, small_batch
from voc.evaluate import read_gold
from voc.store import Store
from voc.store.records import CommentFilter
from voc.taxonomy import load_taxonomy
from web import create_app
from web.pages.judging import LETTERS
from web.settings import ServerSettings

BROWSER = {"Accept": "text/html", "Accept-Language": "zh-CN"}


class Sitting:
    """Somebody who reviews the survey without JavaScript."""

    def __init__(self, app):
        self.store, self.run = app.extensions["store"], run_of(app)
        self.client = app.test_client()
        self.page = ""

    def open(self, query: str = "") -> int | None:
        return self._see(self.client.get(f"/runs/{self.run}/review{query}", headers=BROWSER))

    def _see(self, answer) -> int | None:
        assert answer.status_code == 200
        self.page = answer.text
        found = re.search(r'name="key" value="(\d+)"', self.page)
        return int(found[1]) if found else None

    def press(self, form: str, **changes: str) -> int | None:
        tag, body = re.search(rf'<form method="post" action="([^"]+)"[^>]*id="{form}">(.*?)</form>', self.page, re.DOTALL).groups()
        data = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', body))
        data |= dict(re.findall(r'name="([\w:]+)" value="(\w+)"(?: data-key="\d")? checked', body))
        return self._see(self.client.post(tag.replace("&amp;", "&"), data={**data, **changes}, follow_redirects=True, headers=BROWSER))

    def skip(self) -> int | None:
        return self._see(self.client.get(re.search(r'href="([^"]+)" data-do="s"', self.page)[1].replace("&amp;", "&"), headers=BROWSER))

    @property
    def done(self) -> int:
        return int(re.search(r"data-done>(\d+)", self.page)[1])


@pytest.fixture
def sitting(scorer, survey_file, tmp_path):
    with closing(copy_store(survey_file, tmp_path)) as store:
        yield Sitting(create_app(ServerSettings(no_auth=True), scorer=scorer, store=store))


def order_of(sitting, **wanted) -> list[int]:
    return [one.key for one in sitting.store.comments(sitting.run, CommentFilter(**wanted), limit=6).comments]


def test_accept_skip_and_undo_go_on_from_comment_to_comment(sitting):
    first, second, third, fourth = order_of(sitting, order="uncertain")[:4]
    before = sitting.store.current(sitting.run)
    assert sitting.open() == first
    assert sitting.press("accept") == second
    comment = sitting.store.comment(sitting.run, first)
    assert {review.target for review in comment.reviews} == {"sentiment", *(one.id for one in comment.annotation.touchpoints)}
    assert sitting.store.current(sitting.run).analysis == before.analysis  # confirming changes no figure
    assert sitting.skip() == third
    assert sitting.press("accept", sentiment="positive", **{"touchpoint:privacy_trust": "negative"}) == fourth
    assert sitting.store.comment(sitting.run, third).touchpoints["privacy_trust"] == "negative"
    assert sitting.done == 2
    assert sitting.press("undo") == third  # shown again, out of turn
    assert (sitting.done, sitting.store.comment(sitting.run, third).reviews) == (1, ())
    assert sitting.press("accept") == fourth
    assert sitting.open() == second  # what was skipped comes back in the next sitting
    assert sitting.store.review_summary(sitting.run).comments == 2


def test_queues_are_what_they_say(sitting):
    assert sitting.open("?queue=random") == order_of(sitting, order="random")[0]
    assert "随机抽" in sitting.page
    sitting.press("accept")
    assert "已经连续看完 1 条" in sitting.page
    point = sitting.store.current(sitting.run).analysis.pain_points[0].id
    assert sitting.open("?queue=pain_point") == order_of(sitting, order="uncertain", pain_point=point, reviewed=False)[0]
    assert sitting.open("?queue=search") is None
    assert "想看哪些评论？" in sitting.page
    assert sitting.open("?queue=search&q=退款") == order_of(sitting, order="uncertain", q="退款", reviewed=False)[0]
    assert '<b class="hit">退款</b>' in sitting.page
    assert sitting.open("?queue=search&q=没有这句话") is None
    assert "这里没有要校对的评论了" in sitting.page
    channel = sitting.store.field_values(sitting.run)["channel"][1]
    assert sitting.store.comment(sitting.run, sitting.open(f"?channel={channel}")).comment.channel == channel
    assert sitting.client.get(f"/runs/{sitting.run}/review?queue=best").status_code == 422


def test_the_end_of_a_round_offers_what_was_skipped(sitting):
    sitting.open("?queue=search&q=yyds")
    seen = 0
    while 'data-do="s"' in sitting.page:
        sitting.skip()
        seen += 1
    assert seen == sitting.store.count_comments(sitting.run, CommentFilter(q="yyds"))
    assert "这一轮看完了" in sitting.page


def test_letters_are_one_each_and_leave_the_commands_alone(sitting):
    sitting.open()
    letters = re.findall(r'data-letter="(\w)"', sitting.page)
    assert letters == list(LETTERS[: len(sitting.store.current(sitting.run).analysis.journey)])
    assert len(set(LETTERS)) == len(LETTERS)
    assert not set(LETTERS) & set("jksu123")


def test_corrections_can_be_downloaded_and_read(sitting, tmp_path):
    sitting.open()
    sitting.press("accept", sentiment="negative")
    answer = sitting.client.get(f"/runs/{sitting.run}/review/corrections.jsonl")
    assert answer.mimetype == "application/x-ndjson"
    assert "attachment" in answer.headers["Content-Disposition"]
    path = tmp_path / "corrections.jsonl"
    path.write_bytes(answer.data)
    (gold,) = read_gold(path, load_taxonomy())
    assert gold.sentiment == "negative"


def test_a_second_person_sees_what_the_model_said_and_agreement_is_told(scorer, tmp_path, monkeypatch):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        world = make_world(store, scorer, monkeypatch)
        comments, annotations = zip(*small_batch(), strict=True)
        store.save_run(store.add_upload("team.xlsx").id, comments, annotations, analysis_of(small_batch(), "r2"), {})
        key = store.comments("r2").comments[0].key
        store.add_reviews("r2", key, {"sentiment": "positive"}, "owner")
        client = world.app.test_client()
        sign_in(client, "other")
        page = client.get("/runs/r2/review?queue=second", headers=BROWSER).text
        assert f'name="key" value="{key}"' in page
        assert 'value="negative" data-key="1" checked' in page  # the model's answer, not the first person's
        form = {"key": str(key), "sentiment": "negative", "csrf_token": csrf_of(client)}
        page = client.post("/runs/r2/review?queue=second", data=form, follow_redirects=True, headers=BROWSER).text
        assert "这里没有要校对的评论了" in page
        assert re.search(r"人和人</h3>.*?<b>0\N{NO-BREAK SPACE}%</b>.*?n = 1", page, re.DOTALL)
