"""The commands that change what is there, and the flags that each may have.

Left out on purpose: whatever reads a file, opens an editor, a session or a tunnel, or never ends. What loses data or
stops something running has a `loss`.
"""

from typing import Final

from kubecfg_core.kubectl import arguments, losses, values
from kubecfg_core.kubectl.grammar import (
    EVERYWHERE,
    FIELDS,
    LONGEST_WAIT,
    OUTPUT,
    SELECTOR,
    TIMEOUT,
    Flag,
    Scope,
    Takes,
    Verb,
    switch,
    valued,
)
from kubecfg_core.kubectl.kinds import RIGHTS
from kubecfg_core.kubectl.losses import Loss
from kubecfg_core.users import Role

_OBJECTS: Final = arguments.objects(least=1)
_CHANGES: Final = arguments.objects(least=2, change=True)
_MAY_CHANGE: Final = arguments.objects(least=1, may_change=True)
_NODES: Final = arguments.names(0, 50)

DRY_RUN: Final = Flag(
    name="dry-run", takes=Takes.MAYBE, kind=values.one_of("none", "server", "client"), implied="client"
)
_CASCADE: Final = Flag(
    name="cascade", takes=Takes.MAYBE, kind=values.one_of("background", "foreground", "orphan"), implied="background"
)
_ALL: Final = switch("all")
_OVERWRITE: Final = switch("overwrite")
_GRACE: Final = valued("grace-period", values.number(-1, 3600))
_CONTAINERS: Final = valued("containers", values.WORDS, "c")
_SUBJECTS: Final = tuple(valued(name, values.SUBJECT, many=True) for name in ("user", "group", "serviceaccount"))


def _change(
    *path: str,
    flags: tuple[Flag, ...] = (),
    takes: arguments.Arguments = _OBJECTS,
    loss: Loss | None = None,
    look: frozenset[str] = frozenset(),
    advised: bool = True,
) -> Verb:
    flags = (DRY_RUN, OUTPUT, *flags)
    return Verb(
        path=path,
        role=Role.OPERATOR,
        flags=flags,
        arguments=takes,
        changes=True,
        loss=loss,
        look=look,
        advised=advised,
    )


def _rollout(verb: str, *flags: Flag) -> Verb:
    return Verb(
        path=("rollout", verb),
        role=Role.OPERATOR,
        flags=(OUTPUT, SELECTOR, *flags),
        arguments=_OBJECTS,
        changes=True,
        loss=losses.UNNAMED,
        advised=True,
    )


_WORKLOADS: Final = (
    _change(
        "scale",
        flags=(
            _ALL,
            SELECTOR,
            TIMEOUT,
            valued("replicas", values.number(0, 1000)),
            valued("current-replicas", values.number(0, 1000)),
        ),
        loss=losses.TO_ZERO,
    ),
    _change(
        "autoscale",
        flags=(
            *(valued(name, values.number(1, 1000)) for name in ("min", "max")),
            *(valued(name, values.SHARE) for name in ("cpu", "memory")),
            valued("cpu-percent", values.number(1, 1000)),
            valued("name", values.NAME),
        ),
    ),
    _change("set", "image", flags=(_ALL, SELECTOR), takes=_CHANGES),
    _change(
        "set",
        "resources",
        flags=(_ALL, SELECTOR, _CONTAINERS, *(valued(name, values.AMOUNTS) for name in ("limits", "requests"))),
    ),
    _change(
        "set",
        "env",
        flags=(
            _ALL,
            SELECTOR,
            _CONTAINERS,
            _OVERWRITE,
            switch("list"),
            valued("from", values.REFERENCE),
            valued("keys", values.WORDS, many=True),
            valued("prefix", values.WORD),
        ),
        takes=_MAY_CHANGE,
        look=frozenset({"all", "selector", "containers"}),
    ),
    _change("set", "selector", flags=(_ALL,), takes=_CHANGES, advised=False),
    Verb(
        path=("set", "serviceaccount"),
        aliases=("sa",),
        role=Role.OPERATOR,
        flags=(DRY_RUN, OUTPUT, _ALL),
        arguments=arguments.then_a_name(_OBJECTS),
        changes=True,
    ),
    Verb(
        path=("set", "subject"),
        role=Role.ADMIN,
        flags=(DRY_RUN, OUTPUT, SELECTOR, _ALL, *_SUBJECTS),
        arguments=arguments.objects(least=1, only=RIGHTS),
        changes=True,
    ),
    _rollout("restart"),
    _rollout("undo", DRY_RUN, valued("to-revision", values.number(0, 1_000_000))),
    _rollout("pause"),
    _rollout("resume"),
    _change(
        "expose",
        flags=(
            *(valued(name, values.WORDS) for name in ("port", "target-port", "protocol")),
            valued("labels", values.SELECTOR, "l"),
            valued("name", values.NAME),
            valued("selector", values.SELECTOR),
            valued("session-affinity", values.one_of("None", "ClientIP")),
            valued("type", values.one_of("ClusterIP", "NodePort", "LoadBalancer")),
        ),
    ),
)

_ANY_OBJECT: Final = (
    Verb(
        path=("delete",),
        role=Role.OPERATOR,
        flags=(
            DRY_RUN,
            EVERYWHERE,
            FIELDS,
            SELECTOR,
            TIMEOUT,
            _ALL,
            _CASCADE,
            _GRACE,
            *(switch(name) for name in ("force", "ignore-not-found", "now", "wait")),
            valued("output", values.output("name"), "o"),
        ),
        arguments=_OBJECTS,
        limits={"wait": "false", "timeout": LONGEST_WAIT},
        changes=True,
        loss=losses.ALWAYS,
        waits=True,
        advised=True,
    ),
    _change(
        "patch",
        flags=(
            valued("patch", values.JSON, "p"),
            valued("type", values.one_of("strategic", "merge", "json")),
            valued("subresource", values.one_of("status", "scale", "resize")),
        ),
        loss=losses.TAKES_AWAY,
    ),
    *(
        _change(
            verb,
            flags=(EVERYWHERE, FIELDS, SELECTOR, _ALL, _OVERWRITE, switch("list")),
            takes=_MAY_CHANGE,
            look=frozenset({"all", "all-namespaces", "field-selector", "selector"}),
        )
        for verb in ("label", "annotate")
    ),
)


def _node(
    *path: str, flags: tuple[Flag, ...] = (), takes: arguments.Arguments = _NODES, loss: Loss | None = None
) -> Verb:
    limits = {"timeout": LONGEST_WAIT} if TIMEOUT in flags else {}
    return Verb(
        path=path,
        role=Role.ADMIN,
        scope=Scope.CLUSTER,
        flags=flags,
        arguments=takes,
        limits=limits,
        changes=True,
        loss=loss,
        waits=bool(limits),
        advised=True,
    )


_MACHINERY: Final = (
    _node("cordon", flags=(DRY_RUN, SELECTOR)),
    _node("uncordon", flags=(DRY_RUN, SELECTOR)),
    _node(
        "drain",
        flags=(
            DRY_RUN,
            SELECTOR,
            TIMEOUT,
            _GRACE,
            valued("pod-selector", values.SELECTOR),
            *(switch(name) for name in ("delete-emptydir-data", "disable-eviction", "force", "ignore-daemonsets")),
        ),
        loss=losses.ALWAYS,
    ),
    _node("taint", flags=(DRY_RUN, OUTPUT, SELECTOR, _OVERWRITE), takes=arguments.TAINTS, loss=losses.EVICTS),
    _node("certificate", "approve", flags=(OUTPUT,), takes=arguments.names(1, 1)),
    _node("certificate", "deny", flags=(OUTPUT,), takes=arguments.names(1, 1)),
)

CHANGING: Final = (*_WORKLOADS, *_ANY_OBJECT, *_MACHINERY)
"""Every command that changes what is there."""
