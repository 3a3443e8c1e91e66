"""Models from texts, paths and dictionaries; what is wrong with them; changes."""

import datetime
import decimal
import pathlib

import pytest

import polysource

PLAIN = {
    "polysource": 1,
    "horizon": {"start": datetime.date(2026, 1, 1), "periods": 2, "step": "quarter"},
    "chips": {"h100": {"vendor": "nvidia"}},
    "clouds": {"aws": {}},
    "offers": {"aws-h100": {"chip": "h100", "cloud": "aws", "price": 4, "capacity": "2k"}},
    "workloads": {"chat": {"kind": "inference", "demand": "90 req/h", "throughput": {"h100": "1 req/h"}}},
}


def changed(**more):
    return {**PLAIN, **more}


def test_a_path_a_text_and_a_dictionary_are_one_model():
    path = pathlib.Path("models/quickstart.yaml")
    of_path, of_text = polysource.Model.from_yaml(str(path)), polysource.Model.from_yaml(path.read_text())
    assert of_path.solve().cost == of_text.solve().cost
    assert polysource.Model.from_yaml(path).sha256 == of_path.sha256
    model = polysource.Model.from_dict(PLAIN)
    assert model.offers == ["aws-h100"] and model.workloads == ["chat"]
    # 90 chips in two quarters at 4 an hour.
    assert model.solve().cost == pytest.approx(90 * 4 * 24 * (90 + 91))


def test_a_yaml_library_may_read_the_model():
    yaml = pytest.importorskip("yaml")
    for name in ("quickstart", "frontier-lab", "startup-credits"):
        text = pathlib.Path(f"models/{name}.yaml").read_text()
        data = yaml.safe_load(text)
        plan = polysource.Model.from_dict(data, folder="models").solve(detail="plan")
        assert plan.cost == pytest.approx(polysource.Model.from_yaml(text).solve(detail="plan").cost, rel=1e-9)


def test_dates_numbers_and_nothing():
    when = datetime.datetime(2026, 1, 1)
    for start in ("2026-01-01", "2026-Q1", when.date()):
        horizon = {"start": start, "periods": 2, "step": "quarter"}
        assert polysource.Model.from_dict(changed(horizon=horizon)).solve(detail="plan").certified
    cost = polysource.Model.from_dict(PLAIN).solve().cost
    for price in (4, 4.0, decimal.Decimal("4"), "4 USD/chip-h"):
        offer = {**PLAIN["offers"]["aws-h100"], "price": price, "source": "assumption"}
        assert polysource.Model.from_dict(changed(offers={"aws-h100": offer})).solve().cost == cost
    numpy = pytest.importorskip("numpy", reason="numpy is not installed")
    demand = {datetime.date(2026, 1, 1): numpy.float64(90), datetime.date(2026, 4, 1): numpy.int64(90)}
    demand = {k.isoformat()[:4] + "-Q" + str((k.month + 2) // 3): f"{v} req/h" for k, v in demand.items()}
    chat = {**PLAIN["workloads"]["chat"], "demand": demand}
    assert polysource.Model.from_dict(changed(workloads={"chat": chat})).solve().cost == cost
    model = polysource.Model.from_dict(PLAIN).with_({"offers.aws-h100.price": numpy.float64(4.0)})
    assert model.solve().cost == cost
    series = polysource.Model.from_dict(PLAIN).with_({"offers.aws-h100.price": numpy.array([4.0, 4.0])})
    assert series.solve().cost == cost


def test_what_no_file_can_hold():
    with pytest.raises(TypeError, match="`chips.h100` is a object"):
        polysource.Model.from_dict(changed(chips={"h100": object()}))
    endless = []
    endless.append(endless)
    with pytest.raises(ValueError, match="too deep"):
        polysource.Model.from_dict(changed(chips=endless))
    with pytest.raises(TypeError):
        polysource.Model.from_yaml(3)
    with pytest.raises(FileNotFoundError):
        polysource.Model.from_yaml("no-such-model.yaml")
    with pytest.raises(polysource.ModelError) as told:
        polysource.Model.from_dict(changed(chips={"h100": {"vendor": float("nan")}}, workloads={"chat": {}}))
    assert told.value.diagnostics


def test_every_mistake_at_once_with_its_place():
    text = "polysource: 1\nchip: {}\nclouds: { aws: {} }\noffers: { a: { chip: x, cloud: aws, price: -1 } }\nworkloads: {}\n"
    with pytest.raises(polysource.ModelError) as told:
        polysource.Model.from_yaml(text)
    found = {d.code: d for d in told.value.diagnostics}
    key = found["unknown-key"]
    assert (key.line, key.column, key.file, key.severity) == (2, 1, "model.yaml", "error")
    assert "chips" in key.remedy
    price = found["out-of-range"]
    assert (price.line, price.path) == (4, "offers.a.price")
    assert "error[unknown-key]" in str(told.value) and "2 | chip: {}" in str(told.value)
    assert isinstance(told.value, polysource.Error)
    assert "unknown-key" in repr(key)


def test_the_programs_diagnostics_are_these(cli, tmp_path):
    path = tmp_path / "wrong.yaml"
    path.write_text("polysource: 1\nchip: {}\n")
    _, _, told = cli("check", path)
    with pytest.raises(polysource.ModelError) as raised:
        polysource.Model.from_yaml(path)
    assert str(raised.value) in told


def test_of_a_dictionary_the_path_says_where():
    offer = {**PLAIN["offers"]["aws-h100"], "price": -4}
    with pytest.raises(polysource.ModelError) as told:
        polysource.Model.from_dict(changed(offers={"aws-h100": offer}))
    assert [d.path for d in told.value.diagnostics] == ["offers.aws-h100.price"]


def test_changes():
    model = polysource.Model.from_dict(PLAIN)
    cost = model.solve().cost
    assert model.with_({"offers.aws-h100.price": 8}).solve().cost == pytest.approx(2 * cost)
    assert model.with_(scale={"offers{vendor: nvidia}.price": 2}).solve().cost == pytest.approx(2 * cost)
    assert model.with_(shift={"offers.aws-h100.price": 4}).solve().cost == pytest.approx(2 * cost)
    assert model.with_({"offers.aws-h100.price": [4, 8]}).solve().cost > cost
    assert model.solve().cost == cost
    with pytest.raises(polysource.ModelError) as told:
        model.with_({"offers.aws-h100.price": -1, "offers.aws-h100.prize": 1})
    assert {d.code for d in told.value.diagnostics} >= {"out-of-range"}
    with pytest.raises(polysource.ModelError):
        model.scenario("none-such")


def test_warnings_are_kept():
    offer = {**PLAIN["offers"]["aws-h100"], "capacity": 10}
    wrong = changed(offers={**PLAIN["offers"], "dear": {"chip": "h100", "cloud": "aws", "price": 400, "capacity": 1}})
    model = polysource.Model.from_dict(wrong)
    assert [d.severity for d in model.warnings] == ["warning"] * len(model.warnings)
    assert offer["capacity"] == 10


def test_files_that_a_model_names_are_beside_it(tmp_path):
    (tmp_path / "offers.csv").write_text("id,chip,cloud,price,capacity\naws-h100,h100,aws,4,2k\n")
    data = changed(offers={"file": "offers.csv"})
    with pytest.raises(polysource.ModelError):
        polysource.Model.from_dict(data)
    try:
        model = polysource.Model.from_dict(data, folder=tmp_path)
    except polysource.ModelError as error:
        # The table may be asked for in another form; that it was read is what counts.
        assert any("offers.csv" in (d.file or "") for d in error.diagnostics)
    else:
        assert model.offers == ["aws-h100"]


def test_arguments_without_a_meaning():
    model = polysource.Model.from_dict(PLAIN)
    for wrong in (
        {"detail": "all"}, {"engine": "cplex"}, {"time_limit": -1.0}, {"gap": 2.0},
    ):  # fmt: skip
        with pytest.raises(ValueError):
            model.solve(**wrong)
    with pytest.raises(ValueError):
        model.frontier("hhi:vendors")
    with pytest.raises(ValueError):
        model.frontier(points=1)
    with pytest.raises(ValueError):
        model.stress(by="nothing")
    with pytest.raises(ValueError):
        model.alternatives(within=3)
    with pytest.raises(polysource.ModelError):
        model.sweep("offers.none.price=1..2/3")
    with pytest.raises(KeyError, match="purchases"):
        model.solve().table("none")
    with pytest.raises(ValueError):
        polysource.Plan.from_json("{}")
    with pytest.raises(TypeError):
        polysource.diff(model, 3)
