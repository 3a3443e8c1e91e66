"""What all tests share: the repository, its models, and the program to compare with."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODELS = sorted((ROOT / "models").glob("*.yaml"))
# Those whose full answer takes many searches: the plan alone is compared.
SLOW = {"frontier-lab", "openai-amazon", "meta-google", "own-or-rent", "trainium-late"}


def detail(path: pathlib.Path) -> str:
    return "plan" if path.stem in SLOW else "full"


@pytest.fixture(scope="session")
def program() -> list:
    """The program: that of ``POLYSOURCE`` if it is given, so that two builds are compared; else that of the wheel."""
    named = os.environ.get("POLYSOURCE")
    if named:
        return [named]
    beside = shutil.which("polysource", path=str(pathlib.Path(sys.executable).parent))
    assert beside, "the wheel brought no command `polysource`"
    return [beside]


@pytest.fixture(scope="session")
def cli(program):
    """Runs the program in the repository; gives its exit code, output and complaints."""

    def run(*arguments, cwd=ROOT):
        done = subprocess.run([*program, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, encoding="utf-8")
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.fixture(autouse=True)
def in_the_repository(monkeypatch):
    monkeypatch.chdir(ROOT)


@pytest.fixture(scope="session")
def quickstart():
    import polysource

    return polysource.Model.from_yaml(ROOT / "models" / "quickstart.yaml")
