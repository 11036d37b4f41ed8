"""The table of the documented endpoints."""

from typing import Any, Final

from kubecfg_core.report import Report
from kubecfg_core.users import AccessToken, Role
from kubecfg_http import answers, auditing, handlers, importing
from kubecfg_http.changing import CHANGES
from kubecfg_http.operations import BASE, PUBLIC, NoParams, Operation
from kubecfg_http.people_routes import PEOPLE
from kubecfg_http.proving import PROOFS
from kubecfg_http.requests import (
    AnalyzeParams,
    ByCluster,
    ByName,
    CommandRequest,
    LoginRequest,
    OnboardParams,
    OnboardRequest,
    UsageParams,
)

_LOGIN_BYTES: Final = 64 * 1024

OPERATIONS: Final[tuple[Operation[Any, Any], ...]] = (
    Operation(
        method="POST", path="/auth/login", handler=handlers.login, tag="Authentication",
        summary="Log in with a user name and a password",
        needs=PUBLIC,
        params=NoParams, body=LoginRequest, answer=AccessToken, fails=(401, 429),
        sensitive=True, max_body=_LOGIN_BYTES,
    ),
    Operation(
        method="POST", path=f"{BASE}/onboard-cluster", handler=handlers.onboard_cluster, tag="Clusters",
        summary="Onboard a new cluster with its server URL and token",
        needs=Role.OPERATOR, action="cluster.onboarded",
        params=OnboardParams, body=OnboardRequest, answer=answers.Onboarded, status=201, fails=(403, 409),
        sensitive=True,
    ),
    Operation(
        method="GET", path=f"{BASE}/clusters", handler=handlers.list_clusters, tag="Clusters",
        summary="List all onboarded clusters of the current user",
        needs=Role.VIEWER,
        params=NoParams, answer=answers.ClusterList,
    ),
    Operation(
        method="DELETE", path=f"{BASE}/remove-cluster/{{cluster_id}}", handler=handlers.remove_cluster, tag="Clusters",
        summary="Remove a cluster and its credential",
        needs=Role.OPERATOR, action="cluster.removed",
        params=ByCluster, answer=answers.Message, fails=(403, 404),
    ),
    Operation(
        method="POST", path=f"{BASE}/select-cluster-and-get-namespaces/{{cluster_id}}",
        handler=handlers.select_cluster, tag="Namespaces",
        summary="Make a cluster the current one and get its namespaces",
        needs=Role.VIEWER,
        params=ByCluster, answer=answers.SelectedNamespaces, fails=(403, 404),
    ),
    Operation(
        method="GET", path=f"{BASE}/get-namespaces/{{cluster_id}}", handler=handlers.get_namespaces, tag="Namespaces",
        summary="Get the namespaces of a cluster",
        needs=Role.VIEWER,
        params=ByCluster, answer=answers.Namespaces, fails=(404,),
    ),
    Operation(
        method="GET", path=f"{BASE}/cluster/{{cluster_name}}/credentials", handler=handlers.get_credentials,
        tag="Clusters", summary="Get the connection details of a cluster by its name",
        needs=Role.OPERATOR, action="cluster.credentials.read",
        params=ByName, answer=answers.Credentials, fails=(403, 404, 429), sensitive=True,
    ),
    Operation(
        method="POST", path=f"{BASE}/analyze-k8s-with-solutions/{{cluster_id}}", handler=handlers.analyze_cluster,
        tag="Analysis", summary="Analyse a cluster and get a solution to every problem",
        needs=Role.VIEWER,
        params=AnalyzeParams, answer=Report, fails=(403, 404, 413, 429), slow=True,
    ),
    Operation(
        method="POST", path=f"{BASE}/execute-kubectl-direct/{{cluster_id}}", handler=handlers.execute_kubectl,
        tag="kubectl", summary="Run a kubectl command on a cluster",
        needs=Role.VIEWER,
        params=ByCluster, body=CommandRequest, answer=answers.CommandAnswer, fails=(403, 404, 409, 429),
    ),
    Operation(
        method="GET", path=f"{BASE}/metrics/resource-usage", handler=handlers.get_resource_usage, tag="Monitoring",
        summary="Get CPU or memory usage over time",
        needs=Role.VIEWER,
        params=UsageParams, answer=answers.UsageAnswer,
    ),
    Operation(
        method="GET", path=f"{BASE}/nodes/status/all-clusters", handler=handlers.get_node_status, tag="Monitoring",
        summary="Count the ready nodes of all clusters",
        needs=Role.VIEWER,
        params=NoParams, answer=answers.NodesAnswer,
    ),
    Operation(
        method="POST", path=f"{BASE}/import-kubeconfig", handler=importing.import_kubeconfig, tag="Clusters",
        summary="Onboard the clusters of a kubeconfig",
        needs=Role.OPERATOR, action="cluster.onboarded",
        params=OnboardParams, body=importing.ImportRequest, answer=importing.ImportAnswer, fails=(403,),
        sensitive=True,
    ),
    Operation(
        method="GET", path=f"{BASE}/audit", handler=auditing.search_audit, tag="Audit",
        summary="See who did what to which cluster",
        needs=Role.ADMIN,
        params=auditing.AuditParams, answer=auditing.AuditAnswer, fails=(403,),
    ),
    *CHANGES,
    *PROOFS,
    *PEOPLE,
)  # fmt: skip
