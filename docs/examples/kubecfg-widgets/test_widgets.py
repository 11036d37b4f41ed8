from kubecfg_core.testing import view_of
from kubecfg_widgets import WIDGETS, check_widgets

WIDGET = """
kind: Widget
metadata: {name: left, namespace: factory}
status:
  conditions: [{type: Ready, status: "False", reason: OutOfSprockets, message: No sprocket is left.}]
"""


def test_a_widget_that_is_not_ready_is_found() -> None:
    [finding] = check_widgets(view_of(WIDGET, kinds=[WIDGETS]))

    assert (finding.code, finding.namespace, finding.name) == ("widget.not_ready", "factory", "left")
    assert finding.cause == "No sprocket is left."


def test_a_widget_that_is_ready_is_silent() -> None:
    view = view_of(WIDGET.replace('"False"', '"True"'), kinds=[WIDGETS])

    assert list(check_widgets(view)) == []
