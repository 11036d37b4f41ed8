import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecfg_kubectl.guard import is_discovery, is_secret, refusal

POD = "/api/v1/namespaces/shop/pods/web"
LOOKS = [
    ("GET", "/api"),
    ("GET", "/apis"),
    ("GET", "/version"),
    ("GET", "/openapi/v3/apis/apps/v1"),
    ("GET", POD),
    ("HEAD", POD),
    ("GET", f"{POD}/log"),
    ("GET", f"{POD}/status"),
    ("GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node"),
    ("GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode"),
    ("GET", "/apis/metrics.k8s.io/v1beta1/nodes"),
    # Objects, and not ways out, of that name.
    ("GET", "/api/v1/namespaces/shop/configmaps/proxy"),
    ("GET", "/apis/apps/v1/namespaces/exec/deployments/proxy"),
    ("GET", "/apis/apps/v1/namespaces/proxy/deployments/attach/scale"),
    ("GET", "/api/v1/namespaces/proxy"),
    ("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"),
    ("POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"),
    ("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews"),
]
CHANGES = [
    ("POST", "/api/v1/namespaces/shop/pods"),
    ("PUT", POD),
    ("PATCH", POD),
    ("DELETE", POD),
    ("DELETE", "/api/v1/namespaces/shop/pods"),
    ("POST", f"{POD}/eviction"),
    ("POST", "/api/v1/namespaces/shop/serviceaccounts/x/token"),
    ("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews"),
    ("POST", "/apis/authorization.k8s.io/v1/namespaces/shop/localsubjectaccessreviews"),
    ("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews/x"),
    ("POST", "/apis/evil.example/v1/selfsubjectaccessreviews"),
]
OUT = [
    f"{POD}/exec",
    f"{POD}/attach",
    f"{POD}/portforward",
    f"{POD}/ephemeralcontainers",
    f"{POD}/proxy",
    f"{POD}/proxy/admin",
    f"{POD}/%65xec",
    "/api/v1/nodes/n1/proxy",
    "/api/v1/nodes/n1/proxy/run/shop/web/c",
    "/api/v1/namespaces/shop/services/https:web:443/proxy/x",
    "/api/v1/proxy/nodes/n1",
    "/api/v1/watch/pods",
    "/apis/example.com/v1/namespaces/shop/things/x/proxy",
]
ELSEWHERE = ["/", "/metrics", "/logs/kube-apiserver.log", "/debug/pprof/heap", "/healthz", "/.well-known/openid"]
ODD = [
    "",
    "//evil.example/api",
    "/api//v1/pods",
    "/api/v1/pods/",
    "/api/v1/../../metrics",
    "/api/v1/./pods",
    "/api/v1/pods/%2e%2e/x",
    "/api/v1/pods/a%2Fexec",
    "/api/v1/pods/a%252Fexec",
    "/api/v1/pods/a%5Cb",
    "/api/v1/pods/a%3Fb",
    "/api/v1/pods/a%23b",
    "/api/v1/pods/a%0d%0aX:y",
    "/api/v1/pods/a%00",
    "/api/v1/pods/a\\b",
    "/api/v1/pods#x",
    "/api/v1/pods/ä",
    "http://evil.example/api",
]


@pytest.mark.parametrize("changes", [False, True])
@pytest.mark.parametrize(("method", "path"), LOOKS)
def test_looking_is_allowed(method: str, path: str, changes: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert refusal(method, path, "limit=500&labelSelector=a%3Db", changes=changes) is None


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_changing_is_for_plans_that_change(method: str, path: str) -> None:
    assert "only looks" in str(refusal(method, path, changes=False))
    assert refusal(method, path, changes=True) is None


@pytest.mark.parametrize("method", ["CONNECT", "TRACE", "OPTIONS", "get", "PROPFIND", "\x1b[31m"])
def test_other_methods_are_for_nobody(method: str) -> None:
    found = refusal(method, POD, changes=True)

    assert found is not None
    assert found.isprintable()


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", OUT)
def test_ways_out_of_the_api_are_for_nobody(method: str, path: str) -> None:
    assert refusal(method, path, changes=True) is not None


@pytest.mark.parametrize("path", ELSEWHERE)
def test_what_is_no_api_is_not_asked_for(path: str) -> None:
    assert refusal("GET", path, changes=True) is not None


@pytest.mark.parametrize("path", ODD)
def test_a_path_that_could_be_read_in_two_ways_is_refused(path: str) -> None:
    assert refusal("GET", path, changes=True) is not None


@pytest.mark.parametrize("query", ["a=b#c", "a=b c", "a=\r\nX: y", "a=\x00", "a=ä"])
def test_a_query_that_could_be_read_in_two_ways_is_refused(query: str) -> None:
    assert refusal("GET", POD, query, changes=True) is not None


SECRETS = [
    "/api/v1/secrets",
    "/api/v1/namespaces/a/secrets",
    "/api/v1/namespaces/a/secrets/b",
    "/api/v1/namespaces/a/secret%73",
]


@pytest.mark.parametrize("path", SECRETS)
def test_what_is_about_secrets_is_known(path: str) -> None:
    assert is_secret(path)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/namespaces/secrets/pods",
        "/api/v1/namespaces/a/pods/secrets",
        "/apis/x.example/v1/secrets",
        "/api",
        "//",
    ],
)
def test_what_is_called_secrets_is_not_one(path: str) -> None:
    assert not is_secret(path)


def test_a_secret_is_not_replaced_as_a_whole() -> None:
    """What kubectl was given of it has no content, and would go back so."""
    assert refusal("PUT", "/api/v1/namespaces/a/secrets/b", changes=True) is not None
    assert refusal("PATCH", "/api/v1/namespaces/a/secrets/b", changes=True) is None


@given(st.text(), st.text(), st.text(), st.booleans())
def test_anything_is_judged(method: str, path: str, query: str, changes: bool) -> None:  # noqa: FBT001 - generated
    refusal(method, path, query, changes=changes)


@given(st.lists(st.sampled_from(["pods", "web", "exec", "proxy", "namespaces", "..", "%2e", "a"]), max_size=6))
def test_a_plan_that_only_looks_never_gets_another_method_than_those_of_a_look(parts: list[str]) -> None:
    path = "/".join(["/api/v1", *parts])

    assert all(refusal(method, path, changes=False) for method in ("POST", "PUT", "PATCH", "DELETE"))


@pytest.mark.parametrize(
    "path", ["/api", "/apis", "/api/v1", "/apis/apps/v1", "/openapi/v2", "/openapi/v3/apis/apps/v1"]
)
def test_what_a_server_can_do_is_discovery(path: str) -> None:
    assert is_discovery("GET", path)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/v1/pods"), ("GET", "/apis/apps/v1/deployments"), ("GET", "/version"), ("POST", "/apis")],
)
def test_what_is_in_it_is_not(method: str, path: str) -> None:
    assert not is_discovery(method, path)
