"""Every answer is the program's, byte for byte."""

import json
import pathlib

import pytest
from conftest import MODELS, detail

import polysource

AMAZON = "offers{vendor: amazon}.price=*0.4..1.6"


def relative(path):
    return pathlib.Path("models") / path.name


@pytest.mark.parametrize("path", MODELS, ids=lambda p: p.stem)
def test_every_model_gives_the_programs_plan(path, cli):
    code, told, _ = cli("-q", "solve", relative(path), "--format", "json", "--detail", detail(path))
    plan = polysource.Model.from_yaml(relative(path)).solve(detail=detail(path))
    assert plan.to_json() == told
    assert plan.to_dict() == json.loads(told)
    assert plan.certified == (code == 0)
    assert (plan.cost is None) == (plan.to_dict()["cost"] is None)


@pytest.mark.parametrize("path", MODELS, ids=lambda p: p.stem)
def test_text_markdown_and_tables_are_the_programs(path, cli, tmp_path):
    arguments = ["-q", "solve", relative(path), "--detail", "plan"]
    plan = polysource.Model.from_yaml(relative(path)).solve(detail="plan")
    _, text, _ = cli(*arguments, "--tables", tmp_path)
    assert text.startswith(str(plan).split("\n\n")[0])
    assert plan.to_markdown() == cli(*arguments, "--format", "markdown")[1]
    assert {f"{name}.csv" for name in plan.tables} == {f.name for f in tmp_path.iterdir()}
    for name in plan.tables:
        header, *rows = (tmp_path / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        table = plan.table(name)
        assert ",".join(table.columns) == header
        assert len(table) == len(rows)


def test_settings_and_scenarios_are_those_of_the_program(cli):
    path = "models/frontier-lab.yaml"
    model = polysource.Model.from_yaml(path)
    assert model.scenario_names
    name = model.scenario_names[0]
    _, told, _ = cli("-q", "solve", path, "--scenario", name, "--detail", "plan", "--format", "json")
    assert model.scenario(name).solve(detail="plan").to_json() == told
    assert polysource.Model.from_yaml(path, scenarios=name).sha256 == model.scenario(name).sha256
    _, told, _ = cli("-q", "solve", "models/quickstart.yaml", "--set", "offers.aws-trainium2.price=1.5", "--format", "json")
    quickstart = polysource.Model.from_yaml("models/quickstart.yaml")
    for changed in [
        quickstart.with_({"offers.aws-trainium2.price": 1.5}),
        polysource.Model.from_yaml("models/quickstart.yaml", set={"offers.aws-trainium2.price": 1.5}),
    ]:
        assert changed.solve().to_json() == told


def test_overlays_are_those_of_the_program(cli, tmp_path):
    overlay = tmp_path / "cheaper.yaml"
    overlay.write_text("offers:\n  aws-trainium2: { price: 1.00 }\n")
    _, told, _ = cli("-q", "solve", "models/quickstart.yaml", "--overlay", overlay, "--format", "json")
    assert polysource.Model.from_yaml("models/quickstart.yaml", overlays=[overlay]).solve().to_json() == told


def test_futures_are_those_of_the_program(cli):
    path = "models/trainium-late.yaml"
    model = polysource.Model.from_yaml(path)
    first = model.futures[0]
    _, told, _ = cli("-q", "solve", path, "--future", first, "--detail", "plan", "--format", "json")
    assert model.future(first).solve(detail="plan").to_json() == told
    _, told, _ = cli("-q", "solve", path, "--without-uncertainty", "--detail", "plan", "--format", "json")
    assert model.without_uncertainty().solve(detail="plan").to_json() == told
    with pytest.raises(ValueError, match="several futures"):
        model.explain()


QUESTIONS = {
    "curve": (lambda m: m.curve(AMAZON), ["curve", "--vary", AMAZON]),
    "frontier": (lambda m: m.frontier("hhi:vendor", points=4), ["frontier", "--points", "4"]),
    "stress": (lambda m: m.stress(by="vendor", surge="20%"), ["stress", "--by", "vendor", "--surge", "20%"]),
    "explain": (lambda m: m.explain(), ["explain"]),
    "explain one": (lambda m: m.explain("aws-trainium2"), ["explain", "aws-trainium2"]),
    "alternatives": (lambda m: m.alternatives(within=0.05, plans=2), ["alternatives", "--within", "5%", "--plans", "2"]),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_has_the_programs_answer(question, quickstart, cli):
    ask, (command, *options) = QUESTIONS[question]
    model = polysource.Model.from_yaml("models/quickstart.yaml")
    answer = ask(model)
    run = lambda form: cli("-q", command, "models/quickstart.yaml", *options, "--format", form)
    code, told, _ = run("json")
    assert code == 0
    assert answer.to_json() == told
    assert str(answer) == run("text")[1]
    csv = answer.to_csv()
    assert csv is None or csv == run("csv")[1]
    first = next(iter(json.loads(told)))
    assert answer[first] == json.loads(told)[first]


def test_backtests_are_those_of_the_program(cli):
    model = polysource.Model.from_yaml("models/cloud-commitments.yaml")
    answer = model.backtest()
    run = lambda form: cli("-q", "backtest", "models/cloud-commitments.yaml", "--format", form)[1]
    assert answer.to_json() == run("json")
    assert str(answer) == run("text")
    assert answer.to_csv() == run("csv")
    assert [p["policy"] for p in answer["policies"]][0] == "solve"
    with pytest.raises(ValueError, match="no `backtest`"):
        polysource.Model.from_yaml("models/quickstart.yaml").backtest()


def test_why_there_is_no_plan(cli):
    model = polysource.Model.from_yaml("models/infeasible.yaml")
    assert model.explain().to_json() == cli("-q", "explain", "models/infeasible.yaml", "--format", "json")[1]
    plan = model.solve()
    assert (plan.status, plan.certified, plan.cost) == ("infeasible", False, None)
    assert "nfeasible" in repr(plan)
    with pytest.raises(polysource.NoPlanError) as told:
        model.stress()
    assert told.value.status == "infeasible"
    with pytest.raises(polysource.NoPlanError):
        model.alternatives()


def test_sweeps(cli):
    model = polysource.Model.from_yaml("models/quickstart.yaml")
    vary = "offers{vendor: amazon}.price=*0.4..1.6/5"
    run = lambda form, *more: cli("-q", "sweep", "models/quickstart.yaml", "--vary", vary, "--format", form, *more)[1]
    for threads in (1, 2):
        found = model.sweep(vary, threads=threads)
        assert found.to_csv() == run("csv")
        assert found.to_jsonl() == run("jsonl")
    assert str(found) == run("text")
    assert len(found) == len(found.rows) == 5
    assert found.to_dict()["point"] == [0, 1, 2, 3, 4]
    drawn = model.sweep(vary.replace("/5", ""), method="sample", samples=6, seed=3, columns=["cost"])
    assert drawn.to_csv() == cli(
        "-q", "sweep", "models/quickstart.yaml", "--vary", vary.replace("/5", ""), "--method", "sample",
        "--samples", "6", "--seed", "3", "--columns", "cost", "--format", "csv",
    )[1]  # fmt: skip


def test_differences(cli, tmp_path):
    a = polysource.Model.from_yaml("models/quickstart.yaml")
    (tmp_path / "a.json").write_text(a.solve().to_json(), encoding="utf-8")
    b = a.with_({"offers.aws-trainium2.price": 1.5})
    (tmp_path / "b.json").write_text(b.solve().to_json(), encoding="utf-8")
    _, told, _ = cli("-q", "diff", tmp_path / "a.json", tmp_path / "b.json", "--format", "json")
    plans = [polysource.Plan.from_json((tmp_path / f).read_text(encoding="utf-8")) for f in ("a.json", "b.json")]
    found, told = polysource.diff(*plans).to_dict(), json.loads(told)
    for side in ("a", "b"):
        # The program names the files.
        found[side].pop("file"), told[side].pop("file")
    assert found == told
    whole = polysource.diff(a, b)
    assert [c["path"] for c in whole["inputs"]] == ["offers.aws-trainium2.price"]
    assert whole.to_dict() == a.solve().diff(b.solve()).to_dict()


def test_the_page(cli, tmp_path, quickstart):
    page = polysource.Model.from_yaml("models/quickstart.yaml").report()
    assert page == cli("-q", "report", "models/quickstart.yaml")[1]
    plain = quickstart.report(plain=True, plan=quickstart.solve(detail="plan"))
    assert plain.startswith("<!DOCTYPE html>") and len(plain) < len(page)
    other = quickstart.with_({"offers.aws-trainium2.price": 1.5}).solve(detail="plan")
    with pytest.raises(ValueError, match="another model"):
        quickstart.report(plan=other)


def test_plans_of_answers_are_plans():
    model = polysource.Model.from_yaml("models/quickstart.yaml")
    frontier = model.frontier(points=3)
    assert [p.cost for p in frontier.plans] == [p["cost"] for p in frontier["points"]]
    assert len(model.alternatives(plans=1).plans) == 1
