"""Requests for certificates, as far as kubecfg reads them."""

import msgspec

from kubecfg_core.kinds.meta import Condition, KubeObject
from kubecfg_core.resources import Resource


class SigningSpec(msgspec.Struct, frozen=True, gc=False):
    """Who asks for a certificate, and whom."""

    signerName: str = ""
    username: str = ""


class SigningStatus(msgspec.Struct, frozen=True, gc=False):
    """What was decided. The certificate itself is not read."""

    conditions: tuple[Condition, ...] = ()


class CertificateSigningRequest(KubeObject, frozen=True, gc=False):
    """A request for a certificate. One that waits is removed after a day."""

    spec: SigningSpec = SigningSpec()
    status: SigningStatus = SigningStatus()


SIGNINGS = Resource(
    "certificates.k8s.io",
    "v1",
    "certificatesigningrequests",
    "CertificateSigningRequest",
    CertificateSigningRequest,
    namespaced=False,
)
