#!/usr/bin/python3
"""Reports as one writes them with pandas: a query is a frame, and a frame is written at once.

  with_pandas.py big TABLE TENANT FORMAT DIR       DIR/report.FORMAT
  with_pandas.py burst TABLE FIRST LAST DIR        DIR/TENANT.csv, .json and .xlsx of each tenant, from one query"""

import os
import sys
import warnings

import MySQLdb
import pandas

QUERY = """SELECT id, customer, quantity, product, city, country, status, note, price, total, ordered_at, shipped_at
FROM %s WHERE tenant_id = %s"""


def report(connection, table, tenant, formats, path):
    frame = pandas.read_sql(QUERY % (table, int(tenant)), connection)
    if "csv" in formats:
        frame.to_csv(path + ".csv", index=False)
    if "json" in formats:
        frame.to_json(path + ".json", orient="records", date_format="iso", force_ascii=False)
    if "xlsx" in formats:
        frame.to_excel(path + ".xlsx", sheet_name="Sales", index=False, engine="xlsxwriter")


def main():
    # It prefers SQLAlchemy, but takes any connection of the DB API.
    warnings.filterwarnings("ignore", message="pandas only supports SQLAlchemy")
    connection = MySQLdb.connect(unix_socket=os.environ["BENCH_SOCKET"], user="bench", passwd=os.environ["BENCH_PASSWORD"],
                                 db="bench", charset="utf8mb4")
    if sys.argv[1] == "big":
        _, _, table, tenant, name, directory = sys.argv
        report(connection, table, tenant, [name], os.path.join(directory, "report"))
    else:
        _, _, table, first, last, directory = sys.argv
        for tenant in range(int(first), int(last) + 1):
            report(connection, table, tenant, ("csv", "json", "xlsx"), os.path.join(directory, str(tenant)))


if __name__ == "__main__":
    main()
