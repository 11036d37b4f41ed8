"""All that a plugin author must read: the hooks that a plugin may implement.

A plugin is a module (or any object) with functions of these names, marked by `hookimpl`, in a distribution with an
entry point in the group `kubecfg`:

    [project.entry-points.kubecfg]
    widgets = "kubecfg_widgets"

    # kubecfg_widgets.py
    from kubecfg_core import Analyzer, Finding, KubeObject, Resource, Severity, hookimpl

    @hookimpl
    def register_analyzers():
        return [Analyzer(name="widgets", reads=(WIDGETS,), analyze=check_widgets)]

The name of the entry point is the name of the plugin: it is shown by `kubecfg plugins list`, and
`KUBECFG_PLUGINS_BLOCKED=widgets` leaves it out. `docs/writing-an-analyzer.md` builds one from an empty folder.
"""

from collections.abc import Iterable

import pluggy

from kubecfg_core.ports.analyzer import Analyzer
from kubecfg_core.solutions import Playbook

NAME = "kubecfg"

hookspec = pluggy.HookspecMarker(NAME)
hookimpl = pluggy.HookimplMarker(NAME)


@hookspec
def register_analyzers() -> Iterable[Analyzer]:  # type: ignore[empty-body]  # a specification has no body
    """Give the analyzers of this plugin.

    Called once, when plugins are loaded: make no request here. An analyzer whose name is already taken is refused,
    with the plugin's other analyzers kept.
    """


@hookspec
def register_playbooks() -> Iterable[Playbook]:  # type: ignore[empty-body]  # a specification has no body
    """Give the playbooks of this plugin: one a check code, for its own checks or in place of a built-in one.

    Called once, when plugins are loaded. A plugin's playbook wins over the built-in one of the same code; of two
    plugins the first in the order of their names wins, and the other is reported.
    """
