"""A service with four users and a private upload of one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from toy_store import analysis_of, pain_point, small_batch
from voc.store import Store
from voc.store import credentials as credentials_module
from voc.store.accounts import SCOPES_OF
from voc.store.credentials import utc_now
from voc.store.tokens import Tokens
from web import create_app
from web.settings import ServerSettings

PASSWORD = "correct horse 电池"  # noqa: S105
ROLES = {"admin": "admin", "owner": "reviewer", "other": "reviewer", "viewer": "viewer"}


def cheap_hasher() -> PasswordHasher:
    """Argon2 as cheap as it can be: tests are of what is around it."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass
class World:
    """The service, its store, a token of each user with all scopes of the role, and what the examples of addresses are."""

    app: Flask
    store: Store
    users: dict[str, int]
    tokens: dict[str, str]
    examples: dict[str, Any]

    def ask(self, method: str, path: str, token: str | None = None, **options: Any) -> Any:
        headers = {**options.pop("headers", {}), **({"Authorization": f"Bearer {token}"} if token else {})}
        return self.app.test_client().open(path, method=method, headers=headers, **options)


def make_world(store: Store, scorer: Any, monkeypatch: Any, **settings: Any) -> World:
    """Fill an empty store, and serve it."""
    monkeypatch.setattr(credentials_module, "PasswordHasher", cheap_hasher)
    credentials_module._nobodys.cache_clear()
    users = {name: store.users.add(name, PASSWORD, role).id for name, role in ROLES.items()}
    tokens = {name: store.tokens.create(users[name], "all", sorted(SCOPES_OF[role])).secret for name, role in ROLES.items()}
    batch = small_batch()
    comments, annotations = zip(*batch, strict=True)
    upload = store.add_upload("三月.xlsx", users["owner"], private=True)
    point = pain_point("pp-1", "客服不回复", batch[:2])
    store.save_run(upload.id, comments, annotations, analysis_of(batch, "r1", [point]), {"quality": "fast"})
    examples = {
        "case_id": store.open_case("r1", "pp-1").case.id,
        "upload_id": upload.id,
        "run_id": "r1",
        "key": store.comments("r1").comments[0].key,
        "comment_key": store.comments("r1").comments[0].key,
        "pain_point_id": "pp-1",
        "job_id": store.add_job("analyse", upload.id, {}, user_id=users["owner"]).id,
        "user_id": users["owner"],
        "task": "sentiment",
        "model": "fast",
        "token_id": store.tokens.all(users["owner"])[0].id,
    }
    app = create_app(ServerSettings(**settings), scorer=scorer, store=store)
    return World(app, store, users, tokens, examples)


def expired_token(store: Store, user_id: int) -> str:
    """A token that was good until yesterday."""
    return Tokens(store, lambda: utc_now() - timedelta(days=31)).create(user_id, "old", ["read"], days=30).secret


def sign_in(client: FlaskClient, name: str = "owner", password: str = PASSWORD, **form: str) -> Any:
    """Fill in the form and send it."""
    shown = client.get("/login")
    token = re.search(r'name="csrf_token" value="(\w+)"', shown.text)[1]
    return client.post("/login", data={"csrf_token": token, "name": name, "password": password, **form})


def csrf_of(client: FlaskClient) -> str:
    """The token of the session, from a page of it."""
    return re.search(r'name="csrf_token" value="(\w+)"', client.get("/account/password").text)[1]
