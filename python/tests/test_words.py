"""Names, stubs and docstrings are those of the module; the examples of the documentation run."""

import ast
import pathlib
import re
import subprocess
import sys

import pytest
from conftest import ROOT

import polysource
from polysource import _polysource

STUB = pathlib.Path(polysource.__file__).with_name("_polysource.pyi")


def public(names):
    return {n for n in names if not n.startswith("_") or n in ("__version__", "_repr_html_", "__arrow_c_stream__")}


def stubs():
    """The names of the stub, and of each class in it."""
    found, classes = set(), {}
    for node in ast.parse(STUB.read_text(encoding="utf-8")).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        if isinstance(node, ast.AnnAssign):
            found.add(node.target.id)
        if isinstance(node, ast.ClassDef):
            members = [m.name for m in node.body if isinstance(m, ast.FunctionDef)]
            members += [m.target.id for m in node.body if isinstance(m, ast.AnnAssign)]
            classes[node.name] = set(members)
    return found, classes


def test_every_name_has_a_type_and_every_type_a_name():
    found, classes = stubs()
    assert public(found) == public(dir(_polysource)) | {"__version__"}
    assert set(polysource.__all__) == public(found) - {"run"}
    for name, members in classes.items():
        of = getattr(_polysource, name)
        if issubclass(of, Exception):
            continue
        assert public(members) == public(vars(of)), name


def test_everything_is_explained():
    _, classes = stubs()
    for name in polysource.__all__:
        thing = getattr(polysource, name)
        if name != "__version__":
            assert thing.__doc__, name
        for member in public(vars(thing)) if isinstance(thing, type) and not issubclass(thing, Exception) else ():
            if member != "_repr_html_":
                assert getattr(thing, member).__doc__, f"{name}.{member}"
    assert classes


def test_the_stub_is_what_a_type_checker_finds():
    pytest.importorskip("mypy", reason="mypy is not installed")
    done = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", "polysource._polysource", "--ignore-disjoint-bases"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_type_checker_takes_a_program(tmp_path):
    pytest.importorskip("mypy", reason="mypy is not installed")
    good = tmp_path / "good.py"
    good.write_text(
        "from typing import Optional\n"
        "import polysource\n"
        "plan: polysource.Plan = polysource.Model.from_yaml('m.yaml').with_({'a.b': 1}).solve(detail='plan')\n"
        "cost: Optional[float] = plan.cost\n"
    )
    bad = tmp_path / "bad.py"
    bad.write_text("import polysource\npolysource.Model.from_yaml(3).solve(detail='all')\n")
    run = lambda file: subprocess.run([sys.executable, "-m", "mypy", "--strict", str(file)], capture_output=True, text=True)
    assert run(good).returncode == 0, run(good).stdout
    assert run(bad).stdout.count("error: ") == 2


PAGES = ["docs/python.md", "python/README.md"]


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_of_a_page_run(page, tmp_path, monkeypatch):
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", text, flags=re.M | re.S)
    assert blocks
    (tmp_path / "models").symlink_to(ROOT / "models")
    monkeypatch.chdir(tmp_path)
    space = {}
    for block in blocks:
        for module in ("pandas", "polars", "duckdb", "pyarrow"):
            if f"import {module}" in block:
                pytest.importorskip(module, reason=f"{module} is not installed")
        exec(compile(block, page, "exec"), space)


def test_the_notebook_runs():
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
    pytest.importorskip("ipykernel", reason="ipykernel is not installed")
    notebook = nbformat.read(ROOT / "docs" / "notebook.ipynb", as_version=4)
    nbformat.validate(notebook)
    kept = [[o.get("text") for o in c.get("outputs", [])] for c in notebook.cells]
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}).execute()
    shown = [o for cell in notebook.cells if cell.cell_type == "code" for o in cell.outputs]
    assert any("text/html" in o.get("data", {}) for o in shown)
    # What stands in the file is what it gives.
    assert [[o.get("text") for o in c.get("outputs", [])] for c in notebook.cells] == kept
