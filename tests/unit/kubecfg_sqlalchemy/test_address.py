import pytest

from kubecfg_core.errors import SettingsError
from kubecfg_core.testing.clock import FakeClock
from kubecfg_core.testing.vault import PlainVault
from kubecfg_sqlalchemy import Database
from kubecfg_sqlalchemy.address import parse_url

PASSWORD = "pa55word"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_every_name_of_postgresql_means_asyncpg(scheme: str) -> None:
    url = parse_url(f"{scheme}://user:{PASSWORD}@db.example:5433/name")

    assert (url.drivername, url.host, url.port, url.database) == ("postgresql+asyncpg", "db.example", 5433, "name")
    assert url.password == PASSWORD


@pytest.mark.parametrize("scheme", ["sqlite", "sqlite+aiosqlite"])
@pytest.mark.parametrize("path", ["relative.db", "/absolute/kubecfg.db"])
def test_every_name_of_sqlite_means_aiosqlite(scheme: str, path: str) -> None:
    url = parse_url(f" {scheme}:///{path}\n")

    assert (url.drivername, url.database) == ("sqlite+aiosqlite", path)


def test_libpqs_sslmode_is_asyncpgs_ssl() -> None:
    url = parse_url("postgresql://db.example/name?sslmode=verify-full")

    assert dict(url.query) == {"ssl": "verify-full"}


def test_a_socket_folder_may_be_given_as_host() -> None:
    assert dict(parse_url("postgresql:///name?host=/run/postgresql").query) == {"host": "/run/postgresql"}


@pytest.mark.parametrize(
    "url",
    [
        "", PASSWORD, f"//user:{PASSWORD}@host/name", f"mysql://user:{PASSWORD}@host/name",
        f"postgresql+psycopg://user:{PASSWORD}@host/name", f"{PASSWORD}://host/name",
        f"postgresql://user:{PASSWORD}@host", f"postgresql://user:{PASSWORD}@host/",
        f"postgresql://user:{PASSWORD}@host:port/name", f"postgresql://user:{PASSWORD}@host:99x/name",
        f"postgresql://user@host/name?password={PASSWORD}", f"postgresql://user:{PASSWORD}@host/name?passfile=/etc/shadow",
        f"postgresql://user:{PASSWORD}@host/name?sslmode=off", f"postgresql://host/name?sslmode={PASSWORD}",
        "sqlite://", "sqlite:///", "sqlite:///:memory:", f"sqlite://user:{PASSWORD}@host/name",
        f"sqlite://{PASSWORD}", f"sqlite:///file.db?mode={PASSWORD}", f"sqlite+pysqlite:///{PASSWORD}",
    ],
)  # fmt: skip
def test_a_wrong_url_is_refused_by_the_variables_name_alone(url: str) -> None:
    with pytest.raises(SettingsError, match=r"^DATABASE_URL: ") as caught:
        parse_url(url)

    assert PASSWORD not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_path_that_cannot_be_made_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"^DATABASE_URL: "):
        Database("sqlite:////dev/null/kubecfg.db", vault=PlainVault(), clock=FakeClock())
