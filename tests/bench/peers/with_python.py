#!/usr/bin/python3
"""Reports as one writes them in Python: mysqlclient, csv, json, and XlsxWriter with constant_memory.

  with_python.py big TABLE TENANT FORMAT DIR       DIR/report.FORMAT
  with_python.py burst TABLE FIRST LAST DIR        DIR/TENANT.csv, .json and .xlsx of each tenant, from one query"""

import csv
import datetime
import decimal
import json
import os
import sys

import MySQLdb
import MySQLdb.cursors
import xlsxwriter

QUERY = """SELECT id, customer, quantity, product, city, country, status, note, price, total, ordered_at, shipped_at
FROM %s WHERE tenant_id = %%s"""


class Csv:
    def __init__(self, path, names):
        self.file = open(path, "w", newline="", encoding="utf-8")
        self.writer = csv.writer(self.file)
        self.writer.writerow(names)
        self.row = self.writer.writerow

    def close(self):
        self.file.close()


def plain(value):
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ")
    if isinstance(value, decimal.Decimal):
        return float(value)
    raise TypeError


class Json:
    def __init__(self, path, names):
        self.file = open(path, "w", encoding="utf-8")
        self.names, self.separator = names, "[\n"

    def row(self, row):
        self.file.write(self.separator)
        json.dump(dict(zip(self.names, row)), self.file, default=plain, ensure_ascii=False)
        self.separator = ",\n"

    def close(self):
        self.file.write("\n]\n" if self.separator != "[\n" else "[]\n")
        self.file.close()


class Xlsx:
    def __init__(self, path, names):
        self.workbook = xlsxwriter.Workbook(path, {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss"})
        self.sheet = self.workbook.add_worksheet("Sales")
        self.sheet.write_row(0, 0, names)
        self.n = 0

    def row(self, row):
        self.n += 1
        self.sheet.write_row(self.n, 0, row)

    def close(self):
        self.workbook.close()


FORMATS = {"csv": Csv, "json": Json, "xlsx": Xlsx}


def report(connection, table, tenant, formats, path):
    cursor = connection.cursor()
    cursor.execute(QUERY % table, (tenant,))
    names = [column[0] for column in cursor.description]
    writers = [FORMATS[name]("%s.%s" % (path, name), names) for name in formats]
    for row in cursor:
        for writer in writers:
            writer.row(row)
    for writer in writers:
        writer.close()
    cursor.close()


def main():
    connection = MySQLdb.connect(unix_socket=os.environ["BENCH_SOCKET"], user="bench", passwd=os.environ["BENCH_PASSWORD"],
                                 db="bench", charset="utf8mb4", cursorclass=MySQLdb.cursors.SSCursor)
    if sys.argv[1] == "big":
        _, _, table, tenant, name, directory = sys.argv
        report(connection, table, tenant, [name], os.path.join(directory, "report"))
    else:
        _, _, table, first, last, directory = sys.argv
        for tenant in range(int(first), int(last) + 1):
            report(connection, table, tenant, FORMATS, os.path.join(directory, str(tenant)))


if __name__ == "__main__":
    main()
