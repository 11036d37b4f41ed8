from datetime import timedelta

import msgspec

from kubecfg_core.solutions import Solution, Step
from tests.contract.storages import Storage

ANSWER = Solution(
    solution_summary="größe \x00 \N{PILE OF POO}",
    detailed_solution="Why.",
    remediation_steps=[
        Step(step_id=1, action_type="VERIFY", description="Look.", command="kubectl get pods", expected_outcome="Seen.")
    ],
    confidence_score=0.7,
    estimated_time_mins=5,
)
OTHER = msgspec.structs.replace(ANSWER, solution_summary="Another.")


async def keep(storage: Storage, user: int, answer: Solution = ANSWER, *, key: str = "k", hours: int = 1) -> None:
    await storage.answers.put(user, key, answer, until=storage.clock.now() + timedelta(hours=hours))


async def test_an_answer_is_found_again_as_it_was(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    await keep(storage, ann)

    assert await storage.answers.get(ann, "k") == ANSWER


async def test_what_was_not_kept_is_nothing(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    await keep(storage, ann)

    assert await storage.answers.get(ann, "other") is None


async def test_another_user_has_other_answers(storage: Storage) -> None:
    ann, bob = await storage.make_users()
    await keep(storage, ann)

    assert await storage.answers.get(bob, "k") is None


async def test_an_answer_is_gone_when_its_time_is_over(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    await keep(storage, ann)
    storage.clock.advance(3600)

    assert await storage.answers.get(ann, "k") is None


async def test_a_newer_answer_takes_the_place_of_the_older(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    await keep(storage, ann)
    await keep(storage, ann, OTHER, hours=2)
    storage.clock.advance(3600)

    assert await storage.answers.get(ann, "k") == OTHER


async def test_keeping_one_drops_none_whose_time_is_not_over(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    await keep(storage, ann, key="long", hours=5)
    storage.clock.advance(2 * 3600)
    await keep(storage, ann, key="new")

    assert await storage.answers.get(ann, "long") == ANSWER
