"""The image of the server, and what compose runs: looked at, not built."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from signaling.config import load_config
from tests.signaling.running import running_server

ROOT = Path(__file__).parents[2]
CONTAINER = ROOT / "packaging" / "container"
DOCKERFILE = (CONTAINER / "Dockerfile").read_text(encoding="utf-8")
HADOLINT = shutil.which("hadolint", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
HAPROXY = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")


def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((CONTAINER / "compose.yaml").read_text(encoding="utf-8"))
    return read


def environment() -> dict[str, str]:
    """Return the settings that stand in the image."""
    block = re.search(r"^ENV (.*?)(?<!\\)$", DOCKERFILE, re.MULTILINE | re.DOTALL)
    assert block is not None
    pairs = (pair.split("=", 1) for pair in block[1].replace("\\\n", " ").split())
    return dict(pairs)


@pytest.mark.skipif(HADOLINT is None, reason="hadolint is not installed")
def test_the_dockerfile_is_clean() -> None:
    command = [HADOLINT or "", "--failure-threshold", "style", str(CONTAINER / "Dockerfile")]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (result.returncode, result.stdout) == (0, "")


def test_the_image_holds_the_server_alone_and_no_root() -> None:
    lines = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    copied = [path for line in lines for path in line.split()]
    assert set(copied) == {
        "packaging/requirements/server.txt",
        "signaling",
        "resources/version.py",
        "resources/VERSION",
        "packaging/container/health.py",
    }
    assert all((ROOT / path).exists() for path in copied)
    last = DOCKERFILE.rpartition("FROM ")[2]
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", last, re.MULTILINE)
    assert "HEALTHCHECK" in last
    ignored = (CONTAINER / "Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    assert ignored[0] == "*"
    assert {line[1:] for line in ignored if line.startswith("!")} == set(copied)


def test_the_settings_of_the_image_are_ones() -> None:
    config = load_config([], environment())
    assert not config.advertise
    assert config.log_format == "json"


def test_the_settings_of_compose_are_ones(tmp_path: Path) -> None:
    services = compose()["services"]
    secrets = {name: tmp_path / name for name in compose()["secrets"]}
    for file in secrets.values():
        file.write_text("a secret of this test\n")
    given = dict(services["server"]["environment"])
    given["PARLOR_SERVER_ICE_URLS"] = "turn:turn.example.org:3478"
    for name, value in given.items():
        place = Path(value)
        if place.parent == Path("/run/secrets"):
            given[name] = str(secrets[place.name])
    config = load_config([], given)
    assert config.bus == "redis://redis:6379/0"
    assert config.turn_secret == config.admin_token == "a secret of this test"
    assert config.trusted_proxies == (
        compose()["networks"]["front"]["ipam"]["config"][0]["subnet"],
    )


def test_nothing_in_compose_has_more_rights_than_it_needs() -> None:
    found = compose()
    for name, service in found["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
    assert found["networks"]["bus"]["internal"]
    assert found["services"]["redis"]["networks"] == ["bus"]
    assert "ports" not in found["services"]["redis"]


@pytest.mark.skipif(HAPROXY is None, reason="haproxy is not installed")
def test_the_balancer_takes_its_settings() -> None:
    command = [HAPROXY or "", "-c", "-f", str(CONTAINER / "haproxy.cfg")]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("well", [True, False])
async def test_the_health_check_asks_the_server(well: bool) -> None:
    async with running_server() as (_, url):
        port = url.rpartition(":")[2] if well else "1"
        code = await health_of(port)
    assert code == (0 if well else 1)


async def health_of(port: str) -> int:
    """Run the health check against a port."""
    env = {**os.environ, "PARLOR_SERVER_PORT": port}
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(CONTAINER / "health.py"), env=env
    )
    return await asyncio.wait_for(process.wait(), 60)
