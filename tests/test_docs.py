"""The README's blocks run, and print what it says."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise

import pytest

from conftest import ROOT
from voc.cli import main

README = (ROOT / "README.md").read_text(encoding="utf-8")
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
