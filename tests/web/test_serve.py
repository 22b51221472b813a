"""`voc serve` as a process, on a free port of this machine."""

from __future__ import annotations

import io
import json
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

import voc
from voc.cli import main

VOC = [sys.executable, "-c", "from voc.cli import main; main()"]


@contextmanager
def serving(folder: Path, *options: str, says: str = "未验证身份"):
    """The process and its address, once it answers; its store is in the folder."""
    auth = ["--no-auth"] if says == "未验证身份" else []
    command = [*VOC, "serve", "--port", "0", *auth, "--quality", "fast", "--threads", "1", "--no-worker", *options]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    try:
        said = process.stdout.readline() if says else ""
        assert says in said, process.stderr.read()
        yield process, re.search(r"http://[\d.:]+\d", process.stdout.readline())[0]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def test_serve_scores_for_the_client_and_stops_in_good_order(socket_enabled, fast_pipeline, tmp_path):
    texts = ["送餐太慢了，味道不錯！", "客服一直不回复"] * 150
    with serving(tmp_path) as (process, url):
        with voc.Client(url) as client:
            assert client.score(texts) == [fast_pipeline(text, id=str(number)) for number, text in enumerate(texts, 1)]
        many = {"comments": [{"text": f"{text}{number}"} for number, text in enumerate(texts * 3)]}
        with ThreadPoolExecutor(4) as threads:
            asked = [threads.submit(httpx.post, f"{url}/api/v1/score", json=many, timeout=60) for _ in range(4)]
            while "voc_http_requests" not in (httpx.get(f"{url}/metrics").text) or not any(future.running() for future in asked):
                time.sleep(0.01)
            time.sleep(0.3)
            process.send_signal(signal.SIGTERM)
            answers = [future.result() for future in asked]
        assert [answer.status_code for answer in answers] == [200] * 4  # those under way are finished
        assert all(len(answer.json()["results"]) == 900 for answer in answers)
        assert process.wait(30) == 0
        logged = [json.loads(line) for line in process.stderr.read().splitlines()]
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{url}/healthz")
    scored = [line for line in logged if line.get("path") == "/api/v1/score"]
    assert [line["comments"] for line in scored] == [200, 100, 900, 900, 900, 900]
    assert all(line.keys() >= {"time", "request_id", "method", "status", "ms"} for line in scored)
    assert "送餐" not in json.dumps(logged, ensure_ascii=False)


def test_serve_asks_who_calls_and_the_client_brings_its_token(socket_enabled, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("VOC_TRUSTED_PROXIES", "1")
    with serving(tmp_path, says="voc user add NAME --role admin") as (process, url):
        with pytest.raises(voc.VocError) as refused, voc.Client(url) as client:
            client.score(["送餐太慢了"])
        assert refused.value.code == "no_token"
        store = ["--store", f"sqlite:///{tmp_path}/voc.db"]
        monkeypatch.setattr("sys.stdin", io.StringIO("correct horse 电池\n"))
        main(["user", "add", "li", "--role", "reviewer", "--password-stdin", *store], standalone=False)
        capsys.readouterr()
        main(["token", "create", "li", "--name", "test", "--scope", "score", *store], standalone=False)
        token = capsys.readouterr().out.strip()
        with voc.Client(url, token) as client:
            assert client.score(["送餐太慢了"])[0].sentiment.label == "negative"
        asked = {"headers": {"Authorization": f"Bearer {token}"}}
        assert httpx.get(f"{url}/metrics", **asked).json()["code"] == "scope_missing"
        # What a proxy says arrives, though waitress drops it where none is trusted.
        assert httpx.get(f"{url}/healthz", headers={"X-Forwarded-Host": "evil.example"}).status_code == 400
        main(["token", "revoke", "1", *store], standalone=False)
        assert httpx.post(f"{url}/api/v1/score", json={}, **asked).json()["code"] == "bad_token"
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        logged = process.stderr.read()
    assert token not in logged
    with serving(tmp_path, says="") as (_, url):  # there is a user now
        assert httpx.get(f"{url}/login").status_code == 200


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--no-auth", "--host", "0.0.0.0"], "0.0.0.0"),  # noqa: S104
        (["--no-auth", "--port", "99999"], "99999"),
        (["--no-auth", "--quality", "ultra", "--port", "0"], "ultra"),
    ],
)
def test_serve_refuses_with_one_clear_message(options, said, capsys, socket_enabled):
    with pytest.raises(SystemExit) as ended:
        main(["serve", *options])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_serve_says_when_the_port_is_taken(socket_enabled, capsys):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SystemExit):
        main(["serve", "--no-auth", "--quality", "fast", "--port", str(taken.getsockname()[1])])
    assert "--port" in capsys.readouterr().err
