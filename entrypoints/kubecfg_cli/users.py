"""`kubecfg user`: the accounts of the service, straight in its database."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from kubecfg_core.users import Role

if TYPE_CHECKING:
    from kubecfg_core.usecases.accounts import Accounts

app = App(name="user", help="Manage the accounts of the service.")
FromStdin = Annotated[bool, Parameter(name="--password-stdin", negative=())]


@app.command
async def add(name: str, *, role: Role = Role.OPERATOR, password_stdin: FromStdin = False) -> None:
    """Make an account. The password is asked for, and never an argument, where `ps` would show it.

    Parameters
    ----------
    name
        The user name.
    role
        viewer looks, operator also changes, admin also manages users.
    password_stdin
        Read the password from the first line of standard input.

    """
    password = _password(from_stdin=password_stdin)
    async with _accounts() as accounts:
        user = await accounts.add(name, password, role)
    _say(f"{user.username} was added as {user.role}.")


@app.command(name="list")
async def list_() -> None:
    """List the accounts."""
    from rich.table import Table

    from kubecfg_cli.console import out, plain

    async with _accounts() as accounts:
        users = await accounts.all()
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("ID", "NAME", "ROLE", "STATE", "ISSUER", "CREATED"):
        table.add_column(heading)
    for user in users:
        state = "disabled" if user.disabled else "active"
        created = user.created_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        table.add_row(str(user.id), plain(user.username), user.role, state, plain(user.issuer), created)
    out().print(table)


@app.command
async def disable(name: str) -> None:
    """Disable an account: its tokens end at once."""
    async with _accounts() as accounts:
        await accounts.change((await accounts.named(name)).id, disabled=True)
    _say(f"{name} is disabled.")


@app.command
async def enable(name: str) -> None:
    """Let a disabled account in again."""
    async with _accounts() as accounts:
        await accounts.change((await accounts.named(name)).id, disabled=False)
    _say(f"{name} is enabled.")


@app.command
async def passwd(name: str, *, password_stdin: FromStdin = False) -> None:
    """Replace a password: tokens given out before end at once.

    Parameters
    ----------
    name
        The user name.
    password_stdin
        Read the password from the first line of standard input.

    """
    password = _password(from_stdin=password_stdin)
    async with _accounts() as accounts:
        await accounts.change((await accounts.named(name)).id, password=password)
    _say(f"{name} has a new password.")


@app.command
async def role(name: str, role: Role, /) -> None:
    """Give an account another role: its tokens end at once.

    Parameters
    ----------
    name
        The user name.
    role
        viewer looks, operator also changes, admin also manages users.

    """
    async with _accounts() as accounts:
        await accounts.change((await accounts.named(name)).id, role=role)
    _say(f"{name} is {role} now.")


@app.command
async def remove(name: str) -> None:
    """Remove an account with its clusters and their credentials. `disable` keeps them."""
    async with _accounts() as accounts:
        await accounts.remove((await accounts.named(name)).id)
    _say(f"{name} was removed.")


@asynccontextmanager
async def _accounts() -> "AsyncIterator[Accounts]":
    from kubecfg_runtime.compose import open_accounts, open_database
    from kubecfg_runtime.settings import Settings

    settings = Settings.from_environment()
    async with open_database(settings) as database, open_accounts(settings, database) as accounts:
        yield accounts


def _password(*, from_stdin: bool) -> str:
    from getpass import getpass

    from kubecfg_core.errors import InvalidInput

    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise InvalidInput("There is no terminal to ask for the password; --password-stdin reads it from a pipe.")
    password = getpass("Password: ")
    if getpass("Once more: ") != password:
        raise InvalidInput("The two passwords are not the same.")
    return password


def _say(message: str) -> None:
    sys.stdout.write(f"{message}\n")
