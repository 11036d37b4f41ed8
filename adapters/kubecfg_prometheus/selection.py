"""Which pods are a user's: by a label on the series, or by the name of the pod."""

import re
from typing import Final

import msgspec

from kubecfg_core.errors import SettingsError
from kubecfg_core.metrics import pod_words
from kubecfg_prometheus.promql import Matcher, Operator, is_label, literal

PLACE: Final = "{username}"
DEFAULT_PATTERN: Final = "(.*-)?{username}(-.*)?"
# What else there may be in a name is no punctuation between its words: such a name stands for itself alone.
_USER_NAME: Final = re.compile(r"[A-Za-z0-9._@+ -]+")


class PodSelection(msgspec.Struct, frozen=True, kw_only=True):
    """How a user's pods are told from others.

    `label`: the name of a label that the container series carry (put there by relabelling), equal to the user's name.
    Without it, `pattern`: an RE2 expression over the whole name of the pod in which `{username}` stands for the
    user's name. A name of a Kubernetes object has no upper case, `_` or `@`, so `{username}` matches the name as it is
    and as Kubernetes would have it: `john.doe` also finds `notebook-john-doe-0`. The default pattern wants the name to
    be the pod's, or to be set off by `-`: `ann` does not find `hannah-0`.
    """

    pattern: str = DEFAULT_PATTERN
    label: str = ""

    @classmethod
    def parse(cls, *, pattern: str | None = None, label: str | None = None) -> "PodSelection":
        """From the settings. Raises `SettingsError` that names the one that is wrong."""
        if label and not is_label(label):
            raise SettingsError(f"KUBECFG_METRICS_USER_LABEL is not the name of a Prometheus label: {label!r}.")
        chosen = pattern or DEFAULT_PATTERN
        if chosen.count(PLACE) != 1:
            raise SettingsError("KUBECFG_METRICS_POD_PATTERN must hold {username} once.")
        try:
            re.compile(chosen.replace(PLACE, "x"))
        except re.error as error:
            raise SettingsError(f"KUBECFG_METRICS_POD_PATTERN is not a regular expression: {error}.") from error
        return cls(pattern=chosen, label=label or "")

    def matcher(self, username: str) -> Matcher:
        """The condition that selects this user's series."""
        if self.label:
            return Matcher(self.label, Operator.EQUAL, username)
        words = pod_words(username) if _USER_NAME.fullmatch(username) else ""
        either = "|".join(literal(form) for form in dict.fromkeys((username, words)) if form)
        return Matcher("pod", Operator.MATCHES, self.pattern.replace(PLACE, f"({either})"))
