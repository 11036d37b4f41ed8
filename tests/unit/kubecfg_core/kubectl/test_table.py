"""The table, compared with what the pinned kubectl says of itself (tests/data/kubectl_help.json).

An integration test asks the installed kubectl whether the file is still true. What a later kubectl brings is missed
here, so that somebody has to decide about it.
"""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from kubecfg_core.kubectl.grammar import COMMON, Takes, Verb
from kubecfg_core.kubectl.table import TABLE, VERBS

HELP: Final[dict[str, Any]] = json.loads((Path(__file__).parents[3] / "data" / "kubectl_help.json").read_text())

# Old spellings that kubectl still takes and no longer tells of.
HIDDEN = {("autoscale", "cpu-percent")}
GROUPS = {"", "auth", "certificate", "create secret", "create service", "rollout", "set", "top"}
NEVER = {
    *("apply", "apply edit-last-applied", "apply set-last-applied", "attach", "auth reconcile", "cluster-info dump"),
    *("completion", "cp", "create", "create secret tls", "debug", "diff", "edit", "exec", "kustomize"),
    *("plugin", "plugin list", "port-forward", "proxy", "replace"),
    *("config", "config current-context", "config delete-cluster", "config delete-context", "config delete-user"),
    *("config get-clusters", "config get-contexts", "config get-users", "config rename-context", "config set"),
    *("config set-cluster", "config set-context", "config set-credentials", "config unset", "config use-context"),
    *("config view", "kuberc", "kuberc set", "kuberc view"),
}
# For some commands they are allowed, and for others they are not.
SOMETIMES = {
    *("all", "allow-missing-template-keys", "cascade", "chunk-size", "env", "force", "grace-period", "labels"),
    *("quiet", "recursive", "selector", "show-managed-fields", "timeout", "wait"),
}
LEFT_OUT = {
    *("filename", "from-env-file", "from-file", "kustomize", "local", "patch-file", "raw", "template"),
    *("attach", "detach-keys", "interactive", "leave-stdin-open", "output-watch-events", "rm", "stdin", "tty"),
    *("watch-only", "all-pods", "max-log-requests", "pod-running-timeout", "skip-wait-for-delete-timeout"),
    *("annotations", "cluster-ip", "expose", "external-ip", "load-balancer-ip", "override-type", "overrides"),
    *("privileged", "resolve", "insecure-skip-tls-verify-backend", "validate"),
    *("cached", "field-manager", "resource-version", "save-config", "server-print", "use-protocol-buffers"),
}


def theirs(verb: Verb) -> dict[str, list[str]]:
    flags: dict[str, list[str]] = HELP[verb.name]["flags"]
    return flags


def test_every_command_of_kubectl_is_in_the_table_or_is_never_run() -> None:
    assert {verb.name for verb in VERBS} | GROUPS | NEVER == HELP.keys()
    assert not {verb.name for verb in VERBS} & (GROUPS | NEVER)


def test_no_command_stands_in_the_table_twice() -> None:
    assert len({verb.path for verb in VERBS}) == len(VERBS) == len({verb.name for verb in TABLE.values()})


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_a_command_has_kubectls_own_aliases(verb: Verb) -> None:
    assert list(verb.aliases) == HELP[verb.name]["aliases"]


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_each_flag_is_kubectls_own_with_its_letter_and_type(verb: Verb) -> None:
    told = [flag for flag in verb.flags if (verb.name, flag.name) not in HIDDEN]

    ours = {flag.name: [flag.short, "switch" if flag.takes is Takes.NOTHING else "value"] for flag in told}
    assert ours == {name: theirs(verb).get(name) for name in ours}


def test_the_common_flags_are_global_options() -> None:
    assert {flag.name: [flag.short, "value"] for flag in COMMON} == {
        flag.name: HELP[""]["flags"][flag.name] for flag in COMMON
    }


def test_no_other_global_option_is_a_flag_of_a_command_but_the_user_of_a_binding() -> None:
    globals_ = HELP[""]["flags"].keys() - {flag.name for flag in COMMON}

    shared = {(verb.name, flag.name) for verb in VERBS for flag in verb.flags if flag.name in globals_}

    assert shared == {(name, "user") for name in ("create rolebinding", "create clusterrolebinding", "set subject")}


def test_every_flag_that_is_left_out_was_thought_of() -> None:
    missing = {name for verb in VERBS for name in theirs(verb).keys() - {flag.name for flag in verb.flags}}

    assert missing - SOMETIMES == LEFT_OUT
    assert not LEFT_OUT & {flag.name for verb in VERBS for flag in verb.flags}
