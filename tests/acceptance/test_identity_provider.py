"""Users of an OpenID Connect provider, at the real service."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from kubecfg_core.users import Role
from kubecfg_http import create_app
from kubecfg_runtime import Kubecfg, Settings
from tests.fakes.http_service import Client
from tests.fakes.identity_provider import AUDIENCE, Issuer, issuing


@dataclass
class Service:
    client: Client
    kubecfg: Kubecfg
    issuer: Issuer

    def token(self, *groups: str, **claims: Any) -> str:
        return self.issuer.token(datetime.now(UTC), groups=list(groups), preferred_username="bob", **claims)

    async def status(self, token: str, path: str = "/kubeconfig/clusters", method: str = "GET") -> int:
        headers = {"Authorization": f"Bearer {token}"}
        async with self.client.request(method, path, headers=headers) as response:
            return response.status


@pytest.fixture
async def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    async with issuing() as issuer:
        (tmp_path / "ca.pem").write_bytes(issuer.ca_pem)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        settings = Settings(
            kubecfg_data_dir=tmp_path,
            kubecfg_egress_allow_cidrs=("127.0.0.0/8",),
            kubecfg_oidc_issuer=issuer.url,
            kubecfg_oidc_audience=AUDIENCE,
            kubecfg_oidc_role_claim="groups",
            kubecfg_oidc_roles=("platform=admin", "everybody=viewer"),
        )
        async with Kubecfg(settings) as kubecfg:
            app = create_app(await kubecfg.services())
            async with TestClient(TestServer(app)) as client:
                yield Service(client, kubecfg, issuer)


async def test_a_token_of_the_provider_lets_its_user_in_with_the_mapped_role(service: Service) -> None:
    assert await service.status(service.token("everybody")) == 200
    assert await service.status(service.token("everybody"), "/kubeconfig/users") == 403

    [user] = await (await service.kubecfg.services()).accounts.all()
    assert (user.issuer, user.username, user.display_name) == (service.issuer.url, "248289761001", "bob")
    assert user.role is Role.VIEWER


async def test_the_role_follows_the_provider_at_once(service: Service) -> None:
    assert await service.status(service.token("platform"), "/kubeconfig/users") == 200
    assert await service.status(service.token("everybody"), "/kubeconfig/users") == 403


async def test_who_is_mapped_to_nothing_stays_outside_and_gets_no_account(service: Service) -> None:
    assert await service.status(service.token("admin", "strangers")) == 403

    assert await (await service.kubecfg.services()).accounts.all() == []


async def test_an_account_is_known_by_its_subject_and_not_by_its_name(service: Service) -> None:
    services = await service.kubecfg.services()
    own = await services.accounts.add("bob", "a long password", Role.ADMIN)
    await service.status(service.token("everybody"))
    await service.status(service.token("everybody", sub="another"))
    await service.status(service.token("everybody", sub=str(own.id)))

    subjects = [(user.issuer != "", user.username) for user in await services.accounts.all()]
    assert subjects == [(False, "bob"), (True, "248289761001"), (True, "another"), (True, str(own.id))]


async def test_a_disabled_account_is_out_whatever_the_token_says(service: Service) -> None:
    token = service.token("platform")
    await service.status(token)
    accounts = (await service.kubecfg.services()).accounts
    await accounts.change((await accounts.all())[0].id, disabled=True)

    assert await service.status(token) == 401


async def test_a_forged_token_is_out(service: Service) -> None:
    forger = Issuer(url=service.issuer.url)

    assert await service.status(forger.token(datetime.now(UTC), groups=["platform"])) == 401
    assert await service.status(service.token("platform", aud="other")) == 401


async def test_the_provider_ends_its_own_tokens(service: Service) -> None:
    assert await service.status(service.token("everybody"), "/auth/logout", "POST") == 400


async def test_our_own_tokens_go_on_beside_it(service: Service) -> None:
    accounts = (await service.kubecfg.services()).accounts
    await accounts.add("ann", "a long password", Role.OPERATOR)

    assert await service.status((await accounts.login("ann", "a long password")).access_token) == 200


async def test_a_provider_that_is_away_is_an_error_and_no_open_door(service: Service) -> None:
    from aiohttp import web

    service.issuer.answer = web.Response(status=500)

    assert await service.status(service.token("platform")) == 502
