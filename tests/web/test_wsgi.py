"""The application under gunicorn, as the README has it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time

import httpx
import pytest

from voc.errors import SettingsError
from voc.store import Store
from web.wsgi import application

FLAGS = ["--workers", "1", "--threads", "4", "--log-level", "warning"]


def test_gunicorn_serves_who_has_a_token(socket_enabled, tmp_path, monkeypatch):
    monkeypatch.setenv("VOC_STORE", f"sqlite:///{tmp_path}/voc.db")
    monkeypatch.setenv("VOC_QUALITY", "fast")
    store = Store(f"sqlite:///{tmp_path}/voc.db")
    store.upgrade()
    token = store.tokens.create(store.users.add("li", "correct horse 电池", "reviewer").id, "test", ["score"]).secret
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    process = subprocess.Popen([sys.executable, "-m", "gunicorn", *FLAGS, "--bind", address, "web.wsgi:application()"], cwd=tmp_path)
    try:
        body = {"comments": [{"text": "送餐太慢了"}]}
        answer = asked(f"http://{address}/api/v1/score", body, token)
        assert answer.json()["results"][0]["sentiment"]["label"] == "negative"
        assert httpx.post(f"http://{address}/api/v1/score", json=body).status_code == 401
    finally:
        process.terminate()
        assert process.wait(30) == 0
        store.close()


def asked(url: str, body: dict, token: str) -> httpx.Response:
    """The answer, once the models are loaded."""
    for _ in range(300):
        try:
            return httpx.post(url, json=body, headers={"Authorization": f"Bearer {token}"}, timeout=60)
        except httpx.ConnectError:
            time.sleep(0.2)
    raise AssertionError("gunicorn does not answer")


def test_wsgi_refuses_to_ask_nobody(monkeypatch):
    monkeypatch.setenv("VOC_NO_AUTH", "1")
    with pytest.raises(SettingsError, match="voc serve"):
        application()
