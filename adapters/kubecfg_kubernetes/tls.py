"""TLS to a cluster: the core's, which kubectl's proxy shares."""

from kubecfg_core.tls import ssl_context

__all__ = ["ssl_context"]
