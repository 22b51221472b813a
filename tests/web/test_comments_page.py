"""The list of comments, and one of them, without a browser."""

from __future__ import annotations

import re
from contextlib import closing

import pytest
from toy_survey import run_of

from toy_accounts import csrf_of, make_world, sign_in
from toy_store import analysis_of, scored
from voc.records import Mention, Span
from voc.store import Store
from voc.store.records import CommentFilter, Review, StoredComment
from web import create_app
from web.pages.comments import PER_PAGE, Place, read_place
from web.pages.remarks import evidence_of, pieces_of
from web.settings import ServerSettings

BROWSER = {"Accept": "text/html", "Accept-Language": "zh-CN"}
HOSTILE = "<script>alert(1)</script>\"'><b>客服</b>"


@pytest.fixture(scope="module")
def survey(survey_app):
    client = survey_app.test_client()
    run = run_of(survey_app)
    return lambda path="", **query: client.get(f"/runs/{run}/comments{path}", query_string=query, headers=BROWSER)


def keys_of(page: str) -> list[int]:
    return [int(key) for key in re.findall(r'class="comment-open" href="/runs/[^"]*/comments/(\d+)', page)]


def link(page: str, rel: str) -> str:
    return re.search(rf'rel="{rel}" href="([^"]+)"', page)[1].replace("&amp;", "&")


def test_pages_lead_on_and_back_without_losing_or_repeating_a_comment(survey, survey_app):
    store, run = survey_app.extensions["store"], run_of(survey_app)
    expected = [one.key for one in store.comments(run, CommentFilter(order="uncertain"), limit=3 * PER_PAGE).comments]
    pages, client = [survey(order="uncertain").text], survey_app.test_client()
    for _ in range(2):
        pages.append(client.get(link(pages[-1], "next")).text)
    assert [key for page in pages for key in keys_of(page)] == expected
    back = client.get(link(pages[2], "prev")).text
    assert keys_of(back) == keys_of(pages[1])
    assert keys_of(client.get(link(back, "prev")).text) == keys_of(pages[0])
    assert f"第 {PER_PAGE + 1}–{2 * PER_PAGE} 条" in back


def test_a_trail_that_is_too_long_is_cut_at_its_beginning():
    place = Place()
    for number in range(60):
        place = read_place(place.behind(f"c{number}"))
    assert (place.number, place.cursor, len(place.cursors)) == (61, "c59", 40)
    assert read_place(place.before()).cursor == "c58"


def test_filters_and_search_in_either_script_narrow_the_list(survey, survey_app):
    store, run = survey_app.extensions["store"], run_of(survey_app)
    page = survey(q="客服", sentiment="negative", touchpoint="customer_support")
    wanted = CommentFilter(q="客服", sentiment="negative", touchpoint="customer_support")
    assert f"共 {store.count_comments(run, wanted)} 条" in page.text
    assert '<b class="hit">客服</b>' in page.text
    assert "触点 客服投诉" in page.text  # as a filter that can be taken away
    assert survey(q="發貨").text.count('class="comment"') == survey(q="发货").text.count('class="comment"') > 0
    point = store.current(run).analysis.pain_points[0]
    assert f"共 {point.comments} 条" in survey(pain_point=point.id).text
    assert "没有符合条件的评论" in survey(q="没有这句话的").text
    assert survey(sentiment="angry").status_code == 422
    assert survey(page="2.nonsense").status_code == 404


def test_a_comment_shows_what_models_said_and_can_be_corrected_and_undone(survey, survey_app):
    store, run = survey_app.extensions["store"], run_of(survey_app)
    comment = store.comments(run, CommentFilter(touchpoint="delivery", sentiment="negative"), limit=1).comments[0]
    page = survey(f"/{comment.key}").text
    assert "物流配送" in page
    assert "还没有人校对过" in page
    before = store.current(run).analysis.metrics.sentiment["negative"].n
    client, address = survey_app.test_client(), f"/runs/{run}/comments/{comment.key}"
    form = {"sentiment": "positive", "touchpoint:delivery": "none", "touchpoint:packaging": "positive"}
    answer = client.post(address, data=form)
    assert (answer.status_code, answer.location) == (303, f"{address}?said=corrected")
    now = store.comment(run, comment.key)
    assert (now.sentiment, now.touchpoints) == ("positive", {"packaging": "positive"})
    assert store.current(run).analysis.metrics.sentiment["negative"].n == before - 1
    page = client.get(answer.location, headers=BROWSER).text
    assert "已保存" in page
    assert "没提到" in page
    assert client.post(f"{address}/undo").location == f"{address}?said=undone"
    assert store.comment(run, comment.key) == comment
    assert survey("/999999").status_code == 404


def why(page: str) -> str:
    """The card that says why a comment is in its pain points."""
    return re.sub(r"<[^>]+>|\s", "", re.search(r'id="why">(.*?)</section>', page, re.DOTALL)[1])


def test_a_comment_says_which_clause_puts_it_in_a_pain_point_and_what_reviews_change_of_that(survey, survey_app):
    store, run = survey_app.extensions["store"], run_of(survey_app)
    point = next(one for one in store.current(run).analysis.pain_points if one.touchpoint == "delivery")
    found = store.comments(run, CommentFilter(pain_point=point.id, sentiment="negative"), limit=50).comments
    comment = next(
        one for one in found if {member.pain_point for member in one.pain_points} == {point.id} and "delivery" in one.touchpoints
    )
    member = comment.pain_points[0]
    clause = comment.annotation.text[member.start : member.end]
    client, address = survey_app.test_client(), f"/runs/{run}/comments/{comment.key}"
    assert f"{point.label}“{clause}”" in why(survey(f"/{comment.key}").text)
    assert f'href="/runs/{run}/pain-points/{point.id}"' in survey(f"/{comment.key}").text

    def after(**form: str) -> str:
        seen = {f"touchpoint:{touchpoint}": label for touchpoint, label in comment.touchpoints.items()}
        client.post(address, data={"sentiment": "negative", **seen, **form})
        page = why(survey(f"/{comment.key}").text)
        client.post(f"{address}/undo")
        return page

    assert "整条情感模型说负面，人工改为正面；痛点看的是句子，仍因这一句在这里。" in after(sentiment="positive")
    out = after(**{"touchpoint:delivery": "neutral"})
    assert f"{point.label}已移出“{clause}”" in out
    assert "「物流配送」模型说负面，人工改为中性，已移出。" in out
    assert "「物流配送」模型说负面，人工改为没提到，已移出。" in after(**{"touchpoint:delivery": "none"})
    assert "已移出" not in why(survey(f"/{comment.key}").text)
    outside = next(one for one in store.comments(run, CommentFilter(sentiment="positive"), limit=50).comments if not one.pain_points)
    assert "不在任何痛点里。" in why(survey(f"/{outside.key}").text)


def test_comments_go_by_the_id_of_their_file_and_are_found_by_it(scorer, tmp_path):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        batch = [scored(one, "送餐太慢了") for one in ("A-1494", "A-1495#1", "A-1495#2", "A-14951")]
        run = analysis_of(batch)
        store.save_run(store.add_upload("三月.xlsx").id, *zip(*batch, strict=True), run, {})
        assert store.keys_of(run.run.id, "A-1495") == {"A-1495#1": 2, "A-1495#2": 3}  # a row with two texts
        assert store.keys_of("another", "A-1494") == store.keys_of(run.run.id, "1") == {}
        client = create_app(ServerSettings(no_auth=True), scorer=scorer, store=store).test_client()
        found = client.get(f"/runs/{run.run.id}/comments?q=A-1494", headers=BROWSER).text
        assert re.search(rf'编号相同：.*?<a href="/runs/{run.run.id}/comments/1">评论 A-1494</a>', found, re.DOTALL)
        assert ">评论 A-14951</a>" in client.get(f"/runs/{run.run.id}/comments", headers=BROWSER).text


@pytest.mark.parametrize(
    "form", [{}, {"sentiment": "none"}, {"sentiment": "great"}, {"sentiment": "neutral", "touchpoint:nowhere": "negative"}]
)
def test_a_form_that_says_nothing_sensible_is_refused(survey_app, form):
    store, run = survey_app.extensions["store"], run_of(survey_app)
    key = store.comments(run, limit=1).comments[0].key
    assert survey_app.test_client().post(f"/runs/{run}/comments/{key}", data=form).status_code == 400
    assert store.comment(run, key).reviews == ()


def test_what_customers_and_addresses_say_is_never_markup(scorer, tmp_path):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        hostile = scored("1", HOSTILE.replace(">", "》").replace("<", "《"), "negative", "delivery", channel=HOSTILE, question=HOSTILE)
        comment, annotation = hostile
        annotation = annotation.model_copy(update={"text": HOSTILE})
        store.save_run(store.add_upload(HOSTILE).id, [comment], [annotation], analysis_of([hostile]), {})
        client = create_app(ServerSettings(no_auth=True), scorer=scorer, store=store).test_client()
        for path in ("comments", "comments?q=客服", "comments/1", "review", "review?queue=search&q=%22%3E%3Cscript%3E"):
            page = client.get(f"/runs/r1/{path}", headers=BROWSER)
            assert page.status_code == 200
            assert "<script>alert" not in page.text
            assert "<b>客服" not in page.text
            assert '"><script' not in page.text


def test_another_user_s_comments_are_not_there_and_looking_is_not_correcting(scorer, tmp_path, monkeypatch):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        world = make_world(store, scorer, monkeypatch)
        for path in ("comments", "comments/1", "review", "review/corrections.jsonl"):
            assert world.ask("GET", f"/runs/r1/{path}", world.tokens["other"]).status_code == 404
        comment, annotation = scored("1", "送餐太慢了")
        store.save_run(store.add_upload("team.xlsx").id, [comment], [annotation], analysis_of([(comment, annotation)], "r2"), {})
        viewer, reviewer = world.app.test_client(), world.app.test_client()
        sign_in(viewer, "viewer")
        page = viewer.get("/runs/r2/review", headers=BROWSER).text
        assert "不能校对" in page
        assert 'name="sentiment"' not in page
        key = store.comments("r2").comments[0].key
        form = {"sentiment": "neutral", "key": str(key)}
        assert viewer.post("/runs/r2/review", data={**form, "csrf_token": csrf_of(viewer)}).status_code == 403
        sign_in(reviewer, "owner")
        assert reviewer.post("/runs/r2/review", data=form).status_code == 403  # without the token of the form
        assert reviewer.post("/runs/r2/review", data={**form, "csrf_token": csrf_of(reviewer)}).status_code == 303
        assert store.comment("r2", key).reviews[0].reviewer == "owner"


def test_evidence_follows_reviews_and_hits_are_cut_within_it():
    comment, annotation = scored("1", "送餐太慢，味道不錯", "negative")
    mentions = (
        Mention(id="delivery", polarity="negative", score=0.9, spans=(Span(start=0, end=4),)),
        Mention(id="product_quality", polarity="positive", score=0.9, spans=(Span(start=5, end=9),)),
    )
    annotation = annotation.model_copy(update={"touchpoints": mentions})
    gone = Review(id=1, target="product_quality", label=None, reviewer="王丽", at="2024-06-01T08:00:00+00:00")
    holds = {"sentiment": "negative", "touchpoints": {"delivery": "negative"}, "reviews": (gone,)}
    assert evidence_of(StoredComment(key=1, comment=comment, annotation=annotation, **holds)) == [(0, 4, "negative")]
    pieces = pieces_of(annotation.text, [(0, 4, "negative"), (5, 9, "positive")], "慢，味道不错")
    assert [tuple(piece) for piece in pieces] == [
        ("negative", (("送餐太", False), ("慢", True))),
        (None, (("，", True),)),
        ("positive", (("味道不錯", True),)),
    ]
