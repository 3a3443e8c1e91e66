"""Where training and inference run: the cheapest plan across chip vendors and clouds, and proof of it.

>>> import polysource
>>> model = polysource.Model.from_yaml("models/quickstart.yaml")
>>> plan = model.solve()
>>> plan.certified
True

A ``Model`` is read from YAML or dictionaries and never changes; ``solve`` gives a ``Plan``, and the other questions an
``Answer`` or a ``Sweep``. Tables go to pandas, Polars, DuckDB and PyArrow as Arrow streams.
"""

from ._polysource import (
    Answer,
    Diagnostic,
    EngineError,
    Error,
    Model,
    ModelError,
    NoPlanError,
    Plan,
    Study,
    Sweep,
    Table,
    __version__,
    diff,
    engines,
)

__all__ = [
    "Answer",
    "Diagnostic",
    "EngineError",
    "Error",
    "Model",
    "ModelError",
    "NoPlanError",
    "Plan",
    "Study",
    "Sweep",
    "Table",
    "__version__",
    "diff",
    "engines",
]
