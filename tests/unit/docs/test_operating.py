from typing import Any

import pytest
import yaml

from kubecfg_core.plugins import Plugins
from tests.unit.docs import pages

PAGE = pages.read("operating.md")
BLOCKS = {title: yaml.safe_load(text) for title, text in pages.blocks(PAGE, "yaml")}
RULES: list[dict[str, Any]] = BLOCKS["cluster-role"]["rules"]
GRANTED = {(group, kind) for rule in RULES for group in rule["apiGroups"] for kind in rule["resources"]}
READ = {(read.group, read.plural) for analyzer in Plugins.load().analyzers for read in analyzer.reads}


def test_the_role_is_enough_for_every_analyzer_but_for_secrets() -> None:
    assert {("", "secrets")} == READ - GRANTED


def test_the_role_only_looks() -> None:
    assert {verb for rule in RULES for verb in rule["verbs"]} == {"get", "list", "watch"}


@pytest.mark.parametrize(
    "kind",
    ["secrets", "nodes/proxy", "services/proxy", "pods/proxy", "pods/exec", "pods/attach", "pods/portforward", "*"],
)
def test_the_role_leaves_out_what_leads_further(kind: str) -> None:
    assert kind not in {granted for _, granted in GRANTED}


def test_the_pod_is_given_no_token_and_no_root() -> None:
    pod = BLOCKS["pod"]

    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["containers"][0]["securityContext"]["readOnlyRootFilesystem"] is True
