"""The commands that make something new. kubectl wants the name before the flags, and a container's command after `--`.

Who hands out rights (roles, bindings, tokens) or sets what rules the whole cluster has to be an admin.
"""

from typing import Final

from kubecfg_core.kubectl import arguments, values
from kubecfg_core.kubectl.changing import DRY_RUN
from kubecfg_core.kubectl.grammar import OUTPUT, Flag, Scope, Verb, switch, valued
from kubecfg_core.users import Role

_LITERALS: Final = valued("from-literal", values.LITERAL, many=True)
_IMAGE: Final = valued("image", values.IMAGE)
_PORTS: Final = valued("tcp", values.PORTS, many=True)
_SUBJECTS: Final = tuple(valued(name, values.SUBJECT, many=True) for name in ("user", "group", "serviceaccount"))
_RULES: Final = tuple(valued(name, values.SUBJECT, many=True) for name in ("verb", "resource", "resource-name"))


def _new(
    *path: str,
    flags: tuple[Flag, ...] = (),
    aliases: tuple[str, ...] = (),
    role: Role = Role.OPERATOR,
    scope: Scope = Scope.NAMESPACE,
    container: bool = False,
    advised: bool = False,
) -> Verb:
    return Verb(
        path=("create", *path),
        aliases=aliases,
        role=role,
        scope=scope,
        flags=(DRY_RUN, OUTPUT, *flags),
        arguments=arguments.names(1, 1),
        changes=True,
        named_first=True,
        container=container,
        advised=advised,
    )


_WORKLOADS: Final = (
    _new(
        "deployment",
        aliases=("deploy",),
        flags=(
            valued("image", values.IMAGE, many=True),
            valued("port", values.number(1, 65535)),
            valued("replicas", values.number(0, 1000), "r"),
        ),
        container=True,
    ),
    _new(
        "cronjob",
        aliases=("cj",),
        flags=(
            _IMAGE,
            valued("restart", values.one_of("OnFailure", "Never")),
            valued("schedule", values.SCHEDULE),
        ),
        container=True,
    ),
    _new("job", flags=(_IMAGE, valued("from", values.REFERENCE)), container=True, advised=True),
)

_CONTENT: Final = (
    _new("configmap", aliases=("cm",), flags=(_LITERALS, switch("append-hash")), advised=True),
    _new(
        "secret", "generic",
        flags=(_LITERALS, switch("append-hash"), valued("type", values.WORD)), advised=True,
    ),
    _new(
        "secret", "docker-registry",
        flags=(
            switch("append-hash"),
            *(valued(f"docker-{part}", values.TEXT) for part in ("email", "password", "server", "username")),
        ),
        advised=True,
    ),
    _new("serviceaccount", aliases=("sa",), advised=True),
)  # fmt: skip

_NETWORK: Final = (
    _new(
        "ingress",
        aliases=("ing",),
        flags=(
            valued("annotation", values.LITERAL, many=True),
            valued("class", values.NAME),
            valued("default-backend", values.SUBJECT),
            valued("rule", values.RULE, many=True),
        ),
    ),
    _new("service", "clusterip", flags=(_PORTS, valued("clusterip", values.NAME)), advised=True),
    _new("service", "externalname", flags=(_PORTS, valued("external-name", values.NAME))),
    _new("service", "loadbalancer", flags=(_PORTS,)),
    _new("service", "nodeport", flags=(_PORTS, valued("node-port", values.number(0, 65535)))),
)

_BOUNDS: Final = (
    _new("namespace", aliases=("ns",), scope=Scope.CLUSTER, advised=True),
    _new(
        "poddisruptionbudget",
        aliases=("pdb",),
        flags=(
            valued("selector", values.SELECTOR),
            *(valued(name, values.SHARE) for name in ("min-available", "max-unavailable")),
        ),
        advised=True,
    ),
    _new(
        "priorityclass",
        aliases=("pc",),
        role=Role.ADMIN,
        scope=Scope.CLUSTER,
        flags=(
            valued("description", values.TEXT),
            switch("global-default"),
            valued("preemption-policy", values.one_of("PreemptLowerPriority", "Never")),
            valued("value", values.number(-2_000_000_000, 1_000_000_000)),
        ),
    ),
    _new(
        "quota",
        aliases=("resourcequota",),
        flags=(valued("hard", values.AMOUNTS), valued("scopes", values.WORDS)),
        advised=True,
    ),
)

_RIGHTS: Final = (
    _new("role", role=Role.ADMIN, flags=_RULES),
    _new(
        "clusterrole",
        role=Role.ADMIN,
        scope=Scope.CLUSTER,
        flags=(
            *_RULES,
            valued("aggregation-rule", values.SELECTOR),
            valued("non-resource-url", values.matching(r"/[A-Za-z0-9/._*-]*", says="a path"), many=True),
        ),
    ),
    _new(
        "rolebinding",
        role=Role.ADMIN,
        flags=(valued("clusterrole", values.SUBJECT), valued("role", values.SUBJECT), *_SUBJECTS),
    ),
    _new(
        "clusterrolebinding",
        role=Role.ADMIN,
        scope=Scope.CLUSTER,
        flags=(valued("clusterrole", values.SUBJECT), *_SUBJECTS),
    ),
    Verb(
        path=("create", "token"),
        role=Role.ADMIN,
        flags=(
            valued("output", values.output("json", "yaml"), "o"),
            valued("audience", values.SUBJECT, many=True),
            valued("bound-object-kind", values.one_of("Pod", "Secret", "Node")),
            valued("bound-object-name", values.NAME),
            valued("bound-object-uid", values.NAME),
            valued("duration", values.duration(0, 86400)),
        ),
        arguments=arguments.names(1, 1),
        changes=True,
        named_first=True,
    ),
)

RUN: Final = Verb(
    path=("run",),
    role=Role.ADMIN,
    flags=(
        DRY_RUN,
        OUTPUT,
        _IMAGE,
        switch("command"),
        valued("env", values.LITERAL, many=True),
        valued("image-pull-policy", values.one_of("Always", "IfNotPresent", "Never")),
        valued("labels", values.SELECTOR, "l"),
        valued("port", values.number(1, 65535)),
        valued("restart", values.one_of("Always", "OnFailure", "Never")),
    ),
    arguments=arguments.names(1, 1),
    changes=True,
    named_first=True,
    container=True,
)
"""A pod without anything that looks after it: only where the rules of the service have it switched on."""

CREATING: Final = (*_WORKLOADS, *_CONTENT, *_NETWORK, *_BOUNDS, *_RIGHTS, RUN)
"""Every command that makes something new."""
