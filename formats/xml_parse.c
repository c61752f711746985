#include "formats/xml_parse.h"

#include <string.h>

enum state {
    PROLOG, /* before the root element */
    TEXT,
    EPILOG, /* behind it */
    MARKUP, /* behind '<' */
    INSTRUCTION,
    INSTRUCTION_END, /* behind its '?' */
    OPEN_NAME,
    BEFORE_ATTRIBUTE, /* inside a tag, behind a blank */
    ATTRIBUTE_NAME,
    ATTRIBUTE_QUOTE, /* behind '=' */
    ATTRIBUTE_VALUE,
    AFTER_ATTRIBUTE,
    EMPTY_TAG, /* behind the '/' of <a/> */
    CLOSE_NAME,
    ENTITY,
};

void xml_parse_init(struct xml_parser *p, const char *counted)
{
    p->state = PROLOG;
    p->depth = p->name_len = p->entity_len = 0;
    p->counted = counted;
    p->counted_len = strlen(counted);
    p->count = p->offset = 0;
    p->element = NULL;
    p->wrong = NULL;
    p->names[0][0] = '\0';
}

static int fail(struct xml_parser *p, const char *wrong)
{
    p->wrong = wrong;
    return -1;
}

static int go(struct xml_parser *p, enum state state)
{
    p->state = (int)state;
    return 0;
}

static bool is_space(unsigned char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static bool is_name_start(unsigned char c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
}

static bool is_name(unsigned char c)
{
    return is_name_start(c) || (c >= '0' && c <= '9') || c == ':' || c == '-' || c == '.';
}

static int start_name(struct xml_parser *p, unsigned char c, enum state state)
{
    if (!is_name_start(c))
        return fail(p, "a name begins with a wrong character");
    p->names[p->depth][0] = (char)c;
    p->name_len = 1;
    return go(p, state);
}

static int add_name(struct xml_parser *p, unsigned char c)
{
    if (p->name_len == XML_NAME_BYTES - 1)
        return fail(p, "a name is too long");
    p->names[p->depth][p->name_len++] = (char)c;
    return 0;
}

/* Tells who wants to know about elements; the name is that of the open one. */
static int tell(struct xml_parser *p, bool opens)
{
    const char *wrong = p->element ? p->element(p->ctx, p->names[p->depth], opens) : NULL;
    return wrong ? fail(p, wrong) : 0;
}

/* The name of an opening tag is complete: the element is open. */
static int open_element(struct xml_parser *p)
{
    if (p->depth == XML_MAX_DEPTH)
        return fail(p, "nested too deeply");
    p->names[p->depth][p->name_len] = '\0';
    p->lens[p->depth] = (unsigned char)p->name_len;
    if (p->name_len == p->counted_len &&
        memcmp(p->names[p->depth], p->counted, p->counted_len) == 0)
        p->count++;
    if (tell(p, true) != 0)
        return -1;
    p->depth++;
    return 0;
}

static int close_element(struct xml_parser *p)
{
    p->depth--;
    return tell(p, false) != 0 ? -1 : go(p, p->depth ? TEXT : EPILOG);
}

static int close_tag(struct xml_parser *p)
{
    if (p->depth == 0)
        return fail(p, "a closing tag without its element");
    size_t open = p->depth - 1;
    if (p->lens[open] != p->name_len ||
        memcmp(p->names[open], p->names[p->depth], p->name_len) != 0)
        return fail(p, "a closing tag of another element");
    return close_element(p);
}

/* Behind a name or a value inside a tag: a blank, or the end of the tag. */
static int inside_tag(struct xml_parser *p, unsigned char c)
{
    if (is_space(c))
        return go(p, BEFORE_ATTRIBUTE);
    if (c == '>')
        return go(p, TEXT);
    if (c == '/')
        return go(p, EMPTY_TAG);
    return fail(p, "a wrong character inside a tag");
}

static int markup(struct xml_parser *p, unsigned char c)
{
    if (c == '/') {
        p->name_len = 0;
        return go(p, CLOSE_NAME);
    }
    if (c == '?')
        return p->depth ? fail(p, "an instruction inside an element") : go(p, INSTRUCTION);
    return start_name(p, c, OPEN_NAME);
}

static int start_entity(struct xml_parser *p)
{
    p->after_entity = p->state;
    p->entity_len = 0;
    return go(p, ENTITY);
}

static bool is_known_entity(const char *name)
{
    static const char *const known[] = {"amp", "lt", "gt", "quot", "apos"};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(name, known[i]) == 0)
            return true;
    }
    return false;
}

/* &#9; &#xA; and so on: a character that XML allows. */
static bool is_character_reference(const char *name)
{
    unsigned base = name[0] == '#' && name[1] == 'x' ? 16 : 10, value = 0;
    const char *digits = name + (base == 16 ? 2 : 1);
    if (name[0] != '#' || !*digits)
        return false;
    for (; *digits; digits++) {
        unsigned char lower = (unsigned char)*digits | 0x20;
        unsigned v = lower >= 'a' && lower <= 'f'       ? lower - 'a' + 10u
                     : *digits >= '0' && *digits <= '9' ? (unsigned)(*digits - '0')
                                                        : 16;
        if (v >= base)
            return false;
        value = value * base + v; /* ten characters at most: no overflow that matters */
    }
    return value == 9 || value == 10 || value == 13 || (value >= 0x20 && value < 0xd800) ||
           (value >= 0xe000 && value < 0xfffe) || (value >= 0x10000 && value <= 0x10ffff);
}

static int entity(struct xml_parser *p, unsigned char c)
{
    if (c != ';') {
        if (p->entity_len == XML_ENTITY_BYTES - 1 || (!is_name(c) && c != '#'))
            return fail(p, "an unfinished entity");
        p->entity[p->entity_len++] = (char)c;
        return 0;
    }
    p->entity[p->entity_len] = '\0';
    if (!is_known_entity(p->entity) && !is_character_reference(p->entity))
        return fail(p, "an unknown entity");
    p->state = p->after_entity;
    return 0;
}

/* Outside of elements, instructions included. */
static int outside(struct xml_parser *p, unsigned char c)
{
    if (p->state == INSTRUCTION)
        return c == '?' ? go(p, INSTRUCTION_END) : 0;
    if (p->state == INSTRUCTION_END)
        return c == '>' ? go(p, PROLOG) : fail(p, "an unfinished instruction");
    if (c == '<' && p->state == PROLOG)
        return go(p, MARKUP);
    return is_space(c) ? 0 : fail(p, "something stands outside of the root element");
}

static int attribute(struct xml_parser *p, unsigned char c)
{
    switch (p->state) {
    case BEFORE_ATTRIBUTE:
        return is_name_start(c) ? start_name(p, c, ATTRIBUTE_NAME) : inside_tag(p, c);
    case ATTRIBUTE_NAME:
        if (c == '=')
            return go(p, ATTRIBUTE_QUOTE);
        return is_name(c) ? 0 : fail(p, "an attribute without a value");
    case ATTRIBUTE_QUOTE:
        p->quote = (char)c;
        return c == '"' || c == '\'' ? go(p, ATTRIBUTE_VALUE)
                                     : fail(p, "an attribute without quotes");
    default:
        if (c == (unsigned char)p->quote)
            return go(p, AFTER_ATTRIBUTE);
        if (c == '&')
            return start_entity(p);
        return c == '<' ? fail(p, "a < inside an attribute") : 0;
    }
}

static int text(struct xml_parser *p, unsigned char c)
{
    if (c == '<')
        return go(p, MARKUP);
    if (c == '&')
        return start_entity(p);
    return c == '>' ? fail(p, "a > inside a text") : 0;
}

static int step(struct xml_parser *p, unsigned char c)
{
    switch (p->state) {
    case TEXT:
        return text(p, c);
    case MARKUP:
        return markup(p, c);
    case OPEN_NAME:
        if (is_name(c))
            return add_name(p, c);
        return open_element(p) != 0 ? -1 : inside_tag(p, c);
    case CLOSE_NAME:
        if (c == '>')
            return close_tag(p);
        return is_name(c) ? add_name(p, c) : fail(p, "a wrong character in a closing tag");
    case AFTER_ATTRIBUTE:
        return inside_tag(p, c);
    case EMPTY_TAG:
        return c == '>' ? close_element(p) : fail(p, "a / inside a tag");
    case ENTITY:
        return entity(p, c);
    case PROLOG:
    case EPILOG:
    case INSTRUCTION:
    case INSTRUCTION_END:
        return outside(p, c);
    default:
        return attribute(p, c);
    }
}

/* Bytes in texts and values that mean nothing: everything but markup, quotes, controls, EF. */
static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c != '<' && c != '>' && c != '&' && c != '"' && c != '\'' && c != 0xef;
}

/* XML 1.0 allows all but most controls and U+FFFE, U+FFFF (EF BF BE, EF BF BF). */
static bool is_legal(const char *s, size_t len)
{
    unsigned char c = (unsigned char)s[0];
    if (c < 0x20)
        return is_space(c);
    return c != 0xef || len < 3 || (unsigned char)s[1] != 0xbf || (unsigned char)s[2] < 0xbe;
}

/* ---- cells of a sheet, at a glance ---- */

/* What is still to be read of a piece; `s` becomes NULL when it is not what was expected. */
struct glance {
    const char *s, *end;
};

static bool take(struct glance *g, const char *literal, size_t len)
{
    if (!g->s || (size_t)(g->end - g->s) < len || memcmp(g->s, literal, len) != 0)
        return false;
    g->s += len;
    return true;
}

#define TAKE(g, literal) take(g, literal, sizeof(literal) - 1)

static void expect(struct glance *g, bool taken)
{
    if (!taken)
        g->s = NULL;
}

/* Digits, letters and . + - up to `end`, which follows. */
static void expect_word(struct glance *g, char end)
{
    while (g->s && g->s < g->end && (is_name((unsigned char)*g->s) || *g->s == '+'))
        g->s++;
    expect(g, take(g, &end, 1));
}

/* Nonzero when one of eight bytes is a control, <, >, & or EF. */
static uint64_t has_markup(const char *s)
{
    const uint64_t each = 0x0101010101010101, high = each << 7;
    uint64_t w;
    memcpy(&w, s, 8);
    uint64_t angle = (w | each * 2) ^ each * '>', amp = w ^ each * '&', ef = w ^ each * 0xef;
    return (((w - each * 0x20) & ~w) | ((angle - each) & ~angle) | ((amp - each) & ~amp) |
            ((ef - each) & ~ef)) &
           high;
}

static void skip_text(struct glance *g)
{
    const char *s = g->s;
    while (s && g->end - s >= 8 && !has_markup(s))
        s += 8;
    while (s && s < g->end && (is_plain((unsigned char)*s) || *s == '"' || *s == '\''))
        s++;
    g->s = s;
}

/*
 * The length of the cell at `s` when it is whole and of the usual form, else 0. Nearly all bytes of
 * a workbook are such cells; the rest goes the long way, which would come to the same end.
 */
static size_t usual_cell(const char *s, size_t len)
{
    struct glance g = {s, s + len};
    expect(&g, TAKE(&g, "<c"));
    if (TAKE(&g, " r=\""))
        expect_word(&g, '"');
    if (TAKE(&g, " s=\""))
        expect_word(&g, '"');
    if (TAKE(&g, "/>"))
        return (size_t)(g.s - s);
    if (TAKE(&g, " t=\"inlineStr\"><is><t>")) {
        skip_text(&g);
        expect(&g, TAKE(&g, "</t></is></c>"));
    } else {
        expect(&g, TAKE(&g, "><v>"));
        expect_word(&g, '<');
        expect(&g, TAKE(&g, "/v></c>"));
    }
    return g.s ? (size_t)(g.s - s) : 0;
}

int xml_parse_feed(struct xml_parser *p, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (p->state == TEXT && p->depth + 3 <= XML_MAX_DEPTH) {
            for (size_t n; (n = usual_cell(s + i, len - i)) != 0;)
                i += n;
            if (i == len)
                break;
        }
        if (p->state == TEXT || p->state == ATTRIBUTE_VALUE) {
            while (i < len && is_plain((unsigned char)s[i]))
                i++;
            if (i == len)
                break;
        }
        if (!is_legal(s + i, len - i)) {
            p->offset += i;
            return fail(p, "a character that XML forbids");
        }
        if (step(p, (unsigned char)s[i]) != 0) {
            p->offset += i;
            return -1;
        }
    }
    p->offset += len;
    return 0;
}

int xml_parse_end(struct xml_parser *p)
{
    return p->state == EPILOG ? 0 : fail(p, "ends before its root element does");
}

const char *xml_parse_root(const struct xml_parser *p)
{
    return p->names[0];
}
