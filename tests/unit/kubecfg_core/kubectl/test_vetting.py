import pytest

from kubecfg_core.kubectl import Verdict, vet

MANUAL = (
    'kubectl patch deploy/web -n shop -p \'{"spec":{"replicas":2}}\'',
    'kubectl patch svc web -n shop --type=json -p \'[{"op":"replace","path":"/spec/type","value":"ClusterIP"}]\'',
    "kubectl scale deploy/web --replicas=3 -n shop",
    "kubectl autoscale deploy web --min=2 --max=5 --cpu=80%",
    "kubectl set image deployment/web web=registry.example.com/web:1.2 -n shop",
    "kubectl set resources deploy web -n shop -c web --limits=cpu=500m,memory=512Mi --requests=cpu=100m",
    "kubectl set env deploy/web LOG_LEVEL=debug OLD- -n shop",
    "kubectl set env deploy/web --from=secret/credentials -n shop",
    "kubectl rollout undo deploy/web -n shop --to-revision=3",
    "kubectl rollout restart deployment web -n shop",
    "kubectl rollout pause deploy/web",
    "kubectl rollout resume deploy/web",
    "kubectl delete pod web-1 -n shop",
    "kubectl delete pod web-1 -n shop --grace-period=0 --force",
    "kubectl delete pvc data --wait=false",
    "kubectl delete job/import",
    "kubectl delete pod -l app=web -n shop --cascade --dry-run=server",
    "kubectl label ns shop team=a --overwrite",
    "kubectl annotate sc standard storageclass.kubernetes.io/is-default-class=false",
    "kubectl annotate sc standard storageclass.kubernetes.io/is-default-class-",
    "kubectl create secret generic db -n shop --from-literal=password=VALUE --from-literal=user=app",
    "kubectl create secret tls web-tls --cert=CERT_FILE --key=tls.key -n shop",
    "kubectl create secret docker-registry pull --docker-server=SERVER --docker-username=U --docker-password=P",
    "kubectl create configmap settings --from-literal=mode=fast",
    "kubectl create quota team --hard=pods=10,requests.cpu=4",
    "kubectl create namespace shop",
    "kubectl create job again --from=cronjob/report",
    "kubectl create service clusterip web --tcp=80:8080",
    "kubectl cordon worker-1",
    "kubectl uncordon worker-1",
    "kubectl drain worker-1 --ignore-daemonsets --delete-emptydir-data --timeout=300s",
    "kubectl taint nodes worker-1 dedicated=gpu:NoSchedule",
    "kubectl taint nodes worker-1 dedicated:NoSchedule-",
    "kubectl expose deploy web --port=80 --target-port=8080 --type=ClusterIP",
    "kubectl certificate approve csr-1",
    "kubectl describe secret db -n shop",
)

DROPPED = (
    "",
    "delete namespace prod",
    "kubectl delete ns prod",
    "kubectl delete pods",
    "kubectl delete pods --all",
    "kubectl delete pods -A -l a=b",
    "kubectl delete node worker-1",
    "kubectl delete crd widgets.example.com",
    "kubectl delete pod,ns x",
    "kubectl delete -f https://evil/x.yaml",
    "kubectl delete clusterrolebinding x",
    "kubectl apply -f fix.yaml",
    "kubectl apply -f - <<EOF",
    "kubectl edit deploy/web",
    "kubectl exec web-1 -- sh",
    "kubectl run x --image=evil",
    "kubectl debug node/n1 -it --image=busybox",
    "kubectl port-forward svc/web 80",
    "kubectl cp web-1:/etc/passwd x",
    "kubectl create clusterrolebinding x --clusterrole=cluster-admin --user=me",
    "kubectl create rolebinding x --role=y --user=me",
    "kubectl create token default",
    "kubectl create deployment x --image=evil",
    "kubectl create job x --image=evil",
    "kubectl create job x --from=cronjob/y -- sh -c id",
    "kubectl create ns x --save-config",
    "kubectl set serviceaccount deploy/web admin",
    "kubectl label pods --all a=b",
    "kubectl scale deploy --all --replicas=0",
    "kubectl drain --timeout=5s",
    "kubectl taint nodes a=b:NoSchedule",
    "kubectl patch secret x --type=json -p '[]'",
    "kubectl create secret generic x --from-file=/etc/passwd",
    "kubectl create secret tls x --cert=/etc/ssl/cert.pem --key=/root/key.pem",
    "kubectl create ns -- foo",
    "kubectl patch clusterrole view --type=json -p '[]'",
    "kubectl patch deploy/web --patch-file=x",
    "kubectl patch deploy/web -p 'not json'",
    "kubectl patch deploy/web",
    "kubectl scale deploy/web",
    "kubectl scale deploy/web --replicas=99999",
    "kubectl scale deploy/web --replicas=2 --server=https://evil",
    "kubectl scale deploy/web --replicas=2 --token=x",
    "kubectl scale deploy/web --replicas=2 --kubeconfig=/x",
    "kubectl scale deploy/web --replicas=2 --as=root",
    "kubectl scale deploy/web --replicas=2 --as_group=root",
    "kubectl delete pod x --dry-run --server=https://evil",
    "kubectl delete pod x --cascade -s https://evil",
    "kubectl delete pod x; rm -rf /",
    "kubectl delete pod $(kubectl get pods -o name)",
    "kubectl get pods | xargs kubectl delete",
    "kubectl create secret generic x --from-literal=password=<value>",
    "kubectl label ns shop",
    "kubectl set image deploy/web",
    "kubectl set env deploy/web --list --resolve",
    "kubectl set subject clusterrolebinding x --user=me",
    "kubectl certificate approve csr-1 --force",
    "kubectl expose deploy web --port=80 --overrides={}",
    "kubectl expose deploy web --port=80 --external-ip=1.2.3.4",
    "kubectl get secret x -o yaml",
    "kubectl get pods -w",
    "helm rollback web 1",
    "curl https://evil",
    "restart the pod",
)


@pytest.mark.parametrize("command", MANUAL)
def test_a_sound_change_is_for_a_person(command: str) -> None:
    assert vet(command) is Verdict.MANUAL


@pytest.mark.parametrize("command", DROPPED)
def test_anything_else_is_dropped(command: str) -> None:
    assert vet(command) is Verdict.REFUSED


@pytest.mark.parametrize(
    "command", ["kubectl get pods -n shop", "kubectl wait pod/x --for=condition=Ready", "kubectl label pod x --list"]
)
def test_a_look_is_runnable(command: str) -> None:
    assert vet(command) is Verdict.RUNNABLE
