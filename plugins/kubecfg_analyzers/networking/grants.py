"""Whether an object may refer to one of another namespace."""

from kubecfg_core import ClusterView, KubeObject
from kubecfg_core.kinds.gateways import GROUP, REFERENCEGRANTS
from kubecfg_core.resources import ReadState


def denied(view: ClusterView, item: KubeObject, kind: str, target: tuple[str, str, str, str]) -> bool:
    """Whether no grant allows it, for certain. `target` is group, kind, namespace and name of what is referred to."""
    group, target_kind, namespace, name = target
    if namespace == item.namespace or view.state(REFERENCEGRANTS) is not ReadState.LISTED:
        return False  # where the version is not served that is read here, another one may be
    return view.covers(REFERENCEGRANTS, namespace) and not any(
        any(
            (origin.group, origin.kind, origin.namespace) == (GROUP, kind, item.namespace)
            for origin in grant.spec.origins
        )
        and any((to.group, to.kind) == (group, target_kind) and to.name in ("", name) for to in grant.spec.targets)
        for grant in view.within(REFERENCEGRANTS, namespace)
    )
