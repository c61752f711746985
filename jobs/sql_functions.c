/*
 * The functions a query may call: built into the servers, without side effects, and with the same
 * result whenever a report is made again (the session's clock stands at the run's fixed time).
 * A function that is not built in could do anything, so what is not listed is refused.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "jobs/sql_parts.h"

/* Upper case, sorted as strcasecmp() does: _ comes before the letters. */
static const char *const allowed[] = {
    /* clang-format off */
    "ABS", "ACOS", "ADD_MONTHS", "ADDDATE", "ADDTIME", "ANY_VALUE", "ASCII", "ASIN", "ATAN",
    "ATAN2", "AVG", "BIN", "BIN_TO_UUID", "BIT_AND", "BIT_COUNT", "BIT_LENGTH", "BIT_OR",
    "BIT_XOR", "CAST", "CEIL", "CEILING", "CHAR", "CHAR_LENGTH", "CHARACTER_LENGTH", "CHARSET",
    "CHR", "COALESCE", "COERCIBILITY", "COLLATION", "CONCAT", "CONCAT_WS", "CONV", "CONVERT",
    "CONVERT_TZ", "COS", "COT", "COUNT", "CRC32", "CUME_DIST", "CURDATE", "CURRENT_DATE",
    "CURRENT_TIME", "CURRENT_TIMESTAMP", "CURTIME", "DATE", "DATE_ADD", "DATE_FORMAT", "DATE_SUB",
    "DATEDIFF", "DAY", "DAYNAME", "DAYOFMONTH", "DAYOFWEEK", "DAYOFYEAR", "DEGREES", "DENSE_RANK",
    "ELT", "EXP", "EXPORT_SET", "EXTRACT", "FIELD", "FIND_IN_SET", "FIRST_VALUE", "FLOOR",
    "FORMAT", "FORMAT_BYTES", "FORMAT_PICO_TIME", "FROM_BASE64", "FROM_DAYS", "FROM_UNIXTIME",
    "GREATEST", "GROUP_CONCAT", "GROUPING", "HEX", "HOUR", "IF", "IFNULL", "INET6_ATON",
    "INET6_NTOA", "INET_ATON", "INET_NTOA", "INSERT", "INSTR", "IS_IPV4", "IS_IPV4_COMPAT",
    "IS_IPV4_MAPPED", "IS_IPV6", "IS_UUID", "ISNULL", "JSON_ARRAY", "JSON_ARRAY_APPEND",
    "JSON_ARRAY_INSERT", "JSON_ARRAYAGG", "JSON_COMPACT", "JSON_CONTAINS", "JSON_CONTAINS_PATH",
    "JSON_DEPTH", "JSON_DETAILED", "JSON_EQUALS", "JSON_EXISTS", "JSON_EXTRACT", "JSON_INSERT",
    "JSON_KEYS", "JSON_LENGTH", "JSON_LOOSE", "JSON_MERGE", "JSON_MERGE_PATCH",
    "JSON_MERGE_PRESERVE", "JSON_NORMALIZE", "JSON_OBJECT", "JSON_OBJECTAGG", "JSON_OVERLAPS",
    "JSON_PRETTY", "JSON_QUERY", "JSON_QUOTE", "JSON_REMOVE", "JSON_REPLACE", "JSON_SCHEMA_VALID",
    "JSON_SCHEMA_VALIDATION_REPORT", "JSON_SEARCH", "JSON_SET", "JSON_STORAGE_SIZE", "JSON_TABLE",
    "JSON_TYPE", "JSON_UNQUOTE", "JSON_VALID", "JSON_VALUE", "LAG", "LAST_DAY", "LAST_VALUE",
    "LCASE", "LEAD", "LEAST", "LEFT", "LENGTH", "LENGTHB", "LN", "LOCALTIME", "LOCALTIMESTAMP",
    "LOCATE", "LOG", "LOG10", "LOG2", "LOWER", "LPAD", "LTRIM", "MAKE_SET", "MAKEDATE", "MAKETIME",
    "MAX", "MD5", "MEDIAN", "MICROSECOND", "MID", "MIN", "MINUTE", "MOD", "MONTH", "MONTHNAME",
    "NATURAL_SORT_KEY", "NOW", "NTH_VALUE", "NTILE", "NULLIF", "NVL", "NVL2", "OCT",
    "OCTET_LENGTH", "ORD", "PERCENT_RANK", "PERCENTILE_CONT", "PERCENTILE_DISC", "PERIOD_ADD",
    "PERIOD_DIFF", "PI", "POINT", "POSITION", "POW", "POWER", "QUARTER", "QUOTE", "RADIANS",
    "RANK", "REGEXP_INSTR", "REGEXP_LIKE", "REGEXP_REPLACE", "REGEXP_SUBSTR", "REPEAT", "REPLACE",
    "REVERSE", "RIGHT", "ROUND", "ROW", "ROW_NUMBER", "RPAD", "RTRIM", "SEC_TO_TIME", "SECOND",
    "SFORMAT", "SHA", "SHA1", "SHA2", "SIGN", "SIN", "SOUNDEX", "SPACE", "SQRT", "ST_ASGEOJSON",
    "ST_ASTEXT", "ST_DISTANCE", "ST_DISTANCE_SPHERE", "ST_GEOMFROMTEXT", "ST_LATITUDE",
    "ST_LONGITUDE", "ST_SRID", "ST_X", "ST_Y", "STD", "STDDEV", "STDDEV_POP", "STDDEV_SAMP",
    "STR_TO_DATE", "STRCMP", "SUBDATE", "SUBSTR", "SUBSTRING", "SUBSTRING_INDEX", "SUBTIME", "SUM",
    "TAN", "TIME", "TIME_FORMAT", "TIME_TO_SEC", "TIMEDIFF", "TIMESTAMP", "TIMESTAMPADD",
    "TIMESTAMPDIFF", "TO_BASE64", "TO_CHAR", "TO_DAYS", "TO_SECONDS", "TRIM", "TRUNCATE", "UCASE",
    "UNHEX", "UNIX_TIMESTAMP", "UPPER", "UTC_DATE", "UTC_TIME", "UTC_TIMESTAMP", "UUID_TO_BIN",
    "VAR_POP", "VAR_SAMP", "VARIANCE", "WEEK", "WEEKDAY", "WEEKOFYEAR", "WEIGHT_STRING", "YEAR",
    "YEARWEEK",
    /* clang-format on */
};

static int compare(const void *key, const void *item)
{
    return strcasecmp(key, *(const char *const *)item);
}

bool sql_function_allowed(const char *name, size_t len)
{
    char key[SQL_NAME_LENGTH + 1];
    if (len >= sizeof(key))
        return false;
    memcpy(key, name, len);
    key[len] = '\0';
    return bsearch(key, allowed, sizeof(allowed) / sizeof(allowed[0]), sizeof(allowed[0]),
                   compare) != NULL;
}

const char *sql_nearest_function(const char *word)
{
    char upper[SQL_NAME_LENGTH + 1];
    size_t n = 0;
    for (; word[n] && n < SQL_NAME_LENGTH; n++)
        upper[n] = word[n] >= 'a' && word[n] <= 'z' ? (char)(word[n] - ('a' - 'A')) : word[n];
    upper[n] = '\0';
    return sql_nearest(upper, allowed, sizeof(allowed) / sizeof(allowed[0]));
}

/* What authors reach for, and why not. */
static const struct {
    const char *name, *advice;
} advices[] = {
    {"BENCHMARK", "it only wastes the database's time, past any time limit"},
    {"CONNECTION_ID", "it differs at each run"},
    {"CURRENT_USER", "it is the account of pressrun, not of the tenant"},
    {"DATABASE", "a query runs in no database"},
    {"DECODE", "write CASE"},
    {"EXTRACTVALUE", "its error messages hold data"},
    {"FOUND_ROWS", "write COUNT(*) in a query of its own"},
    {"GET_LOCK", "a report takes no locks"},
    {"IS_FREE_LOCK", "a report takes no locks"},
    {"IS_USED_LOCK", "a report takes no locks"},
    {"LAST_INSERT_ID", "a report inserts nothing"},
    {"LISTAGG", "write GROUP_CONCAT"},
    {"LOAD_FILE", "a report reads tables, not the server's files"},
    {"MATCH", "the tenant's part of a table has no full-text index: write LIKE"},
    {"PASSWORD", "write SHA2(text, 256)"},
    {"RAND", "a report must come out the same when it is made again: sort by a column"},
    {"RELEASE_ALL_LOCKS", "a report takes no locks"},
    {"RELEASE_LOCK", "a report takes no locks"},
    {"ROW_COUNT", "a report changes nothing"},
    {"SCHEMA", "a query runs in no database"},
    {"SESSION_USER", "it is the account of pressrun, not of the tenant"},
    {"SLEEP", "it only wastes the database's time, past any time limit"},
    {"STRING_AGG", "write GROUP_CONCAT"},
    {"SYSDATE", "write NOW(), which stands at the run's own time"},
    {"SYSTEM_USER", "it is the account of pressrun, not of the tenant"},
    {"TO_DATE", "write STR_TO_DATE"},
    {"UPDATEXML", "its error messages hold data"},
    {"USER", "it is the account of pressrun, not of the tenant"},
    {"UUID", "a report must come out the same when it is made again"},
    {"UUID_SHORT", "a report must come out the same when it is made again"},
    {"VERSION", "a report is about the tenant's data, not about the server"},
};

const char *sql_function_advice(const char *name)
{
    for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++) {
        if (strcasecmp(advices[i].name, name) == 0)
            return advices[i].advice;
    }
    return NULL;
}
