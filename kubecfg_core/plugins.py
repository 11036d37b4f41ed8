"""The typed façade over pluggy: loads plugins one by one, and keeps one bad plugin from stopping the rest."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Final, TypeVar, cast

import msgspec
import pluggy

from kubecfg_core import hookspecs
from kubecfg_core.errors import InvalidInput
from kubecfg_core.ports.analyzer import Analyzer
from kubecfg_core.solutions import Playbook

BUILTIN: Final = ("kubecfg_analyzers", "kubecfg_playbooks")
DOCUMENTED: Final = ("pods", "deployments", "services", "secrets", "storageclasses", "ingress", "pvc")
ALL: Final = "all"

T = TypeVar("T")


class PluginInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A plugin that was found. `state` is `loaded`, `blocked` or `failed`; `problems` say what is wrong with it.

    `playbooks` counts those of its playbooks that were taken, `replaced` are the codes of the built-in ones among them
    that they stand in the place of.
    """

    name: str
    distribution: str
    state: str
    analyzers: tuple[str, ...] = ()
    playbooks: int = 0
    replaced: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A plugin that may be loaded: `load` imports it."""

    name: str
    distribution: str
    load: Callable[[], object]


def installed() -> list[Candidate]:
    """The built-in plugins, then every entry point of the group `kubecfg`, by name. Imports none of them."""
    builtin = [Candidate(name, "kubecfg", lambda name=name: import_module(name)) for name in BUILTIN]  # type: ignore[misc]  # mypy cannot type a default that binds the loop's name
    found = sorted(entry_points(group=hookspecs.NAME), key=lambda point: point.name)
    return builtin + [Candidate(point.name, point.dist.name if point.dist else "", point.load) for point in found]


class Plugins:
    """The plugins of one process: their analyzers and playbooks."""

    def __init__(self) -> None:
        self._manager = pluggy.PluginManager(hookspecs.NAME)
        self._manager.add_hookspecs(hookspecs)
        self._analyzers: dict[str, Analyzer] = {}
        self._playbooks: dict[str, tuple[str, Playbook]] = {}
        self._infos: list[PluginInfo] = []

    @classmethod
    def load(cls, candidates: Iterable[Candidate] | None = None, *, blocked: Collection[str] = ()) -> "Plugins":
        """Load what is installed (or the candidates given), but for the names that are blocked."""
        plugins = cls()
        for candidate in installed() if candidates is None else candidates:
            plugins._load(candidate, blocked)
        return plugins

    @property
    def analyzers(self) -> list[Analyzer]:
        """Every registered analyzer, in the order of registration: built-in ones first."""
        return list(self._analyzers.values())

    @property
    def infos(self) -> list[PluginInfo]:
        """Every plugin that was found, also those that are blocked or failed."""
        return list(self._infos)

    def playbook(self, code: str) -> Playbook | None:
        """The playbook for a check code."""
        entry = self._playbooks.get(code)
        return entry[1] if entry else None

    @property
    def playbooks(self) -> list[Playbook]:
        """Every playbook that is in force, by its code."""
        return [playbook for _, (_, playbook) in sorted(self._playbooks.items())]

    def select(self, names: Iterable[str] | None) -> list[Analyzer]:
        """The analyzers of these names, each once, in the order asked for; those of hygiene are none of them.

        `None` means the documented seven, `all` every one. Raises `InvalidInput` that lists the known names.
        """
        known = {analyzer.name: analyzer for analyzer in self.analyzers if analyzer.stream == "health"}
        wanted = list(dict.fromkeys(names if names is not None else DOCUMENTED))
        if ALL in wanted:
            return list(known.values())
        unknown = [name for name in wanted if name not in known]
        if unknown:
            names = ", ".join(sorted(known))
            raise InvalidInput(f"Unknown resource type: {', '.join(unknown)}. Known are {names}, and {ALL}.")
        return [known[name] for name in wanted]

    @property
    def hygiene(self) -> list[Analyzer]:
        """Every analyzer of what is well and could be better."""
        return [analyzer for analyzer in self.analyzers if analyzer.stream == "hygiene"]

    def register(self, plugin: object, *, name: str, distribution: str = "") -> PluginInfo:
        """Take in one plugin: what it gives that is sound is kept, the rest is reported in its `problems`."""
        try:
            self._manager.register(plugin, name=name)
            self._manager.check_pending()  # a misspelt hook is an error, not a silence
        except (pluggy.PluginValidationError, ValueError) as error:
            if self._manager.has_plugin(name) and self._manager.get_plugin(name) is plugin:
                self._manager.unregister(name=name)
            return self._note(name, distribution, "failed", problems=[str(error)])
        problems: list[str] = []
        given = self._call(plugin, "register_playbooks", Playbook, problems)
        builtin = {code for code, (owner, _) in self._playbooks.items() if owner in BUILTIN}
        taken = [playbook.code for playbook in given if self._add_playbook(name, playbook, problems)]
        analyzers = self._call(plugin, "register_analyzers", Analyzer, problems)
        kept = [analyzer.name for analyzer in analyzers if self._add_analyzer(analyzer, problems)]
        info = PluginInfo(
            name=name,
            distribution=distribution,
            state="loaded",
            analyzers=tuple(kept),
            playbooks=len(taken),
            replaced=tuple(sorted(builtin.intersection(taken))),
            problems=tuple(problems),
        )
        self._infos.append(info)
        return info

    def _load(self, candidate: Candidate, blocked: Collection[str]) -> None:
        if candidate.name in blocked:
            self._note(candidate.name, candidate.distribution, "blocked")
            return
        try:
            plugin = candidate.load()
        except Exception as error:  # noqa: BLE001 - an import runs anybody's code; it is reported, and the rest goes on
            reason = f"cannot be imported: {type(error).__name__}: {error}"
            self._note(candidate.name, candidate.distribution, "failed", problems=[reason])
            return
        self.register(plugin, name=candidate.name, distribution=candidate.distribution)

    def _call(self, plugin: object, hook: str, kind: type[T], problems: list[str]) -> list[T]:
        """What one plugin gives to one hook: pluggy would let one plugin's error end the call for all."""
        caller: pluggy.HookCaller = getattr(self._manager.hook, hook)  # Any to a type checker: hence this façade
        gifts: list[Any] = []
        for implementation in caller.get_hookimpls():
            if implementation.plugin is plugin:
                try:
                    gifts += list(cast("Iterable[Any]", implementation.function()))
                except Exception as error:  # noqa: BLE001 - anybody's code; reported, and the rest goes on
                    problems.append(f"{hook} raised {type(error).__name__}: {error}")
        problems += [
            f"{hook} gave a {type(gift).__name__}, no {kind.__name__}" for gift in gifts if not isinstance(gift, kind)
        ]
        return [gift for gift in gifts if isinstance(gift, kind)]

    def _add_analyzer(self, analyzer: Analyzer, problems: list[str]) -> bool:
        if analyzer.name in self._analyzers or analyzer.name == ALL:
            problems.append(f"the analyzer name {analyzer.name!r} is already taken")
            return False
        self._analyzers[analyzer.name] = analyzer
        return True

    def _add_playbook(self, plugin: str, playbook: Playbook, problems: list[str]) -> bool:
        owner = self._playbooks.get(playbook.code, ("", None))[0]
        if owner and owner not in BUILTIN:
            problems.append(f"the playbook for {playbook.code!r} is already given by {owner}")
            return False
        self._playbooks[playbook.code] = (plugin, playbook)
        return True

    def _note(self, name: str, distribution: str, state: str, problems: Iterable[str] = ()) -> PluginInfo:
        info = PluginInfo(name=name, distribution=distribution, state=state, problems=tuple(problems))
        self._infos.append(info)
        return info
