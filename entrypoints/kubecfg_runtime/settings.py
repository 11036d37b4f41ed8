"""The settings: environment variables, and a `.env` file under them, read into one checked struct."""

import os
import re
from collections.abc import Mapping, MutableMapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from kubecfg_core.egress import EgressPolicy, Network
from kubecfg_core.errors import SettingsError
from kubecfg_core.masking import Level
from kubecfg_core.secret import Secret
from kubecfg_core.usecases.reading import CredentialRead
from kubecfg_core.users import Role

_LOOPBACK: Final = ("127.0.0.0/8", "::1/128")
_TRUE: Final = ("1", "true", "yes", "on")
_FALSE: Final = ("0", "false", "no", "off", "")
# What Kubernetes puts into every pod beside a Service that is named kubecfg: KUBECFG_PORT is tcp://10.0.0.1:8000 there.
_SERVICE_LINK: Final = re.compile(
    r"KUBECFG_(SERVICE_HOST|SERVICE_PORT\w*|PORT_[0-9]+_(TCP|UDP|SCTP)\w*)=.*|KUBECFG_PORT=[a-z]+://.*"
)

Port = Annotated[int, Meta(ge=0, le=65535)]
Seconds = Annotated[float, Meta(gt=0, le=3600)]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting, with its default. Each field's environment variable is its name in capitals.

    `database_url` unset means a SQLite file in `kubecfg_data_dir`; `prometheus_url` unset means metrics-server;
    `rabbitmq_url` unset means the in-process bus; `llm_enabled` unset means whether `llm_api_url` is set.
    """

    database_url: Secret | None = None
    jwt_secret_key: Secret | None = None
    jwt_algorithm: str = "HS256"
    jwt_access_token_expire_minutes: Annotated[int, Meta(ge=1, le=60 * 24 * 30)] = 60
    llm_enabled: bool | None = None
    llm_api_url: str | None = None
    llm_api_key: Secret | None = None
    llm_model: str = "gpt-4o-mini"
    llm_timeout: Seconds = 30.0
    llm_max_tokens_per_call: Annotated[int, Meta(ge=4096, le=1_000_000)] = 16384
    prometheus_url: str | None = None
    rabbitmq_url: Secret | None = None
    kubecfg_data_dir: Path | None = None
    kubecfg_host: str = "127.0.0.1"
    kubecfg_port: Port = 8000
    kubecfg_trusted_proxies: tuple[str, ...] = ()
    kubecfg_admin_username: str | None = None
    kubecfg_admin_password: Secret | None = None
    kubecfg_encryption_keys: Secret | None = None
    kubecfg_credential_read: CredentialRead = CredentialRead.OWNER
    kubecfg_jwt_issuer: str = "kubecfg"
    kubecfg_jwt_audience: str = "kubecfg"
    kubecfg_jwt_external_issuer: str | None = None
    kubecfg_jwt_external_role: Role = Role.OPERATOR
    kubecfg_oidc_issuer: str | None = None
    kubecfg_oidc_audience: str | None = None
    kubecfg_oidc_jwks_url: str | None = None
    kubecfg_oidc_username_claim: str = "preferred_username"
    kubecfg_oidc_role_claim: str = "roles"
    kubecfg_oidc_roles: tuple[str, ...] = ()
    kubecfg_egress_allow_cidrs: tuple[str, ...] = ()
    kubecfg_egress_deny_cidrs: tuple[str, ...] = ()
    kubecfg_operator_api_group: str = "core.k8sgpt.ai"
    kubecfg_plugins_blocked: tuple[str, ...] = ()
    kubecfg_kubectl: str | None = None
    kubecfg_kubectl_denied_resources: tuple[str, ...] = ()
    kubecfg_kubectl_run: bool = False
    kubecfg_kubectl_secret_names: bool = True
    kubecfg_kubectl_timeout: Annotated[float, Meta(gt=0, le=120)] = 30.0
    kubecfg_cluster_timeout: Seconds = 10.0
    kubecfg_nodes_timeout: Seconds = 5.0
    kubecfg_analysis_timeout: Seconds = 120.0
    kubecfg_prometheus_token: Secret | None = None
    kubecfg_metrics_pod_pattern: str | None = None
    kubecfg_metrics_user_label: str | None = None
    kubecfg_audit_days: Annotated[int, Meta(ge=1, le=36500)] = 400
    kubecfg_llm_privacy: Level = Level.NAMES
    kubecfg_llm_cache_hours: Annotated[float, Meta(ge=0, le=24 * 365)] = 24.0
    kubecfg_llm_daily_tokens: Annotated[int, Meta(ge=0)] = 1_000_000
    kubecfg_llm_price_in: Annotated[float, Meta(ge=0)] = 0.0
    kubecfg_llm_price_out: Annotated[float, Meta(ge=0)] = 0.0
    kubecfg_log_level: str = "INFO"
    kubecfg_max_body_bytes: Annotated[int, Meta(ge=1024, le=64 * 1024 * 1024)] = 1024 * 1024

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None, *, env_file: Path | None = None) -> "Settings":
        """Read the environment over the `.env` file (by default the one in the working folder, if there is one).

        Raises `SettingsError` whose message names the variable that is wrong.
        """
        return parse({**read_env_file(env_file or Path(".env")), **(os.environ if environ is None else environ)})

    @property
    def data_dir(self) -> Path:
        """Where SQLite and generated keys live: the setting, or the platform's folder for a user's data."""
        return self.kubecfg_data_dir.expanduser() if self.kubecfg_data_dir else default_data_dir()

    @property
    def egress(self) -> EgressPolicy:
        """Where the service may connect."""
        return EgressPolicy.parse(self.kubecfg_egress_allow_cidrs, self.kubecfg_egress_deny_cidrs)

    @property
    def trusted_proxies(self) -> tuple[Network, ...]:
        """Whose word is taken for where a request came from."""
        return tuple(ip_network(text) for text in self.kubecfg_trusted_proxies)

    def for_own_machine(self) -> "Settings":
        """The same, with loopback clusters let in: for a person at their own kubeconfig, where it guards nobody."""
        return msgspec.structs.replace(self, kubecfg_egress_allow_cidrs=(*self.kubecfg_egress_allow_cidrs, *_LOOPBACK))

    @property
    def uses_llm(self) -> bool:
        """Whether problems are sent to an LLM."""
        return self.llm_api_url is not None if self.llm_enabled is None else self.llm_enabled


def default_data_dir() -> Path:
    """The platform's folder for a user's data: `$XDG_DATA_HOME/kubecfg`, or `~/.local/share/kubecfg`."""
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "kubecfg"


def read_env_file(path: Path) -> dict[str, str]:
    """The `NAME=value` lines of a file; empty where there is none. Comments, `export` and quotes are understood."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: it cannot be read: {error}") from error
    found = {}
    for number, line in enumerate(lines, start=1):
        text = line.strip().removeprefix("export ").strip()
        if not text or text.startswith("#"):
            continue
        name, equals, value = text.partition("=")
        if not equals or not name.strip().isidentifier():
            raise SettingsError(f"{path}: line {number} is not NAME=value.")
        found[name.strip()] = _unquoted(value.strip())
    return found


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value.partition(" #")[0].rstrip()


def forget_secrets(environ: MutableMapping[str, str]) -> None:
    """Drop the secret ones once they were read: a process that is started by a library inherits the rest."""
    for name in _secret_names():
        environ.pop(name, None)


def parse(environ: Mapping[str, str]) -> Settings:
    """The settings in these variables; others are not looked at, but a misspelt `KUBECFG_` one is an error."""
    known = {field.name.upper(): field for field in msgspec.structs.fields(Settings)}
    values: dict[str, Any] = {}
    for name, text in _with_files(environ, _secret_names()).items():
        if _SERVICE_LINK.fullmatch(f"{name}={text}"):
            continue
        if name in known and text != "":
            values[name.lower()] = _convert(name, text, known[name].type)
        elif name.startswith("KUBECFG_") and name not in known and not name.startswith("KUBECFG_TEST_"):
            raise SettingsError(f"{name}: there is no such setting (docs/configuration.md lists them).")
    settings = Settings(**values)
    _check(settings)
    return settings


def _secret_names() -> set[str]:
    return {field.name.upper() for field in msgspec.structs.fields(Settings) if field.type == Secret | None}


def _with_files(environ: Mapping[str, str], secret: set[str]) -> dict[str, str]:
    """The variables, where each `NAME_FILE` of a secret one is `NAME` with what the file holds."""
    read = dict(environ)
    for name in secret:
        path = read.pop(f"{name}_FILE", "")
        if not path:
            continue
        if read.get(name):
            raise SettingsError(f"{name}_FILE: {name} is set too; only one of them may be.")
        try:
            read[name] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise SettingsError(f"{name}_FILE: {path} cannot be read: {reason}.") from error
        if not read[name]:
            raise SettingsError(f"{name}_FILE: {path} is empty.")
    return read


def _convert(name: str, text: str, kind: Any) -> Any:
    if kind == tuple[str, ...]:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if kind == Secret | None:
        return Secret(text)
    if kind == Path | None:
        return Path(text)
    if kind == bool | None:
        return _flag(name, text)
    try:
        return msgspec.convert(text, kind, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{name}: {error}.") from error


def _flag(name: str, text: str) -> bool:
    if text.lower() in _TRUE + _FALSE:
        return text.lower() in _TRUE
    raise SettingsError(f"{name}: it must be true or false, not {text!r}.")


def _check(settings: Settings) -> None:
    for name in ("kubecfg_egress_allow_cidrs", "kubecfg_egress_deny_cidrs", "kubecfg_trusted_proxies"):
        try:
            EgressPolicy.parse(getattr(settings, name))
        except ValueError as error:
            raise SettingsError(f"{name.upper()}: {error}.") from error
    for name, url in (("PROMETHEUS_URL", settings.prometheus_url), ("LLM_API_URL", settings.llm_api_url)):
        if url is not None and not url.startswith(("http://", "https://")):
            raise SettingsError(f"{name}: it must begin with http:// or https://.")
    if settings.llm_enabled and not settings.llm_api_url:
        raise SettingsError("LLM_ENABLED: LLM_API_URL must be set too.")
    _check_oidc(settings)
    if settings.kubecfg_log_level.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
        raise SettingsError("KUBECFG_LOG_LEVEL: it must be DEBUG, INFO, WARNING, ERROR or CRITICAL.")


def _check_oidc(settings: Settings) -> None:
    issuer, jwks = settings.kubecfg_oidc_issuer, settings.kubecfg_oidc_jwks_url
    if bool(issuer) != bool(settings.kubecfg_oidc_audience):
        raise SettingsError("KUBECFG_OIDC_ISSUER and KUBECFG_OIDC_AUDIENCE go together; only one is set.")
    for name, url in (("KUBECFG_OIDC_ISSUER", issuer), ("KUBECFG_OIDC_JWKS_URL", jwks)):
        if url is not None and not url.startswith("https://"):
            raise SettingsError(f"{name}: it must begin with https://.")
    if issuer is not None and issuer in (settings.kubecfg_jwt_issuer, settings.kubecfg_jwt_external_issuer):
        raise SettingsError("KUBECFG_OIDC_ISSUER: it must not be the issuer of tokens signed with JWT_SECRET_KEY.")
