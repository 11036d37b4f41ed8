"""Roles and who has them, as far as kubecfg reads them: of a role no more than that it is there."""

import msgspec

from kubecfg_core.kinds.meta import KubeObject
from kubecfg_core.resources import Resource


class RoleRef(msgspec.Struct, frozen=True, gc=False):
    """The role that a binding gives; `kind` is `Role` or `ClusterRole`."""

    kind: str = ""
    name: str = ""


class Subject(msgspec.Struct, frozen=True, gc=False):
    """Whom a binding gives it to; of `User`, `Group` and `ServiceAccount` only the last is an object."""

    kind: str = ""
    name: str = ""
    namespace: str = ""


class Binding(KubeObject, frozen=True, gc=False):
    """A role given to subjects. No subjects at all are written as null, or not at all."""

    roleRef: RoleRef = RoleRef()
    subjects: tuple[Subject, ...] | None = ()


class RoleBinding(Binding, frozen=True, gc=False):
    """A role given in one namespace."""


class ClusterRoleBinding(Binding, frozen=True, gc=False):
    """A ClusterRole given in all of the cluster."""


class Role(KubeObject, frozen=True, gc=False):
    """A Role."""


class ClusterRole(KubeObject, frozen=True, gc=False):
    """A ClusterRole."""


_GROUP = "rbac.authorization.k8s.io"

ROLES = Resource(_GROUP, "v1", "roles", "Role", Role)
ROLEBINDINGS = Resource(_GROUP, "v1", "rolebindings", "RoleBinding", RoleBinding)
CLUSTERROLES = Resource(_GROUP, "v1", "clusterroles", "ClusterRole", ClusterRole, namespaced=False)
CLUSTERROLEBINDINGS = Resource(
    _GROUP, "v1", "clusterrolebindings", "ClusterRoleBinding", ClusterRoleBinding, namespaced=False
)
