#!/usr/bin/python3
# Goal: months, days, dates and signs of each locale are those of Unicode's CLDR.
"""Each day of a year, as pressrun writes it, is compared with what Babel makes of CLDR. Where pressrun means
to differ stands here."""

import datetime
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from scenario import PRESSRUN, Checks

from babel import Locale
from babel.dates import format_date, format_skeleton

YEAR = 2027
PROBE = os.path.join(os.path.dirname(PRESSRUN), "tests", "locale_probe")
LOCALES = ["en", "en-GB", "en-US", "de", "de-CH", "es", "fr", "it", "nl", "pt"]
TO = {"en": " to ", "de": " bis "}  # CLDR has a dash, which in front of a number reads as a minus


def in_cldr(tag):
    """"en" is meant for all who read English: its words are those of Britain, its digits ISO 8601."""
    return Locale.parse("en_GB" if tag == "en" else tag.replace("-", "_"))


def in_words(tag, day):
    text = format_date(day, "full", in_cldr(tag))
    return text.replace(",", "") if tag in ("en", "en-GB") else text  # newer CLDR has no comma there either


def in_digits(tag, day):
    """The order and the signs are CLDR's; days and months always have two digits, years four."""
    if tag == "en":
        return day.isoformat()
    pattern = str(in_cldr(tag).date_formats["short"])
    sign = next(c for c in pattern if not c.isalpha())
    parts = {"d": "%02d" % day.day, "M": "%02d" % day.month, "y": "%04d" % day.year}
    return sign.join(parts[piece[0]] for piece in pattern.split(sign))


def main():
    checks = Checks()
    done = subprocess.run([PROBE, str(YEAR)], stdout=subprocess.PIPE, check=True)
    found, signs = {}, {}
    for line in done.stdout.decode("utf-8").splitlines():
        tag, day, *rest = line.split("\t")
        (signs if day == "signs" else found)[tag, day] = rest
    checks.equal([tag for tag, _ in signs], LOCALES, "these are the locales")
    for tag in LOCALES:
        locale, wrong = in_cldr(tag), []
        symbols = locale.number_symbols
        checks.equal(signs[tag, "signs"], [symbols["decimal"], symbols["group"]], "%s: signs of numbers" % tag)
        days = [datetime.date(YEAR, 1, 1) + datetime.timedelta(n) for n in range(365)]
        for day in days:
            later = day + datetime.timedelta(366)
            to = TO.get(locale.language, " – ")
            want = [in_digits(tag, day), in_words(tag, day), format_skeleton("yMMMM", day, locale=locale),
                    format_date(day, "long", locale) + to + format_date(later, "long", locale)]
            wrong += ["%s instead of %s" % pair for pair in zip(found[tag, day.isoformat()], want) if pair[0] != pair[1]]
        checks.that(not wrong, "%s: each day of %d" % (tag, YEAR), "%d: %s" % (len(wrong), wrong[:6]))
    checks.equal(len(found), 365 * len(LOCALES), "no day is missing")
    checks.that(in_words("de", days[0]) != in_words("de", days[1]), "control: days differ")
    print("%d days in %d locales" % (len(found), len(LOCALES)))
    checks.finish()


main()
