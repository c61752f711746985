#!/usr/bin/python3
# Goal: every value of the database is in every file, exactly, or changed in a way that the manual says.
"""Each cell of two tables (one with every column type, one with the hostile rows of the sample data) is
read from CSV, JSON, NDJSON and XLSX by other programs and compared with the database by the rules of
pressrun-job(5). Copies of the files with one changed cell show that a difference would be seen."""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import scenario
import values
from scenario import PERIOD, Checks, Project

TYPES = {"bigint": "integer", "int": "integer", "varchar": "text", "text": "text", "mediumtext": "text",
         "datetime": "datetime"}
JSON_COLUMNS = ("content_tags", "video_category", "video_topic", "video_body_area_taxonomy")
TRUNCATE = "formats: [xlsx: {too_long: truncate}, csv, json, json-rows, ndjson]"


def video_columns():
    """Of the table as it is: a column that is added later is compared as well."""
    found = scenario.text_rows(["column_name", "data_type"], "FROM information_schema.columns WHERE "
                               "table_schema = 'pressrun_values' AND table_name = 'videos' ORDER BY ordinal_position")
    return [(name, "json" if name in JSON_COLUMNS else TYPES[kind]) for name, kind in found]


def write_jobs(project, videos):
    names = ", ".join(name for name, _ in videos)
    kinds = ", ".join(name for name, _, _ in values.COLUMNS)
    project.write("jobs/values.yaml", (
        "job: values\ntitle: Every value\nperiod: {unit: day}\nresults:\n"
        "  videos:\n    sql: SELECT %s FROM videos ORDER BY id\n"
        "  kinds:\n    sql: SELECT %s FROM kinds ORDER BY id\n"
        "    columns:\n      c_bytes: {type: text}\n%s\ndeliver: [reports]\n") % (names, kinds, TRUNCATE))
    project.write("jobs/too-long.yaml", scenario.job(
        "too-long", "SELECT id, long_description FROM videos ORDER BY id", "[csv, xlsx]"))


def database_rows(tenant, videos):
    """What the database holds, by its own client."""
    kinds = {name: kind.split("(")[0].lower() for name, kind, _ in values.COLUMNS}
    return {
        "videos": scenario.rows([values.expression(n, t) for n, t in videos],
                                "FROM pressrun_values.videos WHERE tenant_id = %s ORDER BY id" % tenant),
        "kinds": scenario.rows([values.expression(n, t, kinds[n]) for n, _, t in values.COLUMNS],
                               "FROM pressrun_values.kinds WHERE tenant_id = %s ORDER BY id" % tenant)}


def read_all(directory, result, index, columns):
    """The rows of one result set in each format, with the rule for its values."""
    with open(os.path.join(directory, "values.json"), encoding="utf-8") as f:
        document = json.load(f, parse_float=str)
    with open(os.path.join(directory, "values.%s.ndjson" % result), encoding="utf-8", newline="\n") as f:
        lines = [json.loads(line, parse_float=str) for line in f]
    with open(os.path.join(directory, "values.%s.json" % result), encoding="utf-8") as f:
        array = json.load(f, parse_float=str)
    entry = document["results"][index - 1]
    names = [name for name, _ in columns]
    assert entry["name"] == result and entry["row_count"] == len(entry["rows"])
    found_types = [(c["name"], c["type"]) for c in entry["columns"]]
    titles, csv_rows = values.read_csv(os.path.join(directory, "values.%s.csv" % result))
    sheet_titles, cells = values.read_xlsx(os.path.join(directory, "values.xlsx"), index)
    assert titles == names and sheet_titles == names, (titles, sheet_titles)
    floats = [i for i, (_, t) in enumerate(columns) if t == "float"]

    def in_order(rows):
        for row in rows:
            assert list(row) == names, list(row)
        table = [list(row.values()) for row in rows]
        for row in table:
            for i in floats:
                row[i] = None if row[i] is None else float(row[i])
        return table
    return found_types, {
        "csv": (csv_rows, values.in_csv, None), "json": (in_order(entry["rows"]), values.in_json, None),
        "json-rows": (in_order(array), values.in_json, None), "ndjson": (in_order(lines), values.in_json, None),
        "xlsx": (cells, values.in_xlsx, values.same_xlsx)}


def compare(checks, project, tenant, sets):
    database = database_rows(tenant, sets[0][1])
    directory = os.path.join(project.out, tenant, "values", PERIOD)
    for index, (result, columns) in enumerate(sets, 1):
        types, found = read_all(directory, result, index, columns)
        checks.equal(types, columns, "tenant %s, %s: each column has the type the manual gives it" % (tenant, result))
        for name, (rows, rule, same) in found.items():
            wrong = values.differences(columns, database[result], rows, rule, same)
            checks.that(not wrong, "tenant %s, %s: %s is what the database holds" % (tenant, result, name),
                        "%d cells: %s" % (len(wrong), "\n    ".join(wrong[:20])))
            print("tenant %s, %-6s %-6s %4d rows, %6d cells compared" % (
                tenant, result, name, len(rows), len(rows) * len(columns)))
            if tenant == "6":
                control(checks, columns, database[result], rows, rule, same, "%s, %s" % (result, name))


def control(checks, columns, database, rows, rule, same, what):
    """Every single cell, changed, must be noticed."""
    missed = 0
    for data, row in zip(database, rows):
        for column, value, cell in zip(columns, data, row):
            changed = ("text", "changed") if same else 12345.5 if isinstance(cell, float) else "4711.5"
            missed += len(values.differences([column], [[value]], [[changed]], rule, same)) != 1
    checks.equal(missed, 0, "%s: a changed cell is noticed, whichever it is" % what)


def file_control(checks, project):
    """A byte changed in a copy of the CSV file is noticed by the same reading of files."""
    path = os.path.join(project.out, "6", "values", PERIOD, "values.kinds.csv")
    columns = [(n, t) for n, _, t in values.COLUMNS]
    with open(path, "rb") as f:
        data = f.read()
    copy = project.path("copy.csv")
    with open(copy, "wb") as f:
        f.write(data.replace(b"9007199254740993", b"9007199254740992", 1))
    database = scenario.rows([values.expression(n, t, k.split("(")[0].lower()) for n, k, t in values.COLUMNS],
                             "FROM pressrun_values.kinds WHERE tenant_id = 6 ORDER BY id")
    wrong = values.differences(columns, database, values.read_csv(copy)[1], values.in_csv)
    checks.that(len(wrong) == 1 and "9007199254740992" in wrong[0], "a digit changed in a file is noticed", wrong)


def check_too_long(checks, project):
    done = project.run("run", "too-long", "--tenant", "6", "--period", PERIOD)
    checks.equal(done.code, 1, "a text longer than a cell fails the run")
    checks.that("a text of 40000 characters; a cell of a workbook holds 32767" in done.err, "and says why", done)
    checks.that("too_long: truncate" in done.err, "and what to do", done)
    checks.that(not os.path.exists(os.path.join(project.out, "6", "too-long")), "and nothing is delivered")
    status = project.run("status", "too-long", "--failed")
    checks.that(status.code == 1 and "long_description" in status.out, "status names the column", status)


def check_notes(checks, project):
    """What was changed on the way is counted in the ledger."""
    import sqlite3
    ledger = sqlite3.connect(project.path("state/ledger.db"))
    notes = {name: rest for name, *rest in ledger.execute(
        "SELECT a.name, replaced_characters, numbers_as_text, dates_as_text, truncated_texts, guarded_formulas "
        "FROM artifacts a JOIN runs r ON r.id = a.run JOIN tasks t ON t.id = r.task "
        "WHERE t.job = 'values' AND t.tenant = '6'")}
    ledger.close()
    print("notes of tenant 6: %s" % notes)
    checks.that(notes["values.xlsx"][3] >= 3, "texts that were cut are counted", notes["values.xlsx"])
    checks.that(all(n > 0 for n in notes["values.xlsx"][:3]), "replaced characters, numbers and dates as text")
    checks.that(notes["values.kinds.csv"][0] > 0 and notes["values.kinds.csv"][4] > 0, "also in CSV")


def main():
    checks = Checks()
    scenario.own_schema("pressrun_values", "values-password")
    values.make_kinds("pressrun_values")
    project = Project(schema="pressrun_values", user="pressrun_values", password="values-password",
                      scope="  kinds: {tenant: tenant_id}\n")
    videos = video_columns()
    write_jobs(project, videos)
    done = project.run("run", "values", "--period", PERIOD)
    if not checks.that(done.code == 0, "all values can be reported", done):
        checks.finish()
    sets = (("videos", videos), ("kinds", [(n, t) for n, _, t in values.COLUMNS]))
    for tenant in ("6", "9"):
        compare(checks, project, tenant, sets)
    file_control(checks, project)
    check_too_long(checks, project)
    check_notes(checks, project)
    checks.finish()


main()
