"""A private MariaDB server with what tests/bench/run measures: tables of one shape and different sizes."""

import os
import subprocess

import measure

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SERVER = os.path.join(ROOT, "jobs/demo/mariadb-server")
COLUMNS = ("id", "customer", "quantity", "product", "city", "country", "status", "note", "price", "total", "ordered_at",
           "shipped_at")

SCHEMA = """
CREATE SCHEMA bench CHARACTER SET utf8mb4;
CREATE USER 'bench'@'%' IDENTIFIED BY 'bench';
GRANT SELECT ON bench.* TO 'bench'@'%';
CREATE TABLE bench.tenants (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL);
"""

TENANTS = "INSERT INTO tenants SELECT seq, CONCAT('Tenant ', seq) FROM seq_0_to_{tenants};"

TABLE = """
CREATE TABLE {table} (
  id BIGINT UNSIGNED NOT NULL PRIMARY KEY, tenant_id INT NOT NULL,
  customer INT NOT NULL, quantity SMALLINT NOT NULL,
  product VARCHAR(60) NOT NULL, city VARCHAR(40) NOT NULL, country CHAR(2) NOT NULL,
  status VARCHAR(12) NOT NULL, note VARCHAR(120),
  price DECIMAL(10,2) NOT NULL, total DECIMAL(12,4) NOT NULL,
  ordered_at DATETIME NOT NULL, shipped_at DATETIME NULL,
  KEY tenant (tenant_id, ordered_at)) ENGINE=InnoDB;
INSERT INTO {table}
SELECT seq, {tenant}, seq * 31 % 100000, seq % 97, CONCAT('Product ', seq * 17 % 5000, ' in a box'),
       ELT(1 + seq % 6, 'Berlin', 'São Paulo', 'København', '東京', 'Nairobi', 'Kraków'),
       ELT(1 + seq % 6, 'DE', 'BR', 'DK', 'JP', 'KE', 'PL'),
       ELT(1 + seq % 4, 'open', 'paid', 'shipped', 'returned'),
       IF(seq % 5 = 0, NULL, CONCAT('Delivery to the back door, please; order ', seq, ' of this year')),
       (seq * 13 % 100000) / 100, (seq * 13 % 100000) / 100 * (seq % 97),
       '2026-01-01 00:00:00' + INTERVAL seq % 25000000 SECOND,
       IF(seq % 3, '2026-01-03 00:00:00' + INTERVAL seq % 25000000 SECOND, NULL)
FROM seq_1_to_{rows};
ANALYZE TABLE {table};
"""


class Database:
    def __init__(self, directory):
        self.directory = directory
        self.socket = subprocess.run(
            [SERVER, "start", directory], stdout=subprocess.PIPE, text=True, check=True,
            env=dict(os.environ, PRESSRUN_DB_MEMORY="2G")).stdout.strip()
        self.tables = []
        self.execute(SCHEMA, schema=None)

    def stop(self):
        subprocess.run([SERVER, "stop", self.directory], check=False)

    def execute(self, sql, schema="bench"):
        """The rows of the last statement, as lines of fields with tabs between."""
        command = ["mariadb", "--no-defaults", "--default-character-set=utf8mb4", "-S", self.socket, "-u", "root", "-N", "-B"]
        return subprocess.run(command + ([schema] if schema else []), input=sql, stdout=subprocess.PIPE, text=True,
                              check=True).stdout.splitlines()

    def add_tenants(self, n):
        """0 has the large reports, the others share tables by number."""
        self.execute(TENANTS.format(tenants=n))

    def add_large(self, rows):
        """A table that is all tenant 0's; its name."""
        return self.add("sales_%d" % rows, "0", rows)

    def add_uneven(self, tenants, rows):
        """Tenants 1 to n share the rows, the lower the more: the first of 1,000 has a tenth of all."""
        return self.add("burst", "1 + FLOOR(%d * POW((seq * 7919 %% %d) / %d, 3))" % (tenants, rows, rows), rows)

    def add_even(self, tenants, rows_each):
        return self.add("many", "1 + seq %% %d" % tenants, tenants * rows_each)

    def add(self, table, tenant, rows):
        if table not in self.tables:
            self.execute(TABLE.format(table=table, tenant=tenant, rows=rows))
            self.tables.append(table)
        return table

    def rows_of(self, table, first, last):
        return int(self.execute("SELECT COUNT(*) FROM %s WHERE tenant_id BETWEEN %d AND %d" % (table, first, last))[-1])

    def cpu_seconds(self):
        return measure.processor_seconds(os.path.join(self.directory, "pid"))

    def version(self):
        return self.execute("SELECT VERSION()", schema=None)[0]
