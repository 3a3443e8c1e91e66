"""Tables reach pandas, Polars, DuckDB and PyArrow as they are."""

import pytest

import polysource


@pytest.fixture(scope="module")
def plan(quickstart):
    return quickstart.solve()


def test_tables_say_what_the_plan_says(plan):
    rows = plan.to_dict()["purchases"]
    table = plan.table("purchases").to_dict()
    for column in ("offer", "period", "chips", "spend"):
        assert table[column] == [row[column] for row in rows]
    assert table["contract"] == [None] * len(rows)


def test_pyarrow(plan):
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    for name in plan.tables:
        table = plan.table(name)
        read = pyarrow.table(table)
        assert read.column_names == table.columns
        assert read.to_pydict() == table.to_dict()
    kinds = {f.name: str(f.type) for f in pyarrow.table(plan.table("limits")).schema}
    assert (kinds["name"], kinds["binding"]) == ("string", "bool")
    # A stream is read once, and a table as often as one likes; it may outlive its plan.
    stream = polysource.Model.from_yaml("models/quickstart.yaml").solve().table("purchases").__arrow_c_stream__()
    assert pyarrow.RecordBatchReader._import_from_c_capsule(stream).read_all().num_rows == 3


def test_pandas(plan):
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    if not hasattr(pandas.DataFrame, "from_arrow"):
        pytest.skip("this pandas does not read Arrow by itself")
    pytest.importorskip("pyarrow", reason="pandas reads Arrow with pyarrow")
    frame = pandas.DataFrame.from_arrow(plan.table("purchases"))
    assert frame.spend.sum() == pytest.approx(plan.cost)
    assert list(frame.offer) == plan.table("purchases").to_dict()["offer"]


def test_polars(plan):
    polars = pytest.importorskip("polars", reason="polars is not installed")
    frame = polars.DataFrame(plan.table("purchases"))
    assert frame["spend"].sum() == pytest.approx(plan.cost)
    assert frame.columns == plan.table("purchases").columns
    assert frame["contract"].null_count() == len(frame)
    rows = polysource.Model.from_yaml("models/quickstart.yaml").sweep("offers.aws-trainium2.price=1..2/3", columns="cost")
    frame = polars.DataFrame(rows)
    assert frame["cost"].is_sorted() and frame["point"].dtype == polars.Int64
    assert frame["message"].dtype == polars.String


def test_duckdb(plan):
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
    purchases = plan.table("purchases")
    assert len(purchases) == 3
    ((total,),) = duckdb.sql("select sum(spend) from purchases").fetchall()
    assert total == pytest.approx(plan.cost)


def test_tables_of_answers():
    answer = polysource.Model.from_yaml("models/quickstart.yaml").frontier(points=3)
    assert "points" in answer.tables
    table = answer.table("points")
    assert table.to_dict()["cost"] == [p["cost"] for p in answer["points"]]
    with pytest.raises(KeyError, match="points"):
        answer.table("none")


def test_a_sweep_over_scenarios():
    model = polysource.Model.from_yaml("models/frontier-lab.yaml")
    found = model.sweep(f"scenario=none,{model.scenario_names[0]}", columns="cost", detail="plan").to_dict()
    assert [type(s) for s in found["scenario"]] == [str, str]
