"""Who has pressrun in the PATH, an empty directory, and the documentation: what is written there is done.

A page of Markdown is followed block by block (Newcomer.follow):

    ```console     Lines behind "$ " are commands; those below one are its standard output. A command ends with 0,
                   unless "echo $?" comes next.
    ```yaml        The first line is a comment with the name of a file. Each part of the block takes the place of the
                   part of the file that begins with the same key, or goes to its end.

In an output "..." stands for anything, alone on a line for any lines. Dates, times of day and sizes may be
others, and all numbers below the comment <!-- numbers differ -->. Other kinds of blocks are refused, so that
nothing on the page is left out by mistake.
"""

import os
import re
import subprocess

from scenario import DIRECTORY, PRESSRUN, ROOT, Result

NUMBERS = "<!-- numbers differ -->"
BLOCK = re.compile(r"^(%s\n)?```(.*)\n((?:.*\n)*?)```$" % re.escape(NUMBERS), re.M)
# From a key at the margin to the last line that is indented.
PART = re.compile(r"^([a-z_]+):.*\n(?:\n* .*\n)*", re.M)
# What is another tomorrow, by how it looks: the first that fits counts.
VARYING = (r"\d{4}-W\d\d", r"\d{4}-\d\d-\d\d", r"\d\d:\d\d(?::\d\d)?", r"[\d.]+ (?:bytes|KiB|MiB)")


class Broken(Exception):
    """What a page says is not so."""


def page(name):
    """A file of the documentation, its path from the root of the tree."""
    with open(os.path.join(ROOT, name), encoding="utf-8") as f:
        return f.read()


def commands(block):
    """(command, what is shown below it) of a console block."""
    found = re.findall(r"^\$ (.*\n)((?:(?!\$ ).*\n)*)", block, re.M)
    if "".join("$ " + command + shown for command, shown in found) != block:
        raise Broken("a console block begins with a command:\n" + block)
    return [(command.rstrip("\n"), shown) for command, shown in found]


def line_pattern(line, varying):
    """A regular expression for a line of output."""
    result = ""
    for piece in re.split(r"(\.\.\.|%s)" % "|".join(varying), line):
        same_kind = [v for v in varying if re.fullmatch(v, piece)]
        result += ".*" if piece == "..." else same_kind[0] if same_kind else re.escape(piece)
    return result


def is_shown(shown, found, numbers):
    """Does an output look as the page shows it?"""
    varying = VARYING + ((r" *\d+",) if numbers else ())
    pattern = "".join(r"(?:.*\n)*?" if line == "..." else line_pattern(line, varying) + r"\n" for line in shown.splitlines())
    return re.fullmatch(pattern, found) is not None


def edit(text, block):
    """A file with the parts of a block in their places."""
    if PART.sub("", block):
        raise Broken("not made of parts of a file:\n" + block)
    for part in PART.finditer(block):
        there = [m for m in PART.finditer(text) if m.group(1) == part.group(1)]
        start, end = there[0].span() if there else (len(text), len(text))
        text = text[:start] + part.group(0) + text[end:]
    return text


class Newcomer:
    """An empty directory and a shell whose PATH has pressrun."""

    def __init__(self, name, **variables):
        self.directory = os.path.join(DIRECTORY, name)
        os.makedirs(self.directory)
        self.environment = dict(os.environ, PATH=os.path.dirname(PRESSRUN) + ":" + os.environ["PATH"], **variables)
        self.code = 0

    def shell(self, line):
        """One line. The next one begins in the same directory, with the variables that were exported and with $?."""
        print("$ " + line)
        state = os.path.join(DIRECTORY, "state-of-the-shell")
        script = '(exit %d)\n%s\ncode=$?; { pwd; env -0; } > "$0"; exit $code' % (self.code, line)
        done = Result(subprocess.run(["/bin/sh", "-c", script, state], cwd=self.directory, env=self.environment,
                                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False))
        if os.path.exists(state): # unless the shell did not understand the line
            with open(state, encoding="utf-8") as f:
                self.directory, variables = f.read().split("\n", 1)
            os.unlink(state)
            self.environment = dict(v.split("=", 1) for v in variables.rstrip("\0").split("\0"))
        self.code = done.code
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

    def follow(self, text):
        """Does what a page says; Broken where that does not work. Returns how many commands and edits there were."""
        done = 0
        for numbers, kind, block in BLOCK.findall(text):
            if kind == "console":
                done += self.follow_console(block, bool(numbers))
            elif kind == "yaml":
                self.follow_edit(block)
                done += 1
            else:
                raise Broken("nobody knows what to do with a block of kind \"%s\"" % kind)
        return done

    def follow_console(self, block, numbers):
        lines = commands(block)
        for i, (command, shown) in enumerate(lines):
            done = self.shell(command)
            if done.code != 0 and lines[i + 1:i + 2] != [("echo $?", "%d\n" % done.code)]:
                raise Broken("$ %s\n%s" % (command, done))
            if shown and not is_shown(shown, done.out, numbers):
                raise Broken("$ %s\nis shown with\n%sbut it says\n%s" % (command, shown, done.out))
        return len(lines)

    def follow_edit(self, block):
        name, block = block.split("\n", 1)
        name = name.lstrip("# ")
        if not os.path.exists(self.path(name)):
            raise Broken("there is no file \"%s\" to be edited" % name)
        before = self.read(name)
        self.write(name, edit(before, block))
        if self.read(name) == before:
            raise Broken("this changes nothing in %s:\n%s" % (name, block))
