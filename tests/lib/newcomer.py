"""Who has pressrun in the PATH, an empty directory, and the documentation: what is written there is done."""

import os
import re
import subprocess

from scenario import DIRECTORY, PRESSRUN, ROOT, Result


def page(name):
    """A file of the documentation, its path from the root of the tree."""
    with open(os.path.join(ROOT, name), encoding="utf-8") as f:
        return f.read()


class Newcomer:
    """An empty directory and a shell whose PATH has pressrun. Exported variables stay from line to line."""

    def __init__(self, name, **variables):
        self.directory = os.path.join(DIRECTORY, name)
        os.makedirs(self.directory)
        self.environment = dict(os.environ, PATH=os.path.dirname(PRESSRUN) + ":" + os.environ["PATH"], **variables)

    def shell(self, line):
        print("$ " + line)
        done = Result(subprocess.run(["/bin/sh", "-c", line], cwd=self.directory, env=self.environment,
                                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False))
        print("".join("    %s\n" % x for x in (done.out + done.err).splitlines()[:12]), end="")
        return done

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(self.path(name), 0o644)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as f:
            return f.read()
