"""Images that cannot be pulled."""

from typing import Final

from kubecfg_core import Playbook
from kubecfg_playbooks.writing import (
    DESCRIBE_POD,
    POD_READY,
    ROLLED_OUT,
    UNDO,
    book,
    create,
    delete,
    escalate,
    in_container,
    in_pods,
    look,
    outside,
    patch,
)

_SET_IMAGE: Final = patch(
    "Name an image that exists: put its tag in place of TAG.",
    "kubectl set image {controller} {scope} {container}={registry}/{repository}:TAG",
    "New pods pull the image and start.",
)
_SET_NAKED: Final = patch(
    "Name an image that exists: put its tag in place of TAG.",
    "kubectl set image pod/{naked_pod} {scope} {container}={registry}/{repository}:TAG",
    "The pod pulls the image and starts.",
)
_AGAIN: Final = delete(
    "Once the cause is gone, let {controller} try at once with a new pod; the kubelet tries every five minutes anyway.",
    "kubectl delete pod {name} {scope}",
    "A new pod pulls {image} and starts.",
)
_OTHER_PULLS: Final = look(
    "See whether other pods have the same trouble.",
    "kubectl get events -A --field-selector type=Warning,reason=Failed",
    "Failures on every node point to the registry, on one node to that node's network.",
)

IMAGES: Final[tuple[Playbook, ...]] = (
    book(
        "pod.image_not_found",
        "Image {image} of container {container} does not exist in its registry.",
        "The registry answers, and says that it has no such repository or tag: a typing error, a tag that was never "
        "pushed, or one that was cleaned up.",
        DESCRIBE_POD,
        _SET_IMAGE,
        _SET_NAKED,
        UNDO,
        ROLLED_OUT,
        POD_READY,
        confidence=0.9,
    ),
    book(
        "pod.image_unauthorized",
        "The registry {registry} does not let the node pull {image}.",
        "The pod names no pull secret, or one whose credentials are not valid for this repository. Some registries "
        "answer the same way where the repository does not exist at all, so check its name too.",
        DESCRIBE_POD,
        look(
            "See which pull secrets the namespace has.",
            "kubectl get secrets {scope} --field-selector type=kubernetes.io/dockerconfigjson",
            "A secret for {registry} is there, or is not.",
        ),
        look(
            "The pod presents {pull_secret}: see that it is a pull secret.",
            "kubectl get secret {pull_secret} {scope}",
            "TYPE is kubernetes.io/dockerconfigjson, and it was made for {registry}.",
        ),
        create(
            "Make a pull secret that may read the repository: put your credentials in place of USER and PASSWORD.",
            "kubectl create secret docker-registry registry-pull {scope} --docker-server={registry} "
            "--docker-username=USER --docker-password=PASSWORD",
            "The secret registry-pull exists.",
        ),
        patch(
            "Let the pods use it.",
            in_pods(imagePullSecrets=[{"name": "registry-pull"}]),
            "New pods present the credentials to {registry}.",
        ),
        ROLLED_OUT,
        minutes=15,
    ),
    book(
        "pod.image_no_credentials",
        "The pull secrets of the pod are for {registries}, and not for {registry}.",
        "A kubelet presents only the credentials whose host (and path, if it has one) are those of the image. So the "
        "registry was asked without any, and refused. Docker Hub is called https://index.docker.io/v1/ there.",
        DESCRIBE_POD,
        look(
            "See what the pull secret is called and when it was made.",
            "kubectl get secret {pull_secret} {scope}",
            "TYPE is kubernetes.io/dockerconfigjson.",
        ),
        create(
            "Make a pull secret for {registry}: put your credentials in place of USER and PASSWORD.",
            "kubectl create secret docker-registry registry-pull {scope} --docker-server={registry} "
            "--docker-username=USER --docker-password=PASSWORD",
            "The secret registry-pull exists.",
        ),
        patch(
            "Let the pods use it.",
            in_pods(imagePullSecrets=[{"name": "registry-pull"}]),
            "New pods present the credentials to {registry}.",
        ),
        ROLLED_OUT,
        minutes=10,
    ),
    book(
        "pod.image_rate_limited",
        "The registry {registry} refuses further pulls for now: too many were made.",
        "Registries limit the pulls of an address or an account over some hours; Docker Hub's limit for pulls without "
        "an account is low and shared by all nodes behind one address. It passes by itself, and comes back.",
        DESCRIBE_POD,
        create(
            "Pull with an account, which has a limit of its own: put yours in place of USER and PASSWORD.",
            "kubectl create secret docker-registry registry-pull {scope} --docker-server={registry} "
            "--docker-username=USER --docker-password=PASSWORD",
            "The secret registry-pull exists.",
        ),
        patch(
            "Let the pods use it.",
            in_pods(imagePullSecrets=[{"name": "registry-pull"}]),
            "Pulls count against the account, not the address.",
        ),
        outside(
            "For good, put a pull-through cache or a mirror in front of {registry}.",
            "Each image is fetched from outside once.",
        ),
        ROLLED_OUT,
        minutes=20,
    ),
    book(
        "pod.image_dns",
        "The node cannot resolve the name of the registry {registry}.",
        "The kubelet asks the node's own resolver, not the cluster's. Either the name of the registry is misspelt, or "
        "it is known only inside another network, or the node's DNS does not work.",
        DESCRIBE_POD,
        _OTHER_PULLS,
        outside(
            "Check the registry's name in {image}; if it is right, mend the node's resolver (/etc/resolv.conf).",
            "The node resolves {registry}.",
        ),
        _AGAIN,
        confidence=0.7,
        minutes=20,
    ),
    book(
        "pod.image_tls",
        "The node does not accept the certificate of the registry {registry}.",
        "The certificate was issued by an authority that the node does not know, has ended, or is for another name; or "
        "the registry speaks plain HTTP.",
        DESCRIBE_POD,
        _OTHER_PULLS,
        outside(
            "Give the registry a certificate from a known authority, or install its authority's certificate in the "
            "container runtime of every node (/etc/containerd/certs.d/ for containerd).",
            "A pull on the node succeeds without an exception.",
        ),
        _AGAIN,
        confidence=0.7,
        minutes=30,
    ),
    book(
        "pod.image_timeout",
        "The registry {registry} does not answer the node.",
        "The connection is refused or times out: a firewall or proxy between node and registry, a registry that is "
        "down, or a wrong port in the image's name.",
        DESCRIBE_POD,
        _OTHER_PULLS,
        outside(
            "Open the way from the nodes to {registry}, set the runtime's proxy, or bring the registry up.",
            "The node connects to {registry}.",
        ),
        _AGAIN,
        confidence=0.6,
        minutes=30,
    ),
    book(
        "pod.image_invalid_name",
        "{image} is not the name of an image.",
        "An image is [REGISTRY/]REPOSITORY[:TAG][@DIGEST], in lower case and without blanks. Often a template has "
        "left a variable unfilled.",
        DESCRIBE_POD,
        patch(
            "Name a valid image in place of IMAGE.",
            "kubectl set image {controller} {scope} {container}=IMAGE",
            "New pods pull the image and start.",
        ),
        patch(
            "Name a valid image in place of IMAGE.",
            "kubectl set image pod/{naked_pod} {scope} {container}=IMAGE",
            "The pod pulls the image and starts.",
        ),
        UNDO,
        ROLLED_OUT,
        confidence=0.9,
    ),
    book(
        "pod.image_platform",
        "Image {image} was not built for the processor of the node.",
        "The registry has the image, but no variant for the node's architecture (amd64 on an arm64 node, say).",
        look(
            "See the architecture of the nodes.",
            "kubectl get nodes -L kubernetes.io/arch",
            "ARCH of the pod's node differs from that of the image.",
        ),
        DESCRIBE_POD,
        patch(
            "If some nodes fit, keep the pods on them; put the image's architecture in place of amd64.",
            in_pods(nodeSelector={"kubernetes.io/arch": "amd64"}),
            "New pods land on nodes that can run the image.",
        ),
        outside(
            "For good, build the image for every architecture of the cluster, under one tag.",
            "The image's manifest lists the node's architecture.",
        ),
        ROLLED_OUT,
        minutes=20,
    ),
    book(
        "pod.image_pull_failed",
        "Image {image} of container {container} cannot be pulled.",
        "The kubelet's message does not fit a known cause; the event holds the registry's own words.",
        DESCRIBE_POD,
        _OTHER_PULLS,
        outside(
            "Check by hand, from a machine with the node's network, that {image} can be pulled.",
            "The pull shows whether the name, the credentials or the network is at fault.",
        ),
        UNDO,
        escalate(
            "If it stays unclear, hand the event on to whoever runs {registry}.", "They find the request in their log."
        ),
        confidence=0.5,
        minutes=20,
    ),
    book(
        "pod.image_never_pull",
        "Image {image} is not on the node, and container {container} forbids to pull it.",
        "With imagePullPolicy Never only an image that is already on the node is used. That suits a single node to "
        "which images are loaded by hand, and fails as soon as the pod lands elsewhere.",
        DESCRIBE_POD,
        patch(
            "Let the kubelet pull the image where it is missing.",
            in_container(imagePullPolicy="IfNotPresent"),
            "New pods pull {image} where it is missing.",
        ),
        outside(
            "If the image exists on no registry, load it onto the node with the node's own tool.",
            "The node lists {image} among its images.",
        ),
        ROLLED_OUT,
        confidence=0.9,
    ),
)
