"""`voc serve` as a process, on a free port of this machine."""

from __future__ import annotations

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
def serving(folder: Path, *options: str):
    """The process and its address, once it answers; its store is in the folder."""
    command = [*VOC, "serve", "--port", "0", "--no-auth", "--quality", "fast", "--threads", "1", "--no-worker", *options]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    try:
        said = [process.stdout.readline(), process.stdout.readline()]
        assert "未验证身份" in said[0], process.stderr.read()
        yield process, re.search(r"http://[\d.:]+\d", said[1])[0]
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


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "--no-auth"),
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
