"""The manifests of docs/kubernetes/ fit Kubernetes' schemas, each other, the image and the service."""

import logging
import re
from typing import Any

import kubernetes_validate
import pytest
import yaml

import docops_flask
from docops_flask.app import create_app
from docops_flask.engine.opc.limits import MIB
from docops_flask.logs.events import LOGGER
from docops_flask.settings.settings import Settings, from_env
from tests.conftest import ROOT
from tests.container.dockerfile import Stage, stages
from tests.container.resources import SERVER_BYTES, binary_bytes
from tests.optional import not_none

FOLDER = ROOT / "docs" / "kubernetes"
MANIFESTS = {path.stem: yaml.safe_load(path.read_text()) for path in sorted(FOLDER.glob("*.yaml"))}
LABELS = {"app.kubernetes.io/name": "docops"}
# The oldest release that the manifests are meant for, and the newest that is known.
VERSIONS = ("1.27", kubernetes_validate.latest_version())


@pytest.fixture(scope="module")
def pod() -> dict[str, Any]:
    found: dict[str, Any] = MANIFESTS["deployment"]["spec"]["template"]["spec"]
    return found


@pytest.fixture(scope="module")
def container(pod: dict[str, Any]) -> dict[str, Any]:
    (only,) = pod["containers"]
    found: dict[str, Any] = only
    return found


@pytest.fixture(scope="module")
def settings(container: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """What the service makes of the container's variables."""
    return from_env({variable["name"]: variable["value"] for variable in container["env"]})


@pytest.fixture(scope="module")
def routes(settings: Settings) -> set[str]:
    """The paths of the service with these settings."""
    logger = logging.getLogger(LOGGER)
    handlers, level = list(logger.handlers), logger.level
    paths = {rule.rule for rule in create_app(settings).url_map.iter_rules()}
    logger.handlers = handlers
    logger.setLevel(level)
    return paths


@pytest.fixture(scope="module")
def image() -> Stage:
    """The stage that becomes the image."""
    return stages(ROOT / "Dockerfile")[-1]


def test_the_manifests_are_these() -> None:
    kinds = {name: manifest["kind"] for name, manifest in MANIFESTS.items()}
    assert kinds == {
        "deployment": "Deployment",
        "service": "Service",
        "hpa": "HorizontalPodAutoscaler",
        "pdb": "PodDisruptionBudget",
        "networkpolicy": "NetworkPolicy",
        "prometheus-adapter": "ConfigMap",
    }


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_is_valid_against_its_schema(name: str, version: str) -> None:
    checked_against = kubernetes_validate.validate(MANIFESTS[name], version, strict=True)
    assert version in (checked_against, f"{checked_against}.0")


@pytest.mark.parametrize("name", MANIFESTS)
def test_the_schema_check_finds_an_unknown_member(name: str) -> None:
    """The schema check can fail."""
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate({**MANIFESTS[name], "sepc": {}}, VERSIONS[-1], strict=True)


def test_all_manifests_select_the_same_pods() -> None:
    spec = {name: manifest.get("spec") for name, manifest in MANIFESTS.items()}
    assert spec["deployment"]["template"]["metadata"]["labels"] == LABELS
    assert spec["deployment"]["selector"]["matchLabels"] == LABELS
    assert spec["service"]["selector"] == LABELS
    assert spec["pdb"]["selector"]["matchLabels"] == LABELS
    assert spec["networkpolicy"]["podSelector"]["matchLabels"] == LABELS
    target = spec["hpa"]["scaleTargetRef"]
    deployment = MANIFESTS["deployment"]
    assert (target["kind"], target["apiVersion"]) == (deployment["kind"], deployment["apiVersion"])
    assert target["name"] == deployment["metadata"]["name"]


def test_the_image_is_of_this_version(container: dict[str, Any]) -> None:
    assert container["image"].endswith(f"/docops:{docops_flask.__version__}")


def test_the_port_is_the_images(container: dict[str, Any], image: Stage) -> None:
    (port,) = container["ports"]
    assert port == {"name": "http", "containerPort": int(image.one("EXPOSE").text)}
    (service_port,) = MANIFESTS["service"]["spec"]["ports"]
    assert service_port["targetPort"] == "http"
    (rule,) = MANIFESTS["networkpolicy"]["spec"]["ingress"]
    assert [each["port"] for each in rule["ports"]] == ["http"]


@pytest.mark.parametrize(
    ("probe", "path"),
    [("startupProbe", "/healthz"), ("livenessProbe", "/healthz"), ("readinessProbe", "/readyz")],
)
def test_probes_use_routes_of_the_service(
    container: dict[str, Any], routes: set[str], probe: str, path: str
) -> None:
    assert container[probe]["httpGet"] == {"path": path, "port": "http"}
    assert path in routes


def test_the_scraped_path_exists(container: dict[str, Any], routes: set[str]) -> None:
    annotations = MANIFESTS["deployment"]["spec"]["template"]["metadata"]["annotations"]
    assert annotations["prometheus.io/port"] == str(container["ports"][0]["containerPort"])
    assert annotations["prometheus.io/path"] in routes


def test_the_user_is_the_images(pod: dict[str, Any], image: Stage) -> None:
    uid, gid = (int(number) for number in image.one("USER").text.split(":"))
    context = pod["securityContext"]
    assert (context["runAsUser"], context["runAsGroup"], context["runAsNonRoot"]) == (uid, gid, True)


def test_the_pod_has_no_capabilities(pod: dict[str, Any], container: dict[str, Any]) -> None:
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_the_one_writable_folder_is_the_images(
    pod: dict[str, Any], container: dict[str, Any], image: Stage
) -> None:
    (mount,) = container["volumeMounts"]
    (volume,) = pod["volumes"]
    assert mount["name"] == volume["name"]
    assert mount["mountPath"] == image.all("ENV")[0].pairs["TMPDIR"]
    assert volume["emptyDir"]["medium"] == "Memory"


def test_the_memory_is_enough_for_all_slots_and_a_full_folder(
    pod: dict[str, Any], container: dict[str, Any], settings: Settings
) -> None:
    renderers = settings.workers * settings.max_concurrency * settings.renderer_memory_bytes
    folder = binary_bytes(pod["volumes"][0]["emptyDir"]["sizeLimit"])
    assert binary_bytes(container["resources"]["limits"]["memory"]) >= renderers + folder + SERVER_BYTES


def test_the_folder_holds_every_body_that_may_be_received_at_a_time(
    pod: dict[str, Any], settings: Settings
) -> None:
    bodies = settings.workers * settings.threads * (settings.max_body_bytes - MIB)
    assert binary_bytes(pod["volumes"][0]["emptyDir"]["sizeLimit"]) >= bodies


def test_the_grace_period_exceeds_the_longest_job(
    pod: dict[str, Any], container: dict[str, Any], settings: Settings
) -> None:
    sleeping = int(not_none(re.search(r"sleep (\d+)", " ".join(_pre_stop(container))))[1])
    readiness = container["readinessProbe"]
    assert sleeping > readiness["periodSeconds"] * readiness["failureThreshold"]
    assert pod["terminationGracePeriodSeconds"] > sleeping + settings.worker_timeout_seconds


def test_the_hook_touches_the_drain_file_in_the_writable_folder(
    container: dict[str, Any], settings: Settings
) -> None:
    assert 'touch "$DOCOPS_DRAIN_FILE"' in " ".join(_pre_stop(container))
    assert str(not_none(settings.drain_file).parent) == container["volumeMounts"][0]["mountPath"]


def test_the_autoscaler_uses_the_adapters_metrics_of_the_service() -> None:
    (metric,) = MANIFESTS["hpa"]["spec"]["metrics"]
    (rule,) = yaml.safe_load(MANIFESTS["prometheus-adapter"]["data"]["config.yaml"])["rules"]
    assert metric["pods"]["metric"]["name"] == rule["name"]["as"]
    read = set(re.findall(r"\bdocops_\w+", rule["seriesQuery"] + rule["metricsQuery"]))
    assert read == {"docops_slots_busy", "docops_slots_total"}
    assert metric["pods"]["target"] == {"type": "AverageValue", "averageValue": "700m"}


def test_an_upgrade_never_has_fewer_pods_than_the_replicas() -> None:
    assert MANIFESTS["deployment"]["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert "replicas" not in MANIFESTS["deployment"]["spec"]
    assert MANIFESTS["hpa"]["spec"]["minReplicas"] >= 2


def _pre_stop(container: dict[str, Any]) -> list[str]:
    found: list[str] = container["lifecycle"]["preStop"]["exec"]["command"]
    return found
