"""The proof of a step: what clients send, what they get, and the way to the use case."""

from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from kubecfg_core.effects import ObjectChange
from kubecfg_core.proving import Answer, Consequence
from kubecfg_core.usecases.proving import Wish
from kubecfg_core.users import Role
from kubecfg_http.answers import utc
from kubecfg_http.operations import BASE, Call, Operation
from kubecfg_http.requests import ByCluster, Namespace, TypeName


class VerifyRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The `id` of a problem, and a step of its solution or a command in its place.

    `resource_types` and `namespace` are those of the analysis that told of the problem.
    """

    problem_id: Annotated[str, Meta(min_length=1, max_length=64)]
    step_id: Annotated[int, Meta(ge=1, le=100)] | None = None
    command: Annotated[str, Meta(min_length=1, max_length=16 * 1024)] | None = None
    resource_types: Annotated[list[TypeName], Meta(min_length=1, max_length=100)] | None = None
    namespace: Namespace | None = None

    def __repr__(self) -> str:
        return f"VerifyRequest(problem_id={self.problem_id!r})"


class ProofAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the command would do to the problem; nothing was changed.

    `accepted` says whether the cluster took the command as a dry run, and is null where it has none. `waits_for` names
    the controllers and containers that have to act first. `changes` are the objects as they would be, in short;
    `cleared` and `new_problems` are all findings that would go and come.
    """

    cluster_id: int
    cluster_name: str
    problem_id: str
    step_id: int | None
    command: str
    accepted: bool | None
    verdict: Answer
    reason: str
    waits_for: list[str]
    changes: list[ObjectChange]
    cleared: list[Consequence]
    new_problems: list[Consequence]
    verified_at: datetime


async def verify_solution(call: Call[ByCluster, VerifyRequest]) -> ProofAnswer:
    """Whether a step would clear its problem."""
    body = call.body
    wish = Wish(
        problem_id=body.problem_id,
        step_id=body.step_id,
        command=body.command,
        types=body.resource_types,
        namespace=body.namespace,
    )
    cluster, proof = await call.services.proofs.verify(call.user, call.params.cluster_id, wish)
    return ProofAnswer(
        cluster_id=cluster.id,
        cluster_name=cluster.cluster_name,
        problem_id=body.problem_id,
        step_id=body.step_id,
        command=proof.command,
        accepted=proof.accepted,
        verdict=proof.verdict,
        reason=proof.reason,
        waits_for=proof.waits_for,
        changes=proof.changes,
        cleared=proof.cleared,
        new_problems=proof.new_problems,
        verified_at=utc(proof.verified_at),
    )


PROOFS: Final[tuple[Operation[Any, Any], ...]] = (
    Operation(
        method="POST", path=f"{BASE}/verify-solution/{{cluster_id}}", handler=verify_solution, tag="Analysis",
        summary="Prove a step of a solution, and change nothing",
        needs=Role.VIEWER,
        params=ByCluster, body=VerifyRequest, answer=ProofAnswer, fails=(403, 404, 429), slow=True,
    ),
)  # fmt: skip
