"""The rules of pressrun-job(5) about values, written a second time: what the bytes of a cell in the
database must be in CSV, JSON and XLSX. And a table with every column type to try them on."""

import csv
import datetime
import io
import json
import math
import re
import zipfile
from xml.etree import ElementTree

import openpyxl
from openpyxl.utils.datetime import to_excel

import scenario

# Column, its type in the database, and what pressrun takes it for.
COLUMNS = (
    ("id", "INT NOT NULL PRIMARY KEY", "integer"),
    ("c_bool", "TINYINT(1)", "boolean"),
    ("c_tiny", "TINYINT", "integer"),
    ("c_small", "SMALLINT UNSIGNED", "integer"),
    ("c_medium", "MEDIUMINT", "integer"),
    ("c_int", "INT", "integer"),
    ("c_zerofill", "INT(8) UNSIGNED ZEROFILL", "text"),
    ("c_bigint", "BIGINT", "integer"),
    ("c_ubigint", "BIGINT UNSIGNED", "integer"),
    ("c_bit1", "BIT(1)", "boolean"),
    ("c_bit64", "BIT(64)", "integer"),
    ("c_year", "YEAR", "integer"),
    ("c_decimal", "DECIMAL(65,30)", "decimal"),
    ("c_money", "DECIMAL(12,2)", "decimal"),
    ("c_whole", "DECIMAL(30,0)", "integer"),
    ("c_float", "FLOAT", "float"),
    ("c_double", "DOUBLE", "float"),
    ("c_date", "DATE", "date"),
    ("c_datetime", "DATETIME", "datetime"),
    ("c_datetime6", "DATETIME(6)", "datetime"),
    ("c_timestamp", "TIMESTAMP NULL", "datetime"),
    ("c_time", "TIME", "time"),
    ("c_time6", "TIME(6)", "time"),
    ("c_char", "CHAR(20)", "text"),
    ("c_varchar", "VARCHAR(200)", "text"),
    ("c_latin1", "VARCHAR(50) CHARACTER SET latin1", "text"),
    ("c_text", "MEDIUMTEXT", "text"),
    ("c_enum", "ENUM('a', 'b c', 'ü')", "text"),
    ("c_set", "SET('x', 'y', 'ü')", "text"),
    ("c_json", "JSON", "json"),
    ("c_binary", "BINARY(4)", "binary"),
    ("c_varbinary", "VARBINARY(40)", "binary"),
    ("c_blob", "BLOB", "binary"),
    ("c_point", "POINT", "binary"),
    ("c_bytes", "BLOB", "text"),  # shown as text by the job: not all of it is UTF-8
)

ROWS = r"""
INSERT INTO kinds (id, tenant_id) VALUES (1, 6);
INSERT INTO kinds SET id = 2, tenant_id = 6, c_bool = 1, c_tiny = -128, c_small = 65535, c_medium = -8388608,
    c_int = -2147483648, c_zerofill = 42, c_bigint = -9223372036854775808, c_ubigint = 18446744073709551615,
    c_bit1 = 1, c_bit64 = b'1111111111111111111111111111111111111111111111111111111111111111', c_year = 1901,
    c_decimal = '99999999999999999999999999999999999.999999999999999999999999999999', c_money = '-1234567890.10',
    c_whole = '999999999999999999999999999999', c_float = 3.4028234e38, c_double = 1.7976931348623157e308,
    c_date = '9999-12-31', c_datetime = '9999-12-31 23:59:59', c_datetime6 = '9999-12-31 23:59:59.999999',
    c_timestamp = '2038-01-19 03:14:07', c_time = '838:59:59', c_time6 = '838:59:59.999999',
    c_char = 'padded   ', c_varchar = '  both ends  ', c_latin1 = 'ÿÄß€', c_text = REPEAT('😀', 16383),
    c_enum = 'ü', c_set = 'x,y,ü', c_json = '{"n": 12345678901234567890, "t": "\\u0001 ü 😀 \\" \\\\ \\/"}',
    c_binary = X'00FF0102', c_varbinary = X'', c_blob = X'DEADBEEF00', c_point = ST_GeomFromText('POINT(1 -2.5)'),
    c_bytes = X'41FF42C3284380';
INSERT INTO kinds SET id = 3, tenant_id = 6, c_bool = 0, c_tiny = 0, c_small = 0, c_medium = 0, c_int = 0,
    c_zerofill = 0, c_bigint = 0, c_ubigint = 0, c_bit1 = 0, c_bit64 = 0, c_year = 0, c_decimal = 0, c_money = '0.00',
    c_whole = 0, c_float = 0, c_double = 0, c_date = '0000-00-00', c_datetime = '0000-00-00 00:00:00',
    c_datetime6 = '0000-00-00 00:00:00', c_timestamp = '1970-01-01 00:00:01', c_time = '00:00:00',
    c_time6 = '00:00:00.000001', c_char = '', c_varchar = '', c_latin1 = '', c_text = '', c_enum = '', c_set = '',
    c_json = '[]', c_binary = '', c_varbinary = '0', c_blob = '', c_bytes = '';
INSERT INTO kinds SET id = 4, tenant_id = 6, c_bool = 2, c_tiny = 127, c_bigint = 9007199254740993,
    c_ubigint = 9007199254740992, c_bit64 = 1024, c_year = 2155, c_decimal = '-0.000000000000000000000000000001',
    c_money = '0.10', c_whole = '-123456789012345', c_float = 0.1, c_double = 0.1, c_date = '1900-02-28',
    c_datetime = '1900-03-01 00:00:00', c_datetime6 = '2026-11-24 23:59:59.999999', c_time = '-838:59:59',
    c_time6 = '-00:00:00.5', c_char = '00123', c_varchar = '_x0041_ _x000D_', c_latin1 = '=1+1',
    c_text = '=HYPERLINK("http://evil.example","x")', c_json = '"=1+1"', c_bytes = '+1';
INSERT INTO kinds SET id = 5, tenant_id = 6, c_bool = -1, c_bigint = -9007199254740993, c_ubigint = 9007199254740991,
    c_decimal = '1234567890.12345', c_money = '-5.00', c_whole = '1000000000000000', c_float = -1.5e-30,
    c_double = 2.2250738585072014e-308, c_date = '1900-03-01', c_datetime = '1000-01-01 00:00:00',
    c_datetime6 = '2026-11-24 00:00:00.5', c_time = '24:00:00', c_time6 = '100:00:00', c_char = '-5',
    c_varchar = ']]>', c_latin1 = '"quoted", and; \'so\'',
    c_text = CONCAT('ends', X'01020B0C1B1F7F', _utf8mb4 X'EFBFBE', _utf8mb4 X'EFBFBF', _utf8mb4 X'EFB790', X'00', _utf8mb4 X'E280A8'),
    c_json = '["a, b", null, true, 1.50, "\\ud83d\\ude00"]', c_bytes = '@x';
INSERT INTO kinds SET id = 6, tenant_id = 6, c_double = 123456789.123456789, c_date = '2026-11-00',
    c_datetime = '2026-00-00 00:00:00', c_char = 'NULL', c_varchar = '\r\n\ttab', c_text = '\n\r\n \r',
    c_json = '[[1], {"a": 2}]', c_bytes = X'EFBFBD', c_latin1 = '\t=1';
INSERT INTO kinds SET id = 7, tenant_id = 6, c_double = 1e15, c_float = 16777216, c_text = '＝1+1', c_json = 'null',
    c_varchar = '</t></is>&amp;&#0;', c_char = 'True', c_bytes = X'EDA080';
INSERT INTO kinds SET id = 8, tenant_id = 6, c_text = REPEAT('x', 40000), c_varchar = 'the long one';
INSERT INTO kinds SET id = 9, tenant_id = 6, c_text = REPEAT('_x0041_', 3000), c_json = '1e400';
INSERT INTO kinds SET id = 10, tenant_id = 6, c_text = CONCAT(REPEAT('é', 32766), 'y'), c_json = '-0.0';
INSERT INTO kinds SET id = 11, tenant_id = 9, c_text = 'another tenant';
"""
MARK = "… [cut]"  # ends a text that was too long for a cell
FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def make_kinds(schema):
    columns = ", ".join("%s %s" % (name, kind) for name, kind, _ in COLUMNS)
    scenario.sql("SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci; CREATE TABLE kinds (%s, tenant_id INT NOT NULL) "
                 "CHARACTER SET utf8mb4;\n%s" % (columns, ROWS), schema=schema)


def expression(column, type_name, kind=""):
    """SQL for the bytes that make up a value."""
    if type_name == "binary" or column == "c_bytes":
        return column
    if kind in ("bit", "year"):
        return "CAST(%s + 0 AS CHAR)" % column
    if type_name in ("text", "json"):
        return "CONVERT(%s USING utf8mb4)" % column
    return "CAST(%s AS CHAR)" % column


def clean(data, keep_nul):
    """Bytes as the text a file can hold. A sequence that is no UTF-8 becomes one U+FFFD."""
    text = data.decode("utf-8", "surrogateescape")
    text = re.sub("[\udc80-\udcff][\udc80-\udcbf]*|[\ufffe\uffff]", "\ufffd", text)
    return text if keep_nul else text.replace("\0", "\ufffd")


def significant(text):
    """Digits that count; zeros at the end of a whole number do, for they may be part of an id."""
    digits = text.lstrip("-")
    if "." in digits:
        digits = digits.rstrip("0").replace(".", "")
    return len(digits.lstrip("0"))


def json_valid(data):
    def refuse(word):
        raise ValueError(word)
    try:
        return True, json.loads(data.decode("utf-8"), parse_float=str, parse_constant=refuse)
    except ValueError:
        return False, None


# ---- what must be in the file ----


def in_csv(type_name, data):
    """None for NULL, which is an empty field without quotes."""
    if data is None:
        return None
    if type_name == "binary":
        return data.hex()
    text = clean(data, False)
    if type_name == "boolean" and text in "01":
        return "true" if text == "1" else "false"
    if type_name in ("text", "json") and text.startswith(FORMULA):
        return "'" + text
    return text


def in_json(type_name, data):
    if data is None:
        return None
    if type_name == "binary":
        return data.hex()
    text = clean(data, True)
    if type_name == "boolean" and text in "01":
        return text == "1"
    if type_name in ("boolean", "integer"):
        return int(text) if abs(int(text)) <= 2 ** 53 else str(int(text))
    if type_name == "float":
        return float(text)
    if type_name == "json":
        valid, value = json_valid(data)
        return value if valid else text
    return text


def shorten(text):
    """As a cell of a workbook holds it, counted as Excel counts."""
    def units(s):
        s = re.sub("_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", s)
        return len(s.encode("utf-16-le")) // 2
    if units(text) <= 32767:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if units(text[:middle]) <= 32767 - len(MARK) else (low, middle - 1)
    return text[:low] + MARK


def readable(value):
    """A list of plain values as people read it."""
    def word(v):
        return v if isinstance(v, str) else json.dumps(v)
    if isinstance(value, list):
        return None if any(isinstance(v, (list, dict)) for v in value) else ", ".join(map(word, value))
    return None if isinstance(value, dict) else word(value)


def serial(type_name, text):
    """Excel's number for a date or a time, cut after milliseconds, or None where it has none."""
    text = re.sub(r"(\.\d{3})\d*$", r"\1", text)
    if type_name == "time":
        match = re.fullmatch(r"(\d{2,3}):(\d\d):(\d\d)(\.\d+)?", text)
        if not match:
            return None
        h, m, s, fraction = match.groups()
        return (int(h) * 3600 + int(m) * 60 + int(s) + float(fraction or 0)) / 86400
    try:
        when = datetime.datetime.fromisoformat(text)
        assert type_name == "datetime" or len(text) == len("2026-11-24")
    except ValueError:
        return None
    if when < datetime.datetime(1900, 3, 1):
        return None
    return (when - datetime.datetime(1899, 12, 30)).total_seconds() / 86400


def in_xlsx(type_name, data):
    """A pair: the kind of cell, and its value."""
    if data is None:
        return ("empty", None)
    if type_name == "binary":
        return ("text", data.hex()) if data else ("empty", None)
    text = clean(data, False)
    if type_name == "boolean" and text in "01":
        return ("boolean", text == "1")
    if type_name == "float":
        too_large = abs(float(text)) > 1.797693134862315e308  # 16 digits of it would be infinite
        return ("text", text) if too_large else ("number", float(text))
    if type_name in ("boolean", "integer", "decimal"):
        return ("number", float(text)) if significant(text) <= 15 else ("text", text)
    if type_name in ("date", "time", "datetime"):
        value = serial(type_name, text)
        return ("text", text) if value is None else ("date", value)
    if type_name == "json":
        valid, value = json_valid(data)
        shown = readable(json.loads(data, parse_float=str, parse_int=str)) if valid else text
        if shown is None:
            return ("json", value)
        text = "".join(shown) if isinstance(shown, str) else text
        if valid and isinstance(value, str) and not data.strip().startswith(b'"'):
            text = clean(data, False).strip()  # a number, as it is written
    if text == "":
        return ("empty", None)
    return ("text", shorten(clean(text.encode("utf-8", "surrogatepass"), False)))


# ---- what is in the file ----


def split_csv(text, delimiter=","):
    """Strict RFC 4180: records of fields, None where nothing stands between two delimiters."""
    field = r'(?:"((?:[^"]|"")*)"|([^"\r\n%s]*))(%s|\r\n)' % (delimiter, delimiter)
    result, record, at = [], [], 0
    pattern = re.compile(field, re.S)
    while at < len(text):
        match = pattern.match(text, at)
        if not match:
            raise ValueError("no RFC 4180 at %r" % text[at:at + 60])
        quoted, plain, end = match.groups()
        record.append(quoted.replace('""', '"') if quoted is not None else plain or None)
        if end == "\r\n":
            result.append(record)
            record = []
        at = match.end()
    if record:
        raise ValueError("the last record does not end")
    return result


def read_csv(path):
    """Titles, rows. Python's own reader must see the same."""
    with open(path, "rb") as f:
        data = f.read()
    if data[:3] != b"\xef\xbb\xbf":
        raise ValueError("no byte order mark")
    text = data[3:].decode("utf-8")
    records = split_csv(text)
    other = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    if [[v or "" for v in r] for r in records] != other:
        raise ValueError("two readers of CSV disagree")
    return records[0], records[1:]


csv.field_size_limit(1 << 27)


def sheet_texts(path, index):
    """(kind, value) of each cell of a sheet, by its reference, straight from the XML."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(path) as z:
        root = ElementTree.fromstring(z.read("xl/worksheets/sheet%d.xml" % index))
    cells = {}
    for c in root.iter(space + "c"):
        if c.find(space + "f") is not None:
            cells[c.get("r")] = ("formula", None)
        elif c.get("t") == "inlineStr":
            text = "".join(t.text or "" for t in c.iter(space + "t"))
            cells[c.get("r")] = ("text", scenario.unescape_xlsx(text))
        elif c.find(space + "v") is not None:
            kind = {"b": "boolean", "n": "number", None: "number"}[c.get("t")]
            value = c.find(space + "v").text
            cells[c.get("r")] = (kind, value == "1" if kind == "boolean" else float(value))
    return cells


def read_xlsx(path, index):
    """Titles and rows of (kind, value), by openpyxl; texts come from the XML, whose escapes openpyxl
    3.0 leaves as they are. Both must agree on everything else. What is below the rows, which the
    filter's range ends with, is no row: totals, or a line that says that there are none."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[index]
    texts = sheet_texts(path, index + 1)
    result = []
    for line in sheet.iter_rows(max_row=int(re.search(r"\d+$", sheet.auto_filter.ref).group())):
        record = []
        for cell in line:
            kind, value = texts.get(cell.coordinate, ("empty", None))
            agree = {"text": cell.data_type == "s", "boolean": cell.data_type == "b",
                     "empty": cell.value is None, "number": cell.data_type in "nd",
                     "formula": cell.data_type == "f"}[kind]
            if kind == "number" and cell.data_type == "d":
                kind = "date"
                agree = abs(to_number(cell.value) - value) < 0.002 / 86400
            elif kind == "number":
                agree = agree and cell.value == value
            if not agree:
                raise ValueError("two readers of %s disagree: %r %r" % (cell.coordinate, cell.value, value))
            record.append((kind, value))
        result.append(record)
    return [value for _, value in result[0]], result[1:]


def to_number(value):
    if isinstance(value, datetime.timedelta):
        return value.total_seconds() / 86400
    return to_excel(value)


# ---- comparing ----


def same_xlsx(found, expected):
    if expected[0] == "json":
        return found[0] == "text" and json_valid(found[1].encode())[1] == expected[1]
    if found[0] != expected[0]:
        return False
    if expected[0] == "date":  # a number of days; a tenth of a millisecond is what a double keeps
        return abs(found[1] - expected[1]) < 0.0001 / 86400
    if expected[0] == "number":
        return found[1] == expected[1] or math.isclose(found[1], expected[1], rel_tol=1e-15)
    return found[1] == expected[1]


def differences(columns, database, found, rule, same=None):
    """Names the cells that are not as they must be. `columns` are pairs of name and type."""
    wrong = []
    if len(found) != len(database):
        wrong.append("%d rows instead of %d" % (len(found), len(database)))
    for number, (data, row) in enumerate(zip(database, found)):
        if len(row) != len(columns):
            wrong.append("row %d has %d cells" % (number + 1, len(row)))
            continue
        for (name, type_name), value, cell in zip(columns, data, row):
            expected = rule(type_name, value)
            if same:
                equal = same(cell, expected)
            elif type_name == "float" and value is not None:
                equal = float(cell) == float(value)
            else:
                equal = cell == expected and type(cell) is type(expected)
            if not equal:
                wrong.append("row %d, %s (%s): %.120r instead of %.120r" % (
                    number + 1, name, type_name, cell, expected))
    return wrong
