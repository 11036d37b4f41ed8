import re
import shlex
from itertools import pairwise
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest

from kubecfg_http.beside import operations_beside
from kubecfg_http.errors import BAD_MEDIA_TYPE, STATUS
from kubecfg_http.metrics import HttpMetrics
from kubecfg_http.operations import Failure, Operation
from kubecfg_http.routes import OPERATIONS
from tests.unit.docs import pages

PAGE = pages.read("api.md")
SECTIONS = {
    section.partition("\n")[0]: re.split(r"^##? ", section.partition("\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    for section in re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]
}
ROUTES: Final[dict[str, Operation[Any, Any]]] = {
    f"{operation.method} {operation.path}": operation
    for operation in (*OPERATIONS, *operations_beside(HttpMetrics(), OPERATIONS, version="0"))
    if operation.documented
}
ROUTER_ONLY = {405, BAD_MEDIA_TYPE, 500}


def curl(route: str) -> tuple[str, str, dict[str, str], str | None]:
    """What the route's example sends: method, URL, headers, body."""
    words = shlex.split(pages.blocks(SECTIONS[route], "shell")[0][1].replace("\\\n", " "))
    options = list(pairwise(words))
    body = next((value for flag, value in options if flag == "-d"), None)
    method = next((value for flag, value in options if flag == "-X"), "GET" if body is None else "POST")
    headers = dict(value.split(": ", 1) for flag, value in options if flag == "-H")
    return method, next(word for word in words if word.startswith("http://")), headers, body


def test_every_route_of_the_router_is_documented_and_no_other() -> None:
    assert SECTIONS.keys() == ROUTES.keys()


@pytest.mark.parametrize("route", ROUTES)
def test_each_example_asks_its_own_route(route: str) -> None:
    method, url, headers, _ = curl(route)
    operation = ROUTES[route]

    assert method == operation.method
    assert re.fullmatch(re.sub(r"{\w+}", "[^/]+", operation.path), urlsplit(url).path)
    assert ("Authorization" in headers) is not operation.public


@pytest.mark.parametrize("route", ROUTES)
def test_each_example_sends_what_its_route_accepts(route: str) -> None:
    _, url, headers, body = curl(route)
    operation = ROUTES[route]

    known = {field.encode_name for field in msgspec.structs.fields(operation.params)}
    assert {name for name, _ in parse_qsl(urlsplit(url).query)} <= known
    assert (body is not None) is operation.has_body
    if body is not None:
        assert headers["Content-Type"] == "application/json"
        assert msgspec.json.decode(body, type=operation.body) is not None


@pytest.mark.parametrize(
    "route", [route for route, operation in ROUTES.items() if pages.blocks(SECTIONS[route], "json")]
)
def test_each_example_answer_has_the_shape_of_the_answer(route: str) -> None:
    [(_, text)] = pages.blocks(SECTIONS[route], "json")

    answer = msgspec.json.decode(text, type=ROUTES[route].answer)

    assert msgspec.json.decode(msgspec.json.encode(answer)) == msgspec.json.decode(text)


def test_every_documented_answer_has_an_example() -> None:
    without = {operation.path for operation in OPERATIONS if not pages.blocks(SECTIONS[_key(operation)], "json")}

    assert without == set()


def test_the_parameters_in_the_tables_are_those_of_the_route() -> None:
    for route in (
        "POST /kubeconfig/analyze-k8s-with-solutions/{cluster_id}",
        "GET /kubeconfig/metrics/resource-usage",
        "GET /kubeconfig/audit",
    ):
        documented = {cells[0] for cells in pages.rows(SECTIONS[route])}
        known = {field.encode_name for field in msgspec.structs.fields(ROUTES[route].params)}

        assert documented - {"cluster_id"} == known - {"cluster_id"}


def test_the_error_table_has_every_status_that_can_be() -> None:
    table = PAGE.partition("## Errors\n")[2].partition("\n## ")[0]
    [(_, example)] = pages.blocks(table, "json")

    assert {int(cells[0]) for cells in pages.rows(table)} == {*STATUS.values(), *ROUTER_ONLY}
    assert msgspec.json.decode(example, type=Failure).detail


def _key(operation: Operation[Any, Any]) -> str:
    return f"{operation.method} {operation.path}"
