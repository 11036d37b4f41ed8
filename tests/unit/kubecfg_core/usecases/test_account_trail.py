"""What logins and changes of accounts leave in the audit log."""

import pytest

from kubecfg_core.audit import AuditQuery, AuditRecord, Origin, Verdict, origin
from kubecfg_core.errors import NotFound, PermissionDenied, TooMany, Unauthenticated
from kubecfg_core.users import Role

from .test_accounts import PASSWORD, Office, office


async def last(world: Office) -> AuditRecord:
    return (await world.outbox.audit.search(AuditQuery())).records[0]


async def test_a_login_and_a_logout_are_recorded() -> None:
    world = office()
    ann = await world.accounts.add("ann", PASSWORD, Role.OPERATOR)

    await world.accounts.login("ann", PASSWORD)
    came = await last(world)
    await world.accounts.log_out(ann)
    left = await last(world)

    assert (came.action, came.verdict, came.user_id) == ("user.logged_in", Verdict.ALLOWED, ann.id)
    assert (left.action, left.verdict, left.user_id) == ("user.logged_out", Verdict.ALLOWED, ann.id)


async def test_a_wrong_password_is_recorded_with_the_account_that_was_claimed() -> None:
    world = office()
    ann = await world.accounts.add("ann", PASSWORD, Role.OPERATOR)

    with pytest.raises(Unauthenticated):
        await world.accounts.login("ann", "a wrong password")

    record = await last(world)
    assert (record.action, record.verdict, record.rule) == ("user.logged_in", Verdict.DENIED, "unauthenticated")
    assert (record.subject, record.details["account"]) == (f"users/{ann.id}", "ann")
    assert "a wrong password" not in repr(record)


async def test_a_name_that_nobody_has_is_not_kept_since_it_may_be_a_password() -> None:
    world = office()

    with pytest.raises(Unauthenticated):
        await world.accounts.login("hunter2-typed-here", "x")

    record = await last(world)
    assert (record.verdict, record.actor) == (Verdict.DENIED, "")
    assert "hunter2" not in repr(record)


async def test_whoever_is_turned_away_does_not_fill_the_log() -> None:
    world = office()
    await world.accounts.add("ann", PASSWORD, Role.OPERATOR)

    turned_away = 0
    for _ in range(50):
        with pytest.raises((Unauthenticated, TooMany)) as refused:
            await world.accounts.login("ann", "wrong")
        turned_away += refused.type is TooMany

    denied = (await world.outbox.audit.search(AuditQuery(verdict=Verdict.DENIED))).records
    assert (turned_away > 0, len(denied)) == (True, 50 - turned_away)


async def test_a_change_of_an_account_tells_who_made_it() -> None:
    world = office()
    root = await world.accounts.add("root", PASSWORD, Role.ADMIN)
    ann = await world.accounts.add("ann", PASSWORD, Role.VIEWER)

    await world.accounts.change(ann.id, role=Role.ADMIN, password="another password", by=root)

    record = await last(world)
    assert (record.actor, record.subject, record.action) == ("root", f"users/{ann.id}", "user.changed")
    assert record.details == {"account": "ann", "new_role": "admin", "password_changed": True}


async def test_a_guess_at_the_own_password_is_recorded() -> None:
    world = office()
    ann = await world.accounts.add("ann", PASSWORD, Role.OPERATOR)

    with pytest.raises(PermissionDenied):
        await world.accounts.change_own_password(ann, "a guess of it", "another password")

    record = await last(world)
    assert (record.action, record.verdict) == ("user.changed", Verdict.DENIED)


async def test_an_account_that_is_not_there_is_a_failed_change() -> None:
    world = office()

    with pytest.raises(NotFound):
        await world.accounts.remove(99)

    assert (await last(world)).verdict is Verdict.FAILED


async def test_on_the_command_line_it_is_the_user_of_the_system() -> None:
    world = office()
    token = origin.set(Origin(auth_method="cli", actor="os:root"))
    try:
        await world.accounts.add("ann", PASSWORD, Role.ADMIN)
    finally:
        origin.reset(token)

    record = await last(world)
    assert (record.actor, record.auth_method, record.user_id) == ("os:root", "cli", None)
