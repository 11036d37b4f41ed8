"""The words that a language model may see at the strictest level, beside those that the playbooks are written in."""

import re
from collections.abc import Iterable
from typing import Final

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+")

# What the checks say, and what programs commonly log. Nobody's names: a word that is missing here is only masked.
_TEXT: Final = """
abort aborted aborting action admin administer administration adminnetworkpolicies admission advice ages ahead
aks alb allocation alpha ambiguous analyze analyzer analyzers annually apiserver appgw apps apr arg argument arn
array arrived assertion assign assigned attach attached attaching attempts aug auth authenticate authenticated
authentication authn authorization authorized authz autoscale avoiding azure background backoff basic batch
begun best bind binding bindings blob blocked body boot bootstrapping bound buffer busy bytes call caller cancel
cancelled caused certificatesigningrequests certmanager cgroup channel checking ciliumclusterwidenetworkpolicies
ciliumnetworkpolicies clocks close closing cloudprovider cloudsql clusternetworkpolicies clusterwide cni
combined commit compute concepts configure confirmed conflict connect connected connecting containerd content
contested continue contradict contradiction copies core coredns corrupt crashed crashes crashloop crd credential
cri crio critical cronjobs csidriver currently customresource customresources cut daily dataplane deadlock
deadlocks deallocate debug dec define degraded denied denies dependency deprecated descriptor detach detached
detaching detailed detected dial diff difference digest directory disconnected discovery dockercfg docs domain
drain drained dropped dump dumped duplicate duration eacces eaddrinuse eai ebs econnrefused econnreset ecr eks
election enabled enoent enospc enotfound ensure entrypoints envoy eof err errno errors escalate escape etimedout
everybody evict evicted evicting exceeded exceeding exec executed executing exhaust exhausted existing exited
exiting expanding expected expired expiring explain exporter extend extensible extension externalname fatal feb
fetch finished finishes flag flush follower forbid forced format frequent fri function fused garbage gave gc gce
gcr general getaddrinfo getting ghcr gi gke globalnetworkpolicies gmt goroutine graceful growth guard guest
handle handler handshake happened haproxy header health helpful higher hosted hourly hpa httproutes hugepages
hung hygiene idle ignoring illegal imagepullsecrets implementation import info initialised initialize
initialized initializing inject inline inodes input insert inspect installing instances instead insufficient
interface interrupt interrupted invalid investigate ipc jan java javascript join jul jun ki killer kindnet
kubeadm kubelet kubeproxy kyverno late layer leaks length letters library limited limits link linux listening
loadbalancer loading localhost logger login lookup loop main manage manifest manual mar master matching meaning
means method methods midnight migrate migration migrations minimum misbehaving mismatch miss model modified
module mon monthly mounting moving multi multiple multus mutate mutating namespaced native netpol networking
nevertheless nginx nil nomatchingnode noticed nov npe nsx nullpointer oci oct ofcpu offset ofmemory ofpods ok
oomkilled opened opening openshift openstack operating option os outcome outcomes output outputs overcommitted
overfilled overflow overlapping overlay overlayfs overview ovn ovnkube owning package panic parse parseable
parser parsing passphrase passwd pause paused pd pdb peer per permissions pieces pile ping pipe platform
playbook pleg plugins pointer pool posted posting practices preempting preemption preparing prerequisites
primary privatekey processing progressing projectcalico property protect protection protocol protocols
provisioned provisioning public publish pulled pulling push pv python quay query queue quit quota raised rate
rbac reachable reading readonly received reclaiming reconcile reconciled reconciling reconnect recovery recycle
redacted redis region register registered reject rejected relation relied reload remain remaining remediation
remote removal renamed replicasets reply requests require rescheduled reset resolution resourcequotas response
restarting result resume retries retry retrying return returned reused rke rollouts router row rpc runc safely
said sandbox sanity sat saying scaledtozero scaling schedulable scheduled schedulers scheduling schema scheme
sdn secondary seems segfault segment segmentation self sending sep servfail session setuid setup severity shim
showing shrink shut shutdown shutting sigabrt sigbus sigfpe sigill sigint sigkill signal signature signing signs
sigpipe sigsegv sigterm skip slave sock sorted speak ssh ssl stack stage stale stalled standards standby stat
statuscode step steps stopping store stray stream subscribe succeeded success successfully summary sun
superseded suspend suspended svc sync synced syncing tags task tasks temporary terminate thread throttled thu
tolerate tolerated topic trace traceback traefik transaction trigger trying tue types tz unable unauthorized
undeclared undefined unexpected unhandled unhealthy uninitialized uninstalling unlock unmount unmounted
unparsable unparseable unreachable unrecognized unserved unsupported untolerated unusable unused updates
updating upper upstream usage using utc validating validation vault verify versioning violates vsphere warn
webhook wed weekly whenever windows worker workers working writing x yearly yes you
"""
WORDS: Final = frozenset(_TEXT.split())


def words_of(text: str) -> list[str]:
    """The words in it, those in `CamelCase` apart; numbers are none."""
    return _WORD.findall(text)


def words_in(texts: Iterable[str]) -> frozenset[str]:
    """The words of all of them, in lower case."""
    return frozenset(word.lower() for text in texts for word in words_of(text))
