from pathlib import Path

import pytest

from kubecfg_core.errors import SettingsError
from kubecfg_core.secret import Secret
from kubecfg_runtime.settings import Settings, forget_secrets, parse, read_env_file


def test_without_any_variable_the_embedded_defaults_hold() -> None:
    assert parse({}) == Settings()


def test_the_documented_variables_are_read() -> None:
    settings = parse({"DATABASE_URL": "postgresql://u:p@h/d", "JWT_ACCESS_TOKEN_EXPIRE_MINUTES": "30"})

    assert (settings.database_url, settings.jwt_access_token_expire_minutes) == (Secret("postgresql://u:p@h/d"), 30)


def test_an_empty_variable_counts_as_unset() -> None:
    assert parse({"PROMETHEUS_URL": ""}).prometheus_url is None


def test_other_peoples_variables_are_not_looked_at() -> None:
    assert parse({"HOME": "/root", "LLM_SOMETHING": "x"}) == Settings()


def test_a_list_is_separated_by_commas() -> None:
    assert parse({"KUBECFG_PLUGINS_BLOCKED": "a, b,"}).kubecfg_plugins_blocked == ("a", "b")


@pytest.mark.parametrize("name", ["KUBECFG_ENCRYPTION_KEYS", "JWT_SECRET_KEY", "DATABASE_URL"])
def test_a_secret_may_lie_in_a_file(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2\n")

    settings = parse({f"{name}_FILE": str(tmp_path / "secret")})

    assert getattr(settings, name.lower()) == Secret("hunter2")


@pytest.mark.parametrize("content", [None, "", " \n", b"\xff"], ids=["absent", "empty", "blank", "binary"])
def test_a_file_that_holds_no_secret_is_refused(content: str | bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "secret").write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(SettingsError, match=r"^JWT_SECRET_KEY_FILE: "):
        parse({"JWT_SECRET_KEY_FILE": str(tmp_path / "secret")})


def test_a_secret_and_its_file_are_not_both_taken(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2")

    with pytest.raises(SettingsError, match=r"^LLM_API_KEY_FILE: LLM_API_KEY is set too"):
        parse({"LLM_API_KEY_FILE": str(tmp_path / "secret"), "LLM_API_KEY": "other"})


def test_secrets_are_dropped_from_the_environment_and_nothing_else() -> None:
    environ = {"PATH": "/bin", "KUBECFG_PORT": "1", "DATABASE_URL": "postgresql://u:p@h/d", "LLM_API_KEY": "hunter2"}

    forget_secrets(environ)

    assert environ == {"PATH": "/bin", "KUBECFG_PORT": "1"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KUBECFG_PORT", "eighty"),
        ("KUBECFG_PORT", "70000"),
        ("JWT_ACCESS_TOKEN_EXPIRE_MINUTES", "0"),
        ("LLM_ENABLED", "perhaps"),
        ("LLM_ENABLED", "true"),
        ("PROMETHEUS_URL", "prometheus:9090"),
        ("KUBECFG_EGRESS_ALLOW_CIDRS", "127.0.0.1/8"),
        ("KUBECFG_EGRESS_DENY_CIDRS", "everything"),
        ("KUBECFG_JWT_EXTERNAL_ROLE", "king"),
        ("KUBECFG_LOG_LEVEL", "loud"),
        ("KUBECFG_KUBECTL_TIMEOUT", "1000"),
        ("KUBECFG_PROT", "8000"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_variable(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name}: "):
        parse({name: value})


def test_settings_never_show_a_secret() -> None:
    assert "hunter2" not in repr(parse({"JWT_SECRET_KEY": "hunter2", "KUBECFG_ADMIN_PASSWORD": "hunter2"}))


def test_the_environment_wins_over_the_env_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("KUBECFG_PORT=1\nKUBECFG_HOST=::1\n")

    settings = Settings.from_environment({"KUBECFG_PORT": "2"}, env_file=tmp_path / ".env")

    assert (settings.kubecfg_port, settings.kubecfg_host) == (2, "::1")


def test_an_env_file_knows_comments_quotes_and_export(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("# a comment\n\nexport A='x # y'\nB=\"q\"\nC=plain # rest\nD=a=b\n")

    assert read_env_file(path) == {"A": "x # y", "B": "q", "C": "plain", "D": "a=b"}


def test_a_line_that_is_no_setting_is_refused_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("A=1\nnonsense\n")

    with pytest.raises(SettingsError, match="line 2"):
        read_env_file(path)


def test_a_missing_env_file_is_no_error(tmp_path: Path) -> None:
    assert read_env_file(tmp_path / ".env") == {}


def test_the_data_folder_follows_the_platform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    assert Settings().data_dir == tmp_path / "kubecfg"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, False),
        ({"LLM_API_URL": "http://llm"}, True),
        ({"LLM_API_URL": "http://llm", "LLM_ENABLED": "false"}, False),
    ],
)
def test_the_llm_is_used_where_it_is_set_and_not_switched_off(variables: dict[str, str], expected: object) -> None:
    assert parse(variables).uses_llm is expected


def test_what_kubernetes_tells_of_a_service_of_our_name_is_no_setting() -> None:
    links = {
        "KUBECFG_SERVICE_HOST": "10.96.0.7",
        "KUBECFG_SERVICE_PORT": "8000",
        "KUBECFG_SERVICE_PORT_HTTP": "8000",
        "KUBECFG_PORT": "tcp://10.96.0.7:8000",
        "KUBECFG_PORT_8000_TCP": "tcp://10.96.0.7:8000",
        "KUBECFG_PORT_8000_TCP_ADDR": "10.96.0.7",
    }

    assert parse(links) == Settings()
