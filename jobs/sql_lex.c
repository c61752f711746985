/*
 * The lexer. It is stricter than the servers' own on purpose: whatever two readers could take
 * differently (control characters, glued numbers, odd blanks, executable comments) is refused.
 */
#include <string.h>
#include <strings.h>

#include "jobs/sql_parts.h"
#include "lib/limits.h"
#include "lib/utf8.h"

struct lexer {
    const char *text;
    size_t len, pos;
    struct place at; /* of the text's first character */
    unsigned line;   /* lines before `pos` */
    size_t line_start;
    unsigned newlines; /* since the last token */
    bool space;        /* since the last token */
    struct sql_token *tokens;
    size_t n, cap;
    struct arena *arena;
    struct problems *problems;
    bool refused;
};

static int peek(const struct lexer *lx, size_t ahead)
{
    return lx->pos + ahead < lx->len ? (unsigned char)lx->text[lx->pos + ahead] : -1;
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool is_word_byte(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c >= 0x80;
}

static bool is_blank(int c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct place here(const struct lexer *lx)
{
    struct place at = lx->at;
    at.line += lx->line;
    at.column += (unsigned)(lx->pos - lx->line_start);
    return at;
}

/* Moves on, counting lines. */
static void skip(struct lexer *lx, size_t n)
{
    for (; n && lx->pos < lx->len; n--, lx->pos++) {
        if (lx->text[lx->pos] == '\n') {
            lx->line++;
            lx->line_start = lx->pos + 1;
        }
    }
}

#define REFUSE(lx, at, hint, ...)                                                                  \
    ((lx)->refused = true, (void)problems_add((lx)->problems, (at), (hint), __VA_ARGS__))

static void add(struct lexer *lx, enum sql_token_kind kind, const char *text, size_t len,
                const struct place *at)
{
    if (lx->n == lx->cap) {
        size_t cap = lx->cap ? lx->cap * 2 : 64;
        lx->tokens = arena_grow(lx->arena, lx->tokens, lx->n, cap, sizeof(*lx->tokens));
        lx->cap = cap;
    }
    lx->tokens[lx->n++] = (struct sql_token){
        .kind = kind,
        .text = arena_strndup(lx->arena, text, len),
        .len = len,
        .at = *at,
        .newlines_before = lx->newlines,
        .space_before = lx->space,
    };
    lx->newlines = 0;
    lx->space = false;
}

/* Refuses a name that holds a character no name should, or that is too long. */
static bool check_name(struct lexer *lx, const char *text, size_t len, const struct place *at)
{
    size_t length = 0;
    for (size_t i = 0; i < len; length++) {
        uint32_t cp = 0;
        i += utf8_decode(text + i, len - i, &cp);
        const char *why = cp >= 0x80 ? sql_odd_character(cp) : NULL;
        if (why) {
            REFUSE(lx, at, why, "the character U+%04X can't stand here", cp);
            return false;
        }
    }
    if (length > SQL_NAME_LENGTH) {
        REFUSE(lx, at, "the database allows 64", "a name of %zu characters", length);
        return false;
    }
    return true;
}

static void skip_blank(struct lexer *lx)
{
    if (peek(lx, 0) == '\n')
        lx->newlines++;
    lx->space = true;
    skip(lx, 1);
}

/* A comment to the end of its line. Only a line feed ends it, on both servers. */
static void line_comment(struct lexer *lx)
{
    while (lx->pos < lx->len && peek(lx, 0) != '\n')
        skip(lx, 1);
    lx->space = true;
}

static void block_comment(struct lexer *lx)
{
    struct place at = here(lx);
    int c = peek(lx, 2);
    if (c == '!' || ((c == 'M' || c == 'm') && peek(lx, 3) == '!'))
        REFUSE(lx, &at, "write what is in it as plain SQL, or delete it",
               "the database runs what stands in a comment that begins with /*! or /*M!");
    if (c == '+')
        REFUSE(lx, &at, "delete it; settings of the session belong to the operator",
               "optimizer hints (/*+ ... */) can change settings and switch off the time limit");
    skip(lx, 2);
    while (lx->pos < lx->len && !(peek(lx, 0) == '*' && peek(lx, 1) == '/'))
        skip_blank(lx);
    if (lx->pos >= lx->len)
        REFUSE(lx, &at, "end it with */", "a comment that begins here does not end");
    skip(lx, 2);
    lx->space = true;
}

/*
 * One string, rewritten so that its borders are the same whatever the server's sql_mode: in single
 * quotes, with '' for a quote and no backslash before one.
 */
static void string(struct lexer *lx, const char *prefix)
{
    struct place at = here(lx);
    int quote = peek(lx, 0);
    struct buf out;
    buf_init(&out, 2 * (size_t)LIMIT_SQL_BYTES + 8);
    buf_add_str(&out, prefix);
    buf_add_char(&out, '\'');
    skip(lx, 1);
    for (;;) {
        int c = peek(lx, 0);
        if (c < 0 || (c == '\\' && peek(lx, 1) < 0)) {
            REFUSE(lx, &at, "end it with the quote it begins with",
                   "a string that begins here does not end");
            lx->pos = lx->len;
            break;
        }
        size_t step = 1;
        if (c == '\\' || (c == quote && peek(lx, 1) == quote)) {
            step = 2;
        } else if (c == quote) {
            skip(lx, 1);
            break;
        }
        int last = peek(lx, step - 1);
        if (last == '\'')
            buf_add_str(&out, "''");
        else if (last == '"')
            buf_add_char(&out, '"');
        else
            buf_add(&out, lx->text + lx->pos, step);
        skip(lx, step);
    }
    buf_add_char(&out, '\'');
    add(lx, SQL_STRING, out.data, out.len, &at);
    buf_release(&out);
}

static void quoted_name(struct lexer *lx)
{
    struct place at = here(lx);
    const char *from = lx->text + lx->pos + 1;
    const char *end = memchr(from, '`', lx->len - lx->pos - 1);
    if (!end) {
        REFUSE(lx, &at, "end it with `", "a name that begins here does not end");
        lx->pos = lx->len;
        return;
    }
    size_t len = (size_t)(end - from);
    skip(lx, len + 2);
    if (len == 0 || peek(lx, 0) == '`')
        REFUSE(lx, &at, "choose a name without one", "a name can't be empty or hold a backtick");
    else if (memchr(from, '\n', len) || memchr(from, '\t', len) || memchr(from, '\r', len))
        REFUSE(lx, &at, "write the name on one line", "a name can't hold tabs or line breaks");
    else if (check_name(lx, from, len, &at))
        add(lx, SQL_NAME, from, len, &at);
}

static bool is_hex_digit(int c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* x'1F' and b'01': the prefix belongs to the string. */
static void prefixed_string(struct lexer *lx)
{
    struct place at = here(lx);
    int prefix = peek(lx, 0) | 0x20;
    if (prefix == 'n' || peek(lx, 1) == '"') {
        REFUSE(lx, &at, prefix == 'n' ? "write the string without n" : "write x'..' or b'..'",
               "the string has a prefix that is not understood everywhere");
        skip(lx, 1);
        return;
    }
    skip(lx, 1);
    size_t n = 0;
    while (prefix == 'x' ? is_hex_digit(peek(lx, n + 1)) : (peek(lx, n + 1) | 1) == '1')
        n++;
    if (peek(lx, n + 1) != '\'' || (prefix == 'x' && n % 2))
        REFUSE(lx, &at, "x'..' takes pairs of hexadecimal digits, b'..' takes 0 and 1",
               "%c'..' with something else in it", prefix);
    string(lx, prefix == 'x' ? "x" : "b");
    if (!lx->refused)
        lx->tokens[lx->n - 1].at = at;
}

static void word(struct lexer *lx)
{
    int c = peek(lx, 0) | 0x20, next = peek(lx, 1);
    if ((c == 'x' || c == 'b' || c == 'n') && (next == '\'' || next == '"')) {
        prefixed_string(lx);
        return;
    }
    struct place at = here(lx);
    const char *from = lx->text + lx->pos;
    size_t len = 0;
    bool ascii = true;
    for (int b; is_word_byte(b = peek(lx, len)); len++)
        ascii = ascii && b < 0x80;
    skip(lx, len);
    if (check_name(lx, from, len, &at))
        add(lx, ascii ? SQL_WORD : SQL_NAME, from, len, &at);
}

static size_t digits(const struct lexer *lx, size_t from)
{
    size_t n = 0;
    while (is_digit(peek(lx, from + n)))
        n++;
    return n;
}

/* Length of the number here: 0x1F, 0b01, 12, 1.5, 2e10, 1.5e-3. */
static size_t number_length(const struct lexer *lx)
{
    size_t n = 0;
    if (peek(lx, 0) == '0' && peek(lx, 1) == 'x') {
        for (n = 2; is_hex_digit(peek(lx, n)); n++)
            ;
        return n > 2 ? n : 1;
    }
    if (peek(lx, 0) == '0' && peek(lx, 1) == 'b') {
        for (n = 2; (peek(lx, n) | 1) == '1'; n++)
            ;
        return n > 2 ? n : 1;
    }
    n = digits(lx, 0);
    if (peek(lx, n) == '.' && is_digit(peek(lx, n + 1)))
        n += 1 + digits(lx, n + 1);
    if ((peek(lx, n) | 0x20) == 'e') {
        size_t sign = peek(lx, n + 1) == '+' || peek(lx, n + 1) == '-';
        if (is_digit(peek(lx, n + 1 + sign)))
            n += 1 + sign + digits(lx, n + 1 + sign);
    }
    return n;
}

static void number(struct lexer *lx)
{
    struct place at = here(lx);
    const char *from = lx->text + lx->pos;
    size_t n = number_length(lx);
    skip(lx, n);
    int next = peek(lx, 0);
    if (!is_word_byte(next) && next != '.' && next != '$') {
        add(lx, SQL_NUMBER, from, n, &at);
        return;
    }
    REFUSE(lx, &at,
           "put a blank after the number; write 1.0 for 1., and names that begin with a "
           "digit in backticks",
           "a number runs into what follows it");
    while (is_word_byte(peek(lx, 0)) || peek(lx, 0) == '.' || peek(lx, 0) == '$')
        skip(lx, 1);
}

static void parameter(struct lexer *lx)
{
    struct place at = here(lx);
    const char *from = lx->text + lx->pos + 1;
    size_t len = 0;
    bool plain = true;
    for (int c; is_word_byte(c = peek(lx, 1 + len)); len++)
        plain = plain && ((c >= 'a' && c <= 'z') || c == '_' || (len && is_digit(c)));
    int next = peek(lx, 1);
    if (len == 0) {
        REFUSE(lx, &at,
               next == '=' ? "variables can't be set in a report"
                           : "write a parameter as :name, with no blank after the colon",
               next == '=' ? "assignment with :=" : "a colon without the name of a parameter");
        skip(lx, next == ':' || next == '=' ? 2 : 1);
        return;
    }
    skip(lx, 1 + len);
    if (!plain || len > LIMIT_NAME_BYTES)
        REFUSE(lx, &at, "a parameter's name is made of a-z, 0-9 and _ and begins with no digit",
               "\":%.*s\" is not the name of a parameter", (int)(len > 64 ? 64 : len), from);
    else
        add(lx, SQL_PARAM, from, len, &at);
}

/* What can't stand outside strings, with what to write instead. */
static const struct {
    char c;
    const char *msg, *hint;
} forbidden[] = {
    {';', "a semicolon", "a query is one statement: delete the semicolon"},
    {'@', "variables (@name, @@name) can't be used", "declare a parameter and write :name"},
    {'?', "a question mark", "declare a parameter and write :name"},
    {'{', "a brace", "write dates as DATE '2026-11-23' and joins without { }"},
    {'}', "a brace", "write dates as DATE '2026-11-23' and joins without { }"},
    {'[', "a bracket", "write names in backticks: `name`"},
    {']', "a bracket", "write names in backticks: `name`"},
    {'\\', "a backslash outside a string", "write NULL for \\N"},
    {'$', "a dollar sign outside a string", "write the name in backticks"},
};

static bool refuse_forbidden(struct lexer *lx)
{
    struct place at = here(lx);
    for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
        if (peek(lx, 0) == forbidden[i].c) {
            REFUSE(lx, &at, forbidden[i].hint, "%s", forbidden[i].msg);
            skip(lx, 1);
            return true;
        }
    }
    return false;
}

static void symbol(struct lexer *lx)
{
    static const char *const symbols[] = {"<=>", "->>", "<=", ">=", "<>", "!=", "&&", "<<", ">>",
                                          "->",  "(",   ")",  ",",  ".",  "+",  "-",  "*",  "/",
                                          "%",   "=",   "<",  ">",  "!",  "&",  "|",  "^",  "~"};
    struct place at = here(lx);
    if (refuse_forbidden(lx))
        return;
    if (peek(lx, 0) == '|' && peek(lx, 1) == '|') {
        REFUSE(lx, &at, "write OR, or CONCAT(a, b)",
               "|| means OR on some servers and joins strings on others");
        skip(lx, 2);
        return;
    }
    if (peek(lx, 0) == '.' && is_digit(peek(lx, 1))) {
        REFUSE(lx, &at, "write 0.5 for .5", "a number can't begin with its point");
        skip(lx, 1 + digits(lx, 1));
        return;
    }
    for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
        size_t n = strlen(symbols[i]);
        if (lx->len - lx->pos >= n && memcmp(lx->text + lx->pos, symbols[i], n) == 0) {
            add(lx, SQL_SYMBOL, symbols[i], n, &at);
            skip(lx, n);
            return;
        }
    }
    REFUSE(lx, &at, NULL, "the character \"%c\" has no meaning here", peek(lx, 0));
    skip(lx, 1);
}

static void dashes(struct lexer *lx)
{
    struct place at = here(lx);
    int next = peek(lx, 2);
    if (next >= 0 && !is_blank(next))
        REFUSE(lx, &at, "write \"-- \" before a comment, or a blank between two minus signs",
               "-- without a blank after it is a comment on some servers only");
    line_comment(lx);
}

static void token(struct lexer *lx)
{
    int c = peek(lx, 0), next = peek(lx, 1);
    if (is_blank(c))
        skip_blank(lx);
    else if (c == '#')
        line_comment(lx);
    else if (c == '-' && next == '-')
        dashes(lx);
    else if (c == '/' && next == '*')
        block_comment(lx);
    else if (c == '\'' || c == '"')
        string(lx, "");
    else if (c == '`')
        quoted_name(lx);
    else if (is_digit(c))
        number(lx);
    else if (is_word_byte(c))
        word(lx);
    else if (c == ':')
        parameter(lx);
    else
        symbol(lx);
}

bool sql_read_tokens(const char *text, size_t len, const struct place *at, struct arena *arena,
                     struct sql *out, struct problems *problems)
{
    struct lexer lx = {.text = text, .len = len, .at = *at, .arena = arena, .problems = problems};
    if (len > LIMIT_SQL_BYTES) {
        problems_add(problems, at, "split the report into several result sets",
                     "a query of %zu bytes; at most %d are read", len, LIMIT_SQL_BYTES);
        return false;
    }
    if (!sql_check_characters(text, len, at, problems))
        return false;
    while (lx.pos < lx.len)
        token(&lx);
    if (lx.n == 0 && !lx.refused)
        REFUSE(&lx, at, "write SELECT ... FROM ...", "the query is empty");
    if (lx.refused)
        return false;
    *out = (struct sql){.tokens = lx.tokens, .ntokens = lx.n, .at = *at};
    return true;
}
