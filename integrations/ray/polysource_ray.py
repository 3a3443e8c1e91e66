"""Runs the chunks of a polysource sweep, of replications or of an evaluation, as tasks of Ray, and merges them.

It knows nothing of what is solved: a task is `polysource sweep run --chunk I --out DIR` in a folder that
all nodes share. A chunk goes on from its journal, so a task may be run again at any moment, also while a
lost one still runs; only a chunk that ends with 42 is not worth it.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

# Nothing is told to anybody about a cluster that is started here.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

import ray

# Exit codes of polysource.
HOPELESS = 42
INTERRUPTED = 130

# Seconds before a chunk that failed is begun again: what failed outside it may have passed.
PAUSE = 5.0

# Seconds between two lines of progress.
PROGRESS = 10.0


class Again(Exception):
    """A chunk failed in a way that may pass."""


class Hopeless(Exception):
    """A chunk would fail however often it is run."""


def solve(program, folder, chunk):
    """Solves a chunk; returns the node that did. This is the task."""
    command = [program, "--quiet", "sweep", "run", "--chunk", str(chunk), "--out", folder]
    # Ended early, this ends the program as well.
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True)
    if run.returncode == 0:
        return ray.get_runtime_context().get_node_id()
    told = run.stderr.decode(errors="replace").strip() or "it said nothing"
    message = f"ended with {run.returncode}: {told}"
    if run.returncode == HOPELESS:
        raise Hopeless(message)
    time.sleep(PAUSE)
    raise Again(message)


def unfinished(program, folder):
    """The numbers of the chunks that are not finished, and how many chunks there are."""
    command = [program, "sweep", "status", "--verify", folder, "--format", "json"]
    run = subprocess.run(command, stdout=subprocess.PIPE)
    if run.returncode:
        sys.exit(run.returncode)
    chunks = json.loads(run.stdout)["chunks"]
    return [chunk["chunk"] for chunk in chunks if chunk["state"] != "done"], len(chunks)


def run_all(program, folder, chunks, retries, tell):
    """Runs the chunks as tasks; returns the exit code: 0, 42 if one would always fail, else 1."""
    # Nodes need not have this module.
    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])
    # A retry is of a task whose worker or node was lost, and of one that failed in a way that may pass.
    task = ray.remote(num_cpus=1, max_retries=retries, retry_exceptions=[Again])(solve)
    waiting = {task.options(name=f"chunk {chunk}").remote(program, folder, chunk): chunk for chunk in chunks}
    done, failed, hopeless, nodes = 0, 0, 0, set()
    told = time.monotonic()
    while waiting:
        ready, _ = ray.wait(list(waiting), num_returns=len(waiting), timeout=1.0)
        for reference in ready:
            chunk = waiting.pop(reference)
            try:
                nodes.add(ray.get(reference))
                done += 1
            except Hopeless as error:
                hopeless += 1
                complain(f"chunk {chunk} {cause(error)}")
            except Again as error:
                failed += 1
                complain(f"chunk {chunk} {cause(error)}; it was begun {retries + 1} times")
            except Exception as error:
                failed += 1
                complain(f"chunk {chunk}: {cause(error)}")
        if not waiting or time.monotonic() - told >= PROGRESS:
            told = time.monotonic()
            tell(f"{done} of {len(chunks)} chunks done, {failed + hopeless} failed")
    if done:
        tell(f"solved on {len(nodes)} node{'s' if len(nodes) > 1 else ''}")
    return HOPELESS if hopeless else 1 if failed else 0


def complain(message):
    """Says something on standard error."""
    print(f"polysource-ray: {message}", file=sys.stderr, flush=True)


def cause(error):
    """What a task failed of, without the trace of Ray."""
    return str(getattr(error, "cause", None) or error)


def main(arguments=None):
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="polysource-ray",
        description="Runs the chunks of a sweep, of replications or of an evaluation, as tasks of Ray, and merges them.",
        epilog="Exit codes: those of `polysource sweep merge`; 42 if a chunk would fail however often it is run; "
        "1 if one failed too often; 130 interrupted. The same command goes on.",
    )
    parser.add_argument("dir", metavar="DIR", help="the folder of `polysource sweep plan`, which all nodes share")
    parser.add_argument("--output", "-o", metavar="FILE", required=True, help="the file for what is merged")
    parser.add_argument(
        "--format",
        choices=["csv", "jsonl", "text", "json", "tables", "markdown", "html"],
        default="csv",
        help="its format: csv, jsonl or text of a sweep; json, text, csv, tables or markdown of replications; json, text, csv "
        "or html of an evaluation; default csv",
    )
    parser.add_argument(
        "--address",
        help="the cluster; left out, the one of RAY_ADDRESS or of this machine, else one that is started here and ends "
        "with the command",
    )
    parser.add_argument(
        "--retries", type=number, default=4, metavar="N", help="how often a chunk is begun again; default 4"
    )
    parser.add_argument("--program", default="polysource", help="the program as the nodes find it; default polysource")
    parser.add_argument("--quiet", "-q", action="store_true", help="say nothing but errors")
    args = parser.parse_args(arguments)
    # Nodes know it by its whole path; in an object store it has one already.
    folder = args.dir if "://" in args.dir else str(Path(args.dir).resolve())
    tell = (lambda message: None) if args.quiet else complain
    try:
        chunks, of = unfinished(args.program, folder)
        if chunks:
            # Ray tells of lost nodes and workers on standard output.
            with contextlib.redirect_stdout(sys.stderr):
                ray.init(address=args.address, log_to_driver=False, logging_level="ERROR")
                tell(f"{len(chunks)} of {of} chunks to solve")
                code = run_all(args.program, folder, chunks, args.retries, tell)
            if code:
                return code
        merge = [args.program, *(["--quiet"] if args.quiet else []), "sweep", "merge", "--verify", folder]
        return subprocess.run([*merge, "--format", args.format, "-o", args.output]).returncode
    except FileNotFoundError as error:
        complain(f"{error}; name the program with --program")
        return 1
    except ConnectionError as error:
        complain(f"no cluster: {error}")
        return 1
    except KeyboardInterrupt:
        complain("interrupted; the same command goes on")
        return INTERRUPTED


def number(text):
    """A number of retries."""
    value = int(text)
    if value < 0:
        raise ValueError
    return value


if __name__ == "__main__":
    sys.exit(main())
