"""Everything that kubecfg raises on purpose.

    KubecfgError
    ├── InvalidInput            what the caller sent cannot be used
    │   └── AddressRefused      the egress policy does not let the service connect there
    ├── Unauthenticated         no token, or one that does not hold
    ├── PermissionDenied        known, but not allowed
    │   └── CommandRefused      the kubectl policy said no, by a named rule
    ├── NotFound                absent, or another user's: the same error
    ├── AlreadyExists           the name is taken
    ├── ConfirmationNeeded      it would lose something, and the caller has not said that it is meant
    ├── Conflict                it would undo what has to stay: the last admin, say
    ├── TooLarge                more bytes than allowed
    ├── TooMany                 over a limit; try again later
    ├── NotConfigured           a part that this call needs is not set up
    ├── StorageUnavailable      the service's own database cannot do its work now
    ├── UpstreamError           a cluster, Prometheus or the LLM did not do its part
    │   ├── UpstreamUnreachable no connection, or not a TLS peer to trust
    │   ├── UpstreamRefused     it answered, with a refusal
    │   └── UpstreamTimeout     it did not answer in time
    ├── SettingsError           a setting is wrong; names the variable
    └── PluginError             a plugin cannot be used

Each class has a stable `code`; its docstring is the message when none is given. Adapters translate what their
clients raise into these (`raise ... from error`) and never put a credential, header or response body in a message.
"""

from typing import ClassVar


class KubecfgError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip())

    @property
    def message(self) -> str:
        """The sentence for the caller."""
        return str(self.args[0])


class InvalidInput(KubecfgError):
    """The request is not valid."""

    code = "invalid_input"


class AddressRefused(InvalidInput):
    """The service may not connect to that address."""

    code = "address_refused"


class Unauthenticated(KubecfgError):
    """Authentication is required."""

    code = "unauthenticated"


class PermissionDenied(KubecfgError):
    """You are not permitted to do this."""

    code = "permission_denied"


class CommandRefused(PermissionDenied):
    """The command is not allowed."""

    code = "command_refused"

    def __init__(self, message: str | None = None, *, rule: str) -> None:
        super().__init__(message)
        self.rule = rule


class NotFound(KubecfgError):
    """There is no such thing."""

    code = "not_found"


class AlreadyExists(KubecfgError):
    """The name is already taken."""

    code = "already_exists"


class Conflict(KubecfgError):
    """It cannot be done as things stand."""

    code = "conflict"


class ConfirmationNeeded(KubecfgError):
    """It has to be confirmed."""

    code = "confirmation_needed"


class TooLarge(KubecfgError):
    """There is more of it than is allowed."""

    code = "too_large"


class TooMany(KubecfgError):
    """Too many requests at once; try again later."""

    code = "too_many"

    def __init__(self, message: str | None = None, *, retry_after: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NotConfigured(KubecfgError):
    """A part that is needed for this is not configured."""

    code = "not_configured"


class StorageUnavailable(KubecfgError):
    """The database of the service cannot be used; try again later."""

    code = "storage_unavailable"


class UpstreamError(KubecfgError):
    """A service that kubecfg depends on did not do its part."""

    code = "upstream_error"


class UpstreamUnreachable(UpstreamError):
    """It cannot be reached."""

    code = "upstream_unreachable"


class UpstreamRefused(UpstreamError):
    """It refused the request."""

    code = "upstream_refused"

    def __init__(self, message: str | None = None, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class UpstreamTimeout(UpstreamError):
    """It did not answer in time."""

    code = "upstream_timeout"


class SettingsError(KubecfgError):
    """A setting is wrong."""

    code = "settings"


class PluginError(KubecfgError):
    """A plugin cannot be used."""

    code = "plugin"
