"""The commands of docs/api.md, run as they stand there against the real service and a simulated cluster."""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp.test_utils import TestServer

from kubecfg_core.secret import Secret
from kubecfg_demo import Running, Simulator
from kubecfg_http import create_app
from kubecfg_runtime import Kubecfg, Settings
from tests.unit.docs import pages

PAGE: Final = pages.read("api.md")
SECTIONS: Final = {
    title: pages.blocks(text, "shell")
    for title, text in re.findall(r"^### (.+)\n((?:(?!^##).*\n)*)", PAGE, re.MULTILINE)
}
LOG_IN: Final = "POST /auth/login"
ONBOARD: Final = "POST /kubeconfig/onboard-cluster"
REMOVE: Final = "DELETE /kubeconfig/remove-cluster/{cluster_id}"
ADD_USER: Final = "POST /kubeconfig/users"
# What others need comes first, and what would take it away last.
FIRST: Final = (ONBOARD, ADD_USER)
LAST: Final = (REMOVE, "DELETE /kubeconfig/users/{user_id}", "POST /auth/password")
NAMESPACE: Final = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
SERVICE: Final = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "cart", "namespace": "shop", "creationTimestamp": "2026-01-01T00:00:00Z"},
    "spec": {"selector": {"app": "cart", "tier": "web"}, "ports": [{"port": 80}]},
}
POD: Final = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "basket",
        "namespace": "shop",
        "labels": {"app": "basket", "tier": "web"},
        "creationTimestamp": "2026-01-01T00:00:00Z",
    },
    "spec": {"containers": [{"name": "app", "image": "shop/basket:1"}], "nodeName": "node-1"},
    "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
}
USAGE: Final = {
    "apiVersion": "metrics.k8s.io/v1beta1",
    "kind": "PodMetrics",
    "metadata": {"name": "notebook-john-doe-0", "namespace": "shop"},
    "timestamp": "2026-03-14T09:26:53Z",
    "window": "15s",
    "containers": [{"name": "notebook", "usage": {"cpu": "250m", "memory": "64Mi"}}],
}


@pytest.fixture
async def cluster() -> AsyncIterator[Running]:
    async with Simulator([NAMESPACE, SERVICE, POD, USAGE]).serve() as running:
        yield running


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[TestServer]:
    settings = Settings(
        kubecfg_data_dir=tmp_path,
        kubecfg_admin_username="ann",
        kubecfg_admin_password=Secret("a long password"),
        kubecfg_egress_allow_cidrs=("127.0.0.0/8",),
    )
    async with Kubecfg(settings) as kubecfg:
        server = TestServer(create_app(await kubecfg.services()))
        async with server:
            yield server


@pytest.mark.skipif(shutil.which("curl") is None, reason="the page's commands are curl's, and curl is not installed")
async def test_every_command_of_the_page_succeeds_in_turn(service: TestServer, cluster: Running) -> None:
    answers: dict[str, Any] = {}
    order = [*FIRST, *(title for title in SECTIONS if title not in (LOG_IN, *FIRST, *LAST)), *LAST]
    [_, (_, log_in)] = SECTIONS[LOG_IN]
    for title in order:
        [(_, command)] = SECTIONS[title]
        answers[title] = await run(adapted(f"{log_in}{command}", service, cluster))

    failed = {title: text for title, text in answers.items() if text.startswith('{"detail"') or not text}
    assert failed == {}
    assert json.loads(answers[ONBOARD])["message"] == "Cluster onboarded successfully"
    assert [point["usage"] for point in json.loads(answers["GET /kubeconfig/metrics/resource-usage"])["data"]] == [0.25]
    assert json.loads(answers[REMOVE]) == {"message": "Cluster 'production' successfully removed"}


def adapted(script: str, service: TestServer, cluster: Running) -> str:
    """The script with this test's addresses and credential in place of the page's."""
    script = script.replace("http://127.0.0.1:8000", str(service.make_url("")).rstrip("/"))
    script = re.sub(r"https://(k8s|new)\.example\.com:6443", cluster.url, script)
    script = script.replace('"KUBECONFIG-TEXT"', json.dumps(kubeconfig(cluster)))
    trusted = f'"{cluster.admin_token}", "ca_data": "{cluster.ca_data}"'
    return re.sub(r'"(SERVICE-ACCOUNT-TOKEN|eyJ[^"]*\.\.\.)"', trusted, script)


def kubeconfig(cluster: Running) -> str:
    """One with the contexts that the page's example names, as JSON, which is YAML too."""
    contexts = [{"name": name, "context": {"cluster": "c", "user": "u"}} for name in ("staging", "old")]
    place = {"server": cluster.url, "certificate-authority-data": cluster.ca_data}
    return json.dumps(
        {
            "contexts": contexts,
            "clusters": [{"name": "c", "cluster": place}],
            "users": [{"name": "u", "user": {"token": cluster.admin_token}}],
        }
    )


async def run(script: str) -> str:
    process = await asyncio.create_subprocess_exec("bash", "-euc", script, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    assert process.returncode == 0
    return output.decode()
