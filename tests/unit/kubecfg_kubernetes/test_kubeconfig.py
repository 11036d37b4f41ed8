import base64
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from kubecfg_core.errors import InvalidInput, SettingsError
from kubecfg_kubernetes import contexts, target_from_kubeconfig

PEM = "-----BEGIN CERTIFICATE-----\n"
PEM_DATA = base64.b64encode(PEM.encode()).decode()


def config(
    user: dict[str, Any] | None = None, cluster: dict[str, Any] | None = None, name: str = "dev"
) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "clusters": [{"name": name, "cluster": {"server": f"https://{name}.example.com:6443/", **(cluster or {})}}],
        "users": [{"name": name, "user": user or {}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
    }


def write(folder: Path, content: dict[str, Any], name: str = "config") -> str:
    file = folder / name
    file.write_text(json.dumps(content))
    return str(file)


def test_the_current_context_is_the_target(tmp_path: Path) -> None:
    target = target_from_kubeconfig(write(tmp_path, config({"token": "abc"}, {"tls-server-name": "api"})))
    assert target.token is not None
    assert (target.name, target.server_url, target.token.reveal()) == ("dev", "https://dev.example.com:6443", "abc")
    assert (target.verify_tls, target.tls_server_name) == (True, "api")


def test_certificates_may_be_in_the_file_or_beside_it(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text(PEM)
    (tmp_path / "key.pem").write_text(PEM)
    user = {"client-certificate-data": PEM_DATA, "client-key": "key.pem"}
    target = target_from_kubeconfig(write(tmp_path, config(user, {"certificate-authority": "ca.pem"})))
    assert target.tls_key is not None
    assert (target.ca_data, target.tls_cert, target.tls_key.reveal()) == (PEM_DATA, PEM_DATA, PEM_DATA)


def test_a_token_file_wins_over_a_token(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("fresh\n")
    target = target_from_kubeconfig(write(tmp_path, config({"token": "stale", "tokenFile": "token"})))
    assert target.token is not None
    assert target.token.reveal() == "fresh"


def test_verification_can_be_skipped(tmp_path: Path) -> None:
    path = write(tmp_path, config({}, {"insecure-skip-tls-verify": True}))
    assert target_from_kubeconfig(path).verify_tls is False


def test_several_files_are_merged_and_the_first_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = write(tmp_path, config({"token": "first"}), "first")
    again = write(tmp_path, config({"token": "again"}), "again")
    other = write(tmp_path, config({"token": "other"}, name="prod"), "other")
    monkeypatch.setenv("KUBECONFIG", f"{first}:{tmp_path / 'missing'}:{again}:{other}")
    assert contexts() == ["dev", "prod"]
    target = target_from_kubeconfig()
    assert target.token is not None
    assert (target.name, target.token.reveal()) == ("dev", "first")


def test_the_default_is_the_file_in_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".kube").mkdir()
    write(tmp_path / ".kube", config())
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert contexts() == ["dev"]


def test_an_unknown_context_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"'stage'.* dev"):
        target_from_kubeconfig(write(tmp_path, config()), "stage")


def test_no_current_context_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no current context"):
        target_from_kubeconfig(write(tmp_path, {**config(), "current-context": ""}))


def test_a_context_without_its_cluster_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cluster 'dev'"):
        target_from_kubeconfig(write(tmp_path, {**config(), "clusters": []}))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nowhere"):
        target_from_kubeconfig(str(tmp_path / "nowhere"))


@pytest.mark.parametrize("text", ["{", "[]", "- a: [", "\x00", "token: very-secret\n  bad: indent"])
def test_what_is_no_kubeconfig_is_said_without_quoting_it(text: str, tmp_path: Path) -> None:
    (tmp_path / "config").write_text(text)
    with pytest.raises(SettingsError) as caught:
        target_from_kubeconfig(str(tmp_path / "config"))
    assert "very-secret" not in caught.value.message


@pytest.mark.parametrize(
    ("user", "cluster", "named"),
    [
        ({"username": "root", "password": "x"}, {}, "username"),
        ({"auth-provider": {"name": "gcp"}}, {}, "auth-provider"),
        ({}, {"proxy-url": "socks5://127.0.0.1:1080"}, "proxy-url"),
    ],
)
def test_what_is_not_supported_is_named(
    user: dict[str, Any], cluster: dict[str, Any], named: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput, match=named):
        target_from_kubeconfig(write(tmp_path, config(user, cluster)))


def plugin(script: str, **more: Any) -> dict[str, Any]:
    api = "client.authentication.k8s.io/v1"
    return {"exec": {"apiVersion": api, "command": sys.executable, "args": ["-c", script], **more}}


def test_a_program_is_not_run_unasked(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    path = write(tmp_path, config(plugin(f"open({str(mark)!r}, 'w')")))
    with pytest.raises(InvalidInput, match="program"):
        target_from_kubeconfig(path)
    assert not mark.exists()


def test_a_program_gives_the_credential_where_it_may_run(tmp_path: Path) -> None:
    script = (
        "import json, os; info = json.loads(os.environ['KUBERNETES_EXEC_INFO'])\n"
        "token = os.environ['FLAVOUR'] + info['spec']['cluster']['server']\n"
        "print(json.dumps({'status': {'token': token, 'clientKeyData': 'KEY'}}))"
    )
    user = plugin(script, env=[{"name": "FLAVOUR", "value": "sweet-"}], provideClusterInfo=True)
    target = target_from_kubeconfig(write(tmp_path, config(user)), allow_exec=True)
    assert target.token is not None
    assert target.tls_key is not None
    assert target.token.reveal() == "sweet-https://dev.example.com:6443/"
    assert base64.b64decode(target.tls_key.reveal()) == b"KEY"


@pytest.mark.parametrize(
    "script", ["raise SystemExit(3)", "print('{}')", "print('{\"status\": {}}')", "print('very-secret')"]
)
def test_a_program_that_fails_is_said_without_quoting_it(script: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        target_from_kubeconfig(write(tmp_path, config(plugin(script))), allow_exec=True)
    assert "very-secret" not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    user = plugin("", command="./no-such-plugin")
    with pytest.raises(SettingsError, match="no-such-plugin"):
        target_from_kubeconfig(write(tmp_path, config(user)), allow_exec=True)
