"""`kubecfg analyze`: what is wrong in a cluster or a dump, and what to do."""

import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from kubecfg_cli.app import BROKEN
from kubecfg_core.plugins import ALL
from kubecfg_core.problems import Severity

if TYPE_CHECKING:
    from kubecfg_core.differing import Earlier
    from kubecfg_core.report import Report


async def analyze(
    *,
    context: str | None = None,
    kubeconfig: Path | None = None,
    dump: Annotated[Path | None, Parameter(name="--from")] = None,
    namespace: Annotated[str | None, Parameter(name=("--namespace", "-n"))] = None,
    types: Annotated[str, Parameter(name=("--types", "-t"))] = ALL,
    output: Annotated[Literal["text", "json"], Parameter(name=("--output", "-o"))] = "text",
    fold: bool = True,
    diff: Path | None = None,
    plugin_trace: Annotated[bool, Parameter(negative=())] = False,
    hygiene: Annotated[bool, Parameter(negative=())] = False,
    show_prompt: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Find what is wrong in a cluster or a dump of one.

    By default the cluster of the current kubeconfig context. Exit status: 0 when nothing is broken (warnings do not
    count), 1 when something is, 2 when it could not be looked at. With --diff only what is new counts, and what was a
    warning before.

    Parameters
    ----------
    context
        The kubeconfig context to use, if not the current one.
    kubeconfig
        The kubeconfig file, if not $KUBECONFIG or ~/.kube/config.
    dump
        Analyse files instead: a folder or archive of `kubectl get -o json|yaml`, of `kubectl cluster-info dump`, or a
        troubleshoot support bundle.
    namespace
        Only this namespace.
    types
        Comma-separated names of analyzers (`kubecfg plugins list` shows them), or all.
    output
        text for people, json for programs: the shape that the REST service documents.
    fold
        Show one problem a cause, with all that suffers from it; otherwise one an object.
    diff
        A file that `kubecfg analyze -o json` wrote earlier, folded likewise: show what is new, fixed and still there.
    plugin_trace
        Show on standard error what each analyzer read, cost and found.
    hygiene
        Show also what is well and could be better. It counts as no problem.
    show_prompt
        Show what a language model would be sent about each cause at the level of KUBECFG_LLM_PRIVACY. Nothing is sent.

    """
    before = _earlier(diff) if diff is not None else None
    source = _Source(context=context, kubeconfig=kubeconfig, dump=dump)
    wanted = _Wanted(fold=fold, trace=plugin_trace, hygiene=hygiene, prompts=show_prompt)
    report = await _report(source, wanted, namespace=namespace, types=types)
    if show_prompt:
        return _print_prompts(report)
    if plugin_trace and report.trace:
        from kubecfg_cli.console import err
        from kubecfg_cli.rendering import print_trace

        print_trace(err(), report.trace)
    if before is not None:
        return _show_difference(report, before, output)
    if output == "json":
        _print_json(report)
    else:
        from kubecfg_cli.console import out
        from kubecfg_cli.rendering import print_report

        print_report(out(), report)
    broken = any(entry.problem.severity is not Severity.WARNING for entry in report.problems_with_solutions)
    return BROKEN if broken else 0


def _show_difference(report: "Report", before: "Earlier", output: str) -> int:
    from kubecfg_core.differing import difference

    changes = difference(before, report)
    if output == "json":
        _print_json(changes)
    else:
        from kubecfg_cli.console import out
        from kubecfg_cli.rendering import print_difference

        print_difference(out(), report, changes)
    return BROKEN if changes.broken else 0


def _earlier(path: Path) -> "Earlier":
    from kubecfg_core.differing import earlier
    from kubecfg_core.errors import InvalidInput

    try:
        return earlier(path.read_bytes())
    except OSError as error:
        raise InvalidInput(f"--diff: {path} cannot be read: {error.strerror}.") from error


def _print_prompts(report: "Report") -> int:
    """Each prompt to the byte, and nothing else on standard output."""
    if not report.prompts:
        from kubecfg_cli.console import err

        err().print("Nothing would be sent.")
    for prompt in report.prompts or []:
        sys.stdout.buffer.write(prompt.encode() + b"\n")
    sys.stdout.buffer.flush()
    return 0


def _print_json(answer: object) -> None:
    import msgspec

    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(answer), indent=2) + b"\n")
    sys.stdout.buffer.flush()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """Where the objects come from."""

    context: str | None
    kubeconfig: Path | None
    dump: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What the report is to hold."""

    fold: bool
    trace: bool
    hygiene: bool
    prompts: bool


async def _report(source: _Source, wanted: _Wanted, *, namespace: str | None, types: str) -> "Report":
    from kubecfg_cli.console import err
    from kubecfg_core.errors import InvalidInput
    from kubecfg_runtime import Kubecfg
    from kubecfg_runtime.settings import Settings
    from kubecfg_runtime.settling import settle

    context, kubeconfig, dump = source.context, source.kubeconfig, source.dump
    if dump is not None and (context is not None or kubeconfig is not None):
        raise InvalidInput("--from analyses files, so --context and --kubeconfig have no meaning beside it.")
    names = [name.strip() for name in types.split(",") if name.strip()]
    settings = Settings.from_environment()
    if dump is None:
        settings = settings.for_own_machine()
    with err().status(f"Reading {dump or context or 'the current cluster'} ..."):
        async with Kubecfg(settings) as kubecfg:
            settle(*(["kubecfg_kubernetes.gateway"] if dump is None else []))
            if dump is not None:
                return await kubecfg.analyze_dump(dump, types=names, namespace=namespace, **asdict(wanted))
            path = str(kubeconfig) if kubeconfig else None
            return await kubecfg.analyze_kubeconfig(
                context, path=path, types=names, namespace=namespace, **asdict(wanted)
            )
