"""Requests made from the served OpenAPI: no 5xx, nothing that it does not describe."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode

BOUNDED = settings(
    max_examples=30, deadline=None, derandomize=True, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def schema(app):
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
def test_served_api_is_as_it_describes_itself(schema, mode):
    seen = set()
    for found in schema.get_all_operations():
        operation = found.ok()
        if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query):
            continue  # nothing that could be wrong

        @given(case=operation.as_strategy(generation_mode=mode))
        @BOUNDED
        def check(case):
            case.call_and_validate(headers={"Accept-Encoding": "identity"})  # its WSGI transport does not unpack

        check()
        seen.add(operation.label)
    assert "POST /api/v1/score" in seen
