"""What runs batches on several machines: the image's stage, compose's profile, docs/kubernetes/cluster/."""

import re
from typing import Any

import kubernetes_validate
import pytest
import yaml

import docops_flask
from docops_flask.settings.settings import Settings, from_env
from tests.conftest import ROOT
from tests.container.dockerfile import Stage, stages
from tests.container.resources import SERVER_BYTES, binary_bytes

FOLDER = ROOT / "docs" / "kubernetes"
CLUSTER = FOLDER / "cluster"
PATCH = "servers-patch"
MANIFESTS = {
    f"{path.stem} {document['kind']} {document['metadata']['name']}": document
    for path in sorted(CLUSTER.glob("*.yaml"))
    if path.stem != PATCH
    for document in yaml.safe_load_all(path.read_text())
}
VERSIONS = ("1.27", kubernetes_validate.latest_version())
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = {name: each for name, each in COMPOSE["services"].items() if each.get("profiles") == ["cluster"]}


@pytest.fixture(scope="module")
def stage() -> Stage:
    """The stage of the image of servers and workers."""
    (found,) = (each for each in stages(ROOT / "Dockerfile") if each.name == "cluster")
    return found


def settings_of(environ: dict[str, str], folder: str) -> Settings:
    """What a process makes of its variables; the folder of batches is one that is here."""
    return from_env(
        {name: value for name, value in environ.items() if name.startswith("DOCOPS_")}
        | {"DOCOPS_BATCH_DIR": folder}
    )


def test_the_image_is_the_default_one_with_the_extras(stage: Stage) -> None:
    final = stages(ROOT / "Dockerfile")[-1]
    (builder,) = (each for each in stages(ROOT / "Dockerfile") if each.name == "cluster-builder")
    run = builder.all("RUN")[-1].text
    for name in ("celery", "s3"):
        assert f"--require-hashes --requirement requirements-{name}.txt" in run
    assert re.search(r"--no-index .*celery redis obstore", run)
    for name in ("ENV", "CMD", "HEALTHCHECK", "STOPSIGNAL", "EXPOSE", "WORKDIR", "USER"):
        assert stage.all(name) == final.all(name)


def test_the_profile_has_two_servers_two_workers_a_broker_and_nginx() -> None:
    assert sorted(SERVICES) == [
        "cluster-nginx", "cluster-redis", "cluster-server-1", "cluster-server-2", "cluster-worker-1",
        "cluster-worker-2",
    ]  # fmt: skip
    assert SERVICES["cluster-server-1"] == SERVICES["cluster-server-2"]
    assert SERVICES["cluster-worker-1"] == SERVICES["cluster-worker-2"]
    servers = SERVICES["cluster-nginx"]["environment"]["DOCOPS_NGINX_SERVERS"]
    assert re.findall(r"server (\S+):8000", servers) == ["cluster-server-1", "cluster-server-2"]
    assert set(COMPOSE["volumes"]) == {"batches", "broker"}


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_confined(name: str) -> None:
    service = SERVICES[name]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert all("size=" in each for each in service["tmpfs"])
    assert ("ports" in service) == (name == "cluster-nginx")


@pytest.mark.parametrize("name", ["cluster-server-1", "cluster-worker-1"])
def test_servers_and_workers_share_folder_broker_and_image(name: str, stage: Stage, tmp_path: Any) -> None:
    service = SERVICES[name]
    environ = service["environment"]
    settings = settings_of(environ, str(tmp_path))
    assert service["build"]["target"] == stage.name
    assert service["volumes"] == [f"batches:{environ['DOCOPS_BATCH_DIR']}"]
    assert stage.all("COPY")[-1].text.endswith(environ["DOCOPS_BATCH_DIR"])
    assert settings.batch_broker == "redis://cluster-redis:6379/0"
    grace = int(service["stop_grace_period"].removesuffix("s"))
    is_worker = "worker" in name
    assert grace > (settings.request_timeout_seconds if is_worker else settings.worker_timeout_seconds)
    count = settings.batch_concurrency if is_worker else settings.workers * settings.max_concurrency
    (tmp,) = re.findall(r"size=(\w+)", service["tmpfs"][0])
    memory = count * settings.renderer_memory_bytes + binary_bytes(tmp) + SERVER_BYTES
    assert binary_bytes(service["deploy"]["resources"]["limits"]["memory"]) >= memory


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_is_valid_against_its_schema(name: str, version: str) -> None:
    checked_against = kubernetes_validate.validate(MANIFESTS[name], version, strict=True)
    assert version in (checked_against, f"{checked_against}.0")


def worker_pod() -> dict[str, Any]:
    found: dict[str, Any] = MANIFESTS["worker Deployment docops-worker"]["spec"]["template"]["spec"]
    return found


def environ_of(container: dict[str, Any]) -> dict[str, str]:
    """The container's variables; that of the secret is made up."""
    return {each["name"]: each.get("value", "redis://:x@docops-redis:6379/0") for each in container["env"]}


def test_workers_have_the_image_the_user_and_the_limits_of_servers(stage: Stage, tmp_path: Any) -> None:
    pod = worker_pod()
    (container,) = pod["containers"]
    assert container["image"].endswith(f"/docops-cluster:{docops_flask.__version__}")
    uid, gid = (int(number) for number in stage.one("USER").text.split(":"))
    assert (pod["securityContext"]["runAsUser"], pod["securityContext"]["runAsGroup"]) == (uid, gid)
    deployment = yaml.safe_load((FOLDER / "deployment.yaml").read_text())
    (server,) = deployment["spec"]["template"]["spec"]["containers"]
    assert container["securityContext"] == server["securityContext"]
    settings = settings_of(environ_of(container), str(tmp_path))
    assert pod["terminationGracePeriodSeconds"] > settings.request_timeout_seconds
    memory = settings.batch_concurrency * settings.renderer_memory_bytes + SERVER_BYTES
    folder = binary_bytes(pod["volumes"][0]["emptyDir"]["sizeLimit"])
    assert binary_bytes(container["resources"]["limits"]["memory"]) >= memory + folder
    (port,) = container["ports"]
    assert container["command"][-1] == f"0.0.0.0:{port['containerPort']}"


def test_servers_get_the_same_folder_and_broker() -> None:
    patch = yaml.safe_load((CLUSTER / f"{PATCH}.yaml").read_text())["spec"]["template"]["spec"]
    (container,), worker = patch["containers"], worker_pod()
    of_worker = {each["name"]: each for each in worker["containers"][0]["env"]}
    assert all(each == of_worker[each["name"]] for each in container["env"])
    assert container["image"] == worker["containers"][0]["image"]
    assert container["volumeMounts"][0] in worker["containers"][0]["volumeMounts"]
    assert patch["volumes"][0] in worker["volumes"]
    claim = MANIFESTS["volume PersistentVolumeClaim docops-batches"]
    assert patch["volumes"][0]["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]


def test_the_autoscaler_uses_the_age_of_the_oldest_missing_chunk() -> None:
    hpa = MANIFESTS["hpa HorizontalPodAutoscaler docops-worker"]["spec"]
    (metric,) = hpa["metrics"]
    config = MANIFESTS["prometheus-adapter ConfigMap docops-prometheus-adapter-external-rules"]["data"]
    (rule,) = yaml.safe_load(config["config.yaml"])["externalRules"]
    name = metric["external"]["metric"]["name"]
    assert name == rule["name"]["as"]
    assert set(re.findall(r"docops_\w+", rule["seriesQuery"] + rule["metricsQuery"])) == {name}
    assert f'"{name}"' in (ROOT / "docops_flask/web/views/metrics.py").read_text()
    assert hpa["scaleTargetRef"]["name"] == "docops-worker"


def test_policies_let_servers_and_workers_reach_the_broker_alone() -> None:
    policy = MANIFESTS["networkpolicy NetworkPolicy docops-to-broker"]["spec"]
    (selected,) = policy["podSelector"]["matchExpressions"]
    assert selected["values"] == ["docops", "docops-worker"]
    redis = MANIFESTS["redis StatefulSet docops-redis"]["spec"]["template"]["metadata"]["labels"]
    assert policy["egress"][0]["to"] == [{"podSelector": {"matchLabels": redis}}]
