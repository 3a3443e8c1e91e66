"""Progress, Ctrl-C, threads, time limits, studies, and the command line of the wheel."""

import os
import pickle
import signal
import subprocess
import sys
import threading
import time

import pytest

import polysource

LONG = "models/frontier-lab.yaml"


def test_progress(quickstart):
    steps = []
    quickstart.solve(progress=steps.append)
    assert steps[0] == {"step": "question", "name": "plan", "number": 1, "of": 1}
    assert any(s["step"] == "program" and s["columns"] > 0 for s in steps)
    points = []
    quickstart.sweep("offers.aws-trainium2.price=1..2/4", progress=points.append, threads=1)
    assert [(p["number"], p["of"]) for p in points] == [(i, 4) for i in range(1, 5)]


def test_an_exception_of_the_listener_ends_the_solve():
    class Enough(Exception):
        pass

    def listener(step):
        raise Enough(step["step"])

    with pytest.raises(Enough):
        polysource.Model.from_yaml(LONG).solve(detail="ranges", progress=listener)


@pytest.mark.skipif(os.name == "nt", reason="signals are sent as on Unix")
@pytest.mark.parametrize("question", ["curve", "sweep", "study"])
def test_ctrl_c_ends_what_takes_long(question, quickstart):
    price = "offers{vendor: amazon}.price"
    study = quickstart.study()

    def again_and_again():
        while True:
            study.solve()

    ask = {
        "curve": lambda: quickstart.curve(f"{price}=*0.01..10", tolerance=1e-9),
        "sweep": lambda: quickstart.sweep(f"{price}=*0.01..10/100000"),
        "study": again_and_again,
    }[question]
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        ask()
    assert time.monotonic() - begun < 20
    # What was open is as it was.
    assert study.solve().cost == quickstart.solve(detail="plan").cost


def test_the_lock_is_released():
    model, counted = polysource.Model.from_yaml(LONG), [0]
    over = threading.Event()

    def count():
        while not over.is_set():
            counted[0] += 1
            time.sleep(0.001)

    thread = threading.Thread(target=count)
    thread.start()
    begun = time.monotonic()
    model.solve(detail="plan")
    took, seen = time.monotonic() - begun, counted[0]
    over.set()
    thread.join()
    # Half of what an idle machine would count, at most; none if the lock were held.
    assert seen > 20 * took


def test_threads_solve_side_by_side(quickstart):
    found = [None] * 8

    def solve(i):
        found[i] = quickstart.with_({"offers.aws-trainium2.price": 1 + i / 8}).solve().cost

    threads = [threading.Thread(target=solve, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == sorted(found) and None not in found


def test_too_little_time_is_told(quickstart):
    try:
        plan = quickstart.solve(time_limit=0.0)
    except polysource.EngineError as error:
        assert "time" in str(error) or "limit" in str(error)
    else:
        assert not plan.certified


def test_engines(quickstart):
    assert {"auto", "simplex", "clarabel", "microlp"} <= set(polysource.engines())
    for engine in polysource.engines():
        assert quickstart.solve(engine=engine, detail="plan").cost == pytest.approx(quickstart.solve().cost)


def test_a_study(quickstart):
    study = polysource.Study(quickstart)
    first = study.solve()
    assert first.to_json() == quickstart.solve(detail="plan").to_json()
    for factor in (1.1, 1.2):
        study.edit(scale={"offers.aws-trainium2.price": factor})
    changed = quickstart.with_(scale={"offers.aws-trainium2.price": 1.1}).with_(scale={"offers.aws-trainium2.price": 1.2})
    assert study.solve().cost == pytest.approx(changed.solve().cost)
    with pytest.raises(polysource.ModelError):
        study.edit({"offers.aws-trainium2.price": -1})
    assert study.model.sha256 == changed.sha256

    def stop(step):
        raise RuntimeError

    # What was stopped goes on with the changes that were made.
    with pytest.raises(RuntimeError):
        study.solve(progress=stop)
    assert study.model.sha256 == changed.sha256
    assert study.solve().cost == pytest.approx(changed.solve().cost)
    study.reset()
    assert study.model.sha256 == quickstart.sha256
    assert study.solve().cost == first.cost
    assert quickstart.study().solve().cost == first.cost


def test_what_a_notebook_shows(quickstart):
    plan = quickstart.solve()
    html = plan._repr_html_()
    assert plan.decision[0] in html and "<table" in html and "<script" not in html
    assert repr(plan).startswith("<Plan Quickstart: The lowest-cost plan that satisfies the policy costs 190.8M USD")
    assert quickstart.stress()._repr_html_().startswith("<pre")
    for shown in (quickstart, plan.table("limits"), polysource.Study(quickstart), quickstart.explain()):
        assert repr(shown).startswith("<")
    named = quickstart.with_({"name": '"<b>bold</b>"'})
    assert "<b>" not in named.solve()._repr_html_() and "<b>" not in named.explain()._repr_html_()


def test_a_plan_goes_to_another_process(quickstart):
    plan = quickstart.solve()
    assert pickle.loads(pickle.dumps(plan)).to_json() == plan.to_json()


def test_the_command_line_is_in_the_wheel(cli):
    code, told, _ = cli("--version")
    assert (code, told.strip()) == (0, f"polysource {polysource.__version__}")
    assert cli("check", "models/quickstart.yaml")[0] == 0
    assert cli("solve", "models/infeasible.yaml", "-q")[0] == 4
    assert cli("check", "no-such-file.yaml")[0] not in (0, 4)
    assert cli("no-such-command")[0] == 2
    module = subprocess.run(
        [sys.executable, "-m", "polysource", "--version"], capture_output=True, text=True, check=True
    )
    assert module.stdout == told


@pytest.mark.skipif(os.name == "nt", reason="signals are sent as on Unix")
def test_ctrl_c_ends_the_command_line():
    command = [sys.executable, "-m", "polysource", "-q", "frontier", LONG, "--points", "400"]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1.5)
    assert running.poll() is None
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=20) != 0
