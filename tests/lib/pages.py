"""Pages as people see them: opened in a real browser, and the rules of pressrun-job(5) about what a value
must look like there, written a second time."""

import datetime
import json
import math
import os
import re
import subprocess

import npm
import values

PLAYWRIGHT, AXE, SSF = "playwright-core@1.65.1", "axe-core@4.14.1", "ssf@0.11.2"
HERE = os.path.dirname(os.path.abspath(__file__))

# Sign of decimals, sign of thousands, order of dates, the words for true and false.
LOCALES = {
    "en": (".", ",", "{y:04d}-{m:02d}-{d:02d}", "yes", "no"),
    "en-US": (".", ",", "{m:02d}/{d:02d}/{y:04d}", "yes", "no"),
    "de": (",", ".", "{d:02d}.{m:02d}.{y:04d}", "ja", "nein"),
    "fr": (",", "\u202f", "{d:02d}/{m:02d}/{y:04d}", "oui", "non"),
    "nl": (",", ".", "{d:02d}-{m:02d}-{y:04d}", "ja", "nee"),
    "pt": (",", ".", "{d:02d}/{m:02d}/{y:04d}", "sim", "não"),
}


def find_tools():
    """Where playwright-core and axe-core are; None and why not."""
    playwright, why = npm.find(PLAYWRIGHT, "playwright-core")
    axe, why_axe = npm.find(AXE, "axe-core/axe.min.js")
    return (playwright, axe) if playwright and axe else None, why or why_axe


def look(tools, tasks):
    """Opens all pages; for each task a list with one dictionary a view. See pages.js."""
    done = subprocess.run(["node", os.path.join(HERE, "pages.js"), *tools], input=json.dumps(tasks).encode(),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=850)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode("utf-8", "replace")[-3000:])
    return json.loads(done.stdout)


def excel_formats(ssf, pairs):
    """What SheetJS's SSF, which knows Excel's number formats, makes of (format, number) pairs."""
    program = "const ssf = require(process.argv[1]); const pairs = JSON.parse(require('fs').readFileSync(0)); " \
              "console.log(JSON.stringify(pairs.map(([f, v]) => ssf.format(f, v))));"
    done = subprocess.run(["node", "-e", program, ssf], input=json.dumps(pairs).encode(), stdout=subprocess.PIPE,
                          check=True)
    return json.loads(done.stdout)


# ---- colours ----

# How the three kinds of colour blindness see red, green and blue: Machado, Oliveira, Fernandes (2009).
SIGHTS = {
    "all": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def lab(red, green, blue):
    """CIE L*a*b* of linear sRGB."""
    def f(t):
        return t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    return 116 * f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z))


def least_difference(colors):
    """The two colours that are most alike to somebody: (distance, sight, one, other)."""
    def linear(v):
        return v / 255 / 12.92 if v / 255 <= 0.04045 else ((v / 255 + 0.055) / 1.055) ** 2.4
    found = []
    for sight, matrix in SIGHTS.items():
        seen = []
        for color in colors:
            plain = [linear(v) for v in color]
            seen.append(lab(*(min(1, max(0, sum(a * b for a, b in zip(row, plain)))) for row in matrix)))
        found += [(round(math.dist(seen[a], seen[b]), 1), sight, a, b) for a in range(len(colors)) for b in range(a)]
    return min(found)


# ---- what must be in a cell ----


def without_controls(text):
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", "\ufffd", text)


def in_date(text, order):
    """None for what is no date."""
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text)
    try:
        day = datetime.date(*map(int, match.groups()))
    except (AttributeError, ValueError):
        return None
    return order.format(y=day.year, m=day.month, d=day.day)


def in_clock(text, sign):
    whole, _, fraction = text.partition(".")
    return whole + sign + fraction if fraction.strip("0") else whole


def in_json(data):
    """Text, or the value that a text must parse as."""
    valid, value = values.json_valid(data)
    if not valid:
        return values.clean(data, False)
    if isinstance(value, str) and not data.strip().startswith(b'"'):
        return values.clean(data, False).strip()  # a number, as it is written
    shown = values.readable(json.loads(data, parse_float=str, parse_int=str))
    return ("json", value) if shown is None else shown


def in_html(type_name, data, locale="en"):
    """What people read; ("json", value) for a text that must parse as that."""
    sign, _, order, yes, no = LOCALES[locale]
    if data is None:
        return ""
    if type_name == "binary":
        return data.hex()
    if type_name == "json":
        shown = in_json(data)
        return shown if isinstance(shown, tuple) else without_controls(values.clean(shown.encode(), False))
    text = values.clean(data, False)
    if type_name == "boolean" and text in "01":
        return yes if text == "1" else no
    if type_name in ("decimal", "float"):
        return text.replace(".", sign)
    if type_name == "date":
        return in_date(text, order) or text
    if type_name == "time":
        return in_clock(text, sign)
    if type_name == "datetime":
        day, clock = text.split(" ")
        shown = in_date(day, order)
        return "%s %s" % (shown, in_clock(clock, sign)) if shown else text
    return without_controls(text)


def differences(columns, database, cells, locale="en"):
    """Sentences about cells that are not what the database holds; columns are (name, type)."""
    wrong = []
    if len(database) != len(cells):
        wrong.append("%d rows in the database, %d on the page" % (len(database), len(cells)))
    for number, (data, row) in enumerate(zip(database, cells)):
        if len(row) != len(columns):
            wrong.append("row %d has %d cells" % (number, len(row)))
            continue
        for (name, type_name), value, found in zip(columns, data, row):
            want = in_html(type_name, value, locale)
            if isinstance(want, tuple):
                try:
                    same = json.loads(found, parse_float=str) == want[1]
                except ValueError:
                    same = False
            else:
                same = found == want
            if not same:
                wrong.append("row %d, %s: %.200r, not %.200r" % (number, name, found, want))
    return wrong
