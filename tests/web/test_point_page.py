"""The page of a pain point and its split: what is shown, what is changed, what is refused."""

from __future__ import annotations

import re
from contextlib import closing

import pytest

from toy_accounts import csrf_of, make_world, sign_in
from toy_codebook import COLD, RUDE, SLOW
from toy_store import coded_run
from voc.store import CommentFilter, Store
from web import create_app
from web.format import share
from web.settings import ServerSettings

HOSTILE = "<script>alert(1)</script>"
ROWS = [[SLOW[n % 4]] for n in range(24)] + [[RUDE[n % 3], SLOW[0]] for n in range(6)] + [[COLD[n % 3]] for n in range(5)] + [[HOSTILE]]
ZH = {"Accept-Language": "zh-CN", "Accept": "text/html"}


@pytest.fixture
def store(tmp_path):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        coded_run(store, ROWS)
        yield store


@pytest.fixture
def client(store, scorer):
    client = create_app(ServerSettings(no_auth=True), scorer=scorer, store=store).test_client()
    client.environ_base["HTTP_ACCEPT"] = "text/html"
    return client


@pytest.fixture
def slow(store):
    return next(point.id for point in store.current("r1").analysis.pain_points if point.label == "配送慢")


def page_of(point: str) -> str:
    return f"/runs/r1/pain-points/{point}"


def sent(client, path: str, **form):
    """Send a form and follow where it leads."""
    answer = client.post(path, data=form)
    assert answer.status_code == 303, answer.text
    return client.get(answer.location)


def undo_of(page) -> dict[str, str]:
    """What the button that takes the last edit back would send."""
    return {"do": "undo", **dict(re.findall(r'name="(edits|draft)" value="([\w-]+)"', page.text))}


def test_page_shows_the_figures_the_trend_the_evidence_and_what_is_named_with_it(client, store, slow):
    detail, page = store.pain_point("r1", slow), client.get(page_of(slow)).text
    assert f"<h1>{detail.point.label}</h1>" in page
    assert f'<div class="stat-value">{detail.point.comments}</div>' in page
    assert "物流配送" in page
    assert page.count('r="3.5"') == len(detail.trend) == 3
    assert '<mark class="negative"><span class="visually-hidden">（负面）</span>送餐太慢了</mark>' in page
    assert "/runs/r1/comments/1" in page


def test_page_says_which_share_the_last_run_had(client, store, slow):
    assert "上次 " not in client.get(page_of(slow)).text
    coded_run(store, ROWS[: len(ROWS) // 2], "r2")
    change = next(one for one in store.current("r2").analysis.changes if one.id == slow)
    assert (change.before_of, change.after_of) == (len(ROWS), len(ROWS) // 2)
    before, after = map(share, change.shares)
    assert f"上次 {before} → 这次 {after}" in client.get(page_of(slow).replace("r1", "r2")).text


def test_comments_follow_the_filters_and_are_paged(client, store, slow):
    first = client.get(page_of(slow)).text
    assert first.count('class="said-from"') == 20 + len(store.pain_point("r1", slow).point.quotes)
    behind = re.search(r'rel="next" href="([^"]+)#comments"', first)[1].replace("&amp;", "&")
    second = client.get(behind).text
    assert "回到第一页" in second
    wanted = store.comments("r1", CommentFilter(pain_point=slow, channel="微信")).comments
    filtered = client.get(page_of(slow) + "?channel=微信").text
    assert "筛选只作用于下面的评论列表" in filtered
    assert filtered.count('<li class="said">') == len(wanted)
    assert client.get(page_of(slow) + "?from=5月").status_code == 200  # nothing is that late
    assert client.get(page_of(slow) + "?cursor=x").status_code == 404


def test_rename_lock_dismiss_and_take_back(client, store, slow):
    page = sent(client, page_of(slow), do="rename", label="送货慢")
    assert "已改名" in page.text
    assert "<h1>送货慢</h1>" in page.text
    assert "改名为「送货慢」（草稿）" in page.text
    assert "已锁定" in sent(client, page_of(slow), do="lock").text
    page = sent(client, page_of(slow), do="dismiss")
    assert "这个痛点已被忽略" in page.text
    assert slow not in {point.id for point in store.current("r1").analysis.pain_points}
    assert "这个痛点已被忽略" not in sent(client, page_of(slow), **undo_of(page)).text
    assert [edit.kind for edit in store.codebook("零售").draft] == ["rename", "lock"]


def test_undo_takes_nothing_back_once_others_have_edited(client, store, slow):
    page = sent(client, page_of(slow), do="rename", label="送货慢")
    sent(client, page_of(slow), do="lock")
    answer = client.post(page_of(slow), data=undo_of(page))
    assert answer.status_code == 409
    assert "草稿刚被别人改过" in answer.text
    assert client.post(page_of(slow), data={"do": "undo", "edits": "-1", "draft": "x"}).status_code == 409


@pytest.mark.parametrize(
    ("label", "said"), [("态度差", "已有同名痛点"), (" ", "这里要填写"), ("长" * 201, "不合要求"), (HOSTILE + "\0", "不合要求")]
)
def test_a_name_that_will_not_do_is_kept_and_said_at_its_field(client, slow, label, said):
    answer = client.post(page_of(slow), data={"do": "rename", "label": label})
    assert answer.status_code == 422
    assert said in re.search(r'id="field-label-error">(.*?)</p>', answer.text, re.DOTALL)[1]
    assert HOSTILE not in answer.text
    if label.strip():
        assert label.strip("\0")[:3].replace("<", "&lt;") in answer.text


def test_clauses_are_pinned_and_moved_together(client, store, slow):
    rude = next(point.id for point in store.current("r1").analysis.pain_points if point.label == "态度差")
    page = client.get(page_of(slow)).text
    names = re.findall(r'name="clause" value="([^"]+)"', page)
    page = sent(client, page_of(slow), pin=names[7]).text
    assert "已在「配送慢」钉住原话" in page
    assert f'name="unpin" value="{names[7]}"' in page
    before = store.pain_point("r1", slow).point.size
    page = sent(client, page_of(slow), do="move", clause=names[:3], to=rude)
    assert store.pain_point("r1", slow).point.size == before - 3
    sent(client, page_of(slow), **undo_of(page))
    assert store.pain_point("r1", slow).point.size == before
    sent(client, page_of(slow), do="move", clause=names[1], to="")
    assert store.pain_point("r1", slow).point.size == before - 1
    answer = client.post(page_of(slow), data={"do": "move", "to": rude})
    assert (answer.status_code, "还没有选句子" in answer.text) == (422, True)
    assert client.post(page_of(slow), data={"do": "move", "clause": "x"}).status_code == 422


def test_split_is_previewed_named_made_and_taken_back(client, store, slow):
    preview = client.get(page_of(slow) + "/split?words=超时、小时").text
    assert "拆出去 12 条评论（12 句）" in preview
    asked = store.split_preview("r1", slow, ["超时", "小时"])
    assert f"留在「配送慢」{asked.stays_comments} 条评论（{asked.stays} 句）" in preview
    assert '<mark class="negative"><span class="visually-hidden">（负面）</span>超时</mark>' in preview
    page = sent(client, page_of(slow) + "/split", words="超时、小时", label="等太久")
    assert "<h1>等太久</h1>" in page.text
    assert "从「配送慢」按「超时、小时」拆出（草稿）" in page.text
    new = next(point for point in store.current("r1").analysis.pain_points if point.label == "等太久")
    assert new.size == 12
    codebook = client.get("/runs/r1/codebook").text  # the difference counts as the preview did
    assert "原来（条评论）" in codebook
    assert re.search(r'等太久</th>.*?data-label="现在（条评论）">12<', codebook, re.DOTALL)
    page = sent(client, page_of(new.id), **undo_of(page))
    assert "<h1>配送慢</h1>" in page.text  # the new one is not there any more
    assert new.id not in {point.id for point in store.current("r1").analysis.pain_points}


@pytest.mark.parametrize(
    ("words", "label", "said"),
    [("超时", "态度差", "已有同名痛点"), ("超时", "", "这里要填写"), ("没有的词", "新的", "没有成员含有"), ("，", "新的", "这里要填写")],
)
def test_a_split_that_will_not_do_says_why(client, slow, words, label, said):
    answer = client.post(page_of(slow) + "/split", data={"words": words, "label": label})
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{words}"' in answer.text
    assert "没有句子含这些词" in client.get(page_of(slow) + "/split?words=没有的词").text
    assert "还没有写词" in client.get(page_of(slow) + "/split?words=，").text
    assert "还没有写词" not in client.get(page_of(slow) + "/split").text
    assert client.get(page_of(slow) + "/split?words=" + "+".join(str(n) for n in range(21))).status_code == 422


def test_merged_leads_on_and_a_run_that_is_not_the_last_is_read_only(client, store, slow):
    rude = next(point.id for point in store.current("r1").analysis.pain_points if point.label == "态度差")
    client.post(f"/api/v1/runs/r1/pain-points/{rude}/merge", json={"into": slow})
    page = client.get(page_of(rude)).text
    assert "这个痛点已并入" in page
    assert f'href="{page_of(slow)}">配送慢</a>' in page
    assert "把「态度差」并了进来" in client.get(page_of(slow)).text
    coded_run(store, ROWS, "r2")
    page = client.get(page_of(slow)).text
    assert "打开最近一次分析" in page
    assert 'value="rename"' not in page
    assert client.post(page_of(slow), data={"do": "lock"}).status_code == 409


def test_what_customers_wrote_is_text(client, store):
    point = store.current("r1").analysis.pain_points[0]
    assert HOSTILE not in client.get(page_of(point.id)).text
    assert HOSTILE not in client.get(page_of(point.id) + f"/split?words={HOSTILE}").text
    assert client.get(page_of(HOSTILE)).status_code == 404


def test_another_user_s_private_pain_point_is_not_there_and_forms_need_their_token(scorer, tmp_path, monkeypatch):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        world = make_world(store, scorer, monkeypatch)
        path = page_of("pp-1")
        for name, status in (("owner", 200), ("admin", 200), ("other", 404), ("viewer", 404)):
            client = world.app.test_client()
            sign_in(client, name)
            assert client.get(path).status_code == status, name
            assert client.get(path + "/split?words=客服").status_code == status, name
            assert client.post(path, data={"do": "lock"}).status_code == 403, name  # no token of the form
            if name in ("other", "owner"):
                asked = client.post(path, data={"do": "lock", "csrf_token": csrf_of(client)})
                assert asked.status_code == {"other": 404, "owner": 409}[name]  # of a run without a codebook
