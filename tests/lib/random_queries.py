"""Random queries as an author might write them over the sample database: common table expressions
(recursive ones, too), derived tables, joins, EXISTS, IN, scalar subqueries, set operations, groups,
windows. Two runs over the same rows give the same answer: no LIMIT without a whole order, and texts
that a collation takes for equal are neither grouped nor united."""

import random

# Numbers can be compared and aggregated, words be grouped as well; texts are only shown.
TABLES = {
    "videos": {"id": "n", "tenant_id": "n", "run_time": "n", "wp_post_id": "n", "sync_status": "w",
               "post_status": "w", "title": "t", "error_message": "t", "jwp_id": "t",
               "created_at": "d", "video_category": "t"},
    "tenants": {"id": "n", "is_active": "n", "name": "t", "display_name": "t", "created_at": "d"},
    "video_embeddings": {"id": "n", "video_id": "n", "namespace": "w", "pinecone_id": "t",
                         "created_at": "d"},
    "video_audio_previews": {"id": "n", "video_id": "n", "audio_duration_seconds": "n",
                             "generation_status": "w", "s3_key": "t", "duration": "n"},
}
KEYS = ("id", "video_id", "tenant_id")


class Source:
    """Something in FROM: its text, its alias and its columns with their kinds."""

    def __init__(self, text, alias, columns):
        self.text, self.alias, self.columns = text, alias, columns

    def of(self, kinds):
        return [c for c, kind in self.columns.items() if kind in kinds]

    def keys(self):
        return [c for c in self.of("n") if c in KEYS or c.startswith("k")]


class Generator:
    def __init__(self, seed, tenant):
        self.random = random.Random(seed)
        self.tenant = tenant
        self.names = 0

    def chance(self, percent):
        return self.random.random() * 100 < percent

    def pick(self, items):
        return self.random.choice(list(items))

    def name(self, letter):
        self.names += 1
        return "%s%d" % (letter, self.names)

    # What stands in FROM.

    def source(self, depth, ctes):
        alias = self.name("a")
        if depth > 0 and self.chance(25):
            text, columns = self.select(depth - 1, ctes)
            return Source("(%s) %s%s" % (text, self.pick(["", "AS "]), alias), alias, columns)
        if ctes and self.chance(35):
            cte = self.pick(ctes)
            return Source("%s %s" % (cte, alias), alias, ctes[cte])
        table = self.pick(TABLES)
        if self.chance(15):
            return Source(table, table, TABLES[table]) if not self.chance(40) else \
                Source("`%s`" % table, "`%s`" % table, TABLES[table])
        return Source("%s %s" % (table, alias), alias, TABLES[table])

    # Conditions.

    def column(self, source, kinds="n"):
        names = source.of(kinds)
        return "%s.%s" % (source.alias, self.pick(names)) if names else None

    def key(self, source):
        names = source.keys() or source.of("n")
        return "%s.%s" % (source.alias, self.pick(names)) if names else None

    def simple(self, source):
        number = self.column(source)
        shape = self.random.randrange(8)
        if not number or shape == 0:
            text = self.column(source, "tw")
            return "%s %s" % (text or "1", self.pick(["IS NULL", "IS NOT NULL"]))
        if shape == 1:
            time = self.column(source, "d")
            if time:
                return "%s %s :period_start" % (time, self.pick(["<", ">="]))
        if shape == 2:
            word = self.column(source, "w")
            if word:
                return "%s %s 'completed'" % (word, self.pick(["=", "<>"]))
        if shape == 3:
            return "%s BETWEEN %d AND %d" % (number, self.random.randrange(50),
                                             self.random.randrange(50, 20000))
        if shape == 4:
            return "%s %s :tenant_id" % (number, self.pick(["=", "<>", ">"]))
        if shape == 5:
            return "%s IN (1, 2, %d, 700)" % (number, self.random.randrange(1500))
        return "%s %s %d" % (number, self.pick(["<", ">", "=", "<>", ">=", "<=>"]),
                             self.pick([0, 1, 2, 7, 100, 700, 1400, 10700]))

    def condition(self, source, depth, ctes):
        key = self.key(source)
        shape = self.random.randrange(14) if depth > 0 and key else 13
        if shape <= 1:
            return "%s %s (%s)" % (key, self.pick(["IN", "NOT IN"]), self.one_column(depth - 1, ctes))
        if shape <= 4:
            inner = self.source(depth - 1, ctes)
            link = "%s = %s" % (self.key(inner), key) if self.key(inner) else "1 = 1"
            return "%s (SELECT %s FROM %s WHERE %s AND %s)" % (
                self.pick(["EXISTS", "NOT EXISTS"]), self.pick(["1", "*"]), inner.text, link,
                self.condition(inner, depth - 1, ctes))
        if shape == 5:
            return "%s %s (%s)" % (key, self.pick([">=", "<", "="]), self.scalar(source, depth, ctes))
        if shape == 6:
            return "%s %s (%s)" % (key, self.pick(["= ANY", "> ALL", "<> ALL", "<= SOME"]),
                                   self.one_column(depth - 1, ctes))
        if shape <= 8:
            return "(%s %s %s)" % (self.condition(source, depth - 1, ctes), self.pick(["OR", "AND"]),
                                   self.condition(source, depth - 1, ctes))
        if shape == 9:
            return "NOT (%s)" % self.condition(source, depth - 1, ctes)
        if shape == 10:
            return "%s OR 1 = 1" % self.simple(source)
        return self.simple(source)

    def one_column(self, depth, ctes):
        source = self.source(depth, ctes)
        key = self.key(source) or "1"
        return "SELECT %s FROM %s WHERE %s IS NOT NULL AND (%s)" % (
            key, source.text, key, self.condition(source, depth, ctes))

    def scalar(self, outer, depth, ctes):
        """A subquery of one row, correlated or not."""
        source = self.source(max(depth - 1, 0), ctes)
        number, link = self.column(source), ""
        if self.chance(60) and self.key(source) and self.key(outer):
            link = " WHERE %s = %s" % (self.key(source), self.key(outer))
        what = self.pick(["COUNT(*)", "COALESCE(MAX(%s), 0)" % number, "COALESCE(MIN(%s), 0)" % number,
                          "COALESCE(SUM(%s), 0)" % number]) if number else "COUNT(*)"
        return "SELECT %s FROM %s%s" % (what, source.text, link)

    # Selects.

    def shown(self, source, kinds="nwtd", most=4):
        """Some columns under new names: (texts, columns). A tenant_id may keep its own."""
        texts, columns = [], {}
        names = source.of(kinds)
        for column in self.random.sample(names, min(len(names), self.random.randint(1, most))):
            if column == "tenant_id" and self.chance(50):
                texts.append("%s.tenant_id" % source.alias)
                columns["tenant_id"] = "n"
                continue
            new = self.name("k" if column in KEYS else "c")
            texts.append("%s.%s AS %s" % (source.alias, column, new))
            columns[new] = source.columns[column]
        if not texts:
            texts, columns = ["1 AS one"], {"one": "n"}
        return texts, columns

    def select(self, depth, ctes):
        shapes = [self.plain, self.plain, self.grouped]
        if depth > 0:
            shapes += [self.joined, self.joined, self.united, self.windowed, self.distinct, self.listed]
        return self.pick(shapes)(depth, ctes)

    def plain(self, depth, ctes):
        source = self.source(depth, ctes)
        texts, columns = self.shown(source)
        return "SELECT %s FROM %s WHERE %s" % (", ".join(texts), source.text,
                                               self.condition(source, depth, ctes)), columns

    def grouped(self, depth, ctes):
        source = self.source(depth, ctes)
        names = source.of("nw")
        number = self.column(source)
        if not names or not number:
            return self.plain(depth, ctes)
        by, new, count = self.pick(names), self.name("g"), self.name("n")
        having = self.pick(["", " HAVING COUNT(*) > 1", " HAVING MAX(%s) > 10 OR 1 = 1" % number])
        return "SELECT %s.%s AS %s, %s AS %s FROM %s WHERE %s GROUP BY %s.%s%s" % (
            source.alias, by, new, self.pick(["COUNT(*)", "SUM(%s)" % number, "MAX(%s)" % number,
                                              "COUNT(DISTINCT %s)" % number]),
            count, source.text, self.condition(source, depth, ctes), source.alias, by, having), \
            {new: source.columns[by], count: "n"}

    def joined(self, depth, ctes):
        left, right = self.source(depth - 1, ctes), self.source(depth - 1, ctes)
        if left.alias.strip("`") == right.alias.strip("`") or not self.key(left) or not self.key(right):
            return self.plain(depth, ctes)
        texts, columns = self.shown(left)
        more, more_columns = self.shown(right, most=2)
        if "tenant_id" in columns:
            more_columns.pop("tenant_id", None)
            more = [t for t in more if not t.endswith(".tenant_id")]
        if "one" in columns:
            more_columns.pop("one", None)
            more = [t for t in more if not t.endswith(" one")]
        join = self.pick(["JOIN", "LEFT JOIN", "INNER JOIN", "RIGHT JOIN", ","])
        link = "%s = %s" % (self.key(left), self.key(right))
        where = self.condition(self.pick([left, right]), depth - 1, ctes)
        text = "%s, %s WHERE %s AND (%s)" if join == "," else "%s " + join + " %s ON %s WHERE (%s)"
        return "SELECT %s FROM %s" % (", ".join(texts + more), text % (left.text, right.text, link,
                                                                       where)), \
            {**columns, **more_columns}

    def united(self, depth, ctes):
        return "(%s) %s (%s)" % (self.renamed(depth - 1, ctes, "u"), self.pick(
            ["UNION", "UNION ALL", "EXCEPT", "INTERSECT"]), self.renamed(depth - 1, ctes, "u")), \
            {"u": "n"}

    def renamed(self, depth, ctes, name):
        source = self.source(depth, ctes)
        return "SELECT %s AS %s FROM %s WHERE %s" % (self.key(source) or "1", name, source.text,
                                                     self.condition(source, depth, ctes))

    def windowed(self, depth, ctes):
        source = self.source(depth - 1, ctes)
        number, part = self.column(source), self.column(source, "nw")
        if not number:
            return self.plain(depth, ctes)
        texts, columns = self.shown(source, "nwt")
        new = self.name("w")
        call = self.pick(["COUNT(*) OVER (PARTITION BY %s)" % part, "SUM(%s) OVER ()" % number,
                          "RANK() OVER (PARTITION BY %s ORDER BY %s)" % (part, number),
                          "DENSE_RANK() OVER (ORDER BY %s DESC)" % number,
                          "MAX(%s) OVER (ORDER BY %s)" % (number, number)])
        return "SELECT %s, %s AS %s FROM %s WHERE %s" % (
            ", ".join(texts), call, new, source.text, self.condition(source, depth - 1, ctes)), \
            {**columns, new: "n"}

    def distinct(self, depth, ctes):
        source = self.source(depth - 1, ctes)
        texts, columns = self.shown(source, "nw")
        order = ", ".join(str(i + 1) for i in range(len(texts)))
        limit = " ORDER BY %s LIMIT %d" % (order, self.random.randint(1, 40)) if self.chance(40) else ""
        return "SELECT DISTINCT %s FROM %s WHERE %s%s" % (
            ", ".join(texts), source.text, self.condition(source, depth - 1, ctes), limit), columns

    def listed(self, depth, ctes):
        """A scalar subquery among the columns."""
        source = self.source(depth - 1, ctes)
        texts, columns = self.shown(source)
        new = self.name("s")
        return "SELECT %s, (%s) AS %s FROM %s WHERE %s" % (
            ", ".join(texts), self.scalar(source, depth - 1, ctes), new, source.text,
            self.condition(source, depth - 1, ctes)), {**columns, new: "n"}

    def recursive(self, name, ctes):
        source = self.source(1, ctes)
        step = self.pick(["JOIN videos b ON b.id = r.k + %d" % self.random.randint(1, 40),
                          "JOIN video_embeddings b ON b.video_id = r.k",
                          "JOIN videos b ON b.wp_post_id = r.k + %d" % (10000 + self.pick([1, 7, 30]))])
        return "%s (k, level) AS (SELECT %s, 0 FROM %s WHERE %s UNION ALL SELECT b.id, r.level + 1 " \
               "FROM %s r %s WHERE r.level < 3)" % (name, self.key(source) or "1", source.text,
                                                    self.condition(source, 1, ctes), name, step)

    def query(self):
        """(the common table expressions, recursive?, the rest, the columns)"""
        ctes, texts, recursive = {}, [], False
        for i in range(self.pick([0, 0, 1, 2, 3])):
            name = "cte%d" % i
            if self.chance(20):
                recursive = True
                texts.append(self.recursive(name, dict(ctes)))
                ctes[name] = {"k": "n", "level": "n"}
            else:
                text, columns = self.select(2, dict(ctes))
                texts.append("%s AS (%s)" % (name, text))
                ctes[name] = columns
        text, columns = self.select(3, ctes)
        if self.chance(60):
            cells = ", ".join("COALESCE(z.%s, '~')" % c for c in columns)
            text = "SELECT COUNT(*), COALESCE(SUM(CRC32(CONCAT_WS('|', %s))), 0) FROM (%s) z" % (
                cells, text)
        return texts, recursive, text
