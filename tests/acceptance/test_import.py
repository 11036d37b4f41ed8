"""`kubecfg import`, run as a person runs it."""

import json
from pathlib import Path
from typing import Any

import pytest

from .test_cli import kubecfg

PASSWORD = "correct horse battery"


def write(folder: Path, **users: dict[str, Any]) -> str:
    """A kubeconfig with a context for each user."""
    document = {
        "clusters": [{"name": "c", "cluster": {"server": "https://k8s.example.com:6443"}}],
        "users": [{"name": name, "user": user} for name, user in users.items()],
        "contexts": [{"name": name, "context": {"cluster": "c", "user": name}} for name in users],
    }
    file = folder / "kubeconfig"
    file.write_text(json.dumps(document))
    return str(file)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    kubecfg("user", "add", "ann", "--password-stdin", home=tmp_path, stdin=f"{PASSWORD}\n")
    return tmp_path


def test_a_dry_run_shows_what_would_be_taken_in_and_runs_nothing(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    program = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "touch", "args": [str(canary)]}}

    done = kubecfg("import", write(tmp_path, good={"token": "hunter2"}, bad=program), "--dry-run", home=tmp_path)

    assert (done.returncode, "would be taken in" in done.stdout, "program" in done.stdout) == (2, True, True)
    assert not canary.exists()
    assert "hunter2" not in done.stdout
    assert not (tmp_path / "data").exists()


def test_clusters_are_taken_in_for_a_user_and_recorded(home: Path) -> None:
    file = write(home, one={"token": "hunter2"}, two={"token": "hunter3"})

    done = kubecfg("import", file, "--as", "ann", "--no-verify", "--context", "two", home=home)
    records = kubecfg("audit", "-o", "json", home=home)

    assert (done.returncode, "two" in done.stdout, "one" in done.stdout) == (0, True, False)
    record = json.loads(records.stdout.splitlines()[0])
    assert (record["action"], record["actor"], record["cluster_name"]) == ("cluster.onboarded", "ann", "two")
    assert (record["auth_method"], "hunter" in records.stdout) == ("cli", False)


def test_whose_they_become_must_be_said(tmp_path: Path) -> None:
    done = kubecfg("import", write(tmp_path, one={"token": "t"}), home=tmp_path)

    assert (done.returncode, "--as USER" in done.stderr) == (2, True)


def test_the_kubeconfig_may_come_through_a_pipe(home: Path) -> None:
    text = Path(write(home, one={"token": "t"})).read_text()

    done = kubecfg("import", "-", "--as", "ann", "--no-verify", home=home, stdin=text)

    assert (done.returncode, "taken in" in done.stdout) == (0, True)


def test_what_is_no_kubeconfig_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("a: &a [x]\nb: *a\n")

    done = kubecfg("import", str(tmp_path / "x"), "--dry-run", home=tmp_path)

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "aliases" in done.stderr


def test_a_dry_run_refuses_what_the_egress_policy_does(tmp_path: Path) -> None:
    text = Path(write(tmp_path, one={"token": "t"})).read_text().replace("k8s.example.com:6443", "169.254.169.254")

    done = kubecfg("import", "-", "--dry-run", home=tmp_path, stdin=text)

    assert (done.returncode, "would be" in done.stdout, "egress" in done.stdout) == (2, False, True)
