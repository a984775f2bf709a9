"""compose.yaml agrees with the settings, the Dockerfile, nginx's template and itself."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from docops_flask.settings.settings import Settings, all_settings, from_env
from tests.conftest import ROOT, require
from tests.container.dockerfile import stages
from tests.container.resources import SERVER_BYTES, binary_bytes
from tests.optional import not_none
from tools.render_nginx import render

TEXT = (ROOT / "compose.yaml").read_text()
COMPOSE = yaml.safe_load(TEXT)
SERVICE, NGINX = COMPOSE["services"]["docops"], COMPOSE["services"]["nginx"]
TEMPLATE = (ROOT / "nginx" / "docops.conf.template").read_text()
# A variable, whether or not it is commented out, and what is said after it.
VARIABLE = re.compile(r"^      (?:# )?(DOCOPS_\w+): (.+?)(?:  # (.*))?$", re.MULTILINE)
IMAGE_BIND = stages(ROOT / "Dockerfile")[-1].all("ENV")[0].pairs["DOCOPS_BIND"]


def _listed() -> dict[str, tuple[str, str]]:
    """Value and note of each of the service's variables."""
    service, _, _ = TEXT.partition("\n  nginx:\n")
    listed = {name: (yaml.safe_load(value), note) for name, value, note in VARIABLE.findall(service)}
    return listed | {name: (value, listed[name][1]) for name, value in environment().items()}


@pytest.fixture(scope="module")
def settings() -> Settings:
    """What the service makes of its variables."""
    return from_env({"DOCOPS_BIND": IMAGE_BIND, **environment()})


def environment(**given: str) -> dict[str, str]:
    """The service's own variables, those of the form ${NAME:-default} resolved as docker compose does."""
    return {
        name: re.sub(r"\$\{(\w+):-([^}]*)\}", lambda match: given.get(match[1], match[2]), value)
        for name, value in SERVICE["environment"].items()
        if name.startswith("DOCOPS_")
    }


def test_every_variable_of_the_contract_is_there_once() -> None:
    service, _, _ = TEXT.partition("\n  nginx:\n")
    names = [name for name, _, _ in VARIABLE.findall(service)]
    assert sorted(names) == sorted(variable for variable, _, _ in all_settings())


@pytest.mark.parametrize(
    ("variable", "default", "default_text"),
    [(variable, field.default, setting.default_text) for variable, field, setting in all_settings()],
)
def test_the_default_of_each_variable_is_noted(
    variable: str, default: object, default_text: str | None
) -> None:
    value, note = _listed()[variable]
    if variable == "DOCOPS_BIND":
        assert (value, note) == (IMAGE_BIND, "the image's default")
    elif variable in SERVICE["environment"]:
        assert note == f"default: {_text(default)}"
    elif default_text is not None:
        assert (value, note) == ("", f"default: {default_text}")
    else:
        assert value == _text(default)


def _text(default: object) -> str:
    return f"{default:g}" if isinstance(default, float | bool) else str(default)


def test_uncommented_defaults_change_nothing(settings: Settings) -> None:
    assert from_env({name: value for name, (value, _) in _listed().items()}) == settings


def test_the_commit_is_the_build_argument() -> None:
    assert SERVICE["build"]["args"] == {"DOCOPS_COMMIT_SHA": "${DOCOPS_COMMIT_SHA:-unknown}"}


def test_the_service_has_no_capabilities() -> None:
    for service in (SERVICE, NGINX):
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert not {"privileged", "cap_add", "user", "pid", "network_mode"} & set(service)


def test_by_default_only_the_api_is_served_on_port_8000_and_no_file_is_needed(settings: Settings) -> None:
    assert SERVICE["ports"] == ["127.0.0.1:8000:8000"]
    assert "profiles" not in SERVICE
    assert "volumes" not in SERVICE
    assert settings.trusted_proxies == 0
    # A port of the machine leads into no network that is internal.
    assert COMPOSE["networks"][SERVICE["networks"][0]] is None


def test_nginx_has_a_profile_whose_instructions_set_the_trusted_proxies() -> None:
    assert NGINX["profiles"] == ["proxy"]
    (instruction,) = re.findall(r"^#   (.*--profile proxy.*)$", TEXT, re.MULTILINE)
    assert instruction.startswith("DOCOPS_TRUSTED_PROXIES=1 docker compose ")
    assert from_env(environment(DOCOPS_TRUSTED_PROXIES="1")).trusted_proxies == 1
    assert COMPOSE["networks"]["backend"] == {"internal": True}
    assert "backend" in SERVICE["networks"]
    assert "backend" in NGINX["networks"]
    assert NGINX["ports"] == [f"127.0.0.1:8080:{NGINX['environment']['DOCOPS_NGINX_LISTEN']}"]


def test_each_service_has_resource_limits() -> None:
    for service in (SERVICE, NGINX):
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
        assert all("size=" in each for each in service["tmpfs"])


def test_the_memory_is_enough_for_all_slots_and_a_full_folder(settings: Settings) -> None:
    renderers = settings.workers * settings.max_concurrency * settings.renderer_memory_bytes
    limits = SERVICE["deploy"]["resources"]["limits"]
    assert binary_bytes(limits["memory"]) >= renderers + _tmpfs_bytes(SERVICE) + SERVER_BYTES
    threads = settings.workers * (settings.threads + settings.max_concurrency)
    assert limits["pids"] > threads * 2
    assert binary_bytes(NGINX["deploy"]["resources"]["limits"]["memory"]) > _tmpfs_bytes(NGINX)


def _tmpfs_bytes(service: dict[str, Any]) -> int:
    return sum(binary_bytes(not_none(re.search(r"size=(\w+)", each))[1]) for each in service["tmpfs"])


def test_a_stop_waits_longer_than_a_job_takes(settings: Settings) -> None:
    assert int(SERVICE["stop_grace_period"].removesuffix("s")) > settings.worker_timeout_seconds


def test_nginx_has_every_variable_of_its_template() -> None:
    asked = set(re.findall(r"\$\{(\w+)\}", TEMPLATE))
    told = {name for name in NGINX["environment"] if re.match(_filter(), name)}
    assert told == asked
    assert set(NGINX["environment"]) - told == {"NGINX_ENVSUBST_FILTER"}


def test_envsubst_keeps_nginxs_own_variables() -> None:
    own = set(re.findall(r"\$(\w+)", TEMPLATE))
    assert not [name for name in own if re.match(_filter(), name)]


def _filter() -> str:
    found: str = NGINX["environment"]["NGINX_ENVSUBST_FILTER"]
    return found


def test_nginx_and_the_service_agree(settings: Settings) -> None:
    told = NGINX["environment"]
    port = settings.bind.rpartition(":")[2]
    assert told["DOCOPS_NGINX_SERVERS"].startswith(f"server docops:{port} ")
    assert int(told["DOCOPS_NGINX_MAX_BODY_BYTES"]) == settings.max_body_bytes
    assert int(told["DOCOPS_NGINX_READ_TIMEOUT_SECONDS"]) > settings.worker_timeout_seconds
    assert settings.web_basic_auth is None


def test_the_files_mounted_into_nginx_exist() -> None:
    mounts = {each["target"]: each["source"] for each in NGINX["volumes"]}
    assert mounts == {
        # The image's own site has this name.
        "/etc/nginx/templates/default.conf.template": "./nginx/docops.conf.template",
        NGINX["environment"]["DOCOPS_NGINX_HTPASSWD"]: "./nginx/htpasswd",
    }
    assert all(each["read_only"] and not each["bind"]["create_host_path"] for each in NGINX["volumes"])


def test_nginx_accepts_the_template_with_these_values(tmp_path: Path) -> None:
    program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    require(program is not None, "nginx is not installed (Debian: nginx)")
    # A name of the composed network; nginx wants to know its address at the start.
    told = {**NGINX["environment"], "DOCOPS_NGINX_SERVERS": "server 127.0.0.1:8000;"}
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(f"pid {tmp_path}/pid; events {{}} http {{ {render(TEMPLATE, told)} }}")
    done = subprocess.run(
        [str(program), "-t", "-e", "stderr", "-p", tmp_path, "-c", configuration],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
