"""The types of what is written in Rust; ``help(polysource)`` has what each does."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Optional, Union, final

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
    "run",
]
__version__: str

_Path = Union[str, "os.PathLike[str]"]
_Texts = Union[str, Sequence[str]]
# _Values by their paths: numbers, texts, dates, lists and dictionaries, as in a model file.
_Values = dict[str, Any]
_Detail = Literal["plan", "full", "ranges"]
_Progress = Callable[[dict[str, Any]], object]

class Error(Exception): ...

class ModelError(Error):
    diagnostics: list[Diagnostic]

class EngineError(Error): ...

class NoPlanError(Error):
    status: str

@final
class Diagnostic:
    @property
    def code(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def path(self) -> Optional[str]: ...
    @property
    def file(self) -> Optional[str]: ...
    @property
    def line(self) -> Optional[int]: ...
    @property
    def column(self) -> Optional[int]: ...
    @property
    def remedy(self) -> Optional[str]: ...

@final
class Table:
    @property
    def name(self) -> str: ...
    @property
    def columns(self) -> list[str]: ...
    def to_dict(self) -> dict[str, list[Any]]: ...
    def __arrow_c_stream__(self, requested_schema: Optional[object] = None) -> object: ...
    def __len__(self) -> int: ...

@final
class Plan:
    @staticmethod
    def from_json(text: str) -> Plan: ...
    @property
    def status(self) -> str: ...
    @property
    def certified(self) -> bool: ...
    @property
    def cost(self) -> Optional[float]: ...
    @property
    def premium(self) -> Optional[float]: ...
    @property
    def currency(self) -> str: ...
    @property
    def decision(self) -> list[str]: ...
    @property
    def certificate(self) -> dict[str, Any]: ...
    @property
    def tables(self) -> list[str]: ...
    def table(self, name: str) -> Table: ...
    def to_dict(self) -> dict[str, Any]: ...
    def to_json(self) -> str: ...
    def to_markdown(self) -> str: ...
    def __reduce__(self) -> tuple[Callable[[str], Plan], tuple[str]]: ...
    def diff(
        self,
        other: Union[Plan, Model],
        *,
        detail: _Detail = "full",
        engine: str = "auto",
        time_limit: Optional[float] = None,
        progress: Optional[_Progress] = None,
    ) -> Answer: ...
    def _repr_html_(self) -> str: ...

@final
class Answer:
    @property
    def kind(self) -> str: ...
    @property
    def plans(self) -> list[Plan]: ...
    @property
    def tables(self) -> list[str]: ...
    def table(self, name: str) -> Table: ...
    def to_dict(self) -> dict[str, Any]: ...
    def to_json(self) -> str: ...
    def to_csv(self) -> Optional[str]: ...
    def __getitem__(self, key: str, /) -> Any: ...
    def _repr_html_(self) -> str: ...

@final
class Sweep:
    @property
    def rows(self) -> Table: ...
    @property
    def columns(self) -> list[str]: ...
    def to_dict(self) -> dict[str, list[Any]]: ...
    def to_csv(self) -> str: ...
    def to_jsonl(self) -> str: ...
    def __arrow_c_stream__(self, requested_schema: Optional[object] = None) -> object: ...
    def __len__(self) -> int: ...
    def _repr_html_(self) -> str: ...

@final
class Model:
    @staticmethod
    def from_yaml(
        source: _Path,
        *,
        overlays: Optional[Sequence[_Path]] = None,
        scenarios: Optional[_Texts] = None,
        set: Optional[_Values] = None,
        folder: Optional[_Path] = None,
        future: Optional[str] = None,
        without_uncertainty: bool = False,
        allow_files_outside: bool = False,
    ) -> Model: ...
    @staticmethod
    def from_dict(data: Mapping[str, Any], *, folder: Optional[_Path] = None) -> Model: ...
    @property
    def name(self) -> str: ...
    @property
    def currency(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def warnings(self) -> list[Diagnostic]: ...
    @property
    def scenarios(self) -> list[str]: ...
    @property
    def scenario_names(self) -> list[str]: ...
    @property
    def futures(self) -> list[str]: ...
    @property
    def offers(self) -> list[str]: ...
    @property
    def workloads(self) -> list[str]: ...
    def with_(
        self, set: Optional[_Values] = None, *, scale: Optional[dict[str, float]] = None, shift: Optional[_Values] = None
    ) -> Model: ...
    def scenario(self, *names: str) -> Model: ...
    def future(self, name: str) -> Model: ...
    def without_uncertainty(self) -> Model: ...
    def solve(
        self,
        *,
        detail: _Detail = "full",
        engine: str = "auto",
        time_limit: Optional[float] = None,
        gap: float = 0.0001,
        progress: Optional[_Progress] = None,
    ) -> Plan: ...
    def study(
        self, *, detail: _Detail = "plan", engine: str = "auto", time_limit: Optional[float] = None, gap: float = 0.0001
    ) -> Study: ...
    def sweep(
        self,
        vary: Optional[_Texts] = None,
        *,
        sweep: Optional[str] = None,
        method: Optional[str] = None,
        samples: Optional[int] = None,
        seed: Optional[int] = None,
        sampling: Optional[str] = None,
        correlate: Optional[Sequence[tuple[str, str, float]]] = None,
        columns: Optional[_Texts] = None,
        detail: _Detail = "full",
        engine: str = "auto",
        time_limit: Optional[float] = None,
        threads: int = 0,
        progress: Optional[_Progress] = None,
    ) -> Sweep: ...
    def curve(
        self,
        vary: str,
        *,
        tolerance: float = 0.00001,
        engine: str = "auto",
        time_limit: Optional[float] = None,
        progress: Optional[_Progress] = None,
    ) -> Answer: ...
    def frontier(
        self,
        against: str = "hhi:vendor",
        *,
        points: int = 10,
        engine: str = "auto",
        time_limit: Optional[float] = None,
        progress: Optional[_Progress] = None,
    ) -> Answer: ...
    def backtest(
        self,
        *,
        engine: str = "auto",
        time_limit: Optional[float] = None,
        progress: Optional[_Progress] = None,
    ) -> Answer: ...
    def stress(
        self,
        *,
        by: Optional[_Texts] = None,
        recovery: str = "1 period",
        serve: Optional[_Texts] = None,
        preempt: Optional[_Texts] = None,
        surge: Optional[str] = None,
        plan: Optional[Plan] = None,
        engine: str = "auto",
        time_limit: Optional[float] = None,
        progress: Optional[_Progress] = None,
    ) -> Answer: ...
    def explain(
        self,
        subject: Optional[str] = None,
        *,
        engine: str = "auto",
        time_limit: Optional[float] = None,
        progress: Optional[_Progress] = None,
    ) -> Answer: ...
    def alternatives(
        self,
        *,
        within: float = 0.02,
        plans: int = 3,
        by: Optional[_Texts] = None,
        of: str = "spend",
        engine: str = "auto",
        time_limit: Optional[float] = None,
        progress: Optional[_Progress] = None,
    ) -> Answer: ...
    def report(
        self,
        *,
        frontier: Optional[_Texts] = None,
        curve: Optional[_Texts] = None,
        plain: bool = False,
        plan: Optional[Plan] = None,
        engine: str = "auto",
        time_limit: Optional[float] = None,
        progress: Optional[_Progress] = None,
    ) -> str: ...

@final
class Study:
    def __new__(
        cls,
        model: Model,
        *,
        detail: _Detail = "plan",
        engine: str = "auto",
        time_limit: Optional[float] = None,
        gap: float = 0.0001,
    ) -> Study: ...
    @property
    def model(self) -> Model: ...
    def edit(
        self, set: Optional[_Values] = None, *, scale: Optional[dict[str, float]] = None, shift: Optional[_Values] = None
    ) -> None: ...
    def reset(self) -> None: ...
    def solve(self, *, progress: Optional[_Progress] = None) -> Plan: ...

def diff(
    a: Union[Plan, Model],
    b: Union[Plan, Model],
    *,
    detail: _Detail = "full",
    engine: str = "auto",
    time_limit: Optional[float] = None,
    progress: Optional[_Progress] = None,
) -> Answer: ...
def engines() -> list[str]: ...
def run(arguments: Sequence[str]) -> int: ...
