"""The kubectl policy: which commands may run, and in which words. Pure: text in, plan or refusal out.

text.split       a command line into words; operators, substitutions and odd characters end here
parsing.parse    words into a verb, typed flags and arguments, by a table of what is allowed
policy.judge     the rules, the limits that are added, and the canonical argument list
vetting.vet      what a command that somebody else wrote is worth: runnable, manual, or to be dropped

`table` holds what is allowed, from `reading` (commands that look), `changing` and `creating`; `losses` says which of
these have to be confirmed, `kinds` what lies where, `secrecy` what is never shown, `scope` what a grant reaches.
"""

from kubecfg_core.kubectl.plan import Plan
from kubecfg_core.kubectl.policy import judge
from kubecfg_core.kubectl.rules import Rules
from kubecfg_core.kubectl.vetting import Verdict, vet

__all__ = ["Plan", "Rules", "Verdict", "judge", "vet"]
