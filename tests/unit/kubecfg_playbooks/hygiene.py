"""What the hygiene analyzer gives as evidence."""

from __future__ import annotations

_CONTAINER = "container container_type image"

FACTS: dict[str, tuple[str, str]] = {
    "hygiene.image_tag": (_CONTAINER, ""),
    "hygiene.no_requests": (_CONTAINER, ""),
    "hygiene.no_memory_limit": (_CONTAINER, ""),
    "hygiene.no_readiness_probe": (_CONTAINER, ""),
    "hygiene.privileged": (_CONTAINER, ""),
    "hygiene.privilege_escalation": (_CONTAINER, ""),
    "hygiene.may_run_as_root": (_CONTAINER, ""),
    "hygiene.secret_in_env": (f"{_CONTAINER} variable", ""),
    "hygiene.runtime_socket": ("path", ""),
    "hygiene.host_path": ("path", ""),
    "hygiene.host_namespace": ("field", ""),
    "hygiene.default_token": ("", ""),
    "hygiene.single_replica": ("", ""),
    "hygiene.no_disruption_budget": ("replicas", ""),
}

KINDS = {"hygiene": "Deployment"}

EXAMPLES: dict[str, str | int] = {"field": "hostNetwork", "replicas": 3, "variable": "DB_PASSWORD"}
