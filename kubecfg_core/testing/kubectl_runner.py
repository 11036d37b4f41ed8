"""A kubectl that runs nothing."""

from collections.abc import Mapping

import msgspec

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.errors import InvalidInput, KubecfgError
from kubecfg_core.kubectl.plan import Plan
from kubecfg_core.ports.kubectl_runner import CommandResult, KubectlRunner

SILENCE = CommandResult(stdout="", stderr="", return_code=0)


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """One command that was asked for, where, and for whom."""

    plan: Plan
    target: ClusterTarget
    caller: str = ""


class RecordingKubectl(KubectlRunner):
    """Keeps every plan in `ran`, in order, and answers by the plan's verb (`rollout status`): silence by default.

    An answer that is an error is raised.
    """

    def __init__(
        self, answers: Mapping[str, CommandResult | KubecfgError] | None = None, *, version: str = "v1.37.1"
    ) -> None:
        self._answers = dict(answers or {})
        self._version = version
        self.ran: list[Ran] = []

    async def run(self, plan: Plan, target: ClusterTarget, *, caller: str = "") -> CommandResult:
        """Record the plan and give the answer for its verb."""
        if not target.server_url.startswith("https://"):
            raise InvalidInput("kubectl commands need a cluster whose server_url begins with https://.")
        self.ran.append(Ran(plan=plan, target=target, caller=caller))
        answer = self._answers.get(plan.verb, SILENCE)
        if isinstance(answer, KubecfgError):
            raise answer
        return answer

    async def version(self) -> str:
        """The version it was given."""
        return self._version
