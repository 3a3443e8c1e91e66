"""What it costs to ask that any vendor and any cloud may be lost, in every period.

`survive.py BENCH_MODEL BINARY [BINARY2 ...] [--repeat N]`: processor seconds (user and system) of `BINARY solve MODEL
--detail plan --format json`, without and with two requirements of N-1, and how many times as long the second takes. The
least of N runs (default 3), which take turns. BENCH_MODEL is the example that writes models whose offers are alike
(`cargo build --release --example bench_model`); one with forty regions, and frontier-lab, are added to them.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "families"))
import generate

# What is still to be served, in percent, after the loss of a vendor and of a cloud, and by how much more of what is held
# can be had then.
SERVED = {"regions": (20, 50, 0), "frontier-lab": (1, 5, 50)}
USUAL = (50, 80, 0)


def overlay(path, vendor, cloud, surge):
    lines = ["policy:", "  survive:"]
    for by, serve in ("vendor", vendor), ("cloud", cloud):
        raised = f", surge: {surge} %" if surge else ""
        lines.append(
            f"    - {{ loss_of: {{ each: {by} }}, serve: {serve} %, for: {{ kind: inference }}, "
            f"preempt: {{ kind: training }}{raised} }}"
        )
    path.write_text("\n".join(lines) + "\n")


def run(command):
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    plan = json.loads(process.stdout.read())
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0 and plan["certificate"]["verified"], f"{command} ended with {status}"
    return usage.ru_utime + usage.ru_stime, plan["cost"]["total"]


def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("bench_model")
    parse.add_argument("binaries", nargs="+")
    parse.add_argument("--repeat", type=int, default=3)
    asked = parse.parse_args()
    print(f"load {os.getloadavg()[0]:.1f}\n")
    print("| model |", *(f"{Path(b).name}: without | with | times |" for b in asked.binaries))
    print("| --- |", *["---: | ---: | ---: |"] * len(asked.binaries))
    with tempfile.TemporaryDirectory() as folder:
        models = {}
        for size in "3k", "15k", "60k":
            models[size] = Path(folder, f"{size}.yaml")
            written = subprocess.run([asked.bench_model, size], check=True, capture_output=True, text=True).stdout
            models[size].write_text(written)
        models["regions"] = Path(folder, "regions.yaml")
        generate.model("regions", models["regions"], 0.3)
        models["frontier-lab"] = Path(__file__).parents[1] / "models" / "frontier-lab.yaml"
        for name, model in models.items():
            losses = Path(folder, "losses.yaml")
            overlay(losses, *SERVED.get(name, USUAL))
            best = {}
            for _ in range(asked.repeat):
                for binary in asked.binaries:
                    for with_losses in False, True:
                        more = ["--overlay", losses] if with_losses else []
                        command = [binary, "solve", model, *more, "--detail", "plan", "--format", "json", "--quiet"]
                        seconds, cost = run([str(word) for word in command])
                        at = best.get((binary, with_losses), (seconds, cost))
                        assert abs(cost - at[1]) <= 1e-6 * abs(cost), f"{name}: {cost} and {at[1]}"
                        best[binary, with_losses] = min(seconds, at[0]), cost
            cells = []
            for binary in asked.binaries:
                without, with_losses = best[binary, False][0], best[binary, True][0]
                cells.append(f"{without:.2f} | {with_losses:.2f} | {with_losses / without:.1f} |")
            print(f"| {name} |", *cells, flush=True)


if __name__ == "__main__":
    main()
