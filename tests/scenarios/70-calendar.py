#!/usr/bin/python3
# Goal: schedules are due when systemd and crontab(5) say, but for clock changes: there once on each local date.
"""Random calendar expressions, in all zones and near their clock changes, against systemd-analyze: what is
refused, the normal form, and the instants. Where the instants differ, a clock change must be why. Cron lines
against an evaluator of our own that tries each minute. In each zone one time of day is due once a date."""

import datetime
import os
import random
import re
import shutil
import subprocess
import sys
import zoneinfo

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from scenario import PRESSRUN, Checks, skip

SEED = int(os.environ.get("CALENDAR_SEED", "20261124"))
BATCHES = int(os.environ.get("CALENDAR_BATCHES", "270"))  # of expressions that share a zone and an instant
BATCH, ITERATIONS = 12, 30
CRON_LINES = BATCHES
UTC = datetime.timezone.utc
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHORTHANDS = ("minutely", "hourly", "daily", "weekly", "monthly", "quarterly", "semiannually", "yearly", "annually",
              "semi-annually", "biannually")
# Zones whose clocks do what few do: change at midnight, by half an hour or a day, twice a year around Ramadan.
ODD_ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Casablanca", "Asia/Beirut",
             "America/Havana", "America/Scoresbysund", "America/Nuuk", "Pacific/Apia", "Asia/Gaza", "Africa/Cairo", "Asia/Amman",
             "Europe/Dublin", "America/St_Johns", "Antarctica/Troll", "Asia/Tehran", "America/Asuncion", "Europe/London")


def probe_path():
    build = os.path.dirname(PRESSRUN)
    path = os.environ.get("CALENDAR_PROBE", os.path.join(build, "tests", "calendar_probe"))
    if not os.path.exists(path):
        sys.exit("calendar_probe is not beside %s: build with PRESSRUN_TESTS=ON" % PRESSRUN)
    return path


def probe(lines, arguments=()):
    done = subprocess.run([probe_path(), *arguments], input="".join(lines), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8", check=False)
    if done.returncode != 0:
        sys.exit("calendar_probe ended with %d: %s" % (done.returncode, done.stderr[-2000:]))
    return done.stdout.splitlines()


class Answer:
    """What pressrun makes of an expression."""

    def __init__(self, line):
        fields = line.split("\t")
        self.ok = fields[0] == "ok"
        self.normal = fields[2] if self.ok else None
        self.error = None if self.ok else "%s\nHINT: %s" % (fields[1], fields[2])
        events = fields[3:] if self.ok else []
        self.order = [int(f.rstrip("sf")) for f in events]
        self.events = dict(zip(self.order, (f.lstrip("-0123456789") for f in events)))  # from each instant to its flags


def ask(questions):
    """Questions are (expression, zone, after, count)."""
    return [Answer(line) for line in probe(["%s\t%s\t%d\t%d\n" % q for q in questions])]


# ---- zones, by Python's own reader ----


def all_zones():
    """Names of all zones, one for each distinct content."""
    seen = {}
    for name in sorted(zoneinfo.available_timezones()):
        try:
            with open("/usr/share/zoneinfo/" + name, "rb") as f:
                seen.setdefault(f.read(), name)
        except OSError:
            pass
    return sorted(seen.values())


def local_at(zone, instant):
    return datetime.datetime.fromtimestamp(instant, zone)


def is_ambiguous(local):
    return local.replace(fold=0).utcoffset() > local.replace(fold=1).utcoffset()


def is_after_gap(zone, instant):
    return local_at(zone, instant).utcoffset() > local_at(zone, instant - 1).utcoffset()


def changes_between(zone, first, last):
    """Whether clocks change between two weeks before one instant and two weeks after another. So near, libc's mktime(), which
    systemd asks, is an hour off where a zone moved without summer time."""
    first, last = first - 14 * 86400, last + 14 * 86400
    return len({local_at(zone, t).utcoffset() for t in [*range(first, last, 5 * 86400), last]}) > 1


def first_instant(zone, naive):
    """The rule: the first instant after the gap, or the first of two."""
    late = int(naive.replace(tzinfo=zone, fold=0).timestamp())
    early = int(naive.replace(tzinfo=zone, fold=1).timestamp())
    if local_at(zone, late).replace(tzinfo=None, fold=0) == naive:
        return late
    offset = local_at(zone, late).utcoffset()
    low, high = early - 1, late
    while high - low > 1:
        middle = (low + high) // 2
        if local_at(zone, middle).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return high


def wall_at(zone, instant):
    """The local time of an instant as if it were UTC's."""
    return int(local_at(zone, instant).replace(tzinfo=UTC).timestamp())


def changes(zone, first_year=1970, last_year=2040):
    """The instants at which clocks change."""
    found = []
    day, step = int(datetime.datetime(first_year, 1, 1, tzinfo=UTC).timestamp()), 5 * 86400
    end = int(datetime.datetime(last_year + 1, 1, 1, tzinfo=UTC).timestamp())
    before = local_at(zone, day).utcoffset()
    while day < end:
        offset = local_at(zone, day + step).utcoffset()
        if offset != before:
            low, high = day, day + step
            while high - low > 1:
                middle = (low + high) // 2
                if local_at(zone, middle).utcoffset() == before:
                    low = middle
                else:
                    high = middle
            found.append(high)
        day, before = day + step, offset
    return found


# ---- systemd ----

REFUSED, STUCK = "refused", "stuck"
STAMP = re.compile(r" *(?:Next elapse|Iter\. #\d+|\(in UTC\)): \w{3} (\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d) (\S+)")


def read_block(block):
    """The normal form and the instants of one expression, as systemd-analyze shows them."""
    normal, instants, lines = None, [], block.splitlines()
    for i, line in enumerate(lines):
        if line.startswith("Normalized form: "):
            normal = line[17:]
        shown = STAMP.match(line)
        if not shown or (i + 1 < len(lines) and "(in UTC)" in lines[i + 1]):
            continue
        instants.append(int(datetime.datetime(*map(int, shown.groups()[:6]), tzinfo=UTC).timestamp()))
    return normal, instants


def ask_systemd(expressions, zone, base, iterations):
    """For each expression its normal form and instants; or that it is refused, or that systemd gave up."""
    done = subprocess.run(["systemd-analyze", "calendar", "--iterations=%d" % iterations, "--base-time=%s" % base, "--",
                           *expressions], env=dict(os.environ, TZ=zone, LC_ALL="C"), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8", check=False)
    refused = set(re.findall("calendar specification '(.*)':", done.stderr))
    stuck = set(re.findall("next elapse for '(.*)':", done.stderr))
    blocks = iter([b for b in re.split("\n\n+", done.stdout.strip("\n")) if b])
    return [REFUSED if e in refused else STUCK if e in stuck else read_block(next(blocks)) for e in expressions]


# ---- random expressions ----


def number(low, high, width):
    n = random.randint(low, high)
    return random.choice(("%d", "%0" + str(width) + "d")) % n


def item(low, high, width):
    """A number, a range, a step; about one in forty is wrong."""
    roll = random.random()
    if roll < 0.025:
        return random.choice(("%d" % (high + 1), "%d" % (low - 1 if low else 99), "", "x", "%d/0" % low, "%d..%d" % (high, low),
                              "%d/%d" % (low, high + 1), "*/2", "%d.." % low, "%d/" % low, "+1", "%d...%d" % (low, high)))
    if roll < 0.6:
        return number(low, high, width)
    if roll < 0.75:
        first = random.randint(low, high)
        return "%d/%d" % (first, random.randint(1, max(1, high - first)))
    first, last = sorted(random.sample(range(low, high + 1), 2))
    text = "%d..%02d" % (first, last)
    return text if random.random() < 0.6 else "%s/%d" % (text, random.randint(1, max(1, high - low)))


def some(low, high, width, star):
    if random.random() < star:
        return "*"
    return ",".join(item(low, high, width) for _ in range(random.choice((1, 1, 1, 2, 3))))


def days_from_end():
    """systemd takes a single one up to 28, but the second of a list only up to 25, the third to 22: a slip of its."""
    if random.random() < 0.25:
        return "*"
    if random.random() < 0.3:
        return random.choice(("%d", "%02d", "1..%d", "%d", "%d/1", "3..%d/2")) % random.randint(1, 29)
    parts = []
    for _ in range(random.choice((1, 1, 2, 3))):
        first, last = sorted((random.randint(1, 22), random.randint(1, 22)))
        parts.append(random.choice(("%d" % first, "%d" % last, "%d..%d" % (first, last), "%d..%d/%d" % (first, last, random.randint(1, 9)),
                                    "%d/%d" % (last, random.randint(1, max(1, last - 1))))))
    return ",".join(parts)


def random_case(text):
    return random.choice((text, text, text.lower(), text.upper()))


def weekdays():
    def name(i):
        return random_case(random.choice((WEEKDAYS[i], WEEKDAYS[i][:3])))
    parts = []
    for _ in range(random.choice((1, 1, 2, 3))):
        first, last = random.randint(0, 6), random.randint(0, 6)
        if random.random() < 0.9 and last < first:
            first, last = last, first
        parts.append(name(first) if random.random() < 0.6 else name(first) + random.choice(("..", "..", "-")) + name(last))
    return ",".join(parts) + random.choice(("",) * 20 + (",", "..", "x"))


def date(year):
    separator = random.choice(("-", "-", "~"))
    days = days_from_end() if separator == "~" else some(1, 31, 2, 0.45)
    months = some(1, 12, 2, 0.6)
    if random.random() < 0.2:
        return months + separator + days
    years = random.choice(("*",) * 8 + ("%d" % year, "%02d" % (year % 100), "%d..%d" % (year, year + 5), "%d/2" % year,
                                       "%d,%d" % (year, year + 3), "70..99", "1969", "2200"))
    return years + "-" + months + separator + days


def time():
    hours = random.choice((number(0, 3, 2), number(0, 23, 2), some(0, 23, 2, 0.3)))
    minutes = random.choice((number(0, 59, 2), random.choice(("0", "00", "30", "15")), some(0, 59, 2, 0.2)))
    if random.random() < 0.7:
        return hours + ":" + minutes
    return hours + ":" + minutes + ":" + random.choice((some(0, 59, 2, 0.1), "00", "0/20"))


def expression(year):
    if random.random() < 0.03:
        return random_case(random.choice(SHORTHANDS))
    parts = []
    if random.random() < 0.4:
        parts.append(weekdays())
    if random.random() < 0.6:
        parts.append(date(year))
    if random.random() < 0.85 or not parts:
        parts.append(time())
    return " ".join(parts)


# ---- comparison ----


def end_of(events):
    """Up to where events are known: to the last, when no more were asked for."""
    return max(events) if len(events) == ITERATIONS else float("inf")


def difference(ours, theirs, end):
    """What each has alone, up to where one of them was asked for no more."""
    return [i for i in sorted(set(ours) - set(theirs)) if i <= end], [i for i in sorted(set(theirs) - set(ours)) if i <= end]


def names(text, wall):
    """Whether an expression names a local time, by systemd in UTC, asked from the microsecond before."""
    base = datetime.datetime.fromtimestamp(wall - 1, UTC).strftime("%Y-%m-%d %H:%M:%S.999999 UTC")
    answer = ask_systemd([text], "UTC", base, 1)[0]
    return answer not in (REFUSED, STUCK) and answer[1] == [wall]


def check_flags(checks, zone, answer, what):
    for instant, flags in answer.events.items():
        local = local_at(zone, instant)
        checks.equal("f" in flags, "s" not in flags and is_ambiguous(local) and local.fold == 0, "%s: folded at %d" % (what, instant))
        if "s" in flags:
            checks.that(is_after_gap(zone, instant), "%s: %d is the end of a gap" % (what, instant))


def describe(zone, instants):
    return " ".join(str(local_at(zone, i)) for i in instants)


class Comparison:
    def __init__(self, checks, zones):
        self.checks, self.zones, self.changes = checks, zones, {}
        self.count = dict.fromkeys(("expressions", "refused", "instants", "shifted", "folded", "lost", "differ"), 0)

    def pick(self):
        """A zone and an instant, more often than not near a change of its clocks."""
        name = random.choice(ODD_ZONES if random.random() < 0.5 else self.zones)
        zone = zoneinfo.ZoneInfo(name)
        if name not in self.changes:
            self.changes[name] = changes(zone)
        if self.changes[name] and random.random() < 0.75:
            return zone, random.choice(self.changes[name]) + random.choice((
                random.randint(-7200, 7200), random.randint(-40, 4) * 1800, random.randint(-10 * 86400, 86400), -1, 0))
        return zone, random.randint(86400, 5600000000)

    def one_batch(self):
        zone, after = self.pick()
        batch = [expression(local_at(zone, after).year) for _ in range(BATCH)]
        # The zone is given, or the expression's own.
        own = random.random() < 0.3
        ours = ask([(e + " " + zone.key, "UTC", after, ITERATIONS) if own else (e, zone.key, after, ITERATIONS) for e in batch])
        civil = ask_systemd(batch, "UTC", "@%d" % wall_at(zone, after), ITERATIONS)
        in_zone = ask_systemd(batch, zone.key, "@%d" % after, ITERATIONS)
        for text, our, times, their in zip(batch, ours, civil, in_zone):
            what = "%r after %d in %s" % (text, after, zone.key)
            self.count["expressions"] += 1
            self.count["refused"] += times == REFUSED
            self.checks.equal(our.ok, times != REFUSED, "%s: refused or not%s" % (what, "" if our.ok else "\n    " + our.error))
            if our.ok and times not in (REFUSED, STUCK):
                self.compare_civil(what, text, zone, after, our, times)
            if our.ok and times != REFUSED and their != STUCK:
                self.compare_in_zone(what, text, zone, after, our, their[1])

    def compare_civil(self, what, text, zone, after, our, times):
        """The local times are systemd's, when it works in UTC; the instants follow from them by our rule alone."""
        count, checks = self.count, self.checks
        checks.equal(our.normal, times[0], "%s: normal form" % what)
        checks.that(our.order == sorted(set(our.order)) and min(our.order, default=after + 1) > after, "%s: one after the other" % what,
                    describe(zone, our.order))
        check_flags(checks, zone, our, what)
        due = {first_instant(zone, datetime.datetime.fromtimestamp(t, UTC).replace(tzinfo=None)) for t in times[1]}
        end = min(end_of(our.events), max(due) if len(times[1]) == ITERATIONS else float("inf"))
        only_ours, only_theirs = difference(our.events, {d for d in due if d > after}, end)
        checks.that(not only_theirs, "%s: an event is missing" % what, describe(zone, only_theirs))
        # Where an open step leads out of two parts at once, systemd goes on from where that came to: "*-*-21/8" loses the
        # 4th of January, as the 37th of December is the 6th, and "3/18:00" loses 3:00 on the first of each month.
        count["lost"] += bool(only_ours)
        wrong = [i for i in only_ours if "s" not in our.events[i] and not names(text, wall_at(zone, i))]
        checks.that(not wrong, "%s: an event too many" % what, describe(zone, wrong))
        count["instants"] += len(our.events)
        count["shifted"] += sum("s" in flags for flags in our.events.values())
        count["folded"] += sum("f" in flags for flags in our.events.values())

    def compare_in_zone(self, what, text, zone, after, our, theirs):
        """systemd's own instants are the same, but for clock changes. Of these it makes various things: nothing in a gap,
        nothing for the rest of that day, or "never" behind it; the wrong hour where a zone moved without summer time
        (Africa/Sao_Tome, all of 2018); "Infinite loop in calendar calculation" instead of an answer."""
        end = min(end_of(our.events), end_of(theirs))
        only_ours, only_theirs = difference(our.events, theirs, end)
        self.count["differ"] += bool(only_ours or only_theirs)
        for instant in only_theirs:
            # Also: the second pass of a time that exists twice, or even the first when that is over.
            explained = local_at(zone, instant).fold == 1 or instant <= after or not names(text, wall_at(zone, instant))
            self.checks.that(explained, "%s: due for systemd alone" % what, describe(zone, [instant]))
        if (only_ours or only_theirs) and not changes_between(zone, after, max(only_ours + only_theirs)):
            lost = not only_theirs and all(names(text, wall_at(zone, i)) for i in only_ours)
            self.checks.that(lost, "%s: a difference where no clocks change" % what, describe(zone, only_ours + only_theirs))


# ---- cron, minute by minute ----

CRON_FIELDS = ((0, 59, ()), (0, 23, ()), (1, 31, ()), (1, 12, "jan feb mar apr may jun jul aug sep oct nov dec".split()),
               (0, 6, "sun mon tue wed thu fri sat".split()))
NICKNAMES = {"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
             "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *"}


def cron_set(text, low, high, names):
    values = set()
    for part in text.lower().split(","):
        span, _, step = part.partition("/")
        for i, name in enumerate(names):
            span = span.replace(name, str(low + i))
        first, _, last = span.replace("*", "%d-%d" % (low, high)).partition("-")
        last = last or (high if step else first)
        if len(names) == 7 and last == "0" and first != "0":
            last = 7  # fri-sun
        values |= set(range(int(first), int(last) + 1, int(step or 1)))
    return {v % 7 for v in values} if len(names) == 7 else values


def cron_due(line, zone, after, count):
    """The first instants after another: each minute of each day is tried, for six years."""
    fields = NICKNAMES.get(line, line).split()
    minutes, hours, days, months, days_of_week = [cron_set(f, *CRON_FIELDS[i]) for i, f in enumerate(fields)]
    either = "*" not in fields[2] and "*" not in fields[4]
    day = local_at(zone, after).date() - datetime.timedelta(days=1)
    due = []
    for _ in range(6 * 366):
        by_date, by_weekday = day.day in days, day.isoweekday() % 7 in days_of_week
        if day.month in months and (by_date or by_weekday if either else by_date and by_weekday):
            for minute in range(1440):
                if minute // 60 in hours and minute % 60 in minutes:
                    naive = datetime.datetime.combine(day, datetime.time(minute // 60, minute % 60))
                    due.append(first_instant(zone, naive))
            due = sorted({d for d in due if d > after})
            if len(due) >= count:
                break
        day += datetime.timedelta(days=1)
    return due[:count]


def cron_field(low, high, names):
    roll = random.random()
    if roll < 0.35:
        return "*"
    if roll < 0.45:
        return "*/%d" % random.randint(1, (high - low) // 2)
    parts = []
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        first, last = sorted((random.randint(low, high), random.randint(low, high)))
        shape = random.choice(("one", "one", "one", "range", "range", "step", "name", "open"))
        if shape == "name" and names:
            word = random_case(names[first - low])
            if first - low and random.random() < 0.4:
                word += "-" + random_case(names[last - low])
            parts.append(word)
        elif shape == "range":
            parts.append("%d-%d" % (first, last))
        elif shape == "step":
            parts.append("%d-%d/%d" % (first, last, random.randint(1, 7)))
        elif shape == "open" and first < high:
            parts.append("%d/%d" % (first, random.randint(1, high - first)))
        else:
            parts.append(str(7 if len(names) == 7 and first == 0 and random.random() < 0.5 else first))
    return ",".join(parts)


def check_cron(checks, comparison):
    questions, count = [], 40
    for _ in range(CRON_LINES):
        zone, after = comparison.pick()
        line = random.choice((" ", " ", "  ")).join(cron_field(*field) for field in CRON_FIELDS)
        if random.random() < 0.05:
            line = random.choice(list(NICKNAMES))
        questions.append((line, zone.key, min(after, 4000000000), count))
    events = 0
    for (line, name, after, _), our in zip(questions, ask(questions)):
        zone = zoneinfo.ZoneInfo(name)
        what = "cron %r after %d in %s" % (line, after, name)
        if not checks.that(our.ok, "%s is taken" % what, our.error):
            continue
        expected = cron_due(line, zone, after, count)
        found = list(our.events)[:len(expected)] if len(expected) < count else list(our.events)
        checks.equal(describe(zone, found), describe(zone, expected), what)
        check_flags(checks, zone, our, what)
        events += len(expected)
    print("%d cron lines, %d instants" % (len(questions), events))


# ---- once on each local date ----


def check_each_day(checks, zones):
    days = (datetime.date(2038, 1, 1) - datetime.date(2020, 1, 1)).days
    for text in ("*-*-* 02:30", "*-*-* 00:00"):
        lines = probe([zone + "\n" for zone in zones], ("each-day", text, "2020", "2037"))
        checks.equal(len(lines), len(zones), "%s: each zone is answered" % text)
        for line in lines:
            zone, events, wrong = line.split("\t")
            checks.equal((int(events), int(wrong)), (days, 0), "%s in %s: one event on each date" % (text, zone))
    # Control: what is not due on each date is noticed.
    found = probe(["Europe/Berlin\n"], ("each-day", "Mon..Sat *-*-* 02:30", "2020", "2037"))
    checks.that(int(found[0].split("\t")[2]) > 900, "control: Sundays are missed", found)


def main():
    if not shutil.which("systemd-analyze"):
        skip("systemd-analyze is not installed (Debian package systemd)")
    random.seed(SEED)
    checks = Checks()
    zones = all_zones()
    checks.that(len(zones) > 300, "there are zones to try", len(zones))
    comparison = Comparison(checks, zones)
    for _ in range(BATCHES):
        comparison.one_batch()
    print(comparison.count)
    for kind, n in comparison.count.items():
        checks.that(n > 0, "%s were among it" % kind)
    checks.that(comparison.count["lost"] < comparison.count["expressions"] / 50, "systemd loses few in UTC")
    checks.that(comparison.count["differ"] < comparison.count["expressions"] / 20, "systemd differs in few")
    check_cron(checks, comparison)
    check_each_day(checks, zones)
    checks.finish()


main()
