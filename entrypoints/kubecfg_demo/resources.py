"""What the simulated server serves: one row per resource, as a Kubernetes v1.36 API server tells in its discovery."""

from __future__ import annotations

import re
from typing import Any

import msgspec

VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")

# group/version | plural | singular | kind | N(amespaced), C(luster) | short names | categories | verbs | subresources
_TABLE = """\
/v1|bindings|binding|Binding|N|||create|
/v1|componentstatuses|componentstatus|ComponentStatus|C|cs||get,list|
/v1|configmaps|configmap|ConfigMap|N|cm|||
/v1|endpoints|endpoints|Endpoints|N|ep|||
/v1|events|event|Event|N|ev|||
/v1|limitranges|limitrange|LimitRange|N|limits|||
/v1|namespaces|namespace|Namespace|C|ns||create,delete,get,list,patch,update,watch|status
/v1|nodes|node|Node|C|no|||status
/v1|persistentvolumeclaims|persistentvolumeclaim|PersistentVolumeClaim|N|pvc|||status
/v1|persistentvolumes|persistentvolume|PersistentVolume|C|pv|||status
/v1|pods|pod|Pod|N|po|all||log,status
/v1|podtemplates|podtemplate|PodTemplate|N||||
/v1|replicationcontrollers|replicationcontroller|ReplicationController|N|rc|all||scale,status
/v1|resourcequotas|resourcequota|ResourceQuota|N|quota|||status
/v1|secrets|secret|Secret|N||||
/v1|serviceaccounts|serviceaccount|ServiceAccount|N|sa|||
/v1|services|service|Service|N|svc|all||status
apiregistration.k8s.io/v1|apiservices|apiservice|APIService|C||api-extensions||status
apps/v1|controllerrevisions|controllerrevision|ControllerRevision|N||||
apps/v1|daemonsets|daemonset|DaemonSet|N|ds|all||status
apps/v1|deployments|deployment|Deployment|N|deploy|all||scale,status
apps/v1|replicasets|replicaset|ReplicaSet|N|rs|all||scale,status
apps/v1|statefulsets|statefulset|StatefulSet|N|sts|all||scale,status
events.k8s.io/v1|events|event|Event|N|ev||get,list,watch|
authentication.k8s.io/v1|selfsubjectreviews|selfsubjectreview|SelfSubjectReview|C|||create|
authorization.k8s.io/v1|selfsubjectaccessreviews|selfsubjectaccessreview|SelfSubjectAccessReview|C|||create|
authorization.k8s.io/v1|selfsubjectrulesreviews|selfsubjectrulesreview|SelfSubjectRulesReview|C|||create|
autoscaling/v2|horizontalpodautoscalers|horizontalpodautoscaler|HorizontalPodAutoscaler|N|hpa|all||status
batch/v1|cronjobs|cronjob|CronJob|N|cj|all||status
batch/v1|jobs|job|Job|N||all||status
certificates.k8s.io/v1|certificatesigningrequests|certificatesigningrequest|CertificateSigningRequest|C|csr|||status
networking.k8s.io/v1|ingressclasses|ingressclass|IngressClass|C||||
networking.k8s.io/v1|ingresses|ingress|Ingress|N|ing|||status
networking.k8s.io/v1|networkpolicies|networkpolicy|NetworkPolicy|N|netpol|||
policy/v1|poddisruptionbudgets|poddisruptionbudget|PodDisruptionBudget|N|pdb|||status
rbac.authorization.k8s.io/v1|clusterrolebindings|clusterrolebinding|ClusterRoleBinding|C||||
rbac.authorization.k8s.io/v1|clusterroles|clusterrole|ClusterRole|C||||
rbac.authorization.k8s.io/v1|rolebindings|rolebinding|RoleBinding|N||||
rbac.authorization.k8s.io/v1|roles|role|Role|N||||
storage.k8s.io/v1|csidrivers|csidriver|CSIDriver|C||||
storage.k8s.io/v1|csinodes|csinode|CSINode|C||||
storage.k8s.io/v1|csistoragecapacities|csistoragecapacity|CSIStorageCapacity|N||||
storage.k8s.io/v1|storageclasses|storageclass|StorageClass|C|sc|||
storage.k8s.io/v1|volumeattachments|volumeattachment|VolumeAttachment|C||||status
admissionregistration.k8s.io/v1|mutatingwebhookconfigurations|mutatingwebhookconfiguration|MutatingWebhookConfiguration|C||api-extensions||
admissionregistration.k8s.io/v1|validatingwebhookconfigurations|validatingwebhookconfiguration|ValidatingWebhookConfiguration|C||api-extensions||
apiextensions.k8s.io/v1|customresourcedefinitions|customresourcedefinition|CustomResourceDefinition|C|crd,crds|api-extensions||status
scheduling.k8s.io/v1|priorityclasses|priorityclass|PriorityClass|C|pc|||
coordination.k8s.io/v1|leases|lease|Lease|N||||
node.k8s.io/v1|runtimeclasses|runtimeclass|RuntimeClass|C||||
discovery.k8s.io/v1|endpointslices|endpointslice|EndpointSlice|N||||
metrics.k8s.io/v1beta1|nodes|node|NodeMetrics|C|||get,list|
metrics.k8s.io/v1beta1|pods|pod|PodMetrics|N|||get,list|"""

METRICS = "metrics.k8s.io"


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """One served resource. `custom` ones carry apiVersion and kind in each list item, as a real server's do."""

    group: str
    version: str
    plural: str
    singular: str
    kind: str
    namespaced: bool = True
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    verbs: tuple[str, ...] = VERBS
    subresources: tuple[str, ...] = ()
    custom: bool = False

    @property
    def api_version(self) -> str:
        """`v1`, `apps/v1`: what an object's apiVersion says."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def place(self) -> tuple[str, str, str]:
        """Where it is in the URL: group, version, plural."""
        return (self.group, self.version, self.plural)

    @property
    def qualified(self) -> str:
        """`pods`, `deployments.apps`: how a refusal names the resource."""
        return f"{self.plural}.{self.group}" if self.group else self.plural


class Catalog:
    """The served resources, by place (group, version, plural) and by what an object says (apiVersion, kind)."""

    def __init__(self, without_groups: tuple[str, ...] = ()) -> None:
        self._places: dict[tuple[str, str, str], Resource] = {}
        self._kinds: dict[tuple[str, str], Resource] = {}
        for resource in map(_parsed, _TABLE.splitlines()):
            if resource.group in without_groups:
                continue
            self._kinds[resource.api_version, resource.kind] = resource
            # Metrics are served once there are any: a cluster without a metrics-server has no such API.
            if resource.group != METRICS:
                self.add(resource)

    def add(self, resource: Resource) -> None:
        """Serve one more resource from now on."""
        self._places[resource.place] = resource
        self._kinds[resource.api_version, resource.kind] = resource

    def at(self, group: str, version: str, plural: str) -> Resource | None:
        """The resource at a place of the URL, or None."""
        return self._places.get((group, version, plural))

    def find(self, api_version: str, kind: str) -> Resource | None:
        """The resource of a kind that is known, served or not."""
        return self._kinds.get((api_version, kind))

    def of(self, item: dict[str, Any]) -> Resource:
        """The resource an object belongs to; one never heard of is taken for a custom resource and served."""
        api_version, kind = item["apiVersion"], item["kind"]
        found = self.find(api_version, kind)
        if found is None:
            found = _guessed(api_version, kind, namespaced="namespace" in item.get("metadata", {}))
        if found.place not in self._places:
            self.add(found)
        return found

    def define(self, definition: dict[str, Any]) -> None:
        """Serve what a CustomResourceDefinition describes, in each of its served versions."""
        spec, names = definition["spec"], definition["spec"]["names"]
        for version in spec["versions"]:
            if version.get("served", True):
                self.add(
                    Resource(
                        group=spec["group"],
                        version=version["name"],
                        plural=names["plural"],
                        singular=names.get("singular", names["kind"].lower()),
                        kind=names["kind"],
                        namespaced=spec.get("scope", "Namespaced") == "Namespaced",
                        short_names=tuple(names.get("shortNames", ())),
                        categories=tuple(names.get("categories", ())),
                        custom=True,
                    )
                )

    def groups(self) -> dict[str, list[str]]:
        """Each named group with its versions, in the order of the table."""
        found: dict[str, list[str]] = {}
        for group, version, _ in self._places:
            if group and version not in found.setdefault(group, []):
                found[group].append(version)
        return found

    def explained(self) -> list[Resource]:
        """The built-in resources that hold objects: those with a schema of their own."""
        return [resource for resource in self._places.values() if not resource.custom and "list" in resource.verbs]

    def within(self, group: str, version: str) -> list[Resource]:
        """The resources of one group version, by name."""
        return sorted(
            (r for r in self._places.values() if (r.group, r.version) == (group, version)), key=lambda r: r.plural
        )


def _parsed(line: str) -> Resource:
    place, plural, singular, kind, scope, short, categories, verbs, subresources = line.split("|")
    group, _, version = place.rpartition("/")
    return Resource(
        group=group,
        version=version,
        plural=plural,
        singular=singular,
        kind=kind,
        namespaced=scope == "N",
        short_names=tuple(short.split(",")) if short else (),
        categories=tuple(categories.split(",")) if categories else (),
        verbs=tuple(verbs.split(",")) if verbs else VERBS,
        subresources=tuple(subresources.split(",")) if subresources else (),
    )


def _guessed(api_version: str, kind: str, *, namespaced: bool) -> Resource:
    group, _, version = api_version.rpartition("/")
    singular = kind.lower()
    plural = re.sub(r"(?<=[^aeiou])y$", "ie", singular)
    plural += "es" if re.search(r"(s|x|ch|sh)$", plural) else "s"
    return Resource(
        group=group, version=version, plural=plural, singular=singular, kind=kind, namespaced=namespaced, custom=True
    )
