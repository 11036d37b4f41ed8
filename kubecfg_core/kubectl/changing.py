"""The commands that change a cluster and that a person may be told to run: never run by the service from this table.

Left out on purpose: whatever needs a file or an editor, opens a session or a tunnel, touches every object at once, or
hands out rights (roles, bindings, tokens), so that a text planted in a cluster cannot become such an advice.
"""

from typing import Final

from kubecfg_core.kubectl import arguments, values
from kubecfg_core.kubectl.table import Flag, Takes, Verb, by_path, switch, valued
from kubecfg_core.users import Role

_RIGHTS: Final = frozenset(
    f"{kind}{plural}" for kind in ("role", "rolebinding", "clusterrole", "clusterrolebinding") for plural in ("", "s")
)

_DELETABLE: Final = frozenset(
    (
        *("pod", "pods", "po", "job", "jobs", "cronjob", "cronjobs", "cj"),
        *("deployment", "deployments", "deploy", "replicaset", "replicasets", "rs"),
        *("statefulset", "statefulsets", "sts", "daemonset", "daemonsets", "ds"),
        *("service", "services", "svc", "endpoints", "ep", "ingress", "ingresses", "ing"),
        *("networkpolicy", "networkpolicies", "netpol", "configmap", "configmaps", "cm"),
        *("persistentvolumeclaim", "persistentvolumeclaims", "pvc"),
        *("horizontalpodautoscaler", "horizontalpodautoscalers", "hpa"),
        *("poddisruptionbudget", "poddisruptionbudgets", "pdb"),
        *("resourcequota", "resourcequotas", "quota", "limitrange", "limitranges", "limits"),
        *("volumeattachment", "volumeattachments", "lease", "leases"),
    )
)

_OBJECTS: Final = arguments.objects(least=1, never=_RIGHTS)
_CHANGES: Final = arguments.objects(least=2, never=_RIGHTS, change=True)
_NODES: Final = arguments.names(1, 50)
_ONE_NAME: Final = arguments.names(1, 1)

_DRY_RUN: Final = Flag(
    name="dry-run", takes=Takes.MAYBE, kind=values.one_of("none", "server", "client"), implied="client"
)
_CASCADE: Final = Flag(
    name="cascade", takes=Takes.MAYBE, kind=values.one_of("background", "foreground", "orphan"), implied="background"
)
_SELECTOR: Final = valued("selector", values.SELECTOR, "l")
_OVERWRITE: Final = switch("overwrite")
_TIMEOUT: Final = valued("timeout", values.duration(0, 3600))
_GRACE: Final = valued("grace-period", values.number(-1, 3600))
_CONTAINERS: Final = valued("containers", values.WORDS, "c")
_LITERALS: Final = valued("from-literal", values.LITERAL, many=True)
_BUDGETS: Final = ("min-available", "max-unavailable")


def _changing(
    *path: str,
    aliases: tuple[str, ...] = (),
    flags: tuple[Flag, ...] = (),
    takes: arguments.Arguments = _OBJECTS,
    role: Role = Role.OPERATOR,
) -> Verb:
    return Verb(path=path, aliases=aliases, role=role, flags=(_DRY_RUN, *flags), arguments=takes)


def _rollout(verb: str, *flags: Flag) -> Verb:
    return Verb(path=("rollout", verb), role=Role.OPERATOR, flags=(_SELECTOR, *flags), arguments=_OBJECTS)


_WORKLOADS: Final = (
    _changing(
        "patch",
        flags=(
            valued("patch", values.JSON, "p"),
            valued("type", values.one_of("strategic", "merge", "json")),
            valued("subresource", values.one_of("status", "scale")),
        ),
    ),
    _changing(
        "scale",
        flags=(
            valued("replicas", values.number(0, 1000)),
            valued("current-replicas", values.number(0, 1000)),
            _SELECTOR,
            _TIMEOUT,
        ),
    ),
    _changing(
        "autoscale",
        flags=(
            valued("min", values.number(1, 1000)),
            valued("max", values.number(1, 1000)),
            valued("cpu", values.SHARE),
            valued("memory", values.SHARE),
            valued("name", values.NAME),
        ),
    ),
    _changing("set", "image", flags=(_SELECTOR,), takes=_CHANGES),
    _changing(
        "set",
        "resources",
        flags=(_SELECTOR, _CONTAINERS, valued("limits", values.AMOUNTS), valued("requests", values.AMOUNTS)),
    ),
    _changing(
        "set",
        "env",
        flags=(_SELECTOR, _CONTAINERS, _OVERWRITE, valued("from", values.REFERENCE), valued("prefix", values.WORD)),
        takes=arguments.objects(least=1, never=_RIGHTS, may_change=True),
    ),
    _rollout("undo", _DRY_RUN, valued("to-revision", values.number(0, 1_000_000))),
    _rollout("restart"),
    _rollout("pause"),
    _rollout("resume"),
    _changing(
        "expose",
        flags=(
            *(valued(name, values.WORDS) for name in ("port", "target-port", "protocol")),
            valued("name", values.NAME),
            valued("selector", values.SELECTOR),
            valued("type", values.one_of("ClusterIP", "NodePort", "LoadBalancer")),
        ),
    ),
)

_ANY_OBJECT: Final = (
    _changing(
        "delete",
        flags=(
            _CASCADE,
            _GRACE,
            _SELECTOR,
            _TIMEOUT,
            valued("field-selector", values.FIELDS),
            *(switch(name) for name in ("force", "ignore-not-found", "now", "wait")),
        ),
        takes=arguments.objects(least=1, only=_DELETABLE),
    ),
    _changing("label", flags=(_OVERWRITE, _SELECTOR), takes=_CHANGES),
    _changing("annotate", flags=(_OVERWRITE, _SELECTOR), takes=_CHANGES),
    Verb(
        path=("wait",),
        flags=(
            _SELECTOR,
            _TIMEOUT,
            valued("for", values.matching(r"(condition|create|delete)(=[A-Za-z0-9=]+)?", says="condition=NAME")),
        ),
        arguments=_OBJECTS,
    ),
)

_CREATED: Final = (
    _changing("create", "secret", "generic", flags=(_LITERALS, valued("type", values.WORD)), takes=_ONE_NAME),
    _changing(
        "create",
        "secret",
        "tls",
        flags=(valued("cert", values.LOCAL_FILE), valued("key", values.LOCAL_FILE)),
        takes=_ONE_NAME,
    ),
    _changing(
        "create",
        "secret",
        "docker-registry",
        flags=tuple(valued(f"docker-{part}", values.TEXT) for part in ("email", "password", "server", "username")),
        takes=_ONE_NAME,
    ),
    _changing("create", "configmap", aliases=("cm",), flags=(_LITERALS,), takes=_ONE_NAME),
    _changing(
        "create",
        "quota",
        aliases=("resourcequota",),
        flags=(valued("hard", values.AMOUNTS), valued("scopes", values.WORDS)),
        takes=_ONE_NAME,
    ),
    _changing("create", "namespace", aliases=("ns",), takes=_ONE_NAME),
    _changing("create", "serviceaccount", aliases=("sa",), takes=_ONE_NAME),
    _changing("create", "job", flags=(valued("from", values.REFERENCE),), takes=_ONE_NAME),
    _changing(
        "create",
        "poddisruptionbudget",
        aliases=("pdb",),
        flags=(
            valued("selector", values.SELECTOR),
            *(valued(name, values.SHARE) for name in _BUDGETS),
        ),
        takes=_ONE_NAME,
    ),
    _changing(
        "create",
        "service",
        "clusterip",
        flags=(valued("tcp", values.matching(r"\d+(:\d+)?", says="PORT or PORT:TARGET"), many=True),),
        takes=_ONE_NAME,
    ),
)

_NODE: Final = (
    _changing("cordon", takes=_NODES, role=Role.ADMIN),
    _changing("uncordon", takes=_NODES, role=Role.ADMIN),
    _changing(
        "drain",
        flags=(_GRACE, _TIMEOUT, *(switch(name) for name in ("delete-emptydir-data", "force", "ignore-daemonsets"))),
        takes=_ONE_NAME,
        role=Role.ADMIN,
    ),
    _changing("taint", flags=(_OVERWRITE,), takes=arguments.TAINTS, role=Role.ADMIN),
    Verb(path=("certificate", "approve"), role=Role.ADMIN, arguments=_ONE_NAME),
    Verb(path=("certificate", "deny"), role=Role.ADMIN, arguments=_ONE_NAME),
)

CHANGING: Final = by_path((*_WORKLOADS, *_ANY_OBJECT, *_CREATED, *_NODE))
"""Every changing command under every spelling of its words."""
