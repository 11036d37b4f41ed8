from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecfg_core.errors import SettingsError
from kubecfg_core.metrics import belongs_to
from kubecfg_prometheus import PodSelection
from kubecfg_prometheus.promql import Matcher, Operator, literal, selector, string

# PromQL's double-quoted strings are Go's: of the escapes, these are the ones that we write.
STRING = re.compile(r'"((?:[^"\\\n]|\\[\\"n])*)"')
UNESCAPED = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}


@given(st.text())
def test_a_string_reads_back_as_its_value(value: str) -> None:
    quoted = STRING.fullmatch(string(value))

    assert quoted
    assert re.sub(r'\\[\\"n]', lambda match: UNESCAPED[match[0]], quoted[1]) == value


@given(st.text(), st.text())
def test_a_literal_matches_itself_alone(value: str, other: str) -> None:
    pattern = re.compile(literal(value))

    assert pattern.fullmatch(value)
    assert bool(pattern.fullmatch(other)) == (value == other)


@given(st.text(), st.text())
def test_a_value_stays_in_its_matcher(namespace: str, username: str) -> None:
    matchers = [Matcher("namespace", Operator.EQUAL, namespace), PodSelection().matcher(username)]
    bare = STRING.sub('""', selector("up", matchers))

    assert bare == 'up{namespace="",pod=~""}'


@pytest.mark.parametrize(
    "hostile",
    [
        'default"} or vector(1) or up{x="',
        "a\\",
        'a"\n',
        ".*|secret",
        '{__name__=~".+"}',
        'ns",pod=~".*',
        "`} or up{x=`",
        "a\r\n# comment",
    ],
)
def test_nw_08_hostile_values_stay_in_their_matchers(hostile: str) -> None:
    matchers = [Matcher("namespace", Operator.EQUAL, hostile), PodSelection().matcher(hostile)]

    assert STRING.sub('""', selector("up", matchers)) == 'up{namespace="",pod=~""}'
    assert not re.fullmatch(PodSelection().matcher(hostile).value, "secret")


@pytest.mark.parametrize("name", ["", "1up", "up{}", "a-b", "up\n", "é"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not the name"):
        selector(name, [])
    with pytest.raises(ValueError, match="not the name"):
        selector("up", [Matcher(name, Operator.EQUAL, "x")])


@given(st.from_regex(r"[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?", fullmatch=True), st.text("aB.-_@1", min_size=1, max_size=9))
def test_the_default_pattern_finds_the_pods_that_the_core_would(pod: str, username: str) -> None:
    pattern = PodSelection().matcher(username).value

    for name in (pod, f"x-{pod}", f"{pod}-0"):
        if belongs_to(name, username):
            assert re.fullmatch(pattern, name)


@pytest.mark.parametrize(
    ("pod", "found"),
    [
        ("john-doe", True),
        ("john-doe-0", True),
        ("jupyter-john-doe-0", True),
        ("john.doe", True),
        ("john-doering", False),
        ("bjohn-doe", False),
        ("johnxdoe", False),
    ],
)
def test_the_default_pattern_wants_the_whole_name_between_dashes(pod: str, found: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert bool(re.fullmatch(PodSelection().matcher("John.Doe".lower()).value, pod)) is found


@pytest.mark.parametrize("pattern", ["jupyter-.*", "({username}", "{username}{username}"])
def test_a_pattern_that_cannot_work_is_a_setting_error(pattern: str) -> None:
    with pytest.raises(SettingsError, match="KUBECFG_METRICS_POD_PATTERN"):
        PodSelection.parse(pattern=pattern)


def test_a_label_that_is_none_is_a_setting_error() -> None:
    with pytest.raises(SettingsError, match="KUBECFG_METRICS_USER_LABEL"):
        PodSelection.parse(label="user-name")


def test_a_pattern_of_the_settings_is_used() -> None:
    matcher = PodSelection.parse(pattern="jupyter-{username}").matcher("ann")

    assert matcher == Matcher("pod", Operator.MATCHES, "jupyter-(ann)")
