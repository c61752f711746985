"""The programs that pressrun is measured beside: what users would take instead. Each is in peers/, with two
modes; see there."""

import os
import re
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))


class Peer:
    """`fast` ones write one report with as many rows as pressrun."""

    def __init__(self, name, program, formats, fast=False, directory=None):
        self.name, self.program, self.formats, self.fast = name, program, formats, fast
        self.directory = directory  # where it is started

    def big(self, table, form, directory):
        return [*self.program, "big", table, "0", form, directory]

    def burst(self, table, tenants, directory):
        return [*self.program, "burst", table, str(tenants[0]), str(tenants[1]), directory]


FORMATS = ("csv", "json", "xlsx")
LIBXLSXWRITER, PYTHON, PANDAS, NODE, MARIADB = "libxlsxwriter", "python", "pandas", "node", "mariadb"


def install(directory, programs):
    """All of them, by name; Debian's packages are there already."""
    here = os.path.join(HERE, "peers")
    for name in ("package.json", "with_node.mjs"):
        shutil.copy(os.path.join(here, name), directory)
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--loglevel", "error"], cwd=directory,
                   stdout=subprocess.DEVNULL, check=True)
    return {
        MARIADB: Peer("mariadb --batch --quick", [os.path.join(here, "with_mariadb")], ("tsv",), fast=True),
        LIBXLSXWRITER: Peer("C, libxlsxwriter", [os.path.join(programs, "with_libxlsxwriter")], FORMATS, fast=True),
        PYTHON: Peer("Python, XlsxWriter", [os.path.join(here, "with_python.py")], FORMATS),
        NODE: Peer("Node.js, exceljs", ["node", "with_node.mjs"], FORMATS, directory=directory),
        PANDAS: Peer("pandas", [os.path.join(here, "with_pandas.py")], FORMATS),
    }


def debian(package):
    return subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], stdout=subprocess.PIPE, text=True,
                          check=False).stdout or "?"


def from_npm(directory, package):
    with open(os.path.join(directory, "node_modules", package, "package.json"), encoding="utf-8") as f:
        return re.search(r'"version": "([^"]+)"', f.read()).group(1)


def versions(directory):
    """What was measured beside, as a line."""
    said = [("libxlsxwriter", debian("libxlsxwriter-dev")), ("Python", debian("python3")),
            ("mysqlclient", debian("python3-mysqldb")), ("XlsxWriter", debian("python3-xlsxwriter")),
            ("pandas", debian("python3-pandas")),
            ("Node.js", subprocess.run(["node", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()),
            ("mysql2", from_npm(directory, "mysql2")), ("exceljs", from_npm(directory, "exceljs"))]
    return ", ".join("%s %s" % item for item in said)
