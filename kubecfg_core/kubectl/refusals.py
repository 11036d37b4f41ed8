"""Why a word is refused, in a sentence that also says what to do instead."""

from typing import Final

from kubecfg_core.errors import CommandRefused

_SHOWN: Final = 40

_ENDLESS: Final = "It never ends here; ask again when you want to know more."
_FILES: Final = "The service reads and writes no files for a command; name the type and the object instead."
_IDENTITY: Final = "The cluster and its credential are those that were onboarded."
_LIMITS: Final = "The service sets this itself."

_FLAG_HINTS: Final = {
    **dict.fromkeys(("watch", "watch-only", "output-watch-events", "follow", "w"), _ENDLESS),
    **dict.fromkeys(
        (
            *("filename", "f", "kustomize", "k", "recursive", "R", "output-directory", "cache-dir", "profile-output"),
            *("from-file", "from-env-file", "patch-file", "cert", "key", "local"),
        ),
        _FILES,
    ),
    **dict.fromkeys(
        (
            *("server", "s", "kubeconfig", "context", "cluster", "user", "token", "username", "password", "kuberc"),
            *("client-certificate", "client-key", "certificate-authority", "insecure-skip-tls-verify"),
            *("tls-server-name", "proxy-url", "as", "as-group", "as-uid", "as-user-extra"),
        ),
        _IDENTITY,
    ),
    **dict.fromkeys(("v", "vmodule", "profile", "pod-running-timeout", "max-log-requests"), _LIMITS),
    "record": "kubectl itself advises against it; annotate kubernetes.io/change-cause instead.",
    "raw": "Ask for the resource by its type and name.",
    "template": "Put the template into the output: -o go-template='...' or -o jsonpath='...'.",
    "all-pods": "Choose the pods by a label: -l KEY=VALUE.",
}

_WORD_HINTS: Final = {
    **dict.fromkeys(
        ("exec", "attach", "debug", "edit", "apply edit-last-applied"),
        "The service opens no sessions and runs no programs.",
    ),
    **dict.fromkeys(("port-forward", "proxy", "cp"), "The service opens no tunnels and copies no files."),
    **dict.fromkeys(
        ("replace", "diff", "kustomize", "auth reconcile", "apply set-last-applied", "create secret tls"), _FILES
    ),
    **dict.fromkeys(("config", "plugin", "alpha", "completion", "options", "kuberc"), "It is about this machine only."),
}


def refused(rule: str, message: str) -> CommandRefused:
    """A refusal by the rule `kubectl.<rule>`."""
    return CommandRefused(f"{message} (rule kubectl.{rule})", rule=f"kubectl.{rule}")


def flag(spelt: str, name: str, verb: str) -> CommandRefused:
    """A flag that is not in the verb's table. Only its name is shown: its value may be a credential."""
    hint = _FLAG_HINTS.get(name, f"See the flags of 'kubectl {verb}' in the documentation of the service.")
    return refused("flag", f"The flag {shorten(spelt)} is not allowed with 'kubectl {verb}'. {hint}")


def verb(word: str, known: str) -> CommandRefused:
    """A verb that is in no table."""
    hint = _WORD_HINTS.get(word, f"There may be: {known}.")
    return refused("verb", f"'kubectl {shorten(word)}' is not allowed. {hint}")


def shorten(word: str) -> str:
    """The word, or its beginning where it is long."""
    return word if len(word) <= _SHOWN else f"{word[:_SHOWN]}..."
