"""The words that a language model may see at the strictest level, beside those that the playbooks are written in."""

import re
from collections.abc import Iterable
from typing import Final

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+")

# What the checks say, and what programs commonly log. Nobody's names: a word that is missing here is only masked.
_TEXT: Final = """
abort aborted aborting accept accepted access account action active adapter add added address admin administer
administration adminnetworkpolicies admission advice after again ages ahead aks alb all allocation allow allowed
alpha already also ambiguous an analyze analyzer analyzers and annotate annually another any api apiserver app
appgw application apply apps apr are arg args argument arguments arn array arrived as assertion assign assigned
at attach attached attaching attempt attempts aug auth authenticate authenticated authentication authn authority
authorization authorized authz autoscale autoscaler available avoiding azure back background backoff bad basic
batch be because been before begin begun being best bind binding bindings blob blocked body boot bootstrap
bootstrapping bound broken budget buffer build busy by bytes cache call called caller calling can cancel
cancelled cannot cause caused cert certificate certificatesigningrequests certmanager cgroup change changed
channel check checking ciliumclusterwidenetworkpolicies ciliumnetworkpolicies claim claims class client clocks
close closed closing cloudprovider cloudsql clusternetworkpolicies clusterwide cni code combined command commit
complete completed component compute concepts config configuration configure configured confirmed conflict
connect connected connecting connection connections constraint container containerd content contested context
continue contradict contradiction controller copies core coredns corrupt could crash crashed crashes crashloop
crd create created creating credential credentials cri crio critical cron cronjobs csidriver current currently
customresource customresources cut daemon daily data database dataplane deadline deadlock deadlocks deallocate
debug dec default define degraded delete deleted denied denies dependency deploy deployment deployments
deprecated describe descriptor detach detached detaching detailed detected device dial did diff difference
digest directory disabled disconnected discovery disk disruption dns do dockercfg docs does domain done down
drain drained driver dropped due dump dumped duplicate duration during eacces eaddrinuse eai ebs econnrefused
econnreset ecr eks election empty enabled end endpoint enoent enospc enotfound enough ensure entry entrypoints
environment envoy eof err errno error errors escalate escape etimedout event events everybody evict evicted
evicting exceeded exceeding exception exec executable execute executed executing exhaust exhausted exist
existing exists exit exited exiting expanding expected expired expiring explain exporter extend extensible
extension externalname fail failed failing fails failure false fatal fault feb fetch field file files find
finished finishes first flag flush follower for forbid forbidden forced format forward found frequent fri from
full function fused garbage gateway gave gc gce gcr general get getaddrinfo getting ghcr gi given gke
globalnetworkpolicies gmt goroutine graceful group growth guard guest had handle handler handshake happened
haproxy has have header health heap helpful higher horizontal host hosted hourly hpa http httproutes https
hugepages hung hygiene id idle if ignored ignoring illegal image imagepullsecrets implementation import in index
info ingress init initialised initialize initialized initializing inject inline inodes input insert inspect
installing instances instead insufficient interface internal interrupt interrupted into invalid investigate io
ipc is issue it its jan java javascript job jobs join json jul jun key ki kill killed killer kindnet kubeadm
kubectl kubelet kubeproxy kubernetes kyverno label last late layer leader leaks lease length letters level
library limit limited limits line link linux list listen listener listening load loadbalancer loaded loading
local localhost lock log logger login logs lookup loop main manage manifest manual many map mar master match
matching max maximum may meaning means memory message metadata method methods metrics midnight migrate migration
migrations min minimum misbehaving mismatch miss missing mode model modified module mon monthly mount mounted
mounting moving multi multiple multus must mutate mutating name namespace namespaced namespaces native need
netpol network networking nevertheless new next nginx nil no node nodes nomatchingnode not nothing noticed nov
now npe nsx null nullpointer number object oci oct of ofcpu off offset ofmemory ofpods ok old on once only oom
oomkilled open opened opening openshift openstack operating operation option or os other out outcome outcomes
output outputs overcommitted overfilled overflow overlapping overlay overlayfs overview ovn ovnkube owner owning
package panic parameter parse parseable parser parsing passphrase passwd password patch path pause paused pd pdb
peer pending per permission permissions persistent pieces pile ping pipe platform playbook pleg plugins pod pods
point pointer policy pool port possible posted posting practices preempting preemption preparing prerequisites
primary privatekey probe process processing profile progressing projectcalico property protect protection
protocol protocols provider provisioned provisioning proxy public publish pull pulled pulling push put pv python
quay query queue quit quota raise raised range rate rbac reachable reached read reading readonly ready reason
received reclaiming reconcile reconciled reconciling reconnect record recovery recycle redacted redis refused
region register registered registry reject rejected relation release relied reload remain remaining remediation
remote removal remove removed renamed replica replicas replicasets reply request requested requests require
required rescheduled reset resolution resolve resolved resource resourcequotas response restart restarting
result resume retries retry retrying return returned reused rke role rollout rollouts root route router row rpc
run runc running runtime safely said sandbox sanity sat save saying scale scaledtozero scaling schedulable
scheduled schedulers scheduling schema scheme script sdn secondary seconds secret secrets see seems segfault
segment segmentation select self send sending sent sep server servfail service services session set sets setting
setuid setup severity shim showing shrink shut shutdown shutting sigabrt sigbus sigfpe sigill sigint sigkill
signal signature signing signs sigpipe sigsegv sigterm size skip slave slice slow so sock socket some sorted
source speak ssh ssl stack stage stale stalled standards standby start started starting startup stat state
stateful status statuscode step steps still stop stopped stopping storage store stray stream string subscribe
succeeded success successful successfully such summary sun superseded suspend suspended svc sync synced syncing
system table tags target task tasks tcp temporary terminate terminated terminating test that the then there this
thread throttled thu time timed timeout tls to token tolerate tolerated too top topic trace traceback traefik
transaction trigger trying tue type types tz udp unable unauthorized unavailable undeclared undefined undo
unexpected unhandled unhealthy uninitialized uninstalling unknown unlock unmount unmounted unparsable
unparseable unreachable unrecognized unserved unsupported until untolerated unusable unused up update updated
updates updating upper upstream usage use used user using utc valid validating validation value values variable
vault verify version versioning violates volume vsphere wait waiting warn warning was webhook wed weekly when
whenever while will windows with within without worker workers working write writing written wrong x yaml yearly
yes you your
"""
WORDS: Final = frozenset(_TEXT.split())


def words_of(text: str) -> list[str]:
    """The words in it, those in `CamelCase` apart; numbers are none."""
    return _WORD.findall(text)


def words_in(texts: Iterable[str]) -> frozenset[str]:
    """The words of all of them, in lower case."""
    return frozenset(word.lower() for text in texts for word in words_of(text))
