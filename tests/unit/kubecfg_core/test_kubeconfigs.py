from typing import Any

import pytest

from kubecfg_core.errors import InvalidInput
from kubecfg_core.kubeconfigs import Described, described
from kubecfg_core.secret import Secret

from .usecases.world import PEM


def kubeconfig(
    user: dict[str, Any] | None = None,
    cluster: dict[str, Any] | None = None,
    context: dict[str, Any] | None = None,
    name: str = "dev",
) -> dict[str, Any]:
    return {
        "clusters": [{"name": "c", "cluster": {"server": "https://k8s.example.com:6443/", **(cluster or {})}}],
        "users": [{"name": "u", "user": {"token": "t0ken"} if user is None else user}],
        "contexts": [{"name": name, "context": {"cluster": "c", "user": "u", **(context or {})}}],
    }


def reason(found: Described) -> str:
    assert found.clusters == ()
    [refusal] = found.refused
    return refusal.reason


def test_a_context_becomes_a_cluster() -> None:
    [cluster] = described(kubeconfig()).clusters

    target = cluster.target
    assert (cluster.cluster_name, cluster.context_name, cluster.tags) == ("dev", "dev", ())
    assert (target.server_url, target.token, target.verify_tls) == (
        "https://k8s.example.com:6443",
        Secret("t0ken"),
        True,
    )


def test_all_that_is_data_is_taken() -> None:
    user = {"client-certificate-data": PEM, "client-key-data": PEM}
    cluster = {"certificate-authority-data": PEM, "tls-server-name": "kubernetes"}

    [found] = described(kubeconfig(user, cluster, {"namespace": "shop"})).clusters

    target = found.target
    assert (target.tls_cert, target.tls_key, target.ca_data) == (PEM, Secret(PEM), PEM)
    assert (target.tls_server_name, target.token, found.tags) == ("kubernetes", None, ("namespace:shop",))


def test_a_server_whose_certificate_nobody_checks_is_said_to_be_that() -> None:
    [found] = described(kubeconfig(cluster={"insecure-skip-tls-verify": True})).clusters

    assert found.target.verify_tls is False


def test_a_slash_in_a_name_is_a_dash() -> None:
    [found] = described(kubeconfig(name="arn:aws:eks:eu:1:cluster/prod")).clusters

    assert (found.cluster_name, found.context_name) == (
        "arn:aws:eks:eu:1:cluster-prod",
        "arn:aws:eks:eu:1:cluster/prod",
    )


@pytest.mark.parametrize(
    ("user", "words"),
    [
        ({"exec": {"command": "sh", "args": ["-c", "id"]}}, "'exec' gets the credential from a program"),
        ({"auth-provider": {"name": "gcp"}}, "'auth-provider' gets the credential from a program"),
        ({"tokenFile": "/etc/passwd"}, "'tokenFile' names a file"),
        ({"client-certificate": "/c", "client-key": "/k"}, "'client-certificate' names a file"),
        ({"client-key": "/k"}, "'client-key' names a file"),
        ({"username": "a", "password": "b"}, "'username' is basic authentication"),
        ({"password": "b"}, "'password' is basic authentication"),
        ({"token": "t", "as": "system:admin"}, "'as' acts as somebody else"),
        ({"token": "t", "as-groups": ["system:masters"]}, "'as-groups' acts as somebody else"),
        ({"token": "t", "as-user-extra": {"a": ["b"]}}, "'as-user-extra' acts as somebody else"),
        ({"token": "t", "as-uid": "1"}, "'as-uid' acts as somebody else"),
        ({"token": "t", "new-trick": "x"}, "'new-trick' is not known here"),
        ({}, "token: it must not be empty"),
        ({"token": 12345678}, "token: it must be text"),
        ({"token": "two\nlines"}, "token: at most"),
        ({"token": "t", "client-certificate-data": "AA=="}, "go together"),
    ],
)
def test_a_user_that_is_not_mere_data_is_refused_with_the_reason(user: dict[str, Any], words: str) -> None:
    assert words in reason(described(kubeconfig(user)))


@pytest.mark.parametrize(
    ("cluster", "words"),
    [
        ({"certificate-authority": "/etc/passwd"}, "'certificate-authority' names a file"),
        ({"proxy-url": "http://evil.example"}, "'proxy-url' would lead"),
        ({"server": "http://k8s.example.com"}, "https://"),
        ({"server": "https://a@169.254.169.254"}, "user information"),
        ({"server": None}, "https://"),
        ({"insecure-skip-tls-verify": "yes"}, "true or false"),
        ({"insecure-skip-tls-verify": True, "certificate-authority-data": PEM}, "drop one"),
        ({"certificate-authority-data": "not base64"}, "ca_data: it is not base64"),
    ],
)
def test_a_cluster_that_leads_elsewhere_is_refused_with_the_reason(cluster: dict[str, Any], words: str) -> None:
    assert words in reason(described(kubeconfig(cluster=cluster)))


def test_no_reason_quotes_a_credential() -> None:
    found = described(kubeconfig({"token": "hunter2 hunter2", "password": "hunter2"}))

    assert "hunter2" not in repr(found)


def test_what_one_context_lacks_costs_the_others_nothing() -> None:
    document = kubeconfig()
    document["contexts"].append({"name": "gone", "context": {"cluster": "nowhere", "user": "u"}})

    found = described(document)

    assert ([one.cluster_name for one in found.clusters], [one.context for one in found.refused]) == (["dev"], ["gone"])


def test_only_the_named_contexts_are_looked_at() -> None:
    document = kubeconfig()
    document["contexts"].append({"name": "other", "context": {"cluster": "c", "user": "u"}})

    found = described(document, only=["other", "missing"])

    assert [one.cluster_name for one in found.clusters] == ["other"]
    assert [(one.context, one.reason) for one in found.refused] == [("missing", "there is no such context.")]


def test_of_two_entries_with_one_name_the_first_counts() -> None:
    document = kubeconfig()
    document["users"].append({"name": "u", "user": {"token": "second"}})

    assert described(document).clusters[0].target.token == Secret("t0ken")


@pytest.mark.parametrize(
    "document",
    [None, [], "text", 7, {}, {"contexts": {}}, {"contexts": []}, {"contexts": [7]}, kubeconfig() | {"contexts": None}],
)
def test_what_is_no_kubeconfig_is_said_to_be_none(document: object) -> None:
    with pytest.raises(InvalidInput, match="kubeconfig"):
        described(document)


def test_a_kubeconfig_of_too_many_contexts_is_refused() -> None:
    document = kubeconfig()
    document["contexts"] = [{"name": str(n), "context": {"cluster": "c", "user": "u"}} for n in range(65)]

    with pytest.raises(InvalidInput, match="at most 64"):
        described(document)
