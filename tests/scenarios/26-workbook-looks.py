#!/usr/bin/python3
# Goal: all that a workbook shows is what the database holds: figures, totals, charts, colors, links, pages.
# needs: office
# slow
"""Two jobs with everything that a job can say about looks are made for tenants with different languages,
with odd names, with few rows and with none. Each workbook is read by openpyxl and part by part, computed
anew and printed by LibreOffice, and checked by Microsoft's validator. What must be in it comes from the
database by its own client. Copies with a changed value show that differences are noticed."""

import datetime
import math
import os
import re
import struct
import sys
import warnings
import zlib
from decimal import Decimal

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import npm
import office
import scenario
import values
import xlsx
from scenario import DIRECTORY, PERIOD, Checks, Project

import openpyxl
from openpyxl.utils import get_column_letter

warnings.simplefilter("error")  # what openpyxl would only warn about is wrong, too
# It leaves out what Excel 2010 added to bars, and says so.
warnings.filterwarnings("ignore", message=".*extension is not supported and will be removed")

LOCALES = {1: "en-US", 2: "de_AT.UTF-8", 3: "en-GB", 5: "ja-JP", 6: "fr", 7: None, 8: "nl", 9: "es-MX", 10: "pt_BR"}
SPOKEN = {1: "en-US", 2: "de", 3: "en-GB", 5: "it", 6: "fr", 7: "it", 8: "nl", 9: "es", 10: "pt"}
WORDS = {  # of the first sheet, of a total, of a count, of an average; the date of 2026-11-23 in Excel's syntax
    "en-US": ("About", "Total", "Count", "Average", "mm/dd/yyyy"), "de": ("Übersicht", "Summe", "Anzahl", "Durchschnitt", "dd.mm.yyyy"),
    "en-GB": ("About", "Total", "Count", "Average", "dd/mm/yyyy"), "it": ("Panoramica", "Totale", "Numero", "Media", "dd/mm/yyyy"),
    "fr": ("Aperçu", "Total", "Nombre", "Moyenne", "dd/mm/yyyy"), "nl": ("Overzicht", "Totaal", "Aantal", "Gemiddelde", "dd-mm-yyyy"),
    "es": ("Resumen", "Total", "Cantidad", "Promedio", "dd/mm/yyyy"), "pt": ("Resumo", "Total", "Quantidade", "Média", "dd/mm/yyyy")}
PERIODS = {
    "en-US": "October 25 to November 23, 2026", "de": "25. Oktober bis 23. November 2026",
    "en-GB": "25 October to 23 November 2026", "it": "25 ottobre – 23 novembre 2026",
    "fr": "25 octobre – 23 novembre 2026", "nl": "25 oktober – 23 november 2026",
    "es": "25 de octubre – 23 de noviembre de 2026", "pt": "25 de outubro – 23 de novembro de 2026"}
KINDS = ("line", "area", "column", "bar")

# Result sets: the columns with their types, and the query, which the database's own client runs as well.
DAYS = (("day", "date"), ("videos", "integer"), ("seconds", "integer"), ("minutes", "decimal"), ("failed", "integer"),
        ("rate", "decimal"), ("mean", "float"), ("playing", "time"), ("newest", "datetime"))
DAYS_SQL = """\
SELECT DATE(created_at) AS day, COUNT(*) AS videos, SUM(run_time) AS seconds, ROUND(SUM(run_time) / 60, 2) AS minutes,
  SUM(sync_status = 'failed') AS failed,
  ROUND(SUM(sync_status = 'failed') / NULLIF(SUM(sync_status = 'completed'), 0), 4) AS rate,
  CAST(AVG(run_time) AS DOUBLE) AS mean, SEC_TO_TIME(LEAST(GREATEST(SUM(run_time), 0), 3000000)) AS playing,
  MAX(created_at) AS newest
FROM {videos} WHERE created_at >= {begin} AND created_at < {end} GROUP BY day ORDER BY day"""
HOURS = (("hour", "datetime"), ("n", "integer"), ("seconds", "integer"))
HOURS_SQL = """\
SELECT CAST(DATE_FORMAT(created_at, '%Y-%m-%d %H:00:00') AS DATETIME) AS hour, COUNT(*) AS n, SUM(run_time) AS seconds
FROM {videos} WHERE created_at >= {end} - INTERVAL 2 DAY AND created_at < {end} GROUP BY hour ORDER BY hour"""
STATUS = (("sync_status", "text"), ("n", "integer"))
STATUS_SQL = """\
SELECT sync_status, COUNT(*) AS n FROM {videos} WHERE created_at >= {begin} AND created_at < {end}
GROUP BY sync_status ORDER BY n DESC, sync_status"""
VIDEOS = (("id", "integer"), ("title", "text"), ("instructor", "text"), ("sync_status", "text"), ("run_time", "integer"),
          ("created_at", "datetime"), ("error_message", "text"))
VIDEOS_SQL = """\
SELECT id, title, instructor, sync_status, NULLIF(run_time, 0) AS run_time, created_at, error_message
FROM {videos} WHERE created_at >= {begin} AND created_at < {end} ORDER BY id LIMIT 200"""
NOTHING_SQL = "SELECT title, 1 AS n FROM {videos} WHERE id < 0"


def block(query):
    text = query.format(videos="videos", begin=":period_start", end=":period_end")
    return "".join("      %s\n" % line for line in text.split("\n"))


LOOKS_JOB = """\
job: looks
title: {{en: "Everything & more", de: Alles auf einmal, fr: "Tout à la fois"}}
description: {{en: What a workbook can show., es: "Lo que puede mostrar un libro.\\nEn dos líneas."}}
period: {{unit: day, window: 30}}
figures:
  - {{result: days, column: videos, value: sum, title: {{en: Videos, de: Videos gesamt}}}}
  - {{result: days, column: videos, value: average}}
  - {{result: days, column: rate, value: min}}
  - {{result: days, column: minutes, value: max}}
  - {{result: days, column: rate, value: count}}
  - {{result: days, column: day, value: first}}
  - {{result: videos, column: title, value: last}}
  - {{result: nothing, column: n, value: sum}}
  - {{result: nothing, column: n, value: max}}
results:
  days:
    title: {{en: Day by day, de: Tag für Tag, fr: Jour par jour}}
    note: {{en: Days without videos are left out.}}
    sheet: {{color: "#1F6FB2"}}
    sql: |
{days}    columns:
      day: {{title: {{en: Day, de: Tag, fr: Jour}}, note: {{en: In UTC.}}}}
      videos: {{total: sum, bar: true}}
      seconds: {{total: max}}
      minutes: {{total: sum, format: "#,##0.00"}}
      failed: {{total: sum, color: {{"0": good, ">= 3": bad, "> 0": warning}}}}
      rate: {{format: "0.0%", total: average, color: {{"< 0.05": good, ">= 0.2": bad}}, note: Of the videos that are through.}}
      mean: {{total: min, align: center}}
      playing: {{total: count}}
      newest: {{format: "dd mmm hh:mm", width: 20}}
  "2026":
    title: "2026"
    sheet: {{color: "#2E8B57"}}
    sql: |
{status}    columns:
      sync_status: {{title: Status, color: {{Completed: good, failed: bad, pending: neutral, processing: info}}}}
      n: {{title: "N & <n>", total: sum, align: left}}
    chart: {{kind: pie, x: sync_status, y: n, place: cover}}
  videos:
    title: "It's: a list"
    sql: |
{videos}    columns:
      title: {{total: count, width: 40}}
      sync_status: {{align: center, color: {{completed: good}}}}
      run_time: {{total: average, color: {{"< 600": bad}}}}
      error_message: {{total: count, align: right}}
  hidden:
    title: Behind the scenes
    sheet: {{hidden: true}}
    sql: |
{status}    columns: {{n: {{note: Nobody shall see this.}}}}
    chart: {{kind: bar, x: sync_status, y: n, place: cover, title: {{en: Behind, de: Dahinter}}}}
  nothing:
    title: Q3
    sql: |
{nothing}    columns: {{n: {{total: sum, bar: true, color: {{"> 1": bad}}}}}}
    chart: {{kind: line, x: title, y: n}}
formats: [xlsx]
deliver: [reports]
""".format(days=block(DAYS_SQL), status=block(STATUS_SQL), videos=block(VIDEOS_SQL), nothing=block(NOTHING_SQL))


CHARTED = (("days", DAYS_SQL, DAYS, "day", ("videos", "failed")), ("status", STATUS_SQL, STATUS, "sync_status", ("n",)),
           ("hours", HOURS_SQL, HOURS, "hour", ("n", "seconds")))
PLACES = ("beside", "cover", "sheet")
CHARTED_TENANTS = (2, 9, 10)


def charts_of(x, y):
    """What one result set of the other job draws: pairs of a kind and whether it is stacked."""
    return [(kind, stacked) for kind in KINDS for stacked in (False, True)] + ([] if x == "hour" else [("pie", False)])


def charts_job():
    """Each kind of chart, stacked and not, in each place, over days, texts and hours."""
    text = "job: charts\nperiod: {unit: day, window: 30}\nresults:\n"
    for name, query, _, x, y in CHARTED:
        for place in PLACES:
            text += "  %s-%s:\n    title: \"%s's %s\"\n    sql: |\n%s    chart:\n" % (name, place, name, place, block(query))
            for kind, stacked in charts_of(x, y):
                text += "      - {kind: %s, stacked: %s, place: %s, x: %s, y: [%s], title: %s %s %s}\n" % (
                    kind, str(stacked).lower(), place, x, ", ".join(y[:1] if kind == "pie" else y), kind, stacked, place)
    return text + "formats: [xlsx]\ndeliver: [reports]\n"


def png(width, height, dpi):
    """A picture of one color."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    dots = int(dpi / 0.0254)
    rows = (b"\0" + b"\x1f\x3f\x66" * width) * height
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"pHYs", struct.pack(">IIB", dots, dots, 1)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


# ---- what must be there ----


class Expected:
    """One result set: its name, title, columns, and the rows that the database's own client gives."""

    def __init__(self, tenant, title, columns, query, order):
        bounds = {"begin": "'2026-10-25'", "end": "'2026-11-24'",
                  "videos": "(SELECT * FROM ai_pipeline_db.videos WHERE tenant_id = %d) v" % tenant}
        self.title, self.columns = title, columns
        self.raw = scenario.rows(["CONVERT(CAST(%s AS CHAR) USING utf8mb4)" % name for name, _ in columns],
                                 "FROM (%s) q ORDER BY %s" % (query.format(**bounds), order))
        self.rows = [[values.in_xlsx(kind, data) for (_, kind), data in zip(columns, row)] for row in self.raw]

    def index(self, column):
        return [name for name, _ in self.columns].index(column)

    def cells(self, column):
        return [row[self.index(column)] for row in self.rows]

    def numbers(self, column):
        return [Decimal(row[self.index(column)].decode()) for row in self.raw if row[self.index(column)] is not None]

    def total(self, kind, column):
        """None where there is none."""
        if kind == "count":
            return Decimal(sum(cell[0] != "empty" for cell in self.cells(column)))
        numbers = self.numbers(column)
        if kind == "sum":
            return sum(numbers, Decimal(0))
        if not numbers:
            return None
        return {"average": lambda: sum(numbers) / len(numbers), "min": lambda: min(numbers),
                "max": lambda: max(numbers)}[kind]()


def looks_expected(tenant, locale):
    days = {"de": "Tag für Tag", "fr": "Jour par jour"}.get(locale, "Day by day")
    return {"days": Expected(tenant, days, DAYS, DAYS_SQL, "day"),
            "2026": Expected(tenant, "2026", STATUS, STATUS_SQL, "n DESC, sync_status"),
            "videos": Expected(tenant, "It's: a list", VIDEOS, VIDEOS_SQL, "id"),
            "hidden": Expected(tenant, "Behind the scenes", STATUS, STATUS_SQL, "n DESC, sync_status"),
            "nothing": Expected(tenant, "Q3", (("title", "text"), ("n", "integer")), NOTHING_SQL, "1")}


TOTALS = {"days": (("videos", "sum"), ("seconds", "max"), ("minutes", "sum"), ("failed", "sum"), ("rate", "average"),
                   ("mean", "min"), ("playing", "count")),
          "2026": (("n", "sum"),), "videos": (("title", "count"), ("run_time", "average"), ("error_message", "count"))}
COLORED = {"days": ("videos", "failed", "rate"), "2026": ("sync_status",), "videos": ("sync_status", "run_time")}
FUNCTION = {"sum": 109, "average": 101, "min": 105, "max": 104, "count": 103}


def close(a, b, relative=1e-13):
    return a is not None and b is not None and math.isclose(float(a), float(b), rel_tol=relative, abs_tol=1e-12)


# ---- one sheet ----


def check_rows(checks, what, path, index, expected):
    titles, rows = values.read_xlsx(path, index)
    wrong = []
    for number, (want, found) in enumerate(zip(expected.rows, rows), 2):
        wrong += ["row %d: %.80r instead of %.80r" % (number, f, w) for w, f in zip(want, found)
                  if not values.same_xlsx(f, w)]
    checks.that(not wrong and len(rows) >= len(expected.rows), "%s: every cell is the database's" % what,
                "\n    ".join(["%d rows" % len(rows)] + wrong[:10]))
    checks.equal(len([t for t in titles if t is not None]), len(expected.columns), "%s: a title for each column" % what)


def check_below(checks, what, sheet, expected, totals, locale):
    """The totals, or the line without rows; nothing else."""
    n = len(expected.rows)
    label = [total for _, total in totals]
    for row in sheet.iter_rows(min_row=n + 2):
        for cell in row:
            name = expected.columns[cell.column - 1][0] if cell.column <= len(expected.columns) else ""
            total = dict(totals).get(name)
            if cell.row != n + 2:
                checks.that(cell.value is None, "%s: nothing below" % what, cell.coordinate)
            elif not n:
                checks.equal(cell.value is not None, cell.column == 1, "%s: a line says that there are no rows" % what)
            elif total:
                reference = "%s2%s" % (cell.column_letter, ":%s%d" % (cell.column_letter, n + 1) if n > 1 else "")
                checks.equal(cell.value, "=SUBTOTAL(%d,%s)" % (FUNCTION[total], reference),
                             "%s: the %s of %s is over its rows" % (what, total, name))
                word = WORDS[locale][{"sum": 1, "count": 2, "average": 3}[total]] if total in ("sum", "count", "average") else '"'
                first = "sum" if "sum" in label else label[0]
                checks.that(total == first or word in cell.number_format, "%s: %s says what it is" % (what, cell.coordinate),
                            cell.number_format)
            elif cell.column == 1:
                checks.equal(cell.value, WORDS[locale][1] if "sum" in label else WORDS[locale][2], "%s: the totals are called so" % what)
            else:
                checks.that(cell.value is None, "%s: no total that nobody asked for" % what, cell.coordinate)


def check_totals(checks, what, path, computed, index, expected, totals):
    """The values in the file, and those that LibreOffice computes, are those of the database."""
    if not expected.rows:
        return
    n = len(expected.rows)
    cached = openpyxl.load_workbook(path, data_only=True).worksheets[index]
    recomputed = openpyxl.load_workbook(computed, data_only=True).worksheets[index]
    for column, total in totals:
        at = "%s%d" % (get_column_letter(expected.index(column) + 1), n + 2)
        want = expected.total(total, column)
        found = cached[at].value
        if want is None:
            checks.that(found is None, "%s: no %s of nothing" % (what, total), found)
            continue
        checks.that(close(found, want), "%s: the %s of %s" % (what, total, column), "%r, not %r" % (found, want))
        checks.that(close(recomputed[at].value, want), "%s: LibreOffice computes the same %s of %s" % (what, total, column),
                    "%r, not %r" % (recomputed[at].value, want))


def check_ranges(checks, what, sheet, expected, colored):
    n = len(expected.rows)
    last = get_column_letter(len(expected.columns))
    checks.equal(sheet.auto_filter.ref, "A1:%s%d" % (last, n + 1), "%s: the filter ends with the rows" % what)
    found = sorted(str(ranges.sqref) for ranges in sheet.conditional_formatting)
    letters = [get_column_letter(expected.index(c) + 1) for c in colored]
    checks.equal(found, sorted("%s2" % c if n == 1 else "%s2:%s%d" % (c, c, n + 1) for c in letters) if n else [],
                 "%s: colors and bars are on the rows" % what)


def check_print(checks, what, sheet, locale, table=True):
    checks.equal((sheet.page_setup.orientation, str(sheet.page_setup.paperSize)),
                 ("landscape", "1" if locale == "en-US" else "9"), "%s: paper" % what)
    checks.that(sheet.oddFooter.left.text and sheet.oddFooter.right.text, "%s: has a footer" % what)
    if table:
        checks.equal((sheet.print_title_rows, sheet.freeze_panes, sheet.sheet_properties.pageSetUpPr.fitToPage,
                      sheet.page_setup.fitToHeight), ("$1:$1", "A2", True, 0), "%s: header on each page, one page wide" % what)


# ---- charts ----


def same_point(found, want):
    kind, value = want
    if kind == "empty":
        return found is None
    if kind == "text":
        return found == value[:255]
    return isinstance(found, float) and math.isclose(found, value, rel_tol=1e-15, abs_tol=1e-15)


def check_series(checks, what, series, sheet, expected, column, title):
    n = len(expected.rows)
    position = expected.index(column) + 1
    for range_text, cache, name, at in ((series.categories, series.category_cache, "categories", None),
                                        (series.values, series.value_cache, "values", position)):
        found = xlsx.parse_range(range_text)
        checks.that(found[0] == sheet and found[2:] == (2, found[1], n + 1) and found[1] == found[3] and at in (None, found[1]),
                    "%s: the %s are the rows" % (what, name), range_text)
        cells = [row[found[1] - 1] for row in expected.rows]
        wrong = [(f, w) for f, w in zip(cache or [], cells) if not same_point(f, w)]
        checks.that(cache is not None and len(cache) == n and not wrong, "%s: the %s in the chart are those of the rows" % (what, name),
                    (len(cache or []), n, wrong[:3]))
    checks.equal(series.name, title, "%s: the series has the column's title" % what)


def check_chart(checks, what, chart, sheet, expected, x, y, kind, stacked, titles):
    checks.equal((chart.kind, chart.stacked), (kind, stacked and kind != "pie"), "%s: is of its kind" % what)
    checks.equal(len(chart.series), len(y), "%s: has its series" % what)
    if kind != "pie":
        kinds = dict(expected.columns)
        checks.equal(chart.time_axis, kinds[x] != "datetime", "%s: hours have an axis of their own" % what)
    for series, column in zip(chart.series, y):
        check_series(checks, what, series, sheet, expected, column, titles.get(column, column))
    checks.equal(xlsx.parse_range(chart.series[0].categories)[1], expected.index(x) + 1, "%s: over its column" % what)


# ---- the first sheet ----


def check_cover(checks, what, book, parts, expected, locale):
    cover = book.worksheets[0]
    texts = [str(c.value) for row in cover.iter_rows() for c in row if c.value is not None]
    for text in (PERIODS[locale], {"de": "Alles auf einmal", "fr": "Tout à la fois"}.get(locale, "Everything & more"),
                 "Days without videos are left out.", "Of the videos that are through."):
        checks.that(text in texts, "%s: the first sheet says %r" % (what, text), texts[:40])
    checks.that("Nobody shall see this." not in texts, "%s: what is hidden is not explained" % what)
    links = [xlsx.parse_range(where)[0] for _, where in parts.links(parts.names[0])]
    shown = [n for n in parts.names[1:] if n not in parts.hidden and not parts.is_chartsheet(n)]
    checks.equal(links, shown, "%s: the links lead to the sheets that are shown" % what)
    labels = {cover.cell(c.row + 1, c.column): c.value for row in cover.iter_rows(max_row=16) for c in row
              if c.value is not None and c.fill.fgColor.rgb == "FFEEF2F8" and c.font.size < 20 and not c.font.bold}
    figures = [cell for cell in labels]
    checks.equal(len(figures), 9, "%s: all figures are there" % what)
    days, videos = expected["days"], expected["videos"]
    wanted = [days.total("sum", "videos"), days.total("average", "videos"), days.total("min", "rate"), days.total("max", "minutes"),
              days.total("count", "rate"), days.cells("day")[0][1] if days.rows else None,
              videos.cells("title")[-1][1] if videos.rows else None, Decimal(0), None]
    for cell, want in zip(figures, wanted):
        value = values.to_number(cell.value) if isinstance(cell.value, datetime.datetime) else cell.value
        good = value == "–" if want is None else value == want if isinstance(want, str) else close(value, want)
        checks.that(good, "%s: figure %s" % (what, cell.coordinate), "%r, not %r" % (value, want))
    if days.rows:
        checks.equal([figures[i].number_format for i in (0, 1, 2, 3, 4, 5)],
                     ["#,##0", "#,##0.00", "0.0%", "#,##0.00", "#,##0", WORDS[locale][4]], "%s: figures have their formats" % what)
    check_print(checks, "%s, first sheet" % what, cover, locale, table=False)


# ---- whole workbooks ----


def check_looks(checks, tenant, path, computed):
    locale = SPOKEN[tenant]
    expected = looks_expected(tenant, locale)
    book, parts = openpyxl.load_workbook(path), xlsx.Book(path)
    names = [re.sub(r"[:]", "-", e.title) for e in expected.values()]
    checks.equal(parts.names, [WORDS[locale][0]] + names, "tenant %d: sheets" % tenant)
    checks.equal(parts.hidden, {"Behind the scenes"}, "tenant %d: hidden sheets" % tenant)
    colors = [s.sheet_properties.tabColor.rgb if s.sheet_properties.tabColor else None for s in book.worksheets]
    checks.equal(colors, [None, "FF1F6FB2", "FF2E8B57", None, None, None], "tenant %d: colors of tabs" % tenant)
    checks.equal((book.properties.title, book.properties.subject, book.properties.creator),
                 ({"de": "Alles auf einmal", "fr": "Tout à la fois"}.get(locale, "Everything & more"), PERIODS[locale], "pressrun"),
                 "tenant %d: properties" % tenant)
    for index, (name, e) in enumerate(expected.items(), 1):
        what = "tenant %d, %s" % (tenant, name)
        sheet, totals = book.worksheets[index], TOTALS.get(name, ())
        check_rows(checks, what, path, index, e)
        check_below(checks, what, sheet, e, totals, locale)
        check_totals(checks, what, path, computed, index, e, totals)
        check_ranges(checks, what, sheet, e, COLORED.get(name, ()))
        check_print(checks, what, sheet, locale)
    check_cover(checks, "tenant %d" % tenant, book, parts, expected, locale)
    charts = parts.charts(parts.names[0])
    drawn = [n for n in ("2026", "hidden") if expected[n].rows]
    checks.equal(len(charts), len(drawn), "tenant %d: charts on the first sheet" % tenant)
    for name, chart, kind in zip(drawn, charts, ("pie", "bar")):
        check_chart(checks, "tenant %d, chart of %s" % (tenant, name), chart, expected[name].title, expected[name],
                    "sync_status", ("n",), kind, False, {"n": "N & <n>"} if name == "2026" else {})
    return expected


def check_charts(checks, tenant, path):
    parts = xlsx.Book(path)
    cover, beside, n = parts.charts(parts.names[0]), {}, 0
    sheets = [s for s in parts.names if parts.is_chartsheet(s)]
    for name, query, columns, x, y in CHARTED:
        order = {"status": "n DESC, sync_status"}.get(name, x)
        expected = Expected(tenant, "", columns, query, order)
        for place in PLACES:
            sheet = "%s's %s" % (name, place)
            found = parts.charts(sheet)
            checks.equal(len(found), len(charts_of(x, y)) if place == "beside" and expected.rows else 0,
                         "tenant %d: charts beside %s" % (tenant, sheet))
            for number, (kind, stacked) in enumerate(charts_of(x, y) if expected.rows else []):
                chart = found[number] if place == "beside" else cover.pop(0) if place == "cover" else parts.charts(sheets.pop(0))[0]
                what = "tenant %d, %s %s%s" % (tenant, sheet, "stacked " if stacked else "", kind)
                check_chart(checks, what, chart, sheet, expected, x, y[:1] if kind == "pie" else y, kind, stacked, {})
                checks.equal(chart.title, "%s %s %s" % (kind, stacked, place), "%s: title" % what)
                n += 1
    checks.that(not cover and not sheets, "tenant %d: no other charts" % tenant)
    return n


def check_paper(checks, paths, directory):
    """Each sheet that is shown is on paper, and no page is empty."""
    for path, pdf in zip(paths, office.convert(paths, "pdf", directory)):
        parts = xlsx.Book(path)
        name = os.path.basename(path)
        inks = office.pages(pdf)
        checks.that(len(inks) >= len(parts.names) - len(parts.hidden), "%s: each sheet is printed" % name, inks)
        checks.that(all(inks), "%s: no page is empty" % name, inks)
        print("%s: %d pages" % (name, len(inks)))
    checks.that(office.ink(10, 100, b"\xff" * 1000) == 0, "control: an empty page is noticed")


class Quiet(Checks):
    """Of what must fail nobody has to read."""

    def that(self, truth, sentence, detail=""):
        self.done += 1
        self.failed += not truth
        return bool(truth)


def check_controls(checks, path, expected):
    """Differences that are made are noticed; what LibreOffice says is computed."""
    total = "xl/worksheets/sheet3.xml"
    value = "<v>%d</v></c></row></sheetData>" % expected["2026"].total("sum", "n")
    copy = os.path.join(DIRECTORY, "control.xlsx")
    xlsx.tamper(path, copy, total, value.encode(), b"<v>4711</v></c></row></sheetData>")
    again = openpyxl.load_workbook(office.convert([copy], "xlsx", os.path.join(DIRECTORY, "control"))[0], data_only=True)
    at = "B%d" % (len(expected["2026"].rows) + 2)
    checks.that(close(again.worksheets[2][at].value, expected["2026"].total("sum", "n")), "control: LibreOffice computes", again.worksheets[2][at].value)
    quiet = Quiet()
    check_totals(quiet, "", copy, copy, 2, expected["2026"], TOTALS["2026"])
    checks.equal(quiet.failed, 2, "control: a wrong total is noticed")
    xlsx.edit(path, copy, "xl/charts/chart1.xml", lambda data: data.replace(b"$B$2:", b"$B$1:"))
    quiet = Quiet()
    check_chart(quiet, "", xlsx.Book(copy).charts("About")[0], "2026", expected["2026"], "sync_status", ("n",), "pie", False, {"n": "N & <n>"})
    checks.equal(quiet.failed, 1, "control: a range that begins with the header is noticed")


def make(checks):
    project = Project("looks", init=False)
    case = " ".join("WHEN %d THEN '%s'" % (t, tag) for t, tag in LOCALES.items() if tag)
    config = project.read("pressrun.yaml").replace("display_name FROM", "display_name, CASE id %s END AS locale FROM" % case)
    project.write("pressrun.yaml", config + "locale: it\nlogo: logo.png\n")
    project.write("logo.png", png(320, 96, 300))
    checks.equal(project.run("init").code, 0, "the project is made")
    project.write("jobs/looks.yaml", LOOKS_JOB)
    project.write("jobs/charts.yaml", charts_job())
    done = project.run("check")
    if not checks.that(done.code == 0, "the jobs are well", done):
        checks.finish()
    for arguments in [["looks"]] + [["charts", "-t", str(t)] for t in CHARTED_TENANTS]:
        done = project.run("run", *arguments, "--period", PERIOD, "-j", "2")
        checks.that(done.code == 0, "%s is made" % " ".join(arguments), done)
    paths = {}
    for job, tenants in (("looks", sorted(LOCALES)), ("charts", CHARTED_TENANTS)):
        for tenant in tenants:
            # Under names that tell them apart, since LibreOffice puts all it makes into one directory.
            link = os.path.join(DIRECTORY, "%s-%d.xlsx" % (job, tenant))
            os.symlink(os.path.join(project.out, str(tenant), job, PERIOD, job + ".xlsx"), link)
            paths[job, tenant] = link
    return paths


def main():
    checks = Checks()
    paths = make(checks)
    looks = [(tenant, path) for (job, tenant), path in paths.items() if job == "looks"]
    computed = office.convert([path for _, path in looks], "xlsx", os.path.join(DIRECTORY, "computed"))
    for (tenant, path), again in zip(looks, computed):
        expected = check_looks(checks, tenant, path, again)
        if tenant == 1:
            check_controls(checks, path, expected)
    print("%d workbooks: cells, totals, colors, links, figures" % len(looks))
    charts = sum(check_charts(checks, tenant, path) for (job, tenant), path in paths.items() if job == "charts")
    print("%d charts" % charts)
    check_paper(checks, [path for key, path in paths.items() if key[0] == "looks" or key[1] != 10], os.path.join(DIRECTORY, "paper"))
    for path in paths.values():
        checks.that(not xlsx.broken_xml(path), "%s: sound" % path, xlsx.broken_xml(path))
    validator, why = npm.find(xlsx.VALIDATOR, ".bin/ooxml-validator")
    if not validator:
        print("%d checks, %d failed" % (checks.done, checks.failed))
        if checks.failed:
            sys.exit(1)
        scenario.skip("Microsoft's validator: " + why)
    for path in paths.values():
        found = xlsx.complaints(validator, path)
        checks.that(not found, "%s: Microsoft's validator takes it" % os.path.basename(path), found)
    print("%d workbooks: Microsoft's validator" % len(paths))
    checks.finish()


main()
