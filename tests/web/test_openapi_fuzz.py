"""Requests made from the served OpenAPI: no 5xx, nothing that it does not describe."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from web.api import make_blueprints  # noqa: F401


@pytest.fixture
def api(app):
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)


schema = schemathesis.pytest.from_fixture("api")


@schema.parametrize()
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_served_api_is_as_it_describes_itself(case):
    case.call_and_validate()
