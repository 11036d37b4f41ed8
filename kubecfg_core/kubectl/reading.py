"""The commands that only look, and the flags that each may have.

Made from the `--help` of kubectl 1.37.1; a test asks the installed kubectl for each flag's letter and type again. A
flag is left out because it reads or writes files, picks another server, identity or trust, never ends, or is not
needed. A switch with `ONLY_OFF` may be given to say that it is off.
"""

from typing import Final

from kubecfg_core.kubectl import arguments, values
from kubecfg_core.kubectl.grammar import (
    EVERYWHERE,
    FIELDS,
    LONGEST_WAIT,
    OUTPUT,
    SELECTOR,
    TEMPLATES,
    TIMEOUT,
    Scope,
    Verb,
    switch,
    valued,
)

_CHUNKS: Final = valued("chunk-size", values.number(1, 1000))
_NO_HEADERS: Final = switch("no-headers")
_REVISION: Final = valued("revision", values.number(0, 1_000_000))
_USAGE: Final = (
    _NO_HEADERS,
    SELECTOR,
    switch("show-swap"),
    valued("sort-by", values.one_of("cpu", "memory")),
)

_GET: Final = Verb(
    path=("get",),
    flags=(
        EVERYWHERE,
        _CHUNKS,
        FIELDS,
        _NO_HEADERS,
        SELECTOR,
        switch("allow-missing-template-keys"),
        switch("ignore-not-found"),
        valued("label-columns", values.WORDS, "L", many=True),
        valued(
            "output",
            values.output("json", "yaml", "kyaml", "wide", "name", templates=(*TEMPLATES, "custom-columns")),
            "o",
        ),
        switch("show-kind"),
        switch("show-labels"),
        switch("show-managed-fields"),
        valued("sort-by", values.PATH),
        valued("subresource", values.one_of("status", "scale", "resize")),
        switch("watch", "w", values.ONLY_OFF),
    ),
    arguments=arguments.OBJECTS,
)
_DESCRIBE: Final = Verb(
    path=("describe",),
    flags=(EVERYWHERE, _CHUNKS, SELECTOR, switch("show-events")),
    arguments=arguments.OBJECTS,
)
_LOGS: Final = Verb(
    path=("logs",),
    flags=(
        SELECTOR,
        switch("all-containers"),
        valued("container", values.NAME, "c"),
        switch("follow", "f", values.ONLY_OFF),
        switch("ignore-errors"),
        valued("limit-bytes", values.number(1, 1_000_000)),
        switch("prefix"),
        switch("previous", "p"),
        valued("since", values.duration(0, 30 * 86400)),
        valued("since-time", values.INSTANT),
        valued("tail", values.number(0, 10_000)),
        switch("timestamps"),
    ),
    arguments=arguments.POD_AND_CONTAINER,
    limits={"tail": "500", "limit-bytes": "1000000"},
)
_EVENTS: Final = Verb(
    path=("events",),
    flags=(
        EVERYWHERE,
        _CHUNKS,
        _NO_HEADERS,
        valued("for", values.REFERENCE),
        OUTPUT,
        valued("types", values.WORDS, many=True),
        switch("watch", "w", values.ONLY_OFF),
    ),
)
_API_RESOURCES: Final = Verb(
    path=("api-resources",),
    scope=Scope.NOTHING,
    flags=(
        valued("api-group", values.WORD),
        valued("categories", values.WORDS, many=True),
        switch("namespaced"),
        _NO_HEADERS,
        valued("output", values.output("wide", "name", "json", "yaml"), "o"),
        valued("sort-by", values.one_of("name", "kind")),
        valued("verbs", values.WORDS, many=True),
    ),
)
_EXPLAIN: Final = Verb(
    path=("explain",),
    scope=Scope.NOTHING,
    flags=(
        valued("api-version", values.WORD),
        valued("max-depth", values.number(0, 20)),
        valued("output", values.output("plaintext", "plaintext-openapiv2"), "o"),
        switch("recursive", "R"),
    ),
    arguments=arguments.FIELD,
)
_CAN_I: Final = Verb(
    path=("auth", "can-i"),
    flags=(
        EVERYWHERE,
        switch("list"),
        _NO_HEADERS,
        switch("quiet", "q"),
        valued("subresource", values.WORD),
    ),
    arguments=arguments.ACTION,
)

READING: Final = (
    _GET,
    _DESCRIBE,
    _LOGS,
    Verb(
        path=("top", "pod"),
        aliases=("pods", "po"),
        flags=(*_USAGE, EVERYWHERE, FIELDS, switch("containers"), switch("sum")),
        arguments=arguments.UP_TO_ONE_NAME,
    ),
    Verb(
        path=("top", "node"),
        scope=Scope.CLUSTER,
        aliases=("nodes", "no"),
        flags=(*_USAGE, switch("show-capacity")),
        arguments=arguments.UP_TO_ONE_NAME,
    ),
    _EVENTS,
    Verb(
        path=("version",),
        scope=Scope.NOTHING,
        flags=(switch("client"), valued("output", values.output("json", "yaml"), "o")),
    ),
    _API_RESOURCES,
    Verb(path=("api-versions",), scope=Scope.NOTHING),
    _EXPLAIN,
    _CAN_I,
    Verb(path=("auth", "whoami"), scope=Scope.NOTHING, flags=(OUTPUT,)),
    Verb(path=("cluster-info",), scope=Scope.CLUSTER),
    Verb(
        path=("rollout", "status"),
        flags=(_REVISION, SELECTOR, TIMEOUT, switch("watch", "w", values.ONLY_OFF)),
        arguments=arguments.OBJECTS,
        limits={"timeout": LONGEST_WAIT},
        waits=True,
    ),
    Verb(path=("rollout", "history"), flags=(_REVISION, SELECTOR, OUTPUT), arguments=arguments.OBJECTS),
    Verb(
        path=("wait",),
        flags=(
            EVERYWHERE,
            FIELDS,
            OUTPUT,
            SELECTOR,
            TIMEOUT,
            switch("all"),
            valued("for", values.CONDITION, many=True),
        ),
        arguments=arguments.OBJECTS,
        limits={"timeout": LONGEST_WAIT},
    ),
    Verb(
        path=("apply", "view-last-applied"),
        flags=(SELECTOR, switch("all"), valued("output", values.output("json", "yaml"), "o")),
        arguments=arguments.OBJECTS,
    ),
)
"""Every command that only looks."""
