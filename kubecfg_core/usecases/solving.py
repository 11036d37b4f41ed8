"""Say what to do about problems: by the language model where there is one, by the playbooks always."""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

import msgspec

from kubecfg_core.disclosing import Allowed, disclosed, names_in, retold, revealed
from kubecfg_core.errors import KubecfgError, NotConfigured, TooMany, UpstreamTimeout
from kubecfg_core.masking import Level, Masker, Privacy
from kubecfg_core.naming import Names
from kubecfg_core.plugins import Plugins
from kubecfg_core.ports.llm import LLM, Brief
from kubecfg_core.problems import Problem, SolvedProblem
from kubecfg_core.solutions import Solution
from kubecfg_core.usecases.answers import DROPPED, checked, vetted
from kubecfg_core.usecases.last_words import LastWords
from kubecfg_core.usecases.rendering import playbook_solution, render

__all__ = ["DROPPED", "Solver", "playbook_solution", "render"]

_KEY_BYTES: Final = 32
_USUAL: Final = Privacy()

_Cause = tuple[str, ...]
_Answer = Solution | KubecfgError
_Tell = Callable[[Brief, Masker], Awaitable[Solution]]


class Solver:
    """Solves problems. Without `llm` the playbooks do; with it they do what it does not.

    The model is asked once for each distinct cause (the same checks with the same evidence on objects of one owner),
    the worst problems first, `concurrency` at a time, at most `max_calls` times, and all within `deadline` seconds.
    It sees pseudonyms, which are made with `masking_key`: without one they are others in every process.
    """

    def __init__(
        self,
        plugins: Plugins,
        llm: LLM | None,
        *,
        concurrency: int = 2,
        deadline: float = 60.0,
        max_calls: int = 20,
        masking_key: bytes = b"",
    ) -> None:
        self._plugins = plugins
        self._llm = llm
        self._concurrency = concurrency
        self._deadline = deadline
        self._max_calls = max_calls
        self._masking_key = masking_key or secrets.token_bytes(_KEY_BYTES)
        self._allowed = Allowed(plugins)

    async def solve(
        self,
        problems: Sequence[Problem],
        *,
        privacy: Privacy = _USUAL,
        names: Names | None = None,
        user_id: int = 0,
        words: LastWords | None = None,
    ) -> list[SolvedProblem]:
        """A solution for each problem, in their order. Where the model fails, the playbook stands.

        `additional_notes` says which of the two it is, and why. `privacy` is what the model may see of the cluster, and
        `names` what is known to be a name there, beside those in the problems. It is asked for the user of `user_id`,
        and told the last `words` of containers that crash.
        """
        playbooks = await asyncio.to_thread(self._from_playbooks, problems)
        if self._llm is None:
            return [SolvedProblem(problem=p, solution=s) for p, s in zip(problems, playbooks, strict=True)]
        asked: dict[_Cause, tuple[Problem, Solution]] = {}
        for problem, playbook in zip(problems, playbooks, strict=True):
            asked.setdefault(_cause(problem), (problem, playbook))
        maskers = await asyncio.to_thread(self._maskers, asked, privacy, names)
        answers = await self._ask(partial(self._told, self._llm.of(user_id), words), asked, maskers, privacy)
        return [
            SolvedProblem(
                problem=_with_pairs(problem, maskers.get(_cause(problem))),
                solution=_settled(problem, playbook, asked[_cause(problem)][0], answers[_cause(problem)]),
            )
            for problem, playbook in zip(problems, playbooks, strict=True)
        ]

    @property
    def asks(self) -> bool:
        """Whether there is a model to ask."""
        return self._llm is not None

    @property
    def vocabulary(self) -> frozenset[str]:
        """The words that tell nothing of a cluster, in lower case."""
        return self._allowed.vocabulary

    async def briefs(
        self,
        problems: Sequence[Problem],
        *,
        privacy: Privacy = _USUAL,
        names: Names | None = None,
        words: LastWords | None = None,
    ) -> list[Brief]:
        """What the model would be told, in the order in which it would be asked. It is not asked."""
        if privacy.level is Level.NONE:
            return []
        playbooks = await asyncio.to_thread(self._from_playbooks, problems)
        asked: dict[_Cause, Brief] = {}
        for problem, playbook in zip(problems, playbooks, strict=True):
            asked.setdefault(_cause(problem), _brief(problem, playbook))
        return [
            await self._disclosed(await _heard(brief, words), self._masker(brief, privacy, names))
            for brief in [*asked.values()][: self._max_calls]
        ]

    async def by_the_book(self, problems: Sequence[Problem]) -> list[SolvedProblem]:
        """The playbooks' solution for each, in their order; the model is not asked."""
        playbooks = await asyncio.to_thread(self._from_playbooks, problems)
        return [SolvedProblem(problem=p, solution=s) for p, s in zip(problems, playbooks, strict=True)]

    def _from_playbooks(self, problems: Sequence[Problem]) -> list[Solution]:
        return [vetted(playbook_solution(problem, self._plugins)) for problem in problems]

    def _maskers(
        self, asked: dict[_Cause, tuple[Problem, Solution]], privacy: Privacy, names: Names | None
    ) -> dict[_Cause, Masker]:
        """Those of the causes that the model is asked about."""
        chosen = list(asked.items())[: self._max_calls]
        return {cause: self._masker(_brief(*question), privacy, names) for cause, question in chosen}

    def _masker(self, brief: Brief, privacy: Privacy, names: Names | None) -> Masker:
        """The brief's own masker: what it has masked is what was in this brief."""
        key = privacy.key(self._masking_key)
        return Masker(key, privacy.level, names_in(brief, names), vocabulary=self._allowed.vocabulary)

    async def _ask(
        self,
        tell: _Tell,
        causes: dict[_Cause, tuple[Problem, Solution]],
        maskers: dict[_Cause, Masker],
        privacy: Privacy,
    ) -> dict[_Cause, _Answer]:
        if privacy.level is Level.NONE:
            kept = NotConfigured("Nothing of this cluster is sent to a language model.")
            return dict.fromkeys(causes, kept)
        places = asyncio.Semaphore(self._concurrency)
        until = asyncio.get_running_loop().time() + self._deadline

        async def ask(cause: _Cause) -> _Answer:
            try:
                async with asyncio.timeout_at(until), places:
                    return await tell(_brief(*causes[cause]), maskers[cause])
            except TimeoutError:
                return UpstreamTimeout("The language model did not answer in time.")
            except KubecfgError as error:
                return error

        given = await asyncio.gather(*(ask(cause) for cause in maskers))
        spared = TooMany(f"The language model is asked at most {self._max_calls} times in an analysis.")
        return dict.fromkeys(causes, spared) | dict(zip(maskers, given, strict=True))

    async def _told(self, llm: LLM, words: LastWords | None, brief: Brief, masker: Masker) -> Solution:
        """The model's answer with real names, checked against the question. It sees none of them."""
        brief = await _heard(brief, words)
        answer = revealed(await llm.solve(await self._disclosed(brief, masker)), masker)
        return checked(answer, brief.problem, brief.playbook)

    async def _disclosed(self, brief: Brief, masker: Masker) -> Brief:
        return await asyncio.to_thread(disclosed, brief, masker, self._allowed.facts)


def _brief(problem: Problem, playbook: Solution) -> Brief:
    return Brief(problem=problem, playbook=playbook)


async def _heard(brief: Brief, words: LastWords | None) -> Brief:
    """The brief with the last words of what crashed."""
    return brief if words is None else msgspec.structs.replace(brief, logs=await words.of(brief.problem))


def _with_pairs(problem: Problem, masker: Masker | None) -> Problem:
    """The problem with what was masked: each of its texts with the pairs in it, the first one with all the rest too."""
    pairs = masker.pairs if masker else []
    errors = [
        msgspec.structs.replace(error, sensitive=[pair for pair in pairs if not number or pair.unmasked in error.text])
        for number, error in enumerate(problem.errors)
    ]
    return msgspec.structs.replace(problem, errors=errors)


def _cause(problem: Problem) -> _Cause:
    """What makes two problems one question: everything about them but the name of the object."""
    checks = [
        f"{finding.code} {msgspec.json.encode(finding.evidence, order='sorted').decode()}"
        for finding in problem.findings
    ]
    own = "" if problem.parent_object else problem.name
    return (problem.kind, problem.namespace, problem.parent_object, own, problem.code, problem.cause, *sorted(checks))


def _settled(problem: Problem, playbook: Solution, asked_for: Problem, answer: _Answer) -> Solution:
    if isinstance(answer, KubecfgError):
        return msgspec.structs.replace(playbook, additional_notes=f"{playbook.additional_notes} {answer.message}")
    notes = ["From the language model.", answer.additional_notes]
    if asked_for.name != problem.name:
        answer = _retold(answer, asked_for.name, problem.name)
        notes.insert(1, f"It was asked about {asked_for.name}, which has the same cause.")
    return msgspec.structs.replace(vetted(answer), additional_notes=" ".join(note for note in notes if note))


def _retold(solution: Solution, old: str, new: str) -> Solution:
    """The same solution for another object of the same owner, by its name."""
    name = re.compile(rf"(?<![\w.-]){re.escape(old)}(?![\w-]|\.\w)")

    def told(text: str) -> str:
        return name.sub(lambda _: new, text)

    return retold(solution, told)
