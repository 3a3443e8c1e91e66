#!/usr/bin/env python3
"""How long a change on the page of `polysource serve` takes, from the request until the plan is told.

    benches/serve.py BINARY [MODEL ...]

Each change moves a price, a demand or a limit as a slider does, one after the other; told are the median and the longest
in milliseconds, with what the server itself takes for the plan beside it, and the size of the answer.
"""

import http.client
import json
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODELS = [str(ROOT / "models" / f"{name}.yaml") for name in ("quickstart", "inference-fleet", "frontier-lab")]
FACTORS = [1.02, 0.97, 1.1, 0.9, 1.05]


class Page:
    """A session, as its page has it."""

    def __init__(self, address):
        self.host, token = address.removeprefix("http://").strip("/").split("/")
        begin = http.client.HTTPConnection(self.host)
        begin.request("GET", f"/{token}/")
        self.at = begin.getresponse().headers["location"]
        self.asking = http.client.HTTPConnection(self.host)
        follow = http.client.HTTPConnection(self.host)
        follow.request("GET", self.at + "events")
        self.events = follow.getresponse()

    def get(self, name):
        connection = http.client.HTTPConnection(self.host)
        connection.request("GET", self.at + name)
        return connection.getresponse().read().decode()

    def ask(self, what):
        self.asking.request("POST", self.at + "do", json.dumps(what), {"content-type": "application/json"})
        answer = self.asking.getresponse()
        body = answer.read().decode()
        if answer.status != 200:
            sys.exit(f"{what}: {body}")

    def told(self):
        """The next view, with its size."""
        while True:
            line = self.events.readline()
            if line.startswith(b"data: "):
                return json.loads(line[6:]), len(line)

    def until(self, *states):
        while True:
            view, size = self.told()
            if view["state"] in states:
                return view, size


def changes(controls):
    """A series of changes: of whole vendors, of single numbers, and of limits."""
    kinds = re.findall(r'data-path="([^"]*)" data-kind="(factor)"', controls)
    paths = [path.replace("&quot;", '"') for path, _ in kinds][:8]
    for path in paths:
        for factor in FACTORS:
            yield {"do": "scale", "path": path, "factor": factor}
    limits = re.findall(r'data-path="(policy\.limits\.[^"]*)".*?data-written="([0-9.]+) %"', controls)
    for path, written in limits[:4]:
        for more in (1, 2, 3):
            yield {"do": "set", "path": path, "value": f"{float(written) + more} %"}


def measure(binary, model):
    server = subprocess.Popen([binary, "serve", model, "--read-only", "-q"], stdout=subprocess.PIPE, text=True)
    try:
        page = Page(server.stdout.readline().strip())
        page.until("done")
        took, own, sizes = [], [], []
        for change in changes(page.get("controls")):
            begun = time.perf_counter()
            page.ask(change)
            view, size = page.until("partial", "done", "mistaken")
            took.append(1000 * (time.perf_counter() - begun))
            if view["state"] == "mistaken":
                sys.exit(f"{change}: {view['fields']} {view['problem']}")
            if number := re.search(r"in ([0-9.]+) (m?)s", view["told"]):
                own.append(float(number[1]) * (1 if number[2] else 1000))
            sizes.append(size)
        row = [len(took), statistics.median(took), max(took), statistics.median(own or [0]), max(sizes) / 1024]
        print("| {} | {} | {:.0f} | {:.0f} | {:.0f} | {:.0f} |".format(Path(model).stem, *row), flush=True)
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    print("| model | changes | median, ms | longest, ms | solved in, ms | answer, KiB |\n| --- | ---: | ---: | ---: | ---: | ---: |")
    for model in sys.argv[2:] or MODELS:
        measure(sys.argv[1], model)
