#!/usr/bin/python3
"""Proves that reports hold the same cells, whoever wrote them, in whatever format.

  compare.py REFERENCE FILE...     .csv, .tsv (as mariadb --batch writes it), .json, .xlsx

Rows are those of the table `sales` that tests/bench/run makes. Their order is not promised without ORDER BY,
so they are compared by their id. A number is its value, a time is its date and its clock, a text is its
characters, NULL is nothing; --batch can't tell NULL from the text, which the table does not hold."""

import csv
import datetime
import decimal
import json
import re
import sys

import openpyxl

from database import COLUMNS

NUMBERS = {"id", "customer", "quantity", "price", "total"}
TIMES = {"ordered_at", "shipped_at"}


def number(value):
    """A double stands for the decimal that it is the nearest to."""
    text = repr(value) if isinstance(value, float) else str(value)
    return decimal.Decimal(text).normalize()


def moment(value):
    if isinstance(value, datetime.datetime):
        # A spreadsheet's day with a fraction is exact to some microseconds.
        value = (value + datetime.timedelta(microseconds=500)).isoformat(" ", "milliseconds")
    return re.sub(r"(\.0+)?Z?$", "", str(value).replace("T", " "))


def cell(column, value):
    if value is None or value == "":
        return None
    if column in NUMBERS:
        return number(value)
    return moment(value) if column in TIMES else str(value)


def csv_rows(path):
    with open(path, newline="", encoding="utf-8-sig") as f:
        yield from csv.reader(f)


def tsv_rows(path):
    escaped = {"\\t": "\t", "\\n": "\n", "\\\\": "\\", "\\0": "\0"}
    with open(path, newline="\n", encoding="utf-8") as f:
        for line in f:
            yield ["" if field == "NULL" else re.sub(r"\\.", lambda m: escaped[m.group()], field)
                   for field in line.rstrip("\n").split("\t")]


def json_rows(path):
    """An array of objects, alone or as the rows of the one result of a document."""
    with open(path, encoding="utf-8") as f:
        document = json.load(f, parse_float=decimal.Decimal)
    if isinstance(document, dict):
        document = document["results"][0]["rows"]
    yield COLUMNS
    for row in document:
        if set(row) != set(COLUMNS):
            sys.exit("%s: a row has the keys %s" % (path, ", ".join(row)))
        yield [row[name] for name in COLUMNS]


def xlsx_rows(path):
    """Those of the last sheet; pressrun puts one in front that says what the report is about."""
    workbook = openpyxl.load_workbook(path, read_only=True)
    yield from workbook.worksheets[-1].iter_rows(values_only=True)
    workbook.close()


READERS = {"csv": csv_rows, "tsv": tsv_rows, "json": json_rows, "xlsx": xlsx_rows}


def read(path):
    """The rows of a file by their id."""
    rows = READERS[path.rpartition(".")[2]](path)
    header = tuple(next(rows))
    if header != COLUMNS:
        sys.exit("%s: the columns are %s" % (path, header))
    found = {}
    for row in rows:
        cells = tuple(cell(column, value) for column, value in zip(COLUMNS, row))
        if len(row) != len(COLUMNS) or cells[0] in found:
            sys.exit("%s: the row %s is not complete, or is there twice" % (path, row))
        found[cells[0]] = cells
    return found


def compare(reference, path, expected=None):
    """Ends the program when they differ; how many rows they have."""
    expected = expected or read(reference)
    found = read(path)
    for key in sorted(expected.keys() | found.keys()):
        if expected.get(key) != found.get(key):
            sys.exit("%s and %s differ:\n  %s\n  %s" % (reference, path, expected.get(key), found.get(key)))
    return len(found)


def compare_all(reference, paths):
    expected = read(reference)
    for path in paths:
        compare(reference, path, expected)
    return len(expected)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    print("%d rows, the same in all %d files" % (compare_all(sys.argv[1], sys.argv[2:]), len(sys.argv) - 1))
