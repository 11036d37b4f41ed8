"""The table of the endpoints for users and grants."""

from typing import Any, Final

from kubecfg_core.users import Role
from kubecfg_http import people
from kubecfg_http.answers import Message
from kubecfg_http.operations import BASE, NoParams, Operation
from kubecfg_http.requests import ByCluster

_SMALL: Final = 64 * 1024
_GRANT: Final = f"{BASE}/clusters/{{cluster_id}}/grants"

PEOPLE: Final[tuple[Operation[Any, Any], ...]] = (
    Operation(
        method="POST", path="/auth/logout", handler=people.log_out, tag="Authentication", needs=Role.VIEWER,
        summary="End every token of the current user",
        params=NoParams, answer=Message, fails=(400,),
    ),
    Operation(
        method="POST", path="/auth/password", handler=people.change_password, tag="Authentication", needs=Role.VIEWER,
        summary="Replace the password of the current user",
        params=NoParams, body=people.PasswordChange, answer=Message, fails=(403, 429), max_body=_SMALL,
    ),
    Operation(
        method="GET", path=f"{BASE}/users", handler=people.list_users, tag="Users", needs=Role.ADMIN,
        summary="List all users",
        params=NoParams, answer=people.UserList,
    ),
    Operation(
        method="POST", path=f"{BASE}/users", handler=people.add_user, tag="Users", needs=Role.ADMIN,
        action="user.added", summary="Add a user",
        params=NoParams, body=people.NewUser, answer=people.UserAnswer, status=201, fails=(409, 429), max_body=_SMALL,
    ),
    Operation(
        method="PATCH", path=f"{BASE}/users/{{user_id}}", handler=people.change_user, tag="Users", needs=Role.ADMIN,
        action="user.changed", summary="Change the role, the password or the state of a user",
        params=people.ByUser, body=people.UserChange, answer=people.UserAnswer, fails=(404, 409, 429), max_body=_SMALL,
    ),
    Operation(
        method="DELETE", path=f"{BASE}/users/{{user_id}}", handler=people.remove_user, tag="Users", needs=Role.ADMIN,
        action="user.removed", summary="Remove a user with their clusters and credentials",
        params=people.ByUser, answer=Message, fails=(404, 409),
    ),
    Operation(
        method="GET", path=_GRANT, handler=people.list_grants, tag="Grants", needs=Role.VIEWER,
        summary="List with whom a cluster is shared",
        params=ByCluster, answer=people.GrantList, fails=(404,),
    ),
    Operation(
        method="PUT", path=f"{_GRANT}/{{username}}", handler=people.put_grant, tag="Grants", needs=Role.OPERATOR,
        action="cluster.granted", summary="Share a cluster with a user, or change what they may do there",
        params=people.ByGrant, body=people.NewGrant, answer=people.GrantAnswer, fails=(404,), max_body=_SMALL,
    ),
    Operation(
        method="DELETE", path=f"{_GRANT}/{{username}}", handler=people.remove_grant, tag="Grants", needs=Role.OPERATOR,
        action="cluster.revoked", summary="Take a grant back",
        params=people.ByGrant, answer=Message, fails=(404,),
    ),
)  # fmt: skip
