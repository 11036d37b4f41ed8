"""The document is valid, tells of everything, and what it tells is so: schemathesis asks the live service."""

from collections.abc import Iterator
from importlib.metadata import version
from itertools import count
from typing import Any, Final

import msgspec
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, assume, settings
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from schemathesis.checks import positive_data_acceptance

from kubecfg_http.beside import operations_beside
from kubecfg_http.metrics import HttpMetrics
from kubecfg_http.openapi import build_document
from kubecfg_http.operations import BASE, Failure
from kubecfg_http.routes import OPERATIONS
from tests.acceptance.live import CLUSTERS, Live, live_service
from tests.acceptance.service_api import endpoints
from tests.fakes.http_service import PASSWORD, URL, World

BESIDE: Final = operations_beside(HttpMetrics(), OPERATIONS, version=version("kubecfg"))
DOCUMENT: Final[dict[str, Any]] = msgspec.json.decode(
    msgspec.json.encode(build_document((*OPERATIONS, *BESIDE), version=version("kubecfg")))
)
REFUSED: Final = [400, 401, 403, 404, 405, 409, 413, 415]
schema = schemathesis.openapi.from_dict(
    DOCUMENT,
    config=schemathesis.Config.from_dict({"checks": {"negative_data_rejection": {"expected-statuses": REFUSED}}}),
)


# Where anything valid would do, these do more: they name what is there.
REAL: Final[dict[str, Any]] = {
    "cluster_id": CLUSTERS,
    "cluster_name": f"cluster-{CLUSTERS}",
    "command": "kubectl get pods",
    "namespace": "default",
    "resource_types": ["pods", "pvc"],
    "duration": 7200,
    "step": 600,
    "token": "a-cluster-token",
    "ca_data": None,
    "tls_cert": None,
    "tls_key": None,
    "username": "john.doe",
    "password": PASSWORD,
}
numbers = count()


def make_real(case: schemathesis.Case[Any]) -> None:
    """A valid request asks for something real, or nearly every answer would be a 404. Nothing is removed."""
    valid = case.meta is not None and case.meta.generation.mode.is_positive
    if not valid or case.method.upper() == "DELETE":
        return
    for part in (case.path_parameters, case.query, case.body):
        if isinstance(part, dict):
            part.update({name: REAL[name] for name in part if name in REAL})
    if isinstance(case.body, dict) and "server_url" in case.body:
        case.body.update(cluster_name=f"new-{next(numbers)}", server_url=URL, token=REAL["token"])


def has_undeclared_parameters(case: schemathesis.Case[Any]) -> bool:
    """Whether it asks with parameters that nobody declared: schemathesis calls that invalid, we do not look at them."""
    operation = DOCUMENT["paths"][case.path][case.method.lower()]
    declared = {parameter["name"] for parameter in operation.get("parameters", [])}
    return bool(set(case.query or {}) - declared)


@pytest.fixture(scope="module")
def live() -> Iterator[Live]:
    with live_service() as live:
        yield live


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


# What the schemas cannot say (a PEM text in base64, a step below the duration) may be refused although it fits them.
@schema.parametrize()
@settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_the_service_does_as_the_document_says(
    case: schemathesis.Case[Any], live: Live, session: requests.Session
) -> None:
    assume(case.method.lower() not in DOCUMENT["paths"][case.path] or not has_undeclared_parameters(case))
    make_real(case)
    case.call_and_validate(
        base_url=live.url, session=session, headers=live.headers, excluded_checks=[positive_data_acceptance]
    )


def test_the_document_is_valid_openapi() -> None:
    validate(DOCUMENT, cls=OpenAPIV31SpecValidator)


def test_the_service_gives_this_document(live: Live, session: requests.Session) -> None:
    assert session.get(f"{live.url}/openapi.json", timeout=10).json() == DOCUMENT


def test_every_route_is_documented() -> None:
    routed = {
        (route.method, route.resource.canonical)
        for route in World().app().router.routes()
        if route.resource is not None and route.method != "HEAD" and "//" not in route.resource.canonical
    }
    plain = {(method, path) for method, path in routed if not path.endswith("/") and not path.startswith("/docs/")}
    documented = {(method.upper(), path) for path, item in DOCUMENT["paths"].items() for method in item}

    assert plain == documented


def test_everything_of_the_page_is_in_the_document_with_its_status_and_fields() -> None:
    for one in endpoints().values():
        operation = DOCUMENT["paths"][BASE + one.url][one.method.lower()]
        content = operation["responses"][str(one.status)]["content"]["application/json"]
        answer = DOCUMENT["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
        assert set(one.answer) <= set(answer["properties"]), one.url


def test_every_failure_has_the_one_shape() -> None:
    for path, item in DOCUMENT["paths"].items():
        for operation in item.values():
            for status, answer in operation["responses"].items():
                ref = answer["content"].get("application/json", {}).get("schema", {}).get("$ref", "")
                if int(status) >= 400 and path != "/readyz":
                    assert ref.endswith(f"/{Failure.__name__}")


def test_no_credential_is_a_query_parameter() -> None:
    names = {
        parameter["name"]
        for item in DOCUMENT["paths"].values()
        for operation in item.values()
        for parameter in operation.get("parameters", [])
    }

    assert names == {
        "action", "cluster_id", "cluster_name", "cursor", "duration", "fold", "include", "issuer", "limit", "metric",
        "namespace", "resource_types", "since", "step", "until", "user", "user_id", "username", "verdict", "verify",
    }  # fmt: skip
