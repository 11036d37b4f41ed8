from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import Any

import pytest

from kubecfg_analyzers import certificates as reading
from kubecfg_analyzers.secrets import analyze
from kubecfg_core import Severity
from kubecfg_core.kinds.config import SECRETS
from tests.unit.kubecfg_analyzers.certificates import certificate, new_key, private, tls_secret
from tests.unit.kubecfg_analyzers.judging import Json, ago, codes, only, view_of


def encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


def secret(kind: str = "Opaque", **data: str) -> Json:
    return {"kind": "Secret", "metadata": {"name": "some"}, "type": kind, "data": data}


def changed(**data: str | None) -> Json:
    """A good TLS Secret with some of its data replaced or (where `None`) left out."""
    item = tls_secret("web.example.com")
    item["data"] = {key: value for key, value in {**item["data"], **data}.items() if value is not None}
    return item


def test_a_certificate_that_holds_for_long_is_silent() -> None:
    assert codes(analyze, view_of(tls_secret("web.example.com"))) == []


def test_an_expired_certificate_is_told_with_its_day_and_host() -> None:
    found = only(analyze, view_of(tls_secret("web.example.com", days=-3.5, start=-30)))

    assert (found.code, found.severity) == ("secret.tls_expired", Severity.ERROR)
    assert (found.evidence["days"], found.evidence["ended"]) == (3, "2026-01-12")
    assert "web.example.com" in found.text
    assert "web.example.com" in found.sensitive


@pytest.mark.parametrize(("days", "severity"), [(29.5, Severity.WARNING), (6.5, Severity.ERROR)])
def test_a_certificate_that_ends_soon_is_told_in_time(days: float, severity: Severity) -> None:
    found = only(analyze, view_of(tls_secret("web.example.com", days=days)))

    assert (found.code, found.severity, found.evidence["days"]) == ("secret.tls_expiring", severity, int(days))


def test_a_certificate_that_ends_in_more_than_a_month_is_silent() -> None:
    assert codes(analyze, view_of(tls_secret("web.example.com", days=31))) == []


def test_a_certificate_of_the_future_is_an_error() -> None:
    assert only(analyze, view_of(tls_secret("web.example.com", start=1))).code == "secret.tls_not_yet_valid"


def test_who_should_have_renewed_it_is_named() -> None:
    item = tls_secret("web.example.com", days=-1)
    item["metadata"]["annotations"] = {"cert-manager.io/certificate-name": "web-cert"}

    found = only(analyze, view_of(item))

    assert "web-cert" in found.cause
    assert found.evidence["certificate"] == "web-cert"


def test_an_expired_intermediate_counts() -> None:
    item = tls_secret("web.example.com")
    between = certificate("intermediate", days=-1, start=-20, ca="root")
    item["data"]["tls.crt"] = b64encode(b64decode(item["data"]["tls.crt"]) + b64decode(between)).decode()

    assert only(analyze, view_of(item)).code == "secret.tls_expired"


def test_an_expired_root_at_the_end_of_the_chain_does_not_count() -> None:
    item = tls_secret("web.example.com")
    root = certificate("root", days=-1, start=-20)
    item["data"]["tls.crt"] = b64encode(b64decode(item["data"]["tls.crt"]) + b64decode(root)).decode()

    assert codes(analyze, view_of(item)) == []


@pytest.mark.parametrize("key", ["tls.crt", "tls.key"])
@pytest.mark.parametrize("value", [None, ""], ids=["absent", "empty"])
def test_a_tls_secret_without_its_data_is_told_which(key: str, value: str | None) -> None:
    found = only(analyze, view_of(changed(**{key: value})))

    assert (found.code, found.evidence["key"]) == ("secret.tls_missing_data", key)


@pytest.mark.parametrize("key", ["tls.crt", "tls.key"])
@pytest.mark.parametrize("value", [encoded("no PEM"), "***", "AAA"])
def test_a_tls_secret_that_is_no_pem_is_told_which(key: str, value: str) -> None:
    found = only(analyze, view_of(changed(**{key: value})))

    assert (found.code, found.evidence["key"]) == ("secret.tls_unparsable", key)


def test_a_key_behind_a_passphrase_cannot_be_used() -> None:
    assert codes(analyze, view_of(changed(**{"tls.key": private(new_key(), "open")}))) == ["secret.tls_unparsable"]


def test_a_key_of_another_certificate_is_an_error() -> None:
    found = only(analyze, view_of(changed(**{"tls.key": private(new_key())})))

    assert (found.code, found.evidence["host"]) == ("secret.tls_key_mismatch", "web.example.com")


def docker(config: Any) -> Json:
    return secret("kubernetes.io/dockerconfigjson", **{".dockerconfigjson": encoded(json.dumps(config))})


@pytest.mark.parametrize(
    "bad",
    [
        docker({}),
        docker({"auths": {}}),
        docker(["auths"]),
        secret("kubernetes.io/dockerconfigjson", **{".dockerconfigjson": encoded("{")}),
        secret("kubernetes.io/dockerconfigjson"),
        secret("kubernetes.io/dockercfg", **{".dockercfg": encoded("[]")}),
    ],
    ids=["no auths", "empty auths", "a list", "no JSON", "no key", "old form"],
)
def test_a_pull_secret_that_cannot_be_used_is_an_error(bad: Json) -> None:
    assert codes(analyze, view_of(bad)) == ["secret.docker_config"]


def test_a_pull_secret_for_a_registry_is_silent() -> None:
    good = secret("kubernetes.io/dockercfg", **{".dockercfg": encoded('{"r.example.com": {"auth": "eA=="}}')})

    assert codes(analyze, view_of(docker({"auths": {"r.example.com": {"auth": "eA=="}}}), good)) == []


@pytest.mark.parametrize("kind", ["kubernetes.io/basic-auth", "kubernetes.io/ssh-auth"])
def test_a_type_that_demands_a_key_gets_a_warning_without_it(kind: str) -> None:
    assert codes(analyze, view_of(secret(kind, other="eA=="))) == ["secret.missing_key"]


def test_basic_authentication_needs_one_of_its_keys() -> None:
    assert codes(analyze, view_of(secret("kubernetes.io/basic-auth", password="eA=="))) == []


def test_an_expired_certificate_in_another_secret_is_a_warning() -> None:
    found = only(analyze, view_of(secret(**{"ca.crt": certificate("old.example.com", days=-2, start=-20)})))

    assert (found.code, found.severity, found.evidence["key"]) == ("secret.pem_expired", Severity.WARNING, "ca.crt")


def test_a_good_certificate_or_any_other_value_is_silent() -> None:
    assert codes(analyze, view_of(secret(ca=certificate("a.example.com"), password=encoded("hunter2")))) == []


def test_a_broken_certificate_in_another_secret_is_silent() -> None:
    assert codes(analyze, view_of(secret(ca=encoded("-----BEGIN CERTIFICATE-----\nrubbish")))) == []


def test_certificates_are_not_judged_where_they_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "available", lambda: False)

    assert codes(analyze, view_of(tls_secret("web.example.com", days=-3))) == []


def test_no_value_is_kept_that_no_check_parses() -> None:
    view = view_of(secret(password=encoded("hunter2")))

    assert [item.data for item in view.all(SECRETS)] == [{"password": ""}]


def test_no_value_is_shown_by_a_secret_or_a_finding() -> None:
    item = changed(**{"tls.key": private(new_key())})
    view = view_of(item)

    shown = repr(view.all(SECRETS)) + repr(list(analyze(view)))

    assert not any(value in shown for value in item["data"].values())


def kept(days: float, start: float = -10, **annotations: str) -> Json:
    """A TLS Secret that cert-manager renews, or whoever writes the annotations."""
    item = tls_secret("web.example.com", days=days, start=start)
    item["metadata"]["annotations"] = annotations or {"cert-manager.io/certificate-name": "web"}
    return item


@pytest.mark.parametrize(
    "item",
    [
        kept(20, -70),
        kept(0.5, -0.5),
        kept(10, -20, **{"auth.openshift.io/certificate-not-after": "2026-01-25T12:00:00Z"}),
    ],
    ids=["a fortnight before its end", "of a day", "of OpenShift"],
)
def test_a_certificate_that_is_renewed_by_itself_may_live_for_a_short_while(item: Json) -> None:
    assert codes(analyze, view_of(item)) == []


@pytest.mark.parametrize(("days", "severity"), [(12, Severity.WARNING), (5, Severity.ERROR)])
def test_a_certificate_that_should_have_renewed_itself_is_told(days: float, severity: Severity) -> None:
    found = only(analyze, view_of(kept(days, days - 90)))

    assert (found.code, found.severity) == ("secret.tls_expiring", severity)


def test_a_clock_that_is_a_little_ahead_makes_no_certificate_of_the_future() -> None:
    assert codes(analyze, view_of(tls_secret("web.example.com", start=0.001))) == []


def test_a_tls_secret_that_is_being_filled_is_silent() -> None:
    item = changed(**{"tls.crt": ""})
    item["metadata"]["creationTimestamp"] = ago(minutes=2)

    assert codes(analyze, view_of(item)) == []


def test_an_unfilled_pull_secret_of_openshift_is_silent() -> None:
    item = secret("kubernetes.io/dockercfg", **{".dockercfg": encoded("{}")})
    item["metadata"]["annotations"] = {"openshift.io/internal-registry-auth-token.service-account": "builder"}

    assert codes(analyze, view_of(item)) == []


def test_an_old_root_in_a_bundle_is_silent_while_others_hold() -> None:
    old, new = certificate("old root", days=-2, start=-20), certificate("new root")
    bundle = b64encode(b64decode(old) + b64decode(new)).decode()

    assert codes(analyze, view_of(secret(**{"ca-bundle.crt": bundle}))) == []
