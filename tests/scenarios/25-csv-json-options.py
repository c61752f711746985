#!/usr/bin/python3
# Goal: whatever options a job gives for CSV and JSON, the files hold what the database holds, cell by cell.
"""CSV of many options (each pair of two choices is among them) is read by two readers, compressed or not, and
compared with the database, value and quotes. The three layouts of JSON hold the same rows. Reports and
manifests are valid by their published schemas, and would not be without any member that those name. A notice
embeds no compressed report. Each comparison has a control: what is changed in a file is noticed."""

import csv
import gzip
import hashlib
import io
import itertools
import json
import os
import re
import subprocess
import sys
from collections import namedtuple

import jsonschema

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import delivery
import scenario
import values
from http_server import HttpServer
from scenario import PERIOD, ROOT, Checks, Project

SCHEMA = "pressrun_options"
TENANTS = ("6", "9")
TENANT = "6"
COLUMNS = [(name, kind) for name, _, kind in values.COLUMNS]

# Every option of CSV with every choice.
CHOICES = {"delimiter": (",", ";", "|", "\t"), "decimal_sign": (".", ","), "quoting": ("minimal", "all"),
           "line_ends": ("crlf", "lf"), "null": ("", "NULL"), "bom": (True, False), "formula_guard": (True, False),
           "compress": ("none", "gzip", "zstd")}
Options = namedtuple("Options", CHOICES)
SUFFIX = {"none": "", "gzip": ".gz", "zstd": ".zst"}
MEDIA_TYPE = {"gzip": "application/gzip", "zstd": "application/zstd"}
FORMAT_TYPE = {"csv": "text/csv", "json": "application/json", "json-rows": "application/json",
               "ndjson": "application/x-ndjson"}


def combinations():
    """All of the first five options, with the others in turn: each choice meets each."""
    rest = list(itertools.product(*[CHOICES[k] for k in ("bom", "formula_guard", "compress")]))
    first = itertools.product(*[CHOICES[k] for k in ("delimiter", "decimal_sign", "quoting", "line_ends", "null")])
    result = [Options(*some, *rest[i * 5 % len(rest)]) for i, some in enumerate(first)]
    pairs = {((a, x[a]), (b, x[b])) for x in (o._asdict() for o in result) for a in x for b in x if a < b}
    for a, b in itertools.combinations(sorted(CHOICES), 2):
        for pair in itertools.product([(a, c) for c in CHOICES[a]], [(b, c) for c in CHOICES[b]]):
            assert pair in pairs, "the options %r never meet" % (pair,)
    return result


def unpacked(path, compress):
    with open(path, "rb") as f:
        data = f.read()
    if compress == "gzip":
        return gzip.decompress(data)
    if compress == "zstd":
        return subprocess.run(["zstd", "-q", "-d", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout
    return data


def kinds_of_rows():
    """What the database holds of the table with every type, as bytes."""
    kinds = {name: kind.split("(")[0].lower() for name, kind, _ in values.COLUMNS}
    return scenario.rows([values.expression(n, t, kinds[n]) for n, t in COLUMNS],
                         "FROM %s.kinds WHERE tenant_id = %s ORDER BY id" % (SCHEMA, TENANT))


# ---- CSV ----


def records(text, o):
    """Strictly: records of (text, whether it was quoted)."""
    end = "\r\n" if o.line_ends == "crlf" else "\n"
    pattern = re.compile(r'(?:"((?:[^"]|"")*)"|([^"\r\n%s]*))(%s|%s)' % ((re.escape(o.delimiter),) * 2 + (end,)), re.S)
    result, record, at = [], [], 0
    while at < len(text):
        match = pattern.match(text, at)
        if not match:
            raise ValueError("no CSV of these options at %r" % text[at:at + 60])
        quoted, plain, ending = match.groups()
        record.append((plain, False) if quoted is None else (quoted.replace('""', '"'), True))
        if ending == end:
            result.append(record)
            record = []
        at = match.end()
    if record:
        raise ValueError("the last record does not end")
    other = list(csv.reader(io.StringIO(text, newline=""), delimiter=o.delimiter, strict=True))
    if [[field for field, _ in r] for r in result] != other:
        raise ValueError("two readers of CSV disagree")
    return result


def in_csv(type_name, data, o):
    text = values.in_csv(type_name, data)
    if type_name in ("text", "json") and not o.formula_guard and values.clean(data, False).startswith(values.FORMULA):
        text = text[1:]
    return text.replace(".", o.decimal_sign) if type_name in ("decimal", "float") else text


def wrong_cell(type_name, data, field, quoted, o):
    """Why a field is not what the options make of the bytes in the database, or None."""
    if data is None:
        return None if (field, quoted) == (o.null, False) else "is not NULL"
    needed = field == o.null or any(c in field for c in o.delimiter + '"\r\n')
    if quoted != (needed or o.quoting == "all"):
        return "is quoted" if quoted else "is not quoted"
    expected = in_csv(type_name, data, o)
    if type_name == "float":  # two clients of the database write it differently
        other = "," if o.decimal_sign == "." else "."
        same = other not in field and float(field.replace(o.decimal_sign, ".")) == float(expected.replace(o.decimal_sign, "."))
    else:
        same = field == expected
    return None if same else "instead of %.80r" % expected


def wrong_csv(data, o, database):
    """Everything that is not as it must be in a file, as sentences."""
    bom = data.startswith(b"\xef\xbb\xbf")
    if bom != o.bom:
        return ["the byte order mark"]
    try:
        found = records(data.decode("utf-8-sig" if bom else "utf-8"), o)
    except ValueError as problem:
        return [str(problem)]
    wrong = []
    if found[0] != [(n, o.quoting == "all") for n, _ in COLUMNS]:
        wrong.append("the header: %.200r" % (found[0],))
    if [len(r) for r in found] != [len(COLUMNS)] * (len(database) + 1):
        return wrong + ["the number of fields or records"]
    for number, (row, cells) in enumerate(zip(database, found[1:]), 1):
        for (name, kind), value, (field, quoted) in zip(COLUMNS, row, cells):
            why = wrong_cell(kind, value, field, quoted, o)
            if why:
                wrong.append("row %d, %s: %.80r %s" % (number, name, field, why))
    return wrong


def changed(data, o):
    """The file with one thing wrong, by what it is."""
    end, other_end = (b"\r\n", b"\n") if o.line_ends == "crlf" else (b"\n", b"\r\n")
    sign, other_sign = (b".", b",") if o.decimal_sign == "." else (b",", b".")
    money = b"-1234567890" + sign + b"10"
    assert money in data and data.endswith(end)
    result = {"a digit": data.replace(money, money[:-2] + b"20", 1), "a sign": data.replace(money, money.replace(sign, other_sign), 1),
              "a line end": data[:-len(end)] + other_end, "a record": data[:data[:-len(end)].rindex(end) + len(end)],
              "the mark": data[3:] if o.bom else b"\xef\xbb\xbf" + data}
    if o.quoting == "all":
        result["quotes of a number"] = data.replace(b'"' + money + b'"', money, 1)
    else:
        result["quotes of a text"] = data.replace(b"padded", b'"padded"', 1)
    return result


def check_artifact(checks, directory, name, compress):
    """What the manifest says of a file is so, and so is what the file is called."""
    with open(os.path.join(directory, "manifest.json"), encoding="utf-8") as f:
        found = [a for a in json.load(f)["artifacts"] if a["file"] == name + SUFFIX[compress]]
    if not checks.equal(len(found), 1, "%s: is in the manifest, once" % name):
        return
    with open(os.path.join(directory, found[0]["file"]), "rb") as f:
        data = f.read()
    checks.equal((found[0]["size_bytes"], found[0]["sha256"]), (len(data), hashlib.sha256(data).hexdigest()),
                 "%s: size and SHA-256 are those of the file" % name)
    checks.equal(found[0]["media_type"], MEDIA_TYPE.get(compress) or FORMAT_TYPE[found[0]["format"]], "%s: its type" % name)
    checks.equal(found[0].get("compression", "none"), compress, "%s: its compression" % name)
    checks.equal("compression" in found[0], compress != "none", "%s: which is said only when there is one" % name)


def check_csv(checks, project, database):
    every = combinations()
    kinds = ", ".join(name for name, _ in COLUMNS)
    noticed = 0
    for number, o in enumerate(every):
        written = json.dumps(o._asdict())
        project.write("jobs/csv-%d.yaml" % number, (
            "job: csv-%d\nperiod: {unit: day}\nresults:\n  kinds:\n    sql: SELECT %s FROM kinds ORDER BY id\n"
            "    columns: {c_bytes: {type: text}}\nformats:\n  - csv: %s\ndeliver: [reports]\n") % (
                number, kinds, re.sub(r'"(\w+)": ', r"\1: ", written)))
        done = project.run("run", "csv-%d" % number, "--period", PERIOD, "--tenant", TENANT)
        if not checks.equal(done.code, 0, "CSV with %s" % written):
            print(done)
            continue
        directory = os.path.join(project.out, TENANT, "csv-%d" % number, PERIOD)
        name = "csv-%d.kinds.csv" % number
        data = unpacked(os.path.join(directory, name + SUFFIX[o.compress]), o.compress)
        wrong = wrong_csv(data, o, database)
        check_artifact(checks, directory, name, o.compress)
        os.unlink(project.path("jobs/csv-%d.yaml" % number))
        if not checks.that(not wrong, "CSV with %s is what the database holds" % written, "\n    ".join(wrong[:20])):
            continue
        for what, other in changed(data, o).items():
            noticed += checks.that(other != data and wrong_csv(other, o, database), "control: %s is noticed, %s" % (what, written))
    print("CSV: %d files of %d x %d cells compared, %d changes noticed" % (len(every), len(database), len(COLUMNS), noticed))


# ---- JSON ----

# Texts in a column that the job calls JSON: what is valid is embedded, what isn't is a string.
DOCUMENTS = (
    '{"a": {"b": [1, {"c": [null, {}]}]}}', "[]", '"text"', "-0.50e+3", "12345678901234567890", "true", "null",
    '{"a": 1, "a": 2}', '{"rows": [], "row_count": 9, "results": [{}]}', '{"line":\n"a\\nb"}', "{'a': 1}", "{oops", "",
    "[1,]", "NaN", '"\\ud800"', "[" * 100 + "]" * 100, "[" * 101 + "]" * 101, '{"d": ' * 99 + "1" + "}" * 99, "1 2")


def pairs(text):
    """JSON whose objects are lists of pairs: nothing gets lost when a name stands twice."""
    def refuse(word):
        raise ValueError(word)
    return json.loads(text, object_pairs_hook=lambda p: ("object", p), parse_float=str, parse_int=str, parse_constant=refuse)


def embedded(text):
    """What a column of JSON must be in a file."""
    try:
        value = pairs(text)
        depth = max(itertools.accumulate({"[": 1, "{": 1, "]": -1, "}": -1}.get(c, 0) for c in text))
        return text if depth > 100 or "\\ud800" in text else value
    except ValueError:
        return text


def rows_of(directory, compress):
    """The lines that are rows, by layout, and the whole document."""
    read = {n: unpacked(os.path.join(directory, n + SUFFIX[c]), c).decode("utf-8") for n, c in compress.items()}
    document = read["json.json"]
    start, end = document.index('"rows": [\n') + len('"rows": [\n'), document.rindex("\n], \"row_count\"")
    array, lines = read["json.rows.json"], read["json.rows.ndjson"]
    if not (array.startswith("[\n") and array.endswith("\n]\n") and lines.endswith("\n")):
        raise ValueError("an array, or lines, that begin or end otherwise")
    return {"json": document[start:end].split(",\n"), "json-rows": array[2:-3].split(",\n"),
            "ndjson": lines[:-1].split("\n")}, read


def check_json(checks, project):
    text = "CREATE TABLE {0}.documents (id INT PRIMARY KEY, tenant_id INT NOT NULL, doc MEDIUMTEXT) CHARACTER SET utf8mb4;\n"
    text += "".join("INSERT INTO {0}.documents VALUES (%d, %s, _utf8mb4 X'%s');\n" % (i, TENANT, d.encode().hex())
                    for i, d in enumerate(DOCUMENTS))
    scenario.sql(text.format(SCHEMA))
    expected = [("object", [("id", str(i)), ("doc", embedded(d))]) for i, d in enumerate(DOCUMENTS)]
    codecs = list(CHOICES["compress"])
    for number in range(3):
        chosen = codecs[number:] + codecs[:number]
        project.write("jobs/json.yaml", (
            "job: json\nperiod: {unit: day}\nresults:\n  rows:\n    sql: SELECT id, doc FROM documents ORDER BY id\n"
            "    columns: {doc: {type: json}}\nformats:\n  - json: {compress: %s}\n  - json-rows: {compress: %s}\n"
            "  - ndjson: {compress: %s}\ndeliver: [reports]\n") % tuple(chosen))
        done = project.run("run", "json", "--period", PERIOD, "--tenant", TENANT, "--again")
        if not checks.equal(done.code, 0, "JSON with %s" % chosen):
            print(done)
            continue
        directory = os.path.join(project.out, TENANT, "json", PERIOD)
        compress = dict(zip(("json.json", "json.rows.json", "json.rows.ndjson"), chosen))
        for name, codec in compress.items():
            check_artifact(checks, directory, name, codec)
        rows, read = rows_of(directory, compress)
        for layout, lines in rows.items():
            checks.equal([pairs(line) for line in lines], expected, "%s holds the rows, JSON as JSON" % layout)
        checks.that(rows["json"] == rows["json-rows"] == rows["ndjson"], "the three layouts hold the same rows, byte for byte")
        checks.that(all(pairs(t) for t in (read["json.json"], read["json.rows.json"])), "both documents are JSON as a whole")
        checks.equal(len(json.loads(read["json.json"])["results"][0]["rows"]), len(DOCUMENTS), "control: no row is in another")
    twice = DOCUMENTS.index('{"a": 1, "a": 2}')
    checks.that(embedded('{"a": 2}') != expected[twice][1][1][1], "control: a name that is lost is noticed")


# ---- schemas ----


def validator(name):
    with open(os.path.join(ROOT, "docs", name), encoding="utf-8") as f:
        schema = json.load(f)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def places(value, path=()):
    """Each member of each object in a document, rows aside: (path to the object, name)."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield path, name
            if name != "rows" or not isinstance(inner, list):
                yield from places(inner, path + (name,))
    elif isinstance(value, list):
        for i, inner in enumerate(value[:2]):
            yield from places(inner, path + (i,))


def at(document, path):
    for step in path:
        document = document[step]
    return document


def described(schema):
    """The names of all members that a schema describes."""
    found = set()
    if isinstance(schema, dict):
        found = set(schema.get("properties", {}))
    for inner in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        found |= described(inner)
    return found


def check_controls(checks, valid, text, optional, what):
    """Each member must be there, be of its type, and be described; others may be there."""
    tried = 0
    for path, name in places(json.loads(text)):
        checks.that(name in described(valid.schema), "%s: %s is described" % (what, name))
        missing, wrong, more = json.loads(text), json.loads(text), json.loads(text)
        del at(missing, path)[name]
        checks.equal(valid.is_valid(missing), name in optional, "control: %s without %s of %s" % (what, name, path))
        at(wrong, path)[name] = 12.5 if isinstance(at(wrong, path)[name], (dict, list)) else [True]
        checks.that(not valid.is_valid(wrong), "control: %s with another type of %s of %s" % (what, name, path))
        at(more, path)["one_more"] = {"anything": [1]}
        checks.that(valid.is_valid(more), "%s may get members in %s" % (what, path))
        tried += 1
    print("%s: %d members taken away and changed" % (what, tried))


def check_values(checks, report, document):
    """Each cell by the definition of its column's type, which the schema can't tie to rows."""
    types, wrong = {}, []
    for name in ("text", "integer", "decimal", "float", "boolean", "date", "time", "datetime", "json", "binary"):
        schema = {"$ref": "#/$defs/value." + name, "$defs": report.schema["$defs"]}
        types[name] = jsonschema.Draft202012Validator(schema)
        for bad in {"integer": (2 ** 53 + 1, "12", 1.5), "binary": ("0G", "abc")}.get(name, ()) + ({}, [1]):
            checks.equal(types[name].is_valid(bad), name == "json", "control: %r as %s" % (bad, name))
    seen = set()
    for result in document["results"]:
        for row in result["rows"]:
            checks.equal(list(row), [c["name"] for c in result["columns"]], "each row has all columns in order")
            for column in result["columns"]:
                seen.add(column["type"])
                if not types[column["type"]].is_valid(row[column["name"]]):
                    wrong.append("%s: %.100r" % (column, row[column["name"]]))
    checks.that(not wrong, "each value is as its type's definition has it", "\n    ".join(wrong[:20]))
    return seen


def check_schemas(checks, project):
    report, manifest = validator("report.schema.json"), validator("manifest.schema.json")
    kinds = ", ".join(name for name, _ in COLUMNS)
    project.take_jobs()
    project.write("jobs/all.yaml", (
        "job: all\ntitle: All ü\ndescription: 'Two \"results\"'\nperiod: {unit: month}\nresults:\n"
        "  kinds:\n    sql: SELECT %s FROM kinds ORDER BY id\n    columns: {c_bytes: {type: text}}\n"
        "  none: {title: No rows, sql: SELECT id FROM videos WHERE id < 0}\n"
        "formats: [json, {json-rows: {compress: zstd}}, csv]\ndeliver: [reports]\n") % kinds)
    project.write("jobs/platform.yaml", (
        "job: platform\nscope: platform\nperiod: {unit: week}\nresults:\n"
        "  rows:\n    sql: SELECT tenant_id, COUNT(*) AS n FROM videos GROUP BY tenant_id ORDER BY tenant_id\n"
        "formats: [json]\ndeliver: [reports]\n"))
    jobs = ("all", "platform", "failures", "processing-report", "tenant-dashboard")
    for job in jobs:
        done = project.run("run", job)
        checks.that(done.code == 0, "%s is made" % job, done)
    found = {"report": 0, "manifest": 0}
    seen, one = set(), None
    for name, data in sorted(delivery.files_below(project.out).items()):
        job = name.split("/")[1]
        if job not in jobs or not re.fullmatch(re.escape(job) + r"\.json|manifest\.json", os.path.basename(name)):
            continue
        kind, valid = ("manifest", manifest) if name.endswith("manifest.json") else ("report", report)
        document = json.loads(data)
        errors = ["%s: %s" % ("/".join(map(str, e.absolute_path)), e.message[:200]) for e in valid.iter_errors(document)]
        checks.that(not errors, "%s is valid" % name, "\n    ".join(errors[:10]))
        checks.that(not (report if kind == "manifest" else manifest).is_valid(document), "control: %s is nothing else" % name)
        found[kind] += 1
        if kind == "report":
            seen |= check_values(checks, report, document)
            checks.equal(document["tenant"] is None, job == "platform", "%s: whose it is" % name)
        if "/all/" in name and name.startswith(TENANT + "/"):
            check_controls(checks, valid, data, ("compression",), "the " + kind)
            one = data if kind == "report" else one
    print("%s documents are valid; columns of %s" % (found, sorted(seen)))
    expected = (len(jobs) - 1) * len(TENANTS) + 1
    checks.equal(found, {"report": expected, "manifest": expected}, "each job has made its reports, each with a manifest")
    checks.equal(seen, {kind for _, kind in COLUMNS}, "with columns of all types")
    for what, row in (("no object", [1]), ("empty", {})):
        document = json.loads(one)
        document["results"][0]["rows"][0] = row
        checks.that(not report.is_valid(document), "control: a row that is %s" % what)


# ---- notices ----


def check_notices(checks):
    report = validator("report.schema.json")
    for number, (formats, omitted) in enumerate((("[json]", None), ("[{json: {compress: gzip}}]", "compressed"),
                                                 ("[{json: {compress: zstd}}, csv]", "compressed"),
                                                 ("[json-rows]", "no json format"))):
        server = HttpServer()
        project = delivery.Project("notice-%d" % number, tenants=("9",), portal={
            "kind": "webhook", "url": server.url("/hook"), "secret": {"env": "WEBHOOK_SECRET"}, "insecure": True,
            "allow_private": ["127.0.0.1/32"]})
        project.job("job", formats=formats, deliver=["local", "portal"])
        done = project.run_job("job")
        if not checks.equal((done.code, len(server.requests)), (0, 1), "%s: one notice is sent" % formats):
            print(done)
            continue
        body = json.loads(server.requests[0].body)
        checks.equal(body["snapshot_omitted"], omitted, "%s: why there is no snapshot" % formats)
        checks.equal(body["snapshot"] is None, omitted is not None, "%s: whether there is one" % formats)
        files = delivery.files_below(project.out)
        for a in body["artifacts"]:
            (data,) = [d for n, d in files.items() if os.path.basename(n) == a["name"]]
            packed = a["name"].rsplit(".")[-1]
            types = {"gz": "application/gzip", "zst": "application/zstd", "csv": "text/csv", "json": "application/json"}
            checks.equal((a["media_type"], a["bytes"], a["sha256"]), (types[packed], len(data), hashlib.sha256(data).hexdigest()),
                         "%s: %s is told of as it is" % (formats, a["name"]))
        if omitted is None:
            checks.that(report.is_valid(body["snapshot"]), "the snapshot is valid by the schema")
        server.close()


def check_same_bytes(checks, project):
    """The time of a run is not in these files, so that another run must give the same."""
    name = os.path.join(project.out, TENANT, "again", PERIOD)
    project.write("jobs/again.yaml", scenario.job("again", "SELECT id, title, created_at FROM videos ORDER BY id", (
        "[{csv: {compress: gzip}}, {ndjson: {compress: zstd}}, {json-rows: {compress: gzip}}]")))
    seen = []
    for _ in range(2):
        checks.equal(project.run("run", "again", "--period", PERIOD, "--tenant", TENANT, "--again").code, 0, "a run")
        seen.append({n: d for n, d in delivery.files_below(name).items() if n != "manifest.json"})
    checks.that(len(seen[0]) == 3 and seen[0] == seen[1], "the same data gives the same compressed bytes", list(seen[0]))


def main():
    checks = Checks()
    scenario.own_schema(SCHEMA, "options-password")
    values.make_kinds(SCHEMA)
    scenario.sql("INSERT INTO kinds SET id = 12, tenant_id = %s, c_varchar = 'a|b', c_latin1 = 'a;b', c_char = 'a,b', "
                 "c_text = '1,5', c_enum = 'b c', c_money = '1234.50', c_double = -1.5e-7, c_json = '[1.5, \"x\"]'" % TENANT,
                 schema=SCHEMA)
    project = Project(schema=SCHEMA, user=SCHEMA, password="options-password",
                      scope="  kinds: {tenant: tenant_id}\n  documents: {tenant: tenant_id}\n", init=False)
    project.write("pressrun.yaml", project.read("pressrun.yaml").replace("path: out}", "path: out, platform: true}"))
    if project.run("init").code != 0:
        sys.exit("pressrun init failed")
    check_json(checks, project)
    check_csv(checks, project, kinds_of_rows())
    check_same_bytes(checks, project)
    check_schemas(checks, project)
    check_notices(checks)
    checks.finish()


main()
