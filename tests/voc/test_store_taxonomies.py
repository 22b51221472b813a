"""Touchpoints and words of the users' own: kept in versions, and used by jobs."""

from __future__ import annotations

import pytest

from toy_uploads import worker_of, write_rows
from voc.errors import SettingsError, TaxonomyError
from voc.store import Store
from voc.store.taxonomies import is_reference
from voc.taxonomy import load_taxonomy
from voc.tryout import pipeline_with, try_out
from voc.worker import load_kept
from voc.workfolder import work_folder

MINE = "name: 酒店\ntouchpoints:\n- {id: parking, zh: 停车, keywords: [停车]}\n"


def test_versions_are_added_and_never_altered(store: Store):
    first = store.taxonomies.add(MINE, "停车场\n", actor="王丽")
    assert (first.reference, first.author, first.words) == ("store:酒店@1", "王丽", ("停车场",))
    assert store.taxonomies.add(MINE, "停车场\n", actor="other") == first  # the same again adds nothing
    second = store.taxonomies.add(MINE)
    assert second.reference == "store:酒店@2"
    assert store.taxonomies.get("store:酒店@1") == first
    assert store.taxonomies.all() == (second, first)
    assert [entry.action for entry in store.audit.page().entries] == ["add_taxonomy", "add_taxonomy"]


def test_what_breaks_the_rules_is_not_kept(store: Store):
    with pytest.raises(TaxonomyError, match="第 3 行"):
        store.taxonomies.add("name: x\ntouchpoints:\n- {zh: 停车}\n")
    with pytest.raises(SettingsError, match="词频"):
        store.taxonomies.add(MINE, "停车场 多")
    with pytest.raises(TaxonomyError, match="name"):
        store.taxonomies.add(MINE.replace("酒店", "a@b"))
    with pytest.raises(TaxonomyError, match="文本"):
        store.taxonomies.add(MINE, "停\0车")
    assert store.taxonomies.all() == ()


@pytest.mark.parametrize(
    "name", ["retail", "store:酒店", "store:酒店@0", "store:@1", "store:a b@1", "store:酒店@1x", "store:酒店@9999999999"]
)
def test_what_is_no_reference(name):
    assert not is_reference(name)


def test_an_unknown_version_says_which_there_are(store: Store):
    store.taxonomies.add(MINE)
    with pytest.raises(TaxonomyError) as caught:
        store.taxonomies.get("store:酒店@7")
    assert "store:酒店@1" in caught.value.hint


def test_job_uses_kept_touchpoints_and_its_run_goes_on_knowing_them(tmp_path, fast_pipeline):
    store = Store(f"sqlite:///{tmp_path}/voc.db")
    store.upgrade()
    kept = store.taxonomies.add("name: mine\ntouchpoints:\n- {id: goods, zh: 东西好坏, keywords: [质量, 好, 不, 差, 坏]}\n", "质量差\n")
    root = work_folder(store.database, None)
    folder = root / "a"
    folder.mkdir()
    write_rows(folder / "a.jsonl", 30)
    files = [{"path": "a.jsonl", "name": "三月.jsonl"}]
    _, job = store.add_upload_job("三月.jsonl", {"files": files, "quality": "fast", "taxonomy": kept.reference}, folder="a")
    assert worker_of(store, fast_pipeline).do_all() == 1
    assert store.job(job.id).state == "done", store.job(job.id).error
    run = store.run(job.run_id)
    assert run.settings["taxonomy"] == kept.reference
    assert {point.touchpoint for point in run.analysis.journey} == {"goods"}
    assert store.words_of(run.settings)[0] == kept.taxonomy
    assert store.current(run.id).analysis.input.comments == 30
    with store.export_rows(run.id) as rows:
        assert "东西好坏" in "".join(rows.csv())
    _, lost = store.add_upload_job("四月.jsonl", {"files": files, "quality": "fast", "taxonomy": "store:mine@9"}, folder="b")
    worker_of(store, fast_pipeline).do_all()
    assert store.job(lost.id).error.code == "unknown_taxonomy"
    store.close()


def test_words_of_settings_are_those_of_retail_where_the_taxonomy_is_gone(store: Store):
    for settings in ({}, {"taxonomy": "store:gone@1"}, {"taxonomy": "nowhere"}):
        assert store.words_of(settings)[0].name == "retail"
    assert store.words_of({"taxonomy": "hospital"})[0].name == "hospital"


def test_try_out_says_what_would_change(fast_pipeline, store: Store):
    from voc.records import Comment

    comments = [Comment(id="1", text="停车不方便，排队太久"), Comment(id="2", text="味道很好")]
    same = try_out(comments, fast_pipeline, fast_pipeline)
    assert (same.comments, same.changed, same.counts, same.differences) == (2, 0, (), ())
    more = load_taxonomy().model_dump()
    more["touchpoints"] = [*more["touchpoints"], {"id": "parking", "zh": "停车", "keywords": ["停车"]}]
    then = pipeline_with("fast", type(load_taxonomy()).model_validate(more), "停车不方便\n")
    found = try_out(comments, fast_pipeline, then)
    assert found.changed == 1
    assert ("parking", "negative") in found.differences[0].after
    assert found.words == {"停车不方便": 1}
    assert [(one.touchpoint, one.before, one.after) for one in found.counts] == [("parking", 0, 1)]
    assert load_kept("fast", store.taxonomies.add(MINE)).taxonomy.name == "酒店"
