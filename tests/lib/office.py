"""LibreOffice as a second opinion on workbooks: what it computes, and what it shows on paper."""

import glob
import os
import re
import subprocess

import scenario

# Formulas are computed, whatever stands in the file: else their values would be taken from there.
SETTINGS = """\
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value>
</prop></item></oor:items>
"""


def convert(paths, kind, directory):
    """Opens workbooks and saves them as `kind` (xlsx, pdf); the names of the new files, in order."""
    profile = os.path.join(scenario.DIRECTORY, "office")
    settings = os.path.join(profile, "user/registrymodifications.xcu")
    if not os.path.exists(settings):
        os.makedirs(os.path.dirname(settings))
        with open(settings, "w", encoding="utf-8") as f:
            f.write(SETTINGS)
    os.makedirs(directory, exist_ok=True)
    done = subprocess.run(["soffice", "-env:UserInstallation=file://" + profile, "--headless", "--convert-to", kind,
                           "--outdir", directory, *paths], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, timeout=600)
    made = [os.path.join(directory, re.sub(r"\.xlsx$", "." + kind, os.path.basename(p))) for p in paths]
    missing = [m for m in made if not os.path.exists(m)]
    if missing:
        raise RuntimeError("LibreOffice made no %s: %s" % (missing, done.stdout.decode("utf-8", "replace")[-500:]))
    return made


def read_pgm(path):
    """Width, height and the grey values of a picture in pdftoppm's format."""
    with open(path, "rb") as f:
        data = f.read()
    match = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", data)
    if not match:
        raise ValueError("%s is no PGM file" % path)
    width, height = int(match.group(1)), int(match.group(2))
    return width, height, data[match.end():]


def ink(width, height, grey):
    """How many of a thousand points are not white, above the footer, which each page has."""
    body = grey[:width * (height * 88 // 100)]
    return 1000 * (len(body) - body.count(255)) / len(body)


def pages(pdf):
    """The ink of each page."""
    prefix = pdf[:-4] + "-page"
    subprocess.run(["pdftoppm", "-gray", "-r", "40", pdf, prefix], check=True)
    return [ink(*read_pgm(p)) for p in sorted(glob.glob(glob.escape(prefix) + "*.pgm"))]
