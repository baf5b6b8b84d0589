"""Turn the shared data (northwind, superstore) into lists ready for ``strategy-xl import``.

What a source does not hold stays out: neither has hours, northwind has no margin and no sector, so those
columns do not exist here. Revenue is that of the last twelve months of each source's own dates.
"""

from __future__ import annotations

import csv
import os
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
_INSERT = re.compile(r"INSERT INTO (\w+) VALUES \((.*)\);\s*$")
_VALUE = re.compile(r"'((?:[^']|'')*)'|([^,'\s]+)")
# Columns of the northwind tables, in the order of its CREATE TABLE statements.
_CUSTOMER = (
    "id",
    "company",
    "contact",
    "title",
    "address",
    "city",
    "region",
    "postal",
    "country",
    "phone",
    "fax",
)


def shared_folder() -> Path:
    """The folder of the shared data: ``STRATEGY_XL_SHARED``, else ``../shared`` beside the checkout."""
    return Path(os.environ.get("STRATEGY_XL_SHARED", ROOT.parent / "shared"))


def northwind_rows(path: Path, table: str) -> Iterator[tuple[str | None, ...]]:
    """Rows of one table of the SQL dump; NULL is None."""
    with path.open(encoding="utf-8") as stream:
        for line in stream:
            match = _INSERT.match(line)
            if match is not None and match[1] == table:
                yield tuple(
                    value[1].replace("''", "'")
                    if value[2] is None
                    else (None if value[2] == "NULL" else value[2])
                    for value in _VALUE.finditer(match[2])
                )


def _year_before(last: date) -> date:
    """The day twelve months earlier, after which the last twelve months begin."""
    day = 28 if (last.month, last.day) == (2, 29) else last.day
    return date(last.year - 1, last.month, day)


def northwind(path: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Customers and contacts of northwind.

    Result: customers (``Company Name``, ``Country``, ``Revenue``) and contacts (``Contact Name``,
    ``Company Name``, ``Contact Title``, ``Phone``). A customer without order in the last twelve months has
    a revenue of 0: the orders are known to be complete.
    """
    customers = [dict(zip(_CUSTOMER, row, strict=True)) for row in northwind_rows(path, "customers")]
    orders = {row[0]: (row[1], date.fromisoformat(str(row[3]))) for row in northwind_rows(path, "orders")}
    since = _year_before(max(day for _, day in orders.values()))
    revenue = dict.fromkeys((str(customer["id"]) for customer in customers), 0.0)
    for order, _, price, quantity, discount in northwind_rows(path, "order_details"):
        customer, day = orders[order]
        if day > since:
            # Prices and discounts are stored as 32-bit floats (9.80000019): back to what was meant.
            net = round(float(str(price)), 4) * int(str(quantity)) * (1 - round(float(str(discount)), 4))
            revenue[str(customer)] += net
    clients = [
        {
            "Company Name": customer["company"],
            "Country": customer["country"],
            "Revenue": f"{revenue[str(customer['id'])]:.2f}",
        }
        for customer in customers
    ]
    contacts = [
        {
            "Contact Name": customer["contact"],
            "Company Name": customer["company"],
            "Contact Title": customer["title"],
            "Phone": customer["phone"],
        }
        for customer in customers
    ]
    return clients, contacts


def superstore(path: Path) -> list[dict[str, Any]]:
    """Customers of superstore, one row each: last segment and region, sales and profit of the last 12 months.

    A customer without order in that time has sales and profit of 0: the file holds every order.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        lines = sorted(csv.DictReader(stream), key=lambda line: line["Order Date"])
    since = _year_before(date.fromisoformat(lines[-1]["Order Date"]))
    customers: dict[str, dict[str, Any]] = {}
    sums: dict[str, list[float]] = {}
    for line in lines:
        key = line["Customer ID"]
        customers[key] = {
            "Customer Name": line["Customer Name"],
            "Segment": line["Segment"],
            "Region": line["Region"],
        }
        total = sums.setdefault(key, [0.0, 0.0])
        if date.fromisoformat(line["Order Date"]) > since:
            total[0] += float(line["Sales"])
            total[1] += float(line["Profit"])
    return [
        {**customer, "Sales": f"{sums[key][0]:.2f}", "Profit": f"{sums[key][1]:.2f}"}
        for key, customer in customers.items()
    ]


def write_csv(target: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """Write rows with their keys as titles."""
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return target


def make(folder: Path, shared: Path | None = None) -> dict[str, Path]:
    """Write all lists into a folder.

    Result: ``northwind_clients``, ``northwind_contacts``, ``northwind_accounts``, ``superstore_clients``.
    """
    data = (shared or shared_folder()) / "data"
    clients, contacts = northwind(data / "northwind" / "northwind.sql")
    accounts = [{"Company Name": row["Company Name"]} for row in clients]
    lists = {
        "northwind_clients": clients,
        "northwind_contacts": contacts,
        "northwind_accounts": accounts,
        "superstore_clients": superstore(data / "superstore" / "superstore.csv"),
    }
    return {name: write_csv(folder / f"{name}.csv", rows) for name, rows in lists.items()}


def main() -> int:
    """Write the lists into the folder given."""
    if len(sys.argv) != 2:
        print("usage: python tools/shared_data.py FOLDER")
        return 2
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in make(folder).items():
        print(f"{name}: {path}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
