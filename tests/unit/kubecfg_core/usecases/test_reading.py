from datetime import UTC, datetime

import pytest

from kubecfg_core.errors import PermissionDenied, TooMany
from kubecfg_core.usecases.clusters import Clusters
from kubecfg_core.usecases.reading import CredentialRead, CredentialReads
from kubecfg_core.users import Role, User

from .world import World


def user(number: int = 1, role: Role = Role.OPERATOR) -> User:
    return User(id=number, username=f"user{number}", role=role, created_at=datetime(2024, 1, 15, tzinfo=UTC))


class Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("role", Role)
def test_off_permits_nobody(role: Role) -> None:
    with pytest.raises(PermissionDenied, match="KUBECFG_CREDENTIAL_READ=off"):
        CredentialReads(CredentialRead.OFF).permit(user(role=role))


def test_admin_permits_admins_alone() -> None:
    reads = CredentialReads(CredentialRead.ADMIN)
    reads.permit(user(role=Role.ADMIN))

    with pytest.raises(PermissionDenied, match="KUBECFG_CREDENTIAL_READ=admin"):
        reads.permit(user(role=Role.OPERATOR))


def test_owner_is_the_default() -> None:
    CredentialReads().permit(user())


def test_too_many_reads_have_to_wait_until_the_first_is_long_ago() -> None:
    time = Time()
    reads = CredentialReads(most=2, within=60, now=time)
    reads.permit(user())
    time.now += 20
    reads.permit(user())

    with pytest.raises(TooMany) as caught:
        reads.permit(user())
    assert caught.value.retry_after == 40

    time.now += 40
    reads.permit(user())


def test_each_user_has_a_limit_of_their_own() -> None:
    reads = CredentialReads(most=1)
    reads.permit(user(1))

    reads.permit(user(2))


async def test_a_read_that_is_not_permitted_gives_nothing_and_leaves_a_record() -> None:
    world = World()
    await world.onboarded()
    closed = Clusters(
        world.repo, world.outbox, world.connector, world.announcer, reads=CredentialReads(CredentialRead.OFF)
    )

    with pytest.raises(PermissionDenied):
        await closed.credentials(world.ann, "prod")

    record = (await world.outbox.pending(100))[-1]
    assert (record.type, record.data["action"], record.data["verdict"]) == (
        "audit.recorded",
        "cluster.credentials.read",
        "denied",
    )
