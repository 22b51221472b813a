"""The README's blocks run, and print what it says."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise

import pytest

from conftest import ROOT
from voc.cli import main

README = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
COMMANDS = [line.removeprefix("$ .venv/bin/voc ") for line in README.splitlines() if line.startswith("$ .venv/bin/voc ")]


def test_readme_python_block_prints_what_it_says(monkeypatch, capsys):
    code, printed = re.search(r"```python\n(.*?)```\s+```text\n(.*?)```", README, re.DOTALL).groups()
    monkeypatch.chdir(ROOT)
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102
    assert capsys.readouterr().out == printed


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    """In the place of build/; one for all commands, since some go on from what others wrote."""
    return tmp_path_factory.mktemp("build")


@pytest.mark.parametrize("command", COMMANDS)
def test_readme_commands_run(command, monkeypatch, build, capsys):
    monkeypatch.chdir(ROOT)
    arguments = [part.replace("build/", f"{build}/") for part in shlex.split(command)]
    main(arguments, standalone=False)
    written = [part for flag, part in pairwise(arguments) if flag == "-o"]
    assert all((build / name.rsplit("/", 1)[1]).stat().st_size for name in written)


def test_readme_names_the_two_commands_and_every_module():
    assert "$ make demo" in README
    assert "$ make test" in README
    missing = [path.name for path in ROOT.glob("voc/*.py") if path.name not in README and not path.name.startswith("_")]
    assert set(missing) <= {
        "personal.py",
        "personal_fields.py",
        "personal_names.py",
        "corpora.py",
        "modelstore.py",
        "taxonomy.py",
        "cli.py",
    }


def test_readme_has_no_blank_left_to_fill():
    assert not re.search(r"^(DEMO_OUTPUT|MEASURED_TIMES|ACCURACY)$", README, re.MULTILINE)


def test_chinese_readme_has_only_commands_that_are_tried_here_or_say_what_exists():
    shown = [line.removeprefix("$ .venv/bin/voc ") for line in CHINESE.splitlines() if line.startswith("$ .venv/bin/voc ")]
    assert shown
    assert set(shown) <= set(COMMANDS)
    for block in re.findall(r"```sh\n(.*?)```", CHINESE, re.DOTALL):
        for line in block.splitlines():
            assert re.sub(r"\s+", " ", line) in re.sub(r"\s+", " ", README), line
    for group, name in re.findall(r"`voc (\w+) (\w+)", CHINESE):
        assert re.search(rf"`voc {group} [^|]*\b{name}\b", README), (group, name)


def test_chinese_readme_calls_the_service_as_it_is(client):
    body = re.search(r"-d '(.*)'", CHINESE)[1]
    (result,) = client.post("/api/v1/score", data=body, content_type="application/json").json["results"]
    assert {mention["id"] for mention in result["touchpoints"]} == {"delivery", "product_quality"}


def test_readmes_lead_to_each_other_and_their_links_lead_somewhere():
    assert "](README.zh-CN.md)" in README
    headings = {re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).replace(" ", "-") for line in README.splitlines() if line.startswith("#")}
    links = re.findall(r"\]\(README\.md(?:#([^)]+))?\)", CHINESE)
    assert len(links) > 2
    assert {link for link in links if link} <= headings


def test_chinese_readme_is_short():
    assert len(CHINESE.splitlines()) <= 200
