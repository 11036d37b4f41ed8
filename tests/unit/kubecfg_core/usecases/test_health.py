from kubecfg_core.errors import UpstreamUnreachable
from kubecfg_core.usecases.health import Health, Part


async def well() -> str:
    return "fine"


async def ill() -> str:
    raise UpstreamUnreachable("no way there")


async def test_the_service_is_ready_when_every_part_is_well() -> None:
    assert (await Health({"database": Part(well)}).check()).ready


async def test_the_service_is_not_ready_without_an_essential_part() -> None:
    assert not (await Health({"database": Part(ill), "broker": Part(well)}).check()).ready


async def test_the_service_is_ready_without_a_part_that_is_not_essential() -> None:
    assert (await Health({"database": Part(well), "broker": Part(ill, essential=False)}).check()).ready


async def test_a_part_that_is_ill_says_why() -> None:
    assert (await Health({"database": Part(ill)}).check()).parts["database"].detail == "no way there"
