#!/usr/bin/python3
# Goal: at Excel's borders numbers are numbers, dates are dates, and texts are texts, in every language and format.
"""A table with the last values that Excel can hold, and the first that it can't, is shown in each locale:
plainly, with number formats, and aligned. openpyxl must see the same values in all of them, as the rules
of pressrun-job(5) say, and the number formats and alignments that the locale and the job ask for."""

import os
import sys
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import scenario
import values
from scenario import PERIOD, Checks, Project

import openpyxl

warnings.simplefilter("error")

DATES = {"en": "yyyy-mm-dd", "en-GB": "dd/mm/yyyy", "en-US": "mm/dd/yyyy", "de": "dd.mm.yyyy", "de-CH": "dd.mm.yyyy",
         "es": "dd/mm/yyyy", "fr": "dd/mm/yyyy", "it": "dd/mm/yyyy", "nl": "dd-mm-yyyy", "pt": "dd/mm/yyyy"}

# Column, its type in the database, what pressrun takes it for, a number format for it, and values.
COLUMNS = (
    ("d", "DATE", "date", "ddd dd mmm", (
        "1900-02-28", "1900-03-01", "1899-12-31", "1000-01-01", "9999-12-31", "0000-00-00", "2026-11-00", "2000-02-29",
        "1904-01-01", "2026-11-24")),
    ("dt", "DATETIME(6)", "datetime", 'd.m.yy hh:mm', (
        "1900-02-28 23:59:59.999999", "1900-03-01 00:00:00", "9999-12-31 23:59:59.999999", "0000-00-00 00:00:00",
        "2026-11-24 23:59:59.9995", "2026-11-24 00:00:00.001", "2026-11-24 00:00:00.0009", "2026-11-24 12:00:00",
        "2026-00-00 00:00:00", "1970-01-01 00:00:00")),
    ("t", "TIME(6)", "time", "[mm]:ss", (
        "00:00:00", "23:59:59", "24:00:00", "24:00:00.5", "100:00:00", "838:59:59", "-00:00:01", "-838:59:59",
        "23:59:59.999999", "00:00:00.0001")),
    ("n", "DECIMAL(30,5)", "decimal", "#,##0.00", (
        "999999999999999", "1000000000000000", "-999999999999999", "12345678901.1234", "12345678901.12345", "0.10000",
        "-0.50000", "0", "0.00001", "1234567890.12345")),
    ("i", "BIGINT", "integer", "#,##0", (
        "999999999999999", "1000000000000000", "-999999999999999", "-1000000000000000", "9007199254740993", "0", "-1",
        "100000000000000", "123456789012345", "9223372036854775807")),
    ("f", "DOUBLE", "float", "0.00E+00", (
        "1.7976931348623157e308", "1.797693134862315e308", "2.2250738585072014e-308", "0.1", "1e15", "-1e16", "1e-5",
        "123456789.123456789", "0", "-0.5")),
    ("b", "TINYINT(1)", "boolean", None, ("0", "1", "2", "-1", "0", "1", "127", "-128", "0", "1")),
)
ALIGNED = ("left", "center", "right")


def variants():
    """Pairs of what is added to a column's name, and what the job says of it."""
    yield "", {}
    yield "_format", {"format": True}
    for align in ALIGNED:
        yield "_" + align, {"align": align}
        yield "_format_" + align, {"format": True, "align": align}


def make_table():
    rows = len(COLUMNS[0][4])
    text = "CREATE TABLE borders (id INT PRIMARY KEY, tenant_id INT, %s);\n" % ", ".join("%s %s" % c[:2] for c in COLUMNS)
    for i in range(rows):
        text += "INSERT INTO borders VALUES (%d, 6, %s);\n" % (i, ", ".join("'%s'" % c[4][i] for c in COLUMNS))
    scenario.sql("SET sql_mode = '';\n" + text + "INSERT INTO borders (id, tenant_id) VALUES (%d, 6);\n" % rows,
                 schema="pressrun_borders")


def job(name, locale):
    selected, looks = [], []
    for column, _, _, number_format, _ in COLUMNS:
        for suffix, look in variants():
            if look.get("format") and not number_format:
                continue
            selected.append("%s AS %s%s" % (column, column, suffix))
            said = ["align: " + look["align"]] if "align" in look else []
            said += ["format: '%s'" % number_format] if "format" in look else []
            looks.append("      %s%s: {%s}\n" % (column, suffix, ", ".join(said)))
    return ("job: %s\nlocale: %s\nresults:\n  borders:\n    sql: SELECT %s FROM borders ORDER BY id\n    columns:\n%s"
            "formats: [xlsx]\ndeliver: [reports]\n" % (name, locale, ", ".join(selected), "".join(looks)))


def own_format(locale, kind, data, cell_kind):
    """The number format of a value that has none of its own."""
    text = data.decode() if data is not None else ""
    fraction = text.partition(".")[2]
    split = fraction[:3].strip("0") != ""  # seconds are cut after milliseconds
    if cell_kind == "boolean":
        return '"TRUE";"TRUE";"FALSE"'
    if cell_kind == "number" and kind in ("integer", "decimal", "boolean"):
        return "0" + ("." + "0" * len(fraction) if kind == "decimal" else "")
    if cell_kind != "date":
        return "General"
    if kind == "time":
        return "[h]:mm:ss" + (".000" if split else "")
    return DATES[locale] + {"date": "", "datetime": " hh:mm:ss"}[kind] + (".000" if kind == "datetime" and split else "")


def alignment(kind, cell_kind, look):
    if "align" in look:
        return look["align"]
    if kind in ("date", "datetime", "boolean"):
        return "left"
    number_as_text = cell_kind == "text" and kind in ("integer", "decimal", "float") and "format" not in look
    return "right" if number_as_text else None


def check(checks, locale, path, database):
    """Returns what the cells hold, so that locales can be compared."""
    _, rows = values.read_xlsx(path, 1)
    sheet = openpyxl.load_workbook(path).worksheets[1]
    position, held, wrong = 0, [], []
    for index, (column, _, kind, number_format, _) in enumerate(COLUMNS):
        for suffix, look in variants():
            if look.get("format") and not number_format:
                continue
            for row, line in enumerate(database):
                want, found = values.in_xlsx(kind, line[index]), rows[row][position]
                cell = sheet.cell(row + 2, position + 1)
                held.append((cell.data_type, found))
                what = "%s%s, row %d (%r)" % (column, suffix, row + 2, line[index])
                if not values.same_xlsx(found, want):
                    wrong.append("%s: %r instead of %r" % (what, found, want))
                if line[index] is None:
                    continue
                shown = number_format if "format" in look else own_format(locale, kind, line[index], want[0])
                if cell.number_format != shown:
                    wrong.append("%s: format %r instead of %r" % (what, cell.number_format, shown))
                if cell.alignment.horizontal != alignment(kind, want[0], look):
                    wrong.append("%s: %r instead of %r" % (what, cell.alignment.horizontal, alignment(kind, want[0], look)))
                if want[0] == "date" and not cell.is_date:
                    wrong.append("%s: no date" % what)
            position += 1
    checks.that(not wrong, "%s: every value is what it is, and looks as it should" % locale,
                "%d cells: %s" % (len(wrong), "\n    ".join(wrong[:25])))
    return held


def main():
    checks = Checks()
    scenario.own_schema("pressrun_borders", "borders-password")
    make_table()
    project = Project(schema="pressrun_borders", user="pressrun_borders", password="borders-password",
                      scope="  borders: {tenant: tenant_id}\n")
    expressions = [values.expression(c, kind) for c, _, kind, _, _ in COLUMNS]
    database = scenario.rows(expressions, "FROM pressrun_borders.borders ORDER BY id")
    kinds = {kind for line in database for (_, _, k, _, _), data in zip(COLUMNS, line) for kind in [values.in_xlsx(k, data)[0]]}
    checks.equal(kinds, {"empty", "number", "date", "text", "boolean"}, "control: there is some of everything")
    held = {}
    for locale in DATES:
        name = "borders-" + locale.lower()
        project.write("jobs/%s.yaml" % name, job(name, locale))
        done = project.run("run", name, "-t", "6", "--period", PERIOD)
        if checks.that(done.code == 0, "%s: the workbook is made" % locale, done):
            held[locale] = check(checks, locale, os.path.join(project.out, "6", name, PERIOD, name + ".xlsx"), database)
    for locale, cells in held.items():
        checks.that(cells == held["en"], "%s: the same values as in English" % locale)
    print("%d locales with %d cells each" % (len(held), len(held["en"])))
    checks.finish()


main()
