from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import typer
from typer.main import get_command

import voc
from conftest import ROOT
from voc.cli import app, main
from voc.ingest import SUFFIXES


def refuse(capsys, *arguments: str) -> str:
    """Standard error of a command that must end with exit code 2, one clear message and no traceback."""
    with pytest.raises(SystemExit) as ended:
        main([*arguments])
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert "Traceback" not in error
    assert "错误 / error:" in error
    return error


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/worksheets/sheet1.xml", b"0" * 300_000_000)
    return out.getvalue()


BAD_FILES = {
    "random.xlsx": bytes(range(256)) * 40,
    "picture.csv": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
    "empty.csv": b"",
    "header_only.csv": "编号,评价内容\n".encode(),
    "no_text_column.csv": "编号,金额\n1,20\n2,30\n".encode(),
    "unknown_ending.docx": b"PK\x03\x04",
    "bomb.xlsx": None,
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_cli_bad_file_gets_one_clear_message_and_leaves_nothing_behind(name, tmp_path, capsys):
    path = tmp_path / name
    path.write_bytes(BAD_FILES[name] if BAD_FILES[name] is not None else bomb())
    out = tmp_path / "out"
    for command, target in (("score", "x.jsonl"), ("analyse", "x.json"), ("ingest", "x.jsonl")):
        error = refuse(capsys, command, str(path), "-o", str(out / target))
        assert name in error
    assert not list(out.glob("*"))


def test_cli_no_text_column_lists_the_columns_and_says_how_to_name_one(tmp_path, capsys):
    (tmp_path / "a.csv").write_text("编号,金额\n1,20\n2,30\n", encoding="utf-8")
    error = refuse(capsys, "score", str(tmp_path / "a.csv"))
    assert "编号" in error
    assert "金额" in error
    assert "--text" in error


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--text", "没有这列"], "评价内容"),
        (["--map", "nps"], "--map"),
        (["--map", "心情=评价内容"], "心情"),
        (["--encoding", "klingon"], "klingon"),
        (["--taxonomy", "nowhere.yaml"], "nowhere.yaml"),
        (["--userdict", "nowhere.txt"], "nowhere.txt"),
    ],
)
def test_cli_wrong_option_quotes_the_value(arguments, said, tmp_path, capsys):
    path = tmp_path / "a.csv"
    path.write_text("编号,评价内容\n1,送餐太慢了\n2,味道很好\n", encoding="utf-8")
    assert said in refuse(capsys, "score", str(path), "-o", str(tmp_path / "o.jsonl"), *arguments)
    assert not (tmp_path / "o.jsonl").exists()


def test_cli_says_its_version(capsys):
    main(["--version"], standalone=False)
    assert capsys.readouterr().out == f"voc {voc.__version__}\n"


def test_cli_header_row_is_the_one_that_is_named(tmp_path, capsys):
    path = tmp_path / "三月.csv"
    path.write_text("编号,评价内容\n单号,说法\n1,送餐太慢了\n2,味道很好\n", encoding="utf-8")
    main(["ingest", str(path), "-o", str(tmp_path / "o.jsonl"), "--header-row", "2", "--text", "说法"], standalone=False)
    assert [json.loads(line)["text"] for line in (tmp_path / "o.jsonl").read_text(encoding="utf-8").splitlines()] == [
        "送餐太慢了",
        "味道很好",
    ]
    assert "表头第 2 行" in capsys.readouterr().err
    assert "第 9 行没有内容" in refuse(capsys, "ingest", str(path), "--header-row", "9")


@pytest.mark.parametrize("command", ["score", "analyse", "stats"])
def test_cli_refuses_what_it_cannot_read_before_it_loads_models(command, tmp_path):
    """In a process of its own: what takes long was not even imported."""
    path = tmp_path / "analysis.json"
    path.write_text('{"schema": "voc.analysis/1"}', encoding="utf-8")
    code = (
        "import sys\nfrom voc.cli import main\ntry:\n    main(sys.argv[1:])\nexcept SystemExit as ended:\n"
        "    print(ended.code, [name for name in ('onnxruntime', 'spacy', 'sklearn', 'scipy.stats') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, command, str(path)], capture_output=True, check=True, text=True)
    assert done.stdout.split("\n")[-2] == "2 []"
    assert "voc watch" in done.stderr


def test_cli_stats_refuses_a_wrong_audit_at_once(tmp_path, capsys):
    table = ROOT / "corpora" / "samples" / "reviews.jsonl"
    audit = tmp_path / "audit.csv"
    audit.write_text("comment_id,id,holds\n1,negative,也许\n", encoding="utf-8")
    assert "audit.csv" in refuse(capsys, "stats", str(table), "--audit", str(audit), "--quality", "nowhere")
    assert "missing.csv" in refuse(capsys, "stats", str(table), "--audit", str(tmp_path / "missing.csv"), "--quality", "nowhere")


def test_cli_wrong_sheet_lists_the_sheets(capsys):
    survey = str(ROOT / "corpora" / "samples" / "retail_survey.xlsx")
    assert "第二页" in refuse(capsys, "analyse", survey, "--sheet", "第二页")


def test_cli_paths_that_are_no_files(tmp_path, capsys):
    refuse(capsys, "score", str(tmp_path))
    refuse(capsys, "score", str(tmp_path / "missing.csv"))
    table = ROOT / "corpora" / "samples" / "reviews.jsonl"
    refuse(capsys, "score", str(table), "-o", str(tmp_path))
    refuse(capsys, "analyse", str(table), "-o", str(tmp_path / "a.pdf"))
    refuse(capsys, "schema", "nothing")


def test_cli_reads_standard_input_and_writes_standard_output():
    code = "from voc.cli import main; main(['score', '-'])"
    done = subprocess.run(
        [sys.executable, "-c", code], input='{"id": "7", "text": "送餐太慢了"}\n'.encode(), capture_output=True, check=True
    )
    (line,) = done.stdout.decode().splitlines()
    answer = json.loads(line)
    assert list(answer)[:3] == ["schema", "id", "text"]
    assert answer["schema"] == "voc.score/1"
    assert answer["id"] == "7"
    assert answer["touchpoints"][0]["id"] == "delivery"


@pytest.mark.parametrize("name", ["analysis", "score", "codebook", "comment", "problem"])
def test_cli_schema_is_json_with_every_field_of_the_record(name, capsys):
    main(["schema", name], standalone=False)
    schema = json.loads(capsys.readouterr().out)
    assert schema["properties"]


def test_cli_help_needs_nothing_heavy():
    code = (
        "import sys\nfrom voc.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'spacy', 'sklearn', 'pandas', 'bertopic', 'numpy', 'jieba', 'pyarrow', 'torch', 'transformers'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_cli_every_option_has_help_and_stands_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    root = get_command(app)
    commands = {name: root.get_command(None, name) for name in root.list_commands(None)}
    assert "serve" in commands
    groups = {"": commands, **{f"{name} ": commands[name].commands for name in ("codebook", "db", "user", "token")}}
    for name, command in [(group + name, command) for group, members in groups.items() for name, command in members.items()]:
        assert command.help, name
        assert f"voc {name}" in readme or f"`{name.rsplit(' ', 1)[-1]}`" in readme, name
        for parameter in command.params:
            if parameter.name == "help":
                continue
            assert parameter.help, f"{name} {parameter.name}"
            if parameter.param_type_name == "option":
                assert max(parameter.opts, key=len) in readme, f"{name} {parameter.opts}"


def test_cli_help_names_every_format():
    assert isinstance(app, typer.Typer)
    text = Path(ROOT / "voc" / "cli" / "options.py").read_text(encoding="utf-8")
    assert all(suffix in text for suffix in SUFFIXES)
