"""What the code reads from the environment, what .env.example explains and what compose passes on are the same names."""

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
READERS = {"env_str", "env_bool", "env_int", "env_list", "env_path", "env_secret"}
# The framework's own start-up lines, what hands its environment on to its children, and how a library is told to load less.
TOUCH_THE_ENVIRONMENT = {
    "core/documents/typeset.py", "core/domain/names.py", "exchange/reading/book.py", "manage.py", "portal/celery.py", "portal/env.py", "portal/processes.py",
    "portal/supervisor.py", "portal/wsgi.py",
}  # fmt: skip
ONLY_FOR_TESTS = "portal/settings_test.py"
ONLY_FOR_COMPOSE = {"POSTGRES_PASSWORD", "REDIS_PASSWORD"}


def sources():
    """Every module of the portal itself, by its path below the root."""
    packages = [path.parent for path in ROOT.glob("*/__init__.py") if path.parent.name not in ("tests", "bench")]
    for path in [ROOT / "manage.py", *(path for package in packages for path in package.rglob("*.py"))]:
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))


def names_read():
    """First arguments of the env functions, wherever they are called."""
    names = set()
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in READERS:
                if path in ("portal/env.py", ONLY_FOR_TESTS):
                    continue
                assert isinstance(node.args[0], ast.Constant), f"{path}:{node.lineno} computes a variable's name"
                names.add(node.args[0].value)
    return names


def names_explained():
    """Names in .env.example, switched on or not, each with a comment line above it."""
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    return [match[1] for line in lines if (match := re.fullmatch(r"(?:# )?([A-Z][A-Z_]+)=.*", line))]


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))


def test_every_variable_read_is_explained_and_every_explained_one_is_read():
    explained = names_explained()
    assert len(explained) == len(set(explained))
    assert set(explained) == names_read() | ONLY_FOR_COMPOSE


def test_the_environment_is_read_in_one_place():
    touching = {
        path
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv") and ast.unparse(node.value) == "os"
    }
    assert touching - TOUCH_THE_ENVIRONMENT == set()


def test_compose_passes_every_variable_on(compose):
    interpolated = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text("utf-8")))
    for name in ("web", "worker", "beat"):
        assert set(compose["services"][name]["environment"]) | interpolated == set(names_explained()), name


def test_compose_keeps_the_servers_inside_and_watches_everything(compose):
    services = compose["services"]
    assert set(services) == {"web", "worker", "beat", "postgres", "redis"}
    assert [name for name, service in services.items() if "ports" in service] == ["web"]
    assert all("test" in service["healthcheck"] for service in services.values())
    assert services["postgres"]["image"] == "postgres:15"
    assert services["redis"]["image"] == "redis:7"
    assert "--appendonly yes" in services["redis"]["command"][-1]


@pytest.mark.once
def test_docker_compose_understands_it(tmp_path):
    program = shutil.which("docker-compose")
    if program is None:
        pytest.skip("docker-compose is not installed")
    shutil.copy(ROOT / "docker-compose.yml", tmp_path)
    subprocess.run([program, "config", "-q"], cwd=tmp_path, check=True)
    example = (ROOT / ".env.example").read_text("utf-8")
    (tmp_path / ".env").write_text(
        example.replace("# HTTPS=0", "HTTPS=1").replace("REDIS_PASSWORD=", "REDIS_PASSWORD=abc")
    )
    shown = subprocess.run([program, "config"], cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    environment = yaml.safe_load(shown)["services"]["worker"]["environment"]
    assert environment["REDIS_URL"] == "redis://:abc@redis:6379/0"
    assert str(environment["HTTPS"]) == "1"
    assert environment.get("DEMO") is None
