"""Builds the demo's objects as controllers leave them: owners, replica sets, pods, endpoints, conditions, events."""

from __future__ import annotations

from typing import Any

from kubecfg_demo.resources import Catalog
from kubecfg_demo.shop_parts import RUNNING, Moment, State, pod_name, pod_status, replica_set_name, suffix
from kubecfg_demo.store import made_uid

Object = dict[str, Any]

NODES = {"worker-1": "10.0.1.11", "worker-2": "10.0.1.12", "worker-3": "10.0.1.13", "control-plane-1": "10.0.1.10"}
_CATALOG = Catalog()
_HEALTHY_NODES = ("worker-1", "worker-2")


class Builder:
    """Collects objects; each method adds what one controller makes and returns the object it is about."""

    def __init__(self, moment: Moment) -> None:
        self.moment = moment
        self.objects: list[Object] = []
        self.pods: list[Object] = []
        self.addresses = 10

    def add(self, api_version: str, kind: str, name: str, namespace: str = "", **rest: Any) -> Object:
        """Any object; `labels`, `annotations`, `owner` and `age_hours` go into its metadata, all else beside it."""
        metadata: Object = {"name": name}
        if namespace:
            metadata["namespace"] = namespace
        found: Object = {"apiVersion": api_version, "kind": kind, "metadata": metadata}
        metadata["uid"] = made_uid(_CATALOG.of(found), namespace, name)
        metadata["creationTimestamp"] = self.moment.ago(hours=rest.pop("age_hours", 24 * 40))
        for key in ("labels", "annotations"):
            if rest.get(key):
                metadata[key] = rest.pop(key)
        owner = rest.pop("owner", None)
        if owner:
            metadata["ownerReferences"] = [_reference(owner)]
        found.update(rest)
        self.objects.append(found)
        return found

    def event(self, about: Object, kind: str, reason: str, message: str, count: int = 1) -> None:
        """An event about an object, last seen a minute or so ago."""
        namespace = about["metadata"].get("namespace", "default")
        name = f"{about['metadata']['name']}.{suffix(reason + message, 16)}"
        component = {"Pod": "kubelet", "Node": "node-controller"}.get(about["kind"], "controller-manager")
        if reason == "FailedScheduling":
            component = "default-scheduler"
        seen = 40 + len(self.objects) % 60
        reference = {"kind": about["kind"], "apiVersion": about["apiVersion"], "name": about["metadata"]["name"]}
        reference["uid"] = about["metadata"]["uid"]
        if "namespace" in about["metadata"]:
            reference["namespace"] = namespace
        self.add(
            "v1",
            "Event",
            name,
            namespace,
            age_hours=max(count, 2) / 60,
            involvedObject=reference,
            type=kind,
            reason=reason,
            message=message,
            count=count,
            firstTimestamp=self.moment.ago(minutes=max(count, 2)),
            lastTimestamp=self.moment.ago(seconds=seen),
            eventTime=None,
            source={"component": component},
            reportingComponent=component,
            reportingInstance="",
        )

    def pod(self, name: str, namespace: str, template: Object, state: State, age_hours: float, **rest: Any) -> Object:
        """A pod from a template, on the node named or on the next healthy one, with its events."""
        self.addresses += 1
        node = rest.pop("node", "") or _HEALTHY_NODES[self.addresses % 2]
        spec: Object = {"restartPolicy": "Always", "serviceAccountName": "default", **template["spec"]}
        if state.scheduled:
            spec["nodeName"] = node
        labels = {**template["metadata"]["labels"], **rest.pop("more_labels", {})}
        found = self.add("v1", "Pod", name, namespace, labels=labels, age_hours=age_hours, spec=spec, **rest)
        address = f"10.244.{list(NODES).index(node)}.{self.addresses}"
        found["status"] = pod_status(found, state, self.moment, age_hours, (address, NODES[node]))
        for event in state.events:
            self.event(found, *event)
        self.pods.append(found)
        return found

    def deployment(
        self, name: str, namespace: str, template: Object, states: list[State] | None = None, **rest: Any
    ) -> Object:
        """A Deployment of `replicas` (default: as many as states), its ReplicaSet and its pods.

        `conditions` replaces those of a rollout that went well.
        """
        states = [RUNNING] if states is None else states
        hours, replicas = rest.pop("age_hours", 24 * 9), rest.pop("replicas", len(states))
        ready = sum(state.ready for state in states)
        conditions = rest.pop("conditions", None) or self._rolled_out(
            namespace, name, hours, available=ready >= replicas
        )
        labels, template_spec = (
            template["metadata"]["labels"],
            {"selector": {"matchLabels": template["metadata"]["labels"]}},
        )
        found = self.add(
            "apps/v1",
            "Deployment",
            name,
            namespace,
            labels=labels,
            annotations={"deployment.kubernetes.io/revision": "1"},
            age_hours=hours,
            spec={
                "replicas": replicas,
                **template_spec,
                "template": template,
                "progressDeadlineSeconds": 600,
                **_ROLLING,
            },
            status={
                "observedGeneration": 1,
                **_counts(
                    replicas=len(states), updatedReplicas=len(states), readyReplicas=ready, availableReplicas=ready
                ),
                **_counts(unavailableReplicas=max(replicas - ready, 0)),
                "conditions": conditions,
            },
        )
        found["metadata"]["generation"] = 1
        self.replica_set(found, template, states, replicas, age_hours=hours)
        return found

    def replica_set(
        self, deployment: Object, template: Object, states: list[State], replicas: int, **rest: Any
    ) -> Object:
        """One revision of a Deployment, with its pods."""
        namespace, owner = deployment["metadata"]["namespace"], deployment["metadata"]["name"]
        revision, hours = rest.pop("revision", 1), rest.pop("age_hours", 24 * 9)
        name = replica_set_name(namespace, owner, revision)
        hashed = {"pod-template-hash": name.rpartition("-")[2]}
        labels = {**template["metadata"]["labels"], **hashed}
        ready = sum(state.ready for state in states)
        found = self.add(
            "apps/v1",
            "ReplicaSet",
            name,
            namespace,
            labels=labels,
            annotations={"deployment.kubernetes.io/revision": str(revision)},
            owner=deployment,
            age_hours=hours,
            spec={
                "replicas": replicas,
                "selector": {"matchLabels": labels},
                "template": {**template, "metadata": {"labels": labels}},
            },
            status={
                "replicas": len(states),
                **_counts(fullyLabeledReplicas=len(states), readyReplicas=ready, availableReplicas=ready),
                "observedGeneration": 1,
                **rest,
            },
        )
        for index, state in enumerate(states):
            own = pod_name(namespace, owner, index, revision)
            self.pod(own, namespace, template, state, hours, owner=found, more_labels=hashed)
        return found

    def _rolled_out(self, namespace: str, name: str, hours: float, *, available: bool) -> list[Object]:
        replica_set = replica_set_name(namespace, name)
        done = f'ReplicaSet "{replica_set}" has successfully progressed.'
        return [
            self.condition("Progressing", "True", "NewReplicaSetAvailable", done, hours),
            self.condition(
                "Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.", hours
            )
            if available
            else self.unavailable(0.5),
        ]

    def unavailable(self, hours: float) -> Object:
        """The condition of a Deployment that misses replicas."""
        message = "Deployment does not have minimum availability."
        return self.condition("Available", "False", "MinimumReplicasUnavailable", message, hours)

    def condition(self, kind: str, status: str, reason: str, message: str, hours: float) -> Object:
        """A condition of a workload, that changed some hours ago."""
        when = self.moment.ago(hours=hours)
        head = {"type": kind, "status": status, "reason": reason, "message": message}
        return {**head, "lastUpdateTime": when, "lastTransitionTime": when}


_ROLLING = {
    "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
    "revisionHistoryLimit": 10,
}


def _counts(**counts: int) -> Object:
    """Counts in a status; a real server leaves zeros out."""
    return {key: count for key, count in counts.items() if count}


def _reference(owner: Object) -> Object:
    named = {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": owner["metadata"]["name"]}
    return {**named, "uid": owner["metadata"]["uid"], "controller": True, "blockOwnerDeletion": True}
