"""The `kubecfg` command, run as a person runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kubecfg_demo import FAULTS, DemoFault

RECORDINGS = Path(__file__).parent.parent / "data" / "recordings" / "http"
HEAVY = {"aiohttp", "kubernetes_asyncio", "openai", "sqlalchemy", "kombu", "alembic"}
SCENARIOS = {
    "crashloop", "oom", "imagepull", "missing-secret-env", "readiness", "unsched-cpu", "quota", "svc-selector",
    "tls-expired", "pvc-missing-class", "ing-class", "ing-backend",
}  # fmt: skip


def kubecfg(*arguments: str, home: Path, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kubecfg_cli", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
        cwd=home,
        env={"PATH": os.environ["PATH"], "HOME": str(home), "KUBECFG_DATA_DIR": str(home / "data"), **environment},
    )


def is_shown(fault: DemoFault, text: str) -> bool:
    return any(name in text for name in (fault.name, *(other.partition("/")[2] for other in fault.also)))


def test_help_imports_none_of_the_heavy_clients(tmp_path: Path) -> None:
    program = "import sys; sys.argv = ['kubecfg', '--help']; from kubecfg_cli import main; main(); print(*sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=50, check=True, cwd=tmp_path
    )

    assert not HEAVY & set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("command", ["analyze", "fix", "serve", "demo", "user", "keys", "audit", "plugins"])
def test_help_names_every_command(command: str, tmp_path: Path) -> None:
    assert command in kubecfg("--help", home=tmp_path).stdout


def test_an_unknown_option_is_status_2(tmp_path: Path) -> None:
    assert kubecfg("analyze", "--nonsense", home=tmp_path).returncode == 2


def test_analysis_of_a_broken_dump_is_status_1(tmp_path: Path) -> None:
    assert kubecfg("analyze", "--from", str(RECORDINGS), home=tmp_path).returncode == 1


def test_analysis_of_a_healthy_namespace_is_status_0(tmp_path: Path) -> None:
    done = kubecfg("analyze", "--from", str(RECORDINGS), "-n", "healthy-web", home=tmp_path)

    assert (done.returncode, "No problems found" in done.stdout) == (0, True)


def test_analysis_of_the_recordings_names_every_broken_namespace_and_no_healthy_one(tmp_path: Path) -> None:
    done = kubecfg("analyze", "--from", str(RECORDINGS), "-o", "json", home=tmp_path)

    problems = [entry["problem"] for entry in json.loads(done.stdout)["problems_with_solutions"]]
    assert {problem["namespace"] for problem in problems if problem["kind"] != "Node"} == SCENARIOS


def test_hygiene_is_shown_apart_and_changes_no_exit_status(tmp_path: Path) -> None:
    done = kubecfg("analyze", "--from", str(RECORDINGS), "-n", "healthy-web", "--hygiene", home=tmp_path)

    assert (done.returncode, "No problems found" in done.stdout) == (0, True)
    assert "hygiene.may_run_as_root" in done.stdout.partition("Could be better")[2]


@pytest.mark.parametrize(("level", "shown"), [("off", True), ("names", False), ("strict", False)])
def test_what_a_model_would_be_sent_is_shown(level: str, tmp_path: Path, *, shown: bool) -> None:
    analyze = ("analyze", "--from", str(RECORDINGS), "-n", "oom", "--show-prompt")
    done = kubecfg(*analyze, home=tmp_path, KUBECFG_LLM_PRIVACY=level)

    prompts = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert (done.returncode, {"problem", "playbook"} <= prompts[0].keys()) == (0, True)
    assert ("cache-76d865d9bc-2m5vm" in done.stdout) == shown


def test_nothing_would_be_sent_of_a_cluster_that_keeps_to_itself(tmp_path: Path) -> None:
    done = kubecfg("analyze", "--from", str(RECORDINGS), "--show-prompt", home=tmp_path, KUBECFG_LLM_PRIVACY="none")

    assert (done.returncode, done.stdout, "Nothing would be sent" in done.stderr) == (0, "", True)


def test_json_has_the_documented_fields(tmp_path: Path) -> None:
    done = kubecfg("analyze", "--from", str(RECORDINGS), "-o", "json", home=tmp_path)

    entry = json.loads(done.stdout)["problems_with_solutions"][0]
    assert {"kind", "name", "namespace", "errors", "details", "parentObject"} <= set(entry["problem"])
    assert {"solution_summary", "detailed_solution", "remediation_steps"} <= set(entry["solution"])


def test_each_cause_in_the_recordings_is_one_problem(tmp_path: Path) -> None:
    done = kubecfg("analyze", "--from", str(RECORDINGS), "-o", "json", home=tmp_path)

    namespaces = [entry["problem"]["namespace"] for entry in json.loads(done.stdout)["problems_with_solutions"]]
    assert sorted(namespaces) == sorted(["", *SCENARIOS])


def test_without_folding_there_is_a_problem_for_each_object(tmp_path: Path) -> None:
    done = kubecfg("analyze", "--from", str(RECORDINGS), "-o", "json", "--no-fold", home=tmp_path)

    problems = [entry["problem"] for entry in json.loads(done.stdout)["problems_with_solutions"]]
    objects = {(problem["kind"], problem["namespace"], problem["name"]) for problem in problems}
    assert len(objects) == len(problems) > len(SCENARIOS) + 1


def test_text_says_what_a_cause_hits(tmp_path: Path) -> None:
    done = kubecfg("analyze", "--from", str(RECORDINGS), "-n", "readiness", home=tmp_path, COLUMNS="200")

    assert "Pod slow-74997db767-c9lfq of Deployment/slow  pod.not_ready\n" in done.stdout
    assert "Hits 2 pods, 1 workload, 1 service: slow-74997db767-j7vkg, Deployment slow, Service slow." in done.stdout


def test_an_analysis_that_finds_the_same_as_before_is_status_0(tmp_path: Path) -> None:
    before = tmp_path / "before.json"
    before.write_text(kubecfg("analyze", "--from", str(RECORDINGS), "-o", "json", home=tmp_path).stdout)

    done = kubecfg("analyze", "--from", str(RECORDINGS), "--diff", str(before), home=tmp_path)

    assert (done.returncode, "0 new, 0 fixed, 13 still there" in done.stdout) == (0, True)
    assert "  critical Pod crashloop/api-6dc84ffc9c-rw8p2 of Deployment/api  pod.crashloop\n" in done.stdout


def test_an_analysis_that_finds_more_than_before_is_status_1_and_shows_it(tmp_path: Path) -> None:
    before = tmp_path / "before.json"
    report = json.loads(kubecfg("analyze", "--from", str(RECORDINGS), "-o", "json", home=tmp_path).stdout)
    entries = report["problems_with_solutions"]
    report["problems_with_solutions"] = [entry for entry in entries if entry["problem"]["namespace"] != "oom"]
    before.write_text(json.dumps(report))

    done = kubecfg("analyze", "--from", str(RECORDINGS), "--diff", str(before), "-o", "json", home=tmp_path)

    found = json.loads(done.stdout)
    assert [entry["problem"]["namespace"] for entry in found["new"]] == ["oom"]
    assert (done.returncode, len(found["still_there"]), found["fixed"]) == (1, 12, [])


def test_the_trace_has_a_line_for_each_analyzer_and_stays_off_standard_output(tmp_path: Path) -> None:
    done = kubecfg("analyze", "--from", str(RECORDINGS), "-t", "pods,pvc", "--plugin-trace", home=tmp_path)

    assert {line.split()[0] for line in done.stderr.splitlines()} == {"ANALYZER", "pods", "pvc"}
    assert "ANALYZER" not in done.stdout


def test_text_never_wraps_a_command(tmp_path: Path) -> None:
    text = kubecfg("analyze", "--from", str(RECORDINGS), home=tmp_path, COLUMNS="60").stdout
    found = kubecfg("analyze", "--from", str(RECORDINGS), "-o", "json", home=tmp_path).stdout

    steps = [s for e in json.loads(found)["problems_with_solutions"] for s in e["solution"]["remediation_steps"]]
    first = next(step["command"] for step in steps if len(step["command"]) > 60)
    assert f"$ {first}\n" in text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("analyze", "--from", "nowhere"), "nowhere"),
        (("analyze", "--from", str(RECORDINGS), "--diff", "nowhere"), "nowhere"),
        (("analyze", "--types", "widgets", "--from", str(RECORDINGS)), "widgets"),
        (("analyze", "-n", "absent", "--from", str(RECORDINGS)), "absent"),
        (("analyze", "--from", str(RECORDINGS), "--context", "x"), "--from"),
        (("analyze",), "kubeconfig"),
        (("user", "disable", "eve"), "eve"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_status_2(arguments: tuple[str, ...], says: str, tmp_path: Path) -> None:
    done = kubecfg(*arguments, home=tmp_path)

    lines = [line for line in done.stderr.splitlines() if line.startswith("kubecfg: ")]
    assert (done.returncode, len(lines), says in lines[-1]) == (2, 1, True)


def test_a_wrong_setting_stops_the_start_with_one_line_that_names_it(tmp_path: Path) -> None:
    done = kubecfg("serve", home=tmp_path, KUBECFG_PORT="eighty")

    assert (done.returncode, done.stderr.startswith("kubecfg: KUBECFG_PORT: "), done.stderr.count("\n")) == (2, True, 1)


def test_a_weak_signing_key_stops_the_start(tmp_path: Path) -> None:
    done = kubecfg("serve", home=tmp_path, JWT_SECRET_KEY="your-secret-key-here")

    assert (done.returncode, "JWT_SECRET_KEY" in done.stderr) == (2, True)


def test_a_user_is_added_listed_and_disabled(tmp_path: Path) -> None:
    kubecfg("user", "add", "ann", "--role", "viewer", "--password-stdin", home=tmp_path, stdin="correct horse\n")
    kubecfg("user", "disable", "ann", home=tmp_path)

    listed = kubecfg("user", "list", home=tmp_path).stdout
    assert [word in listed for word in ("ann", "viewer", "disabled")] == [True, True, True]


def test_a_password_is_asked_for_and_never_an_argument(tmp_path: Path) -> None:
    done = kubecfg("user", "add", "ann", home=tmp_path)

    assert (done.returncode, "--password-stdin" in done.stderr) == (2, True)


def test_the_built_in_plugins_are_listed(tmp_path: Path) -> None:
    done = kubecfg("plugins", "list", home=tmp_path)

    assert (done.returncode, "kubecfg_analyzers" in done.stdout) == (0, True)


def test_the_demo_shows_every_fault_of_the_shop(tmp_path: Path) -> None:
    done = kubecfg("demo", "--once", "--port", "0", home=tmp_path)

    missing = [fault for fault in FAULTS if not is_shown(fault, done.stdout)]
    assert (done.returncode, missing) == (0, [])


def test_the_demo_says_that_its_cluster_is_simulated(tmp_path: Path) -> None:
    assert "SIMULATED" in kubecfg("demo", "--once", "--port", "0", home=tmp_path).stdout
