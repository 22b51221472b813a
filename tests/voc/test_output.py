from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from voc.errors import OutputError
from voc.output import atomic, check_writable, text_output


def test_text_output_replaces_the_file_only_when_all_is_written(tmp_path):
    path = tmp_path / "out.jsonl"
    path.write_text("旧的", encoding="utf-8")
    with suppress(RuntimeError), text_output(path) as out:
        out.write("新的一半")
        raise RuntimeError
    assert path.read_text(encoding="utf-8") == "旧的"
    with text_output(path) as out:
        out.write("新的")
    assert path.read_text(encoding="utf-8") == "新的"
    assert [file.name for file in tmp_path.iterdir()] == ["out.jsonl"]


def test_text_output_makes_the_folder_and_dash_is_standard_output(tmp_path, capsys):
    with text_output(tmp_path / "new" / "out.jsonl") as out:
        out.write("好")
    assert (tmp_path / "new" / "out.jsonl").read_text(encoding="utf-8") == "好"
    with text_output(Path("-")) as out:
        out.write("标准输出")
    assert capsys.readouterr().out == "标准输出"


def test_output_that_cannot_be_written_is_refused_before_any_work(tmp_path):
    (tmp_path / "file").write_text("x")
    for path in (tmp_path, tmp_path / "file" / "out.json"):
        with pytest.raises(OutputError):
            check_writable(path)
    with pytest.raises(OutputError), atomic(tmp_path / "file" / "out.json"):
        pass
