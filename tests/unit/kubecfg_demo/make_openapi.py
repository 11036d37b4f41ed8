"""Makes the simulator's openapi.json of kubernetes_asyncio's models: python -m tests.unit.kubecfg_demo.make_openapi.

Each schema is {"fields": {JSON name: [type, description]}, "required": [JSON names]}; a type: `list[V1Container]`.
"""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

from kubernetes_asyncio import client

KINDS = (
    *("V1Pod", "V1Service", "V1Node", "V1Namespace", "V1Secret", "V1ConfigMap", "V1PersistentVolumeClaim"),
    *("V1PersistentVolume", "V1ServiceAccount", "V1Endpoints", "V1ResourceQuota", "V1LimitRange", "V1Deployment"),
    *("V1ReplicaSet", "V1StatefulSet", "V1DaemonSet", "V1Job", "V1CronJob", "V1Ingress", "V1IngressClass"),
    *("V1NetworkPolicy", "V1StorageClass", "V1PodDisruptionBudget", "V2HorizontalPodAutoscaler", "V1EndpointSlice"),
    *("V1Role", "V1RoleBinding", "V1ClusterRole", "V1ClusterRoleBinding"),
)
MODEL = re.compile(r"(?:list|dict)?\[?(?:str, )?(\w+)\]?")
TARGET = Path(__file__).parents[3] / "entrypoints" / "kubecfg_demo" / "openapi.json"


def schema(name: str) -> dict[str, Any]:
    model = getattr(client, name)
    required = re.findall(r"Invalid value for `(\w+)`, must not be `None`", inspect.getsource(model))
    fields = {
        model.attribute_map[attribute]: [kind, description(model, attribute)]
        for attribute, kind in model.openapi_types.items()
    }
    return {"fields": fields, "required": sorted({model.attribute_map[attribute] for attribute in required})}


def description(model: type, attribute: str) -> str:
    paragraphs = (inspect.getdoc(getattr(model, attribute)) or "").split("\n\n")
    said = paragraphs[1].strip() if len(paragraphs) > 1 else ""
    return "" if said.startswith(":return") else said.replace("  # noqa: E501", "").strip()


def main() -> None:
    found: dict[str, Any] = {}
    wanted = list(KINDS)
    while wanted:
        name = wanted.pop()
        if name in found:
            continue
        found[name] = schema(name)
        for kind, _ in found[name]["fields"].values():
            inner = MODEL.fullmatch(kind.replace("dict(str, ", "dict[str, ").replace(")", "]"))
            if inner and hasattr(getattr(client, inner[1], None), "openapi_types"):
                wanted.append(inner[1])
    TARGET.write_text(json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
