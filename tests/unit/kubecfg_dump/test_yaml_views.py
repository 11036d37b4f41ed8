from kubecfg_core.kinds.network import SERVICES
from kubecfg_core.kinds.pods import PODS
from kubecfg_core.testing import view_of


def test_yaml_of_several_documents_is_read() -> None:
    view = view_of("""
        kind: Pod
        metadata: {name: web, creationTimestamp: 2026-01-15T11:00:00Z}
        ---
        kind: Service
        metadata: {name: web}
        spec:
          selector: {app: web}
    """)

    assert [item.spec.selector for item in view.all(SERVICES)] == [{"app": "web"}]
    assert len(view.all(PODS)) == 1
