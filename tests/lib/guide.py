"""The reports of the guide, worked out a second time in Python from the plain rows of the tables: what must
stand in each cell of the jobs that come with pressrun."""

import collections
import datetime
import decimal
import json
import unicodedata

import scenario
import values
from scenario import PERIOD, TABLES, TODAY

KINDS = {"bigint": "integer", "int": "integer", "tinyint": "boolean", "varchar": "text", "text": "text",
         "mediumtext": "text", "enum": "text", "longtext": "json", "json": "json", "decimal": "decimal",
         "datetime": "datetime"}
CATALOGUE = ("id wp_post_id title instructor video_category body_area helps_with props video_time run_time "
             "short_description thumbnail_url created_at updated_at").split()
MISSING = "id wp_post_id title instructor video_time last_processed created_at updated_at".split()
AUDIO = ("id generation_status voice_id audio_duration_seconds duration file_size_bytes s3_key s3_url "
         "created_at").split()


def columns_of(schema, table):
    """(name, type) of each, in the table's order, as a report must call them."""
    found = scenario.text_rows(["column_name", "data_type"], "FROM information_schema.columns WHERE table_schema = '%s' "
                               "AND table_name = '%s' ORDER BY ordinal_position" % (schema, table))
    return [(name, KINDS[kind]) for name, kind in found]


class Data:
    """The plain rows of the tables, as dictionaries of the bytes of their texts."""

    def __init__(self, schema):
        self.columns = {t: columns_of(schema, t) for t in TABLES}
        self.types = {t: dict(c) for t, c in self.columns.items()}
        self.rows = {}
        for table, columns in self.columns.items():
            expressions = [values.expression(name, kind) for name, kind in columns]
            found = scenario.rows(expressions, "FROM %s.%s ORDER BY id" % (schema, table))
            self.rows[table] = [dict(zip([n for n, _ in columns], row)) for row in found]
        self.videos = self.by("videos", "tenant_id")
        self.embeddings = self.by("video_embeddings", "video_id")
        self.audio = self.by("video_audio_previews", "video_id")
        for previews in self.audio.values():
            previews.sort(key=lambda p: (p["created_at"], int(p["id"])), reverse=True)

    def by(self, table, column):
        result = collections.defaultdict(list)
        for row in self.rows[table]:
            result[row[column]].append(row)
        return result

    def of(self, tenant):
        return self.videos[tenant.encode()]

    def select(self, names, rows, table="videos"):
        """What a result set must be: (columns, rows)."""
        return [(n, self.types[table][n]) for n in names], [[r[n] for n in names] for r in rows]


def counted(**figures):
    """One row of figures; what is no number is a date and time."""
    row = [str(v).encode() if isinstance(v, int) else v for v in figures.values()]
    return [(n, "integer" if isinstance(v, int) else "datetime") for n, v in figures.items()], [row]


def groups(rows, column):
    counts = collections.Counter(r[column] for r in rows)
    return [(column, "text"), ("count", "integer")], [[k, str(n).encode()] for k, n in sorted(counts.items())]


def newest_first(videos, *columns):
    return sorted(videos, key=lambda v: tuple(v[c] for c in columns or ("created_at",)) + (int(v["id"]),), reverse=True)


def number(n):
    return str(n).encode()


def completed(videos):
    return [v for v in videos if v["sync_status"] == b"completed"]


def error_rate(videos):
    if not videos:
        return None
    return b"%.4f" % (decimal.Decimal(sum(v["error_message"] is not None for v in videos)) / len(videos) * 100)


def within(videos, column, start, end):
    return [v for v in videos if start.encode() <= v[column] < end.encode()]


# ---- the result sets of each job: {name: (columns, rows)} ----


def folded(text):
    """The letters of a text, each as the collation of the columns takes it: LIKE compares one by one."""
    result = ""
    for letter in text:
        base = "".join(c for c in unicodedata.normalize("NFKD", letter.casefold()) if not unicodedata.combining(c))
        result += "\2%s\3" % (base or letter)
    return result


def contains(value, wanted):
    """As Laravel's whereJsonContains asks it for a text."""
    if isinstance(value, list):
        return any(contains(v, wanted) for v in value)
    return isinstance(value, str) and value == wanted


def passes(video, chosen):
    def has(column, wanted):
        return video[column] is not None and folded(wanted) in folded(video[column].decode("utf-8", "replace"))
    category, instructor, search = (chosen.get(n) for n in ("category", "instructor", "search"))
    return ((not category or contains(json.loads(video["video_category"] or "null"), category))
            and (not instructor or has("instructor", instructor))
            and (not search or has("title", search) or has("short_description", search)))


def catalogue(data, tenant, chosen):
    found = [v for v in completed(data.of(tenant)) if passes(v, chosen)]
    return {"videos": data.select(CATALOGUE, newest_first(found))}


def missing_audio(data, tenant):
    found = [v for v in completed(data.of(tenant)) if v["id"] not in data.audio]
    return {"videos": data.select(MISSING, newest_first(found))}


def timeline(data, tenant):
    days = collections.Counter(v["created_at"][:10] for v in data.of(tenant))
    latest = sorted(days.items(), reverse=True)[:30]
    return {"days": ([("date", "date"), ("count", "integer")], [[d, number(n)] for d, n in latest])}


def export(data, tenant):
    columns = data.columns["videos"] + [("has_embedding", "boolean"), ("embedding_count", "integer"),
                                        ("has_audio_preview", "boolean"), ("audio_duration_seconds", "integer"),
                                        ("audio_status", "text")]
    rows = []
    for video in data.of(tenant):
        embeddings, audio = data.embeddings.get(video["id"], []), data.audio.get(video["id"], [])
        latest = audio[0] if audio else {}
        rows.append([*video.values(), b"1" if embeddings else b"0", number(len(embeddings)), b"1" if audio else b"0",
                     latest.get("audio_duration_seconds"), latest.get("generation_status")])
    return {"videos": (columns, rows)}


def updates(data, tenant):
    found = within(data.of(tenant), "updated_at", PERIOD, TODAY)
    names = [n for n, _ in data.columns["videos"] if n != "tenant_id"]
    return {"videos": data.select(names, newest_first(found, "updated_at")[::-1])}


def monitoring(data, tenant, start, end):
    videos = data.of(tenant)
    changed = within(videos, "updated_at", start, end)

    def state(status, rows=videos):
        return [v for v in rows if v["sync_status"] == status]

    def least(rows, column):
        return min((v[column] for v in rows), default=None)
    now = counted(
        videos=len(videos), processing=len(state(b"processing")), pending=len(state(b"pending")),
        failed=len(state(b"failed")), with_error=sum(v["error_message"] is not None for v in videos),
        oldest_pending=least(state(b"pending"), "created_at"),
        oldest_processing=least(state(b"processing"), "updated_at"),
        last_processed=max((v["last_processed"] for v in videos if v["last_processed"] is not None), default=None),
        added_in_period=len(within(videos, "created_at", start, end)), updated_in_period=len(changed),
        completed_in_period=len(state(b"completed", changed)), failed_in_period=len(state(b"failed", changed)))
    previews = [p for v in videos for p in data.audio.get(v["id"], [])]
    return {"now": now, "by_status": groups(videos, "sync_status"),
            "audio_by_status": groups(previews, "generation_status")}


def details(data, video):
    names = [n for n, _ in data.columns["videos"]]
    own = [v for v in data.rows["videos"] if v["id"] == video]
    return {"video": data.select(names, own),
            "embeddings": data.select(["id", "namespace", "embedding_text", "pinecone_id", "created_at"],
                                      data.embeddings.get(video, []), "video_embeddings"),
            "audio_previews": data.select(AUDIO, data.audio.get(video, []), "video_audio_previews")}


def tenant_line(data, tenant, start):
    videos = data.videos[tenant["id"]]
    states = collections.Counter(v["sync_status"] for v in videos)
    embeddings = [len(data.embeddings.get(v["id"], [])) for v in videos]
    audio = [len(data.audio.get(v["id"], [])) for v in videos]
    return ([tenant[c] for c in ("id", "name", "display_name", "plan_type", "is_active")]
            + [number(n) for n in (len(videos), states[b"completed"], states[b"failed"], states[b"processing"],
                                   states[b"pending"])]
            + [error_rate(videos)]
            + [number(n) for n in (sum(embeddings), sum(map(bool, embeddings)), sum(audio), sum(map(bool, audio)),
                                   len(within(videos, "created_at", start, TODAY)))]
            + [max((v["created_at"] for v in videos), default=None),
               max((v["last_processed"] for v in videos if v["last_processed"] is not None), default=None),
               tenant["created_at"]])


def overview(data):
    videos, tenants = data.rows["videos"], data.rows["tenants"]
    states = collections.Counter(v["sync_status"] for v in videos)
    totals = ("tenants active_tenants videos completed failed processing pending error_rate embeddings "
              "audio_previews").split()
    line = [number(n) for n in (len(tenants), sum(t["is_active"] == b"1" for t in tenants), len(videos),
                                states[b"completed"], states[b"failed"], states[b"processing"], states[b"pending"])]
    line += [error_rate(videos), number(len(data.rows["video_embeddings"])), number(len(data.rows["video_audio_previews"]))]
    start = (datetime.date.fromisoformat(TODAY) - datetime.timedelta(days=30)).isoformat()
    names = ("id name display_name plan_type is_active videos completed failed processing pending error_rate "
             "embeddings videos_with_embeddings audio_previews videos_with_audio added_in_period last_added "
             "last_processed created_at").split()
    special = {"name": "text", "display_name": "text", "plan_type": "text", "is_active": "boolean", "error_rate": "decimal",
               "last_added": "datetime", "last_processed": "datetime", "created_at": "datetime", "date": "date"}

    def typed(columns):
        return [(n, special.get(n, "integer")) for n in columns]
    days = collections.defaultdict(list)
    for v in within(videos, "created_at", start, TODAY):
        days[v["created_at"][:10]].append(v)
    by_day = [[day, number(len(d)), number(len({v["tenant_id"] for v in d})), number(len(completed(d))),
               number(sum(v["sync_status"] == b"failed" for v in d))] for day, d in sorted(days.items(), reverse=True)]
    return {"totals": (typed(totals), [line]),
            "tenants": (typed(names), [tenant_line(data, t, start) for t in tenants]),
            "by_day": (typed("date videos_added tenants completed failed".split()), by_day)}
