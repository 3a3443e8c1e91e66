"""Reads, builds and solves one model with one library, and writes the seconds of each as JSON.

`one.py LIBRARY SOLVER MODEL`; what is imported before the first clock starts is not counted.
"""

import gc
import importlib
import json
import os
import sys
import time

import base


def main():
    library, solver, path = sys.argv[1:]
    peer = importlib.import_module(f"with_{library}")
    # Collecting garbage while millions of objects are made finds none: every library is faster without.
    gc.disable()

    def cpu():
        # Children count: CBC is a program of its own.
        t = os.times()
        return t.user + t.system + t.children_user + t.children_system

    # What is loaded late is an import too.
    check = base.read(os.path.join(os.path.dirname(__file__), "check.yaml"))
    peer.solve(peer.build(check), solver)
    clock = time.perf_counter
    at, busy = [clock()], [cpu()]

    def lap():
        at.append(clock())
        busy.append(cpu())

    program = base.read(path)
    lap()
    model = peer.build(program)
    lap()
    found = peer.solve(model, solver)
    lap()
    wall = dict(zip(("read", "build", "solve"), (b - a for a, b in zip(at, at[1:]))))
    print(json.dumps({**wall, "wall": at[-1] - at[0], "cpu": busy[-1] - busy[0], **found}))


if __name__ == "__main__":
    main()
