"""Reviews of oneself: who am I, may I, and what may I."""

from __future__ import annotations

from typing import Any

from kubecfg_demo.access import User
from kubecfg_demo.routing import Target
from kubecfg_demo.status import unserved

Object = dict[str, Any]


def review(user: User, asked: Target, body: Object, created: str) -> Object:
    """The answer to a POSTed SelfSubjectReview, -AccessReview or -RulesReview."""
    kind = asked.resource.kind
    answer: Object = {"kind": kind, "apiVersion": asked.resource.api_version, "metadata": {}}
    spec = body.get("spec") or {}
    match kind:
        case "SelfSubjectReview":
            info = {"username": user.name, "uid": user.uid, "groups": list(user.groups)}
            return {**answer, "metadata": {"creationTimestamp": created}, "status": {"userInfo": info}}
        case "SelfSubjectAccessReview":
            return {**answer, "spec": spec, "status": {"allowed": _allowed(user, spec)}}
        case "SelfSubjectRulesReview":
            return {**answer, "spec": spec, "status": _rules(user, spec.get("namespace", ""))}
    raise unserved()


def _allowed(user: User, spec: Object) -> bool:
    path = spec.get("nonResourceAttributes")
    if path:
        return path.get("verb", "") == "get" and user.may_read(path.get("path", ""))
    found = spec.get("resourceAttributes") or {}
    resource = found.get("resource", "")
    if found.get("subresource"):
        resource += f"/{found['subresource']}"
    return user.may(found.get("verb", ""), found.get("group", ""), resource, found.get("namespace", ""))


def _rules(user: User, namespace: str) -> Object:
    rules = [
        {"verbs": list(rule.verbs), "apiGroups": list(rule.groups), "resources": list(rule.resources)}
        for rule in user.rules
        if "*" in rule.namespaces or namespace in rule.namespaces
    ]
    own = {
        "verbs": ["create"],
        "apiGroups": ["authorization.k8s.io"],
        "resources": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
    }
    paths = [
        "/api",
        "/api/*",
        "/apis",
        "/apis/*",
        "/healthz",
        "/livez",
        "/openapi",
        "/openapi/*",
        "/readyz",
        "/version",
    ]
    free = [{"verbs": ["get"], "nonResourceURLs": paths}]
    return {"resourceRules": [own, *rules], "nonResourceRules": free, "incomplete": False}
