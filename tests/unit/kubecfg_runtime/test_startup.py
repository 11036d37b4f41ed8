from pathlib import Path

from kubecfg_core.errors import NotConfigured
from kubecfg_core.usecases.health import Health, Part
from kubecfg_runtime.startup import warnings


async def well() -> str:
    return "v1.37.1"


async def dispatched() -> str:
    raise NotConfigured("The kubectl at /usr/bin/kubectl is a dispatcher.")


async def test_a_service_that_is_well_says_nothing(tmp_path: Path) -> None:
    assert await warnings(Health({"kubectl": Part(well)}), mounted=tmp_path / "absent") == []


async def test_a_kubectl_that_is_not_to_be_trusted_is_told_at_the_start(tmp_path: Path) -> None:
    health = Health({"kubectl": Part(dispatched, essential=False)})

    assert await warnings(health, mounted=tmp_path / "absent") == [
        "kubectl: The kubectl at /usr/bin/kubectl is a dispatcher."
    ]


async def test_a_mounted_token_of_the_pod_is_told(tmp_path: Path) -> None:
    [warning] = await warnings(Health({}), mounted=tmp_path)

    assert "automountServiceAccountToken: false" in warning
