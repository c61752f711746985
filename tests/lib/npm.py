"""Programs and libraries from npm that scenarios use, each installed once into a cache."""

import os
import shutil
import subprocess

CACHE = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")


def find(package, path):
    """Where the file or directory `path` below node_modules is; None and why it can't be had."""
    place = os.path.join(CACHE, "pressrun-tests", package.strip("@").replace("/", "-"))
    wanted = os.path.join(place, "node_modules", path)
    if not shutil.which("npm"):
        root = [] if os.geteuid() == 0 else ["sudo", "-n"]
        subprocess.run(root + ["apt-get", "-y", "-qq", "--no-install-recommends", "install", "nodejs", "npm"],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    if not shutil.which("npm"):
        return None, "neither npm nor a way to install it"
    if not os.path.exists(wanted):
        os.makedirs(place, exist_ok=True)
        done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--prefix", place, package],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=300)
        if done.returncode != 0 or not os.path.exists(wanted):
            return None, "npm can't install %s: %s" % (package, done.stdout.decode()[-200:].strip())
    return wanted, ""
