#include "config/yaml_source.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/limits.h"
#include "lib/mem.h"
#include "lib/utf8.h"

/* What is wrong with a character, or NULL. `next` is the byte behind it. */
static const char *refuse(uint32_t cp, char next, const char **hint)
{
    *hint = NULL;
    if (cp == 0) {
        *hint = "save the file as UTF-8 text";
        return "a NUL byte can't stand in YAML";
    }
    if (cp == '\t' || cp == '\n' || (cp == '\r' && next == '\n'))
        return NULL;
    if (cp == '\r') {
        *hint = "end lines with LF or CR LF";
        return "a carriage return without a line feed";
    }
    if (cp < 0x20 || cp == 0x7F || (cp >= 0x80 && cp <= 0x9F)) {
        *hint = "in double quotes it can be written as an escape, such as \"\\x1b\"";
        return "a control character can't stand in YAML";
    }
    if (cp == 0x2028 || cp == 0x2029) {
        *hint = "in double quotes it can be written as \"\\u2028\" or \"\\u2029\"";
        return "a Unicode line separator can't stand in YAML";
    }
    if (cp == 0xFEFF)
        return "a byte order mark can only stand at the beginning";
    if (cp == 0xFFFE || cp == 0xFFFF)
        return "U+FFFE and U+FFFF are no characters";
    return NULL;
}

static int check_characters(const struct yaml_source *s, struct problems *problems)
{
    struct place at = {s->file, 1, 1};
    for (size_t i = 0; i < s->len;) {
        uint32_t cp = 0;
        size_t n = utf8_decode(s->text + i, s->len - i, &cp);
        if (n == 0)
            return problems_add(problems, &at, "save the file as UTF-8",
                                "the byte 0x%02x is not valid UTF-8 here",
                                (unsigned char)s->text[i]);
        const char *hint;
        const char *why = refuse(cp, i + n < s->len ? s->text[i + n] : '\0', &hint);
        if (why)
            return problems_add(problems, &at, hint, "%s", why);
        at.column += (unsigned)n;
        if (cp == '\n') {
            at.line++;
            at.column = 1;
        }
        i += n;
    }
    return 0;
}

static void index_lines(struct yaml_source *s)
{
    size_t n = 1;
    for (size_t i = 0; i < s->len; i++)
        n += s->text[i] == '\n';
    s->line_starts = xcalloc(n, sizeof(*s->line_starts));
    s->nlines = 1;
    for (size_t i = 0; i < s->len; i++) {
        if (s->text[i] == '\n')
            s->line_starts[s->nlines++] = i + 1;
    }
}

int yaml_source_init(struct yaml_source *s, const char *file, const char *text, size_t len,
                     struct problems *problems)
{
    struct place whole = {.file = file};
    if (len > LIMIT_YAML_BYTES)
        return problems_add(problems, &whole, NULL, "the file is larger than %d KiB",
                            LIMIT_YAML_BYTES / 1024);
    if (len >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0))
        return problems_add(problems, &whole, "save the file as UTF-8", "the file is UTF-16");
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        len -= 3;
    }
    struct yaml_source source = {.file = file, .text = text, .len = len};
    if (check_characters(&source, problems) != 0)
        return -1;
    index_lines(&source);
    *s = source;
    return 0;
}

void yaml_source_release(struct yaml_source *s)
{
    free(s->line_starts);
    *s = (struct yaml_source){0};
}

static bool continues(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/*
 * libyaml counts characters, people and editors' jumps count bytes. Walking from the last place
 * asked for keeps a file of one long line linear.
 */
static void move_to(struct yaml_source *s, size_t index)
{
    while (s->chars < index && s->bytes < s->len) {
        s->line += s->text[s->bytes] == '\n';
        do {
            s->bytes++;
        } while (s->bytes < s->len && continues(s->text[s->bytes]));
        s->chars++;
    }
    while (s->chars > index) {
        do {
            s->bytes--;
        } while (continues(s->text[s->bytes]));
        s->line -= s->text[s->bytes] == '\n';
        s->chars--;
    }
}

struct place yaml_source_place(struct yaml_source *s, size_t index)
{
    move_to(s, index);
    return (struct place){.file = s->file,
                          .line = (unsigned)s->line + 1,
                          .column = (unsigned)(s->bytes - s->line_starts[s->line]) + 1};
}

char yaml_source_byte(struct yaml_source *s, size_t index)
{
    move_to(s, index);
    return s->bytes < s->len ? s->text[s->bytes] : '\0';
}

struct place yaml_source_block_place(struct yaml_source *s, size_t index, const char *text)
{
    move_to(s, index);
    size_t header = s->line;
    struct place at = {.file = s->file, .line = (unsigned)header + 2, .column = 1};
    size_t empty_lines = strspn(text, "\n");
    size_t line = header + 1 + empty_lines;
    if (line >= s->nlines || text[empty_lines] == '\0')
        return at;
    /* The block's indentation is what its first line has in the file but not in the value. */
    size_t in_file = 0, in_text = strspn(text + empty_lines, " ");
    const char *raw = s->text + s->line_starts[line];
    size_t room = s->len - s->line_starts[line];
    while (in_file < room && raw[in_file] == ' ')
        in_file++;
    if (in_file >= in_text)
        at.column = (unsigned)(in_file - in_text) + 1;
    return at;
}
