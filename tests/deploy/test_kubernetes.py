"""The manifests, as kustomize puts them together."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from signaling.config import load_config

ROOT = Path(__file__).parents[2]
KUBERNETES = ROOT / "packaging" / "kubernetes"
KUBECTL = shutil.which("kubectl")
VALIDATE = shutil.which(
    "kubernetes-validate", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}"
)
pytestmark = pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed")
Manifest = dict[str, Any]


@pytest.fixture(scope="module", params=["base", "ingress"])
def built(request: pytest.FixtureRequest) -> str:
    command = [KUBECTL or "", "kustomize", str(KUBERNETES / request.param)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture
def manifests(built: str) -> list[Manifest]:
    return list(yaml.safe_load_all(built))


def of_kind(manifests: list[Manifest], kind: str) -> list[Manifest]:
    return [one for one in manifests if one["kind"] == kind]


def pods(manifests: list[Manifest]) -> list[Manifest]:
    return [one["spec"]["template"]["spec"] for one in of_kind(manifests, "Deployment")]


@pytest.mark.skipif(VALIDATE is None, reason="kubernetes-validate is not installed")
def test_the_schema_holds(built: str, tmp_path: Path) -> None:
    file = tmp_path / "all.yaml"
    file.write_text(built)
    command = [VALIDATE or "", "--strict", "--quiet", str(file)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr


def test_no_pod_has_more_rights_than_it_needs(manifests: list[Manifest]) -> None:
    assert len(pods(manifests)) == 2
    for pod in pods(manifests):
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not pod["automountServiceAccountToken"]
        for container in pod["containers"]:
            context = container["securityContext"]
            assert context["readOnlyRootFilesystem"]
            assert not context["allowPrivilegeEscalation"]
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert container["resources"]["limits"]["memory"]


def test_the_probes_ask_what_the_server_answers(manifests: list[Manifest]) -> None:
    server = next(c for pod in pods(manifests) for c in pod["containers"] if c["name"] == "server")
    asked = {probe: server[probe]["httpGet"]["path"] for probe in server if probe.endswith("Probe")}
    assert asked == {
        "startupProbe": "/healthz",
        "livenessProbe": "/healthz",
        "readinessProbe": "/readyz",
    }


def test_the_settings_are_ones(manifests: list[Manifest]) -> None:
    (settings,) = of_kind(manifests, "ConfigMap")
    config = load_config([], settings["data"])
    (service,) = [s for s in of_kind(manifests, "Service") if s["metadata"]["name"] in config.bus]
    assert service["spec"]["ports"][0]["port"] == 6379


def test_scaling_and_disruption_are_of_the_same_pods(manifests: list[Manifest]) -> None:
    (scaler,) = of_kind(manifests, "HorizontalPodAutoscaler")
    (budget,) = of_kind(manifests, "PodDisruptionBudget")
    server = next(d for d in of_kind(manifests, "Deployment") if "replicas" not in d["spec"])
    assert scaler["spec"]["scaleTargetRef"]["name"] == server["metadata"]["name"]
    assert scaler["spec"]["minReplicas"] > budget["spec"]["maxUnavailable"]
    assert budget["spec"]["selector"] == server["spec"]["selector"]


def test_only_the_servers_reach_redis(manifests: list[Manifest]) -> None:
    policies = {one["metadata"]["name"]: one["spec"] for one in of_kind(manifests, "NetworkPolicy")}
    assert all(spec["policyTypes"] == ["Ingress", "Egress"] for spec in policies.values())
    (rule,) = policies["parlor-redis"]["ingress"]
    assert rule["from"] == [{"podSelector": policies["parlor-server"]["podSelector"]}]
    assert "egress" not in policies["parlor-redis"]
