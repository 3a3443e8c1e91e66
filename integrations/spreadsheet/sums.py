"""Whether a workbook that a spreadsheet has calculated holds no error, and adds up to the plan.

    sums.py WORKBOOK PLAN.json
"""

import json
import re
import sys
import zipfile
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
REFERENCE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def sheets(path):
    """The cells of each sheet: values by their names, and the names of those with formulas."""
    with zipfile.ZipFile(path) as book:
        def tree(name):
            return ElementTree.fromstring(book.read(name))

        texts = ["".join(t.text or "" for t in si.iter(MAIN + "t")) for si in tree("xl/sharedStrings.xml")]
        targets = {r.get("Id"): r.get("Target") for r in tree("xl/_rels/workbook.xml.rels")}
        found = {}
        for sheet in tree("xl/workbook.xml").iter(MAIN + "sheet"):
            values, formulas = {}, []
            for cell in tree("xl/" + targets[sheet.get(REFERENCE)].removeprefix("/xl/")).iter(MAIN + "c"):
                value = cell.find(MAIN + "v")
                if cell.find(MAIN + "f") is not None:
                    formulas.append(cell.get("r"))
                if value is None or value.text is None:
                    continue
                kind = cell.get("t", "n")
                if kind == "e":
                    sys.exit(f"{path}: {sheet.get('name')}!{cell.get('r')} is the error {value.text}")
                values[cell.get("r")] = (
                    texts[int(value.text)] if kind == "s" else float(value.text) if kind == "n" else value.text
                )
            found[sheet.get("name")] = (values, formulas)
        return found


def main(path, plan):
    found = sheets(path)
    with open(plan) as file:
        cost = json.load(file)["cost"]

    def near(what, told, meant):
        if abs(told - meant) > 1e-6 * max(1.0, abs(meant)):
            sys.exit(f"{path}: {what} is {told} and not {meant}")

    values, formulas = found["plan"]
    row = next(int(name[1:]) for name, value in values.items() if name[0] == "A" and value == "Total")
    near("the present value", values[f"B{row}"], cost["total"])
    near("the undiscounted cost", values[f"D{row}"], cost["nominal"])
    near("the sum of shares", values[f"C{row}"], 1.0)
    values, more = found["cost by period"]
    columns = [re.match("[A-Z]+", name)[0] for name, value in values.items() if value == "total" and name.endswith("1")]
    for index, period in enumerate(cost["by_period"]):
        near(period["period"], values[f"{columns[0]}{index + 2}"], period["cost"])
    if len(formulas) < 6 or len(more) < 2 * len(cost["by_period"]):
        sys.exit(f"{path}: formulas are missing")


main(*sys.argv[1:])
