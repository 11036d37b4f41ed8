"""Events to RabbitMQ, each confirmed by the broker."""

from kubecfg_kombu.bus import KombuBus

__all__ = ["KombuBus"]
