"""The program of all futures as arrays, put together from the programs of the single futures.

`tree.py COUNT FOLDER` reads FOLDER/COUNT-0.mps and so on, in the order of models.futures, and writes COUNT.npz (see
Program) and COUNT-own.mps. Nothing of polysource's own way to join them is used: a column's name says what is decided
and for when, and the dates in models.py say which futures cannot be told apart by then. For them the column is one
variable (non-anticipativity by substitution), and a row that has become the same is written once.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import highspy
import numpy as np

import models

QUARTERS = [f"{year}-Q{quarter}" for year in (2027, 2028, 2029) for quarter in (1, 2, 3, 4)]
# What is decided; every other column only follows, in each future by itself.
DECISIONS = ("rent", "run", "reserve")


@dataclass
class Program:
    """Least cost x + offset, with least <= A x <= most by rows and lower <= x <= upper."""

    cost: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    offset: float
    start: np.ndarray  # of the rows in index and value
    index: np.ndarray
    value: np.ndarray
    least: np.ndarray
    most: np.ndarray

    def save(self, path):
        np.savez(path, **self.__dict__)

    @classmethod
    def load(cls, path):
        arrays = np.load(path)
        return cls(**{name: arrays[name] for name in arrays.files})


def date(name):
    """The quarter in which a column is decided, from 0; none if it only follows."""
    kind, _, rest = name.partition("[")
    if kind not in DECISIONS:
        return None
    start = QUARTERS.index(rest.rstrip("]").rsplit(",", 1)[1])
    return start - (models.NOTICE if kind == "reserve" else 0)


def joined(count, files):
    """The program of so many futures, from the MPS file of each."""
    known = [QUARTERS.index(factor[1]) for factor in models.factors(count)]
    columns, rows = {}, {}
    cost, lower, upper, met, needed = [], [], [], [], []
    start, index, value, least, most = [0], [], [], [], []
    offset = 0.0
    for number, (file, (_, outcomes, probability)) in enumerate(zip(files, models.futures(count))):
        solver = highspy.Highs()
        solver.silent()
        assert solver.readModel(str(file)) == highspy.HighsStatus.kOk
        lp = solver.getLp()
        assert not len(lp.integrality_), "whole numbers are not written here"
        offset += probability * lp.offset_
        place = np.empty(lp.num_col_, dtype=int)
        for j, name in enumerate(lp.col_names_):
            at = date(name)
            # What is known by then, and so what tells this column from its likes in other futures.
            told = number if at is None else tuple(o if k <= at else None for o, k in zip(outcomes, known))
            place[j] = columns.setdefault((name, told), len(cost))
            if place[j] == len(cost):
                for of, what in ((cost, 0.0), (lower, -np.inf), (upper, np.inf), (met, 0), (needed, 1)):
                    of.append(what)
                if at is not None:
                    later = [len(factor[2]) for factor, k in zip(models.factors(count), known) if k > at]
                    needed[-1] = int(np.prod(later))
            c = place[j]
            cost[c] += probability * lp.col_cost_[j]
            lower[c], upper[c] = max(lower[c], lp.col_lower_[j]), min(upper[c], lp.col_upper_[j])
            met[c] += 1
        for row, (own, value_of) in enumerate(by_rows(lp)):
            at = place[own]
            order = np.argsort(at)
            at, value_of = at[order], value_of[order]
            key = (at.tobytes(), value_of.tobytes(), lp.row_lower_[row], lp.row_upper_[row])
            if rows.setdefault(key, number) != number:
                continue
            index.append(at)
            value.append(value_of)
            start.append(start[-1] + len(at))
            least.append(lp.row_lower_[row])
            most.append(lp.row_upper_[row])
    # What some future of a node does not have is nothing in all of them.
    lower, upper, missing = np.array(lower), np.array(upper), np.array(met) < np.array(needed)
    lower[missing] = upper[missing] = 0.0
    arrays = (np.array(start), np.concatenate(index), np.concatenate(value), np.array(least), np.array(most))
    return Program(np.array(cost), lower, upper, offset, *arrays)


def by_rows(lp):
    """Columns and values of each row."""
    start, index, value = (np.array(part) for part in (lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_))
    column = np.repeat(np.arange(lp.num_col_), np.diff(start))
    order = np.argsort(index, kind="stable")
    ends = np.concatenate(([0], np.cumsum(np.bincount(index, minlength=lp.num_row_))))
    return [(column[order[a:b]], value[order[a:b]]) for a, b in zip(ends, ends[1:])]


def write_mps(program, path):
    """As MPS, by HiGHS, for solvers that read one."""
    solver = highspy.Highs()
    solver.silent()
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_, lp.offset_ = len(program.cost), len(program.least), float(program.offset)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = program.cost, program.lower, program.upper
    lp.row_lower_, lp.row_upper_ = program.least, program.most
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = program.start, program.index, program.value
    assert solver.passModel(lp) == highspy.HighsStatus.kOk
    # HiGHS warns that it makes names up.
    solver.writeModel(str(path))
    assert Path(path).stat().st_size


if __name__ == "__main__":
    count, folder = int(sys.argv[1]), Path(sys.argv[2])
    every = range(len(list(models.futures(count))))
    program = joined(count, [folder / f"{count}-{number}.mps" for number in every])
    write_mps(program, folder / f"{count}-own.mps")
    program.save(folder / f"{count}.npz")
