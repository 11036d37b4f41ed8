"""What extends the API server and keeps it together: webhooks, aggregated APIs, custom resources, leases."""

from datetime import datetime
from typing import Any

import msgspec

from kubecfg_core.kinds.meta import Condition, KubeObject, LabelSelector, ObservedCondition
from kubecfg_core.resources import Resource


class ServiceReference(msgspec.Struct, frozen=True, gc=False):
    """The Service that the API server calls."""

    namespace: str = ""
    name: str = ""
    port: int = 443


class WebhookClient(msgspec.Struct, frozen=True, gc=False):
    """How the API server reaches a webhook: a Service or a URL, and whom it trusts (base64 of PEM)."""

    service: ServiceReference | None = None
    url: str = ""
    caBundle: str = ""


class WebhookRule(msgspec.Struct, frozen=True, gc=False):
    """The requests that a webhook is asked about."""

    operations: tuple[str, ...] = ()
    apiGroups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    scope: str = "*"


class Webhook(msgspec.Struct, frozen=True, gc=False):
    """A webhook. `failurePolicy` says whether requests fail (`Fail`) or pass (`Ignore`) while it does not answer."""

    name: str = ""
    clientConfig: WebhookClient = WebhookClient()
    failurePolicy: str = "Fail"
    rules: tuple[WebhookRule, ...] = ()
    namespaceSelector: LabelSelector = LabelSelector()
    objectSelector: LabelSelector = LabelSelector()
    matchConditions: tuple[Any, ...] = ()


class WebhookConfiguration(KubeObject, frozen=True, gc=False):
    """Some webhooks."""

    webhooks: tuple[Webhook, ...] = ()


class ValidatingWebhookConfiguration(WebhookConfiguration, frozen=True, gc=False):
    """Webhooks that accept or refuse."""


class MutatingWebhookConfiguration(WebhookConfiguration, frozen=True, gc=False):
    """Webhooks that change what is sent."""


class APIServiceSpec(msgspec.Struct, frozen=True, gc=False):
    """Which version of a group it serves, and who does; without a Service it is the API server itself."""

    group: str = ""
    version: str = ""
    service: ServiceReference | None = None
    caBundle: str = ""
    insecureSkipTLSVerify: bool = False


class ConditionedStatus(msgspec.Struct, frozen=True, gc=False):
    """A status of conditions alone."""

    conditions: tuple[Condition, ...] = ()


class APIService(KubeObject, frozen=True, gc=False):
    """A version of an API group."""

    spec: APIServiceSpec = APIServiceSpec()
    status: ConditionedStatus = ConditionedStatus()


class _Present(msgspec.Struct, frozen=True, gc=False):
    """Something that is only looked for."""


class _StatusFields(msgspec.Struct, frozen=True, gc=False):
    conditions: _Present | None = None


class _StatusSchema(msgspec.Struct, frozen=True, gc=False):
    properties: _StatusFields = _StatusFields()
    open: bool = msgspec.field(default=False, name="x-kubernetes-preserve-unknown-fields")


class _Fields(msgspec.Struct, frozen=True, gc=False):
    status: _StatusSchema | None = None


class _Schema(msgspec.Struct, frozen=True, gc=False):
    properties: _Fields = _Fields()
    open: bool = msgspec.field(default=False, name="x-kubernetes-preserve-unknown-fields")


class _Validation(msgspec.Struct, frozen=True, gc=False):
    openAPIV3Schema: _Schema = _Schema()


class CustomVersion(msgspec.Struct, frozen=True, gc=False):
    """A version of a custom resource."""

    name: str = ""
    served: bool = False
    storage: bool = False
    validation: _Validation = msgspec.field(default=_Validation(), name="schema")

    @property
    def conditioned(self) -> bool:
        """Whether its objects may have `status.conditions`."""
        schema = self.validation.openAPIV3Schema
        status = schema.properties.status
        if status is None:
            return schema.open
        return status.open or status.properties.conditions is not None


class CustomNames(msgspec.Struct, frozen=True, gc=False):
    """How a custom resource is called."""

    plural: str = ""
    kind: str = ""


class ConversionWebhook(msgspec.Struct, frozen=True, gc=False):
    """How the API server reaches what converts versions."""

    clientConfig: WebhookClient = WebhookClient()


class Conversion(msgspec.Struct, frozen=True, gc=False):
    """How objects of one version are turned into another: `None` or `Webhook`."""

    strategy: str = "None"
    webhook: ConversionWebhook | None = None


class DefinitionSpec(msgspec.Struct, frozen=True, gc=False):
    """A custom resource."""

    group: str = ""
    scope: str = "Namespaced"
    names: CustomNames = CustomNames()
    versions: tuple[CustomVersion, ...] = ()
    conversion: Conversion = Conversion()


class CustomResourceDefinition(KubeObject, frozen=True, gc=False):
    """Defines a kind of object."""

    spec: DefinitionSpec = DefinitionSpec()
    status: ConditionedStatus = ConditionedStatus()


class CustomStatus(msgspec.Struct, frozen=True, gc=False):
    """The status of any custom resource: nobody promises what its fields hold."""

    conditions: Any = None
    observedGeneration: Any = None


class CustomSpec(msgspec.Struct, frozen=True, gc=False):
    """What in the spec of many custom resources says that they are to rest: again, nobody promises what they hold."""

    paused: Any = None
    suspend: Any = None
    running: Any = None
    runStrategy: Any = None
    replicas: Any = None


class CustomObject(KubeObject, frozen=True, gc=False):
    """Any custom resource, of which conditions are read alone, and whether it is to rest."""

    spec: CustomSpec | list[Any] | str | float | bool | None = None
    status: CustomStatus | list[Any] | str | float | bool | None = None

    @property
    def conditions(self) -> tuple[ObservedCondition, ...]:
        """Its conditions; what does not look like one is left out."""
        given = self.status.conditions if isinstance(self.status, CustomStatus) else None
        entries = given if isinstance(given, list) else []
        return tuple(found for entry in entries if (found := _condition(entry)) is not None)

    @property
    def resting(self) -> bool:
        """Whether it is paused, suspended, stopped or scaled to nothing, by its own spec."""
        spec = self.spec if isinstance(self.spec, CustomSpec) else CustomSpec()
        stopped = spec.running is False or spec.runStrategy == "Halted"
        return (
            spec.paused is True
            or spec.suspend is True
            or stopped
            or (spec.replicas == 0 and spec.replicas is not False)
        )

    @property
    def observed(self) -> int:
        """The generation that its status is about; 0 where it does not say."""
        told = self.status.observedGeneration if isinstance(self.status, CustomStatus) else None
        return told if isinstance(told, int) else 0


def _condition(entry: Any) -> ObservedCondition | None:
    try:
        present = {key: value for key, value in entry.items() if value is not None} if isinstance(entry, dict) else {}
        return msgspec.convert(present, ObservedCondition) if present else None
    except (msgspec.MsgspecError, ValueError):
        return None


class LeaseSpec(msgspec.Struct, frozen=True, gc=False):
    """Who holds a lease, and when it was last renewed."""

    holderIdentity: str = ""
    leaseDurationSeconds: int = 0
    renewTime: datetime | None = None


class Lease(KubeObject, frozen=True, gc=False):
    """A sign of life: of a node, or of a controller that leads its replicas."""

    spec: LeaseSpec = LeaseSpec()


_ADMISSION = "admissionregistration.k8s.io"

VALIDATING = Resource(
    _ADMISSION,
    "v1",
    "validatingwebhookconfigurations",
    "ValidatingWebhookConfiguration",
    ValidatingWebhookConfiguration,
    namespaced=False,
)
MUTATING = Resource(
    _ADMISSION,
    "v1",
    "mutatingwebhookconfigurations",
    "MutatingWebhookConfiguration",
    MutatingWebhookConfiguration,
    namespaced=False,
)
APISERVICES = Resource("apiregistration.k8s.io", "v1", "apiservices", "APIService", APIService, namespaced=False)
DEFINITIONS = Resource(
    "apiextensions.k8s.io",
    "v1",
    "customresourcedefinitions",
    "CustomResourceDefinition",
    CustomResourceDefinition,
    namespaced=False,
)
LEASES = Resource("coordination.k8s.io", "v1", "leases", "Lease", Lease)
