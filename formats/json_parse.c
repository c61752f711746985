#include "formats/json_parse.h"

#include <string.h>

#include "formats/text.h"

enum state {
    VALUE,
    FIRST_ITEM, /* behind '[': a value or ']' */
    FIRST_KEY,  /* behind '{': a key or '}' */
    KEY,
    COLON,
    AFTER_VALUE,
    STRING,
    ESCAPE,
    HEX,
    LOW_BACKSLASH,
    LOW_U,
    LITERAL,
    NUMBER_MINUS,
    NUMBER_ZERO,
    NUMBER_INT,
    NUMBER_DOT,
    NUMBER_FRACTION,
    NUMBER_E,
    NUMBER_E_SIGN,
    NUMBER_EXPONENT,
};

void json_parse_init(struct json_parser *p, unsigned max_depth)
{
    p->state = VALUE;
    p->depth = 0;
    p->max_depth = max_depth < JSON_MAX_DEPTH ? max_depth : JSON_MAX_DEPTH;
    p->in_key = p->want_low = false;
    p->key_len = 0;
    p->keys[0][0] = '\0';
    p->watch = NULL;
    p->wrong = NULL;
    p->offset = 0;
}

static int fail(struct json_parser *p, const char *wrong)
{
    p->wrong = wrong;
    return -1;
}

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static bool is_space(unsigned char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* A value is complete: counts it where it stands and tells the owner. */
static int value_done(struct json_parser *p, char kind, uint64_t n)
{
    p->state = AFTER_VALUE;
    if (p->depth)
        p->counts[p->depth - 1]++;
    if (!p->watch || p->depth > JSON_WATCH_DEPTH)
        return 0;
    struct json_value v = {.depth = p->depth, .key = p->keys[p->depth], .kind = kind, .n = n};
    p->wrong = p->watch(p->ctx, &v);
    return p->wrong ? -1 : 0;
}

static int open_container(struct json_parser *p, char kind)
{
    if (p->depth >= p->max_depth)
        return fail(p, "nested too deeply");
    p->stack[p->depth] = kind;
    p->counts[p->depth] = 0;
    p->depth++;
    if (p->depth <= JSON_WATCH_DEPTH)
        p->keys[p->depth][0] = '\0';
    p->state = kind == '{' ? FIRST_KEY : FIRST_ITEM;
    return 0;
}

static int close_container(struct json_parser *p, char kind)
{
    if (p->depth == 0 || p->stack[p->depth - 1] != kind)
        return fail(p, "a bracket closes what was not opened");
    p->depth--;
    return value_done(p, kind, p->counts[p->depth]);
}

static int start_literal(struct json_parser *p, const char *rest)
{
    p->kind = 't';
    p->literal = rest;
    p->state = LITERAL;
    return 0;
}

static int start_number(struct json_parser *p, unsigned char c)
{
    p->kind = '0';
    p->number = c == '-' ? UINT64_MAX : (uint64_t)(c - '0');
    p->state = c == '-' ? NUMBER_MINUS : c == '0' ? NUMBER_ZERO : NUMBER_INT;
    return 0;
}

static int start_value(struct json_parser *p, unsigned char c)
{
    switch (c) {
    case '"':
        p->in_key = false;
        p->state = STRING;
        return 0;
    case '{':
    case '[':
        return open_container(p, (char)c);
    case 't':
        return start_literal(p, "rue");
    case 'f':
        return start_literal(p, "alse");
    case 'n':
        return start_literal(p, "ull");
    default:
        if (c == '-' || is_digit(c))
            return start_number(p, c);
        return fail(p, "expected a value");
    }
}

static int start_key(struct json_parser *p, unsigned char c)
{
    if (c != '"')
        return fail(p, "expected a name in quotes");
    p->in_key = true;
    p->key_len = 0;
    p->state = STRING;
    return 0;
}

static int after_value(struct json_parser *p, unsigned char c)
{
    if (p->depth == 0)
        return fail(p, "something follows the document");
    char kind = p->stack[p->depth - 1];
    if (c == ',') {
        p->state = kind == '{' ? KEY : VALUE;
        return 0;
    }
    if (c == (kind == '{' ? '}' : ']'))
        return close_container(p, kind);
    return fail(p, "expected a comma or a closing bracket");
}

static void keep_key(struct json_parser *p, const char *s, size_t len)
{
    if (!p->in_key || p->depth > JSON_WATCH_DEPTH)
        return;
    char *key = p->keys[p->depth];
    size_t room = JSON_KEY_BYTES - 1 - p->key_len;
    size_t n = len < room ? len : room;
    memcpy(key + p->key_len, s, n);
    p->key_len += n;
    key[p->key_len] = '\0';
}

static int string_special(struct json_parser *p, unsigned char c)
{
    if (c == '\\') {
        p->state = ESCAPE;
        return 0;
    }
    if (c != '"')
        return fail(p, "a control character inside a string");
    if (!p->in_key)
        return value_done(p, '"', UINT64_MAX);
    keep_key(p, "", 0);
    p->state = COLON;
    return 0;
}

static int escape(struct json_parser *p, unsigned char c)
{
    if (c == 'u') {
        p->hex_left = 4;
        p->hex = 0;
        p->state = HEX;
        return 0;
    }
    if (c == '\0' || !strchr("\"\\/bfnrt", c))
        return fail(p, "an unknown escape");
    char text[2] = {'\\', (char)c};
    keep_key(p, text, 2);
    p->state = STRING;
    return 0;
}

static int hex_digit(struct json_parser *p, unsigned char c)
{
    unsigned char lower = c | 0x20;
    if (!is_digit(c) && (lower < 'a' || lower > 'f'))
        return fail(p, "a \\u escape needs four hexadecimal digits");
    p->hex = p->hex << 4 | (is_digit(c) ? (unsigned)(c - '0') : (unsigned)(lower - 'a') + 10);
    if (--p->hex_left)
        return 0;
    bool low = p->hex >= 0xdc00 && p->hex <= 0xdfff;
    bool high = p->hex >= 0xd800 && p->hex <= 0xdbff;
    if (low != p->want_low)
        return fail(p, "half a surrogate pair");
    p->want_low = high;
    p->state = high ? LOW_BACKSLASH : STRING;
    keep_key(p, "\\u", 2);
    return 0;
}

static int literal(struct json_parser *p, unsigned char c)
{
    if (c != (unsigned char)*p->literal)
        return fail(p, "expected true, false or null");
    p->literal++;
    return *p->literal ? 0 : value_done(p, 't', UINT64_MAX);
}

/* The state behind `c` inside a number, or -1 when the number can't go on with it. */
static int next_in_number(int state, unsigned char c)
{
    bool exponent = c == 'e' || c == 'E';
    switch (state) {
    case NUMBER_MINUS:
        return c == '0' ? NUMBER_ZERO : is_digit(c) ? NUMBER_INT : -1;
    case NUMBER_ZERO:
        return c == '.' ? NUMBER_DOT : exponent ? NUMBER_E : -1;
    case NUMBER_INT:
        return is_digit(c) ? NUMBER_INT : c == '.' ? NUMBER_DOT : exponent ? NUMBER_E : -1;
    case NUMBER_DOT:
        return is_digit(c) ? NUMBER_FRACTION : -1;
    case NUMBER_FRACTION:
        return is_digit(c) ? NUMBER_FRACTION : exponent ? NUMBER_E : -1;
    case NUMBER_E:
        return is_digit(c) ? NUMBER_EXPONENT : c == '+' || c == '-' ? NUMBER_E_SIGN : -1;
    default:
        return is_digit(c) ? NUMBER_EXPONENT : -1;
    }
}

static bool number_may_end(int state)
{
    return state == NUMBER_ZERO || state == NUMBER_INT || state == NUMBER_FRACTION ||
           state == NUMBER_EXPONENT;
}

/* `*taken` is false when the byte ended the number and is still to be read as what follows it. */
static int number(struct json_parser *p, unsigned char c, bool *taken)
{
    int next = next_in_number(p->state, c);
    *taken = next >= 0;
    if (next < 0)
        return number_may_end(p->state) ? value_done(p, '0', p->number)
                                        : fail(p, "a number is cut short");
    if (next != NUMBER_INT || p->number > (UINT64_MAX - 9) / 10)
        p->number = UINT64_MAX;
    else
        p->number = p->number * 10 + (uint64_t)(c - '0');
    p->state = next;
    return 0;
}

/* Between values, names and punctuation. */
static int structure(struct json_parser *p, unsigned char c)
{
    if (is_space(c))
        return 0;
    switch (p->state) {
    case FIRST_ITEM:
        return c == ']' ? close_container(p, '[') : start_value(p, c);
    case FIRST_KEY:
        return c == '}' ? close_container(p, '{') : start_key(p, c);
    case KEY:
        return start_key(p, c);
    case COLON:
        p->state = VALUE;
        return c == ':' ? 0 : fail(p, "expected a colon");
    case VALUE:
        return start_value(p, c);
    default:
        return after_value(p, c);
    }
}

static int step(struct json_parser *p, unsigned char c, bool *taken)
{
    switch (p->state) {
    case STRING:
        return string_special(p, c);
    case ESCAPE:
        return escape(p, c);
    case HEX:
        return hex_digit(p, c);
    case LOW_BACKSLASH:
        p->state = LOW_U;
        return c == '\\' ? 0 : fail(p, "half a surrogate pair");
    case LOW_U:
        p->hex_left = 4;
        p->hex = 0;
        p->state = HEX;
        return c == 'u' ? 0 : fail(p, "half a surrogate pair");
    case LITERAL:
        return literal(p, c);
    case VALUE:
    case FIRST_ITEM:
    case FIRST_KEY:
    case KEY:
    case COLON:
    case AFTER_VALUE:
        return structure(p, c);
    default:
        return number(p, c, taken);
    }
}

/* Length of the run inside a string that needs no look: most bytes of a file end here. */
static size_t string_run(const char *s, size_t len)
{
    size_t i = 0;
    do
        i += text_plain_run(s + i, len - i, '\\');
    while (i < len && (unsigned char)s[i] >= 0x80 && ++i < len);
    return i;
}

int json_parse_feed(struct json_parser *p, const char *s, size_t len)
{
    size_t i = 0;
    while (i < len) {
        if (p->state == STRING) {
            size_t run = string_run(s + i, len - i);
            keep_key(p, s + i, run);
            i += run;
            if (i == len)
                break;
        }
        bool taken = true;
        if (step(p, (unsigned char)s[i], &taken) != 0) {
            p->offset += i;
            return -1;
        }
        i += taken;
    }
    p->offset += len;
    return 0;
}

int json_parse_end(struct json_parser *p)
{
    if (p->depth == 0 && number_may_end(p->state) && value_done(p, '0', p->number) != 0)
        return -1;
    if (p->depth || p->state != AFTER_VALUE)
        return fail(p, "ends too early");
    return 0;
}
