"""Where pressrun's processor time goes: perf's samples, by library."""

import os
import re
import shutil
import subprocess

WHAT = {"pressrun": "pressrun's own code", "libmariadb": "client library (receiving rows)", "libmysqlclient": "client library (receiving rows)",
        "libisal": "ISA-L (deflate)", "libcrypto": "SHA-256", "libz": "zlib (CRC-32)", "libxlsxwriter": "libxlsxwriter",
        "libsqlite3": "SQLite (ledger)", "libc": "C library (copying, stdio)", "[kernel.kallsyms]": "kernel"}


def name(dso):
    base = re.sub(r"(\.so|-\d).*$", "", dso)
    return WHAT.get(dso) or WHAT.get(base) or "other"


def shares(data):
    """{what: per cent}, the largest first."""
    report = subprocess.run(["perf", "report", "-i", data, "--stdio", "--no-children", "--sort", "dso"], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    found = {}
    for line in report.splitlines():
        match = re.match(r"\s+([\d.]+)%\s+(\S+)", line)
        if match:
            what = name(match.group(2))
            found[what] = found.get(what, 0) + float(match.group(1))
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def profile(command, environment, directory):
    """None where there is no perf, or it may not be used."""
    data = os.path.join(directory, "perf.data")
    if not shutil.which("perf"):
        return None
    recorded = subprocess.run(["perf", "record", "-q", "-F", "999", "-e", "cpu-clock", "-o", data, "--", *command],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, check=False)
    return shares(data) if recorded.returncode == 0 else None
