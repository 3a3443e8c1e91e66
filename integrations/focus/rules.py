"""The rules of FOCUS 1.2 that a dataset can be checked for by itself, as its specification gives them for each column.

    rules.py FILE.csv
"""

import collections
import csv
import datetime
import json
import math
import sys

MANDATORY = """BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodEnd BillingPeriodStart
ChargeCategory ChargeClass ChargeDescription ChargePeriodEnd ChargePeriodStart ContractedCost EffectiveCost
InvoiceIssuerName ListCost PricingQuantity PricingUnit ProviderName PublisherName ServiceCategory ServiceName""".split()
NOT_NULL = [c for c in MANDATORY if c not in ("ChargeClass", "PricingQuantity", "PricingUnit")]
NUMBERS = """BilledCost CommitmentDiscountQuantity ConsumedQuantity ContractedCost ContractedUnitPrice EffectiveCost ListCost
ListUnitPrice PricingQuantity""".split()
DATES = "BillingPeriodEnd BillingPeriodStart ChargePeriodEnd ChargePeriodStart".split()
VALUES = {
    "ChargeCategory": {"Usage", "Purchase", "Tax", "Credit", "Adjustment"},
    "ChargeClass": {"", "Correction"},
    "ChargeFrequency": {"One-Time", "Recurring", "Usage-Based"},
    "CommitmentDiscountCategory": {"", "Spend", "Usage"},
    "CommitmentDiscountStatus": {"", "Used", "Unused"},
    "PricingCategory": {"", "Standard", "Dynamic", "Committed", "Other"},
    "ServiceCategory": {"Compute", "Other"},
    "ServiceSubcategory": {"Virtual Machines", "Other (Other)"},
}


def close(a, b, size):
    return abs(a - b) <= 1e-6 * max(1.0, size)


def of_row(row):
    """What is wrong with a row by itself."""
    has = {column: cell != "" for column, cell in row.items()}
    value = {c: float(row[c]) for c in NUMBERS if has[c]}
    category, status = row["ChargeCategory"], row["CommitmentDiscountStatus"]
    charged = category in ("Usage", "Purchase")
    yield from (f"{c} is null" for c in NOT_NULL if not has[c])
    yield from (f"{c} is {row[c]}" for c, allowed in VALUES.items() if row[c] not in allowed)
    for column in DATES:
        try:
            datetime.datetime.strptime(row[column], "%Y-%m-%dT%H:%M:%SZ")
        except ValueError:
            yield f"{column} is {row[column]}"
    yield from (f"{c} has a sign or an upper case E" for c in NUMBERS if "+" in row[c] or "E+" in row[c])
    if charged:
        needed = "PricingCategory PricingQuantity PricingUnit ListUnitPrice ContractedUnitPrice SkuId SkuPriceId".split()
        yield from (f"{c} is null" for c in needed if not has[c])
    for price, cost in (("ListUnitPrice", "ListCost"), ("ContractedUnitPrice", "ContractedCost")):
        if has[price]:
            if value[price] < 0:
                yield f"{price} is below 0"
            product = value[price] * value.get("PricingQuantity", math.nan)
            if not close(product, value[cost], abs(product)):
                yield f"{price} times PricingQuantity is not {cost}"
        elif not close(value[cost], value["BilledCost"], abs(value[cost])):
            yield f"{cost} is not BilledCost"
    committed = has["CommitmentDiscountId"]
    for column in "CommitmentDiscountCategory CommitmentDiscountType".split():
        if has[column] != committed:
            yield f"{column} is {row[column] or 'null'}"
    if has["CommitmentDiscountQuantity"] != (committed and charged):
        yield "CommitmentDiscountQuantity"
    if has["CommitmentDiscountUnit"] != has["CommitmentDiscountQuantity"]:
        yield "CommitmentDiscountUnit"
    if has["CommitmentDiscountStatus"] != (committed and category == "Usage"):
        yield "CommitmentDiscountStatus"
    if charged and (row["PricingCategory"] == "Committed") != (committed and category != "Purchase"):
        yield f"PricingCategory is {row['PricingCategory']}"
    if has["ConsumedQuantity"] != (category == "Usage" and status != "Unused"):
        yield "ConsumedQuantity"
    for quantity, unit in (("ConsumedQuantity", "ConsumedUnit"), ("PricingQuantity", "PricingUnit")):
        if has[quantity] != has[unit]:
            yield f"{unit} without {quantity}, or the other way"
    if category == "Purchase":
        if committed and value["EffectiveCost"] != 0:
            yield "EffectiveCost of the purchase of a commitment"
        if row["ChargeFrequency"] == "Usage-Based":
            yield "ChargeFrequency of a purchase"
    if has["RegionId"] != has["RegionName"]:
        yield "RegionName"
    if has["ResourceName"] and (not has["ResourceId"] or row["ResourceName"] == row["ResourceId"]):
        yield "ResourceName without ResourceId, or the same"
    # Origination of cost data: who provides bills, in all scenarios but those of regions that others operate.
    if row["ProviderName"] != row["InvoiceIssuerName"]:
        yield f"{row['ProviderName']} provides and {row['InvoiceIssuerName']} bills"
    if not isinstance(json.loads(row["Tags"] or "{}"), dict):
        yield "Tags"


def of_all(rows):
    """What is wrong between rows."""
    one = {
        "CommitmentDiscountId": ["ProviderName", "InvoiceIssuerName", "CommitmentDiscountUnit", "CommitmentDiscountType"],
        "SkuPriceId": ["SkuId"],
        "ServiceSubcategory": ["ServiceCategory"],
    }
    for key, columns in one.items():
        for column in columns:
            found = collections.defaultdict(set)
            for row in rows:
                if row[key] and row[column]:
                    found[row[key]].add(row[column])
            yield from (f"{key} {k} has {column} {sorted(v)}" for k, v in found.items() if len(v) > 1)
    sums = collections.defaultdict(lambda: [0.0, 0.0])
    for row in rows:
        if row["CommitmentDiscountId"]:
            bought = row["ChargeCategory"] == "Purchase"
            sums[row["CommitmentDiscountId"]][bought] += float(row["BilledCost" if bought else "EffectiveCost"])
    for key, (used, bought) in sums.items():
        if not close(used, bought, abs(bought)):
            yield f"the usage of {key} costs {used} and its purchases {bought}"


def main(path):
    with open(path, newline="", encoding="utf-8") as file:
        table = csv.DictReader(file)
        missing = [c for c in MANDATORY if c not in table.fieldnames]
        rows = list(table)
    wrong = [f"there is no {c}" for c in missing] or [f"line {i + 2}: {w}" for i, r in enumerate(rows) for w in of_row(r)]
    wrong += [] if missing else of_all(rows)
    for line in wrong[:20]:
        print(line)
    return 1 if wrong or not rows else 0


sys.exit(main(sys.argv[1]))
