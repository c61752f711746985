#include "runner/deliver/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "lib/parse.h"

enum { BYTES = 16, BITS = 128, MAPPED_BITS = 96 };

static const uint8_t mapped[BYTES] = {[10] = 0xff, [11] = 0xff}; /* ::ffff:0:0/96 */

/* Not public though they are IPv4, or IPv6 within 2000::/3. */
static const char *const special[] = {
    "0.0.0.0/8",       /* this network: Linux takes 0.0.0.0 for itself */
    "10.0.0.0/8",      /* private */
    "100.64.0.0/10",   /* shared by carriers, and by clouds for their own services */
    "127.0.0.0/8",     /* loopback */
    "169.254.0.0/16",  /* link-local, where clouds keep credentials */
    "172.16.0.0/12",   /* private */
    "192.0.0.0/24",    /* protocol assignments */
    "192.0.2.0/24",    /* documentation */
    "192.88.99.0/24",  /* 6to4 relays, retired */
    "192.168.0.0/16",  /* private */
    "198.18.0.0/15",   /* benchmarks */
    "198.51.100.0/24", /* documentation */
    "203.0.113.0/24",  /* documentation */
    "224.0.0.0/3",     /* multicast, reserved, broadcast */
    "2001::/23",       /* protocol assignments: Teredo, benchmarks, ORCHID */
    "2001:db8::/32",   /* documentation */
    "2002::/16",       /* 6to4 */
    "3fff::/20",       /* documentation */
};
/* All that IANA gives out to networks; the rest of IPv6 is special or reserved. */
static const char global_unicast[] = "2000::/3";

/* An address as 16 bytes; false for other families. */
static bool to_bytes(const struct sockaddr *address, uint8_t out[BYTES])
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof(v4));
        memcpy(out, mapped, BYTES);
        memcpy(out + BYTES - 4, &v4.sin_addr, 4);
    } else if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, address, sizeof(v6));
        memcpy(out, &v6.sin6_addr, BYTES);
    } else {
        return false;
    }
    return true;
}

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;
    return memcmp(a, b, whole) == 0 && (rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0);
}

static bool is_v4(const uint8_t bytes[BYTES])
{
    return same_bits(bytes, mapped, MAPPED_BITS);
}

static bool matches(const uint8_t bytes[BYTES], const struct address_prefix *p)
{
    /* Who writes ::/0 means IPv6. */
    if (is_v4(bytes) && p->bits < MAPPED_BITS)
        return false;
    return same_bits(bytes, p->bytes, p->bits);
}

/* The number of bits after the slash, as people write it: no sign, no leading zero. */
static bool parse_bits(const char *text, unsigned max, unsigned *out)
{
    uint64_t n;
    if ((text[0] == '0' && text[1]) || !parse_uint64(text, max, &n))
        return false;
    *out = (unsigned)n;
    return true;
}

bool address_parse(const char *text, struct address_prefix *out)
{
    char host[INET6_ADDRSTRLEN];
    struct address_prefix p = {.bits = BITS};
    size_t len = strcspn(text, "/");
    if (len >= sizeof(host))
        return false;
    memcpy(host, text, len);
    host[len] = '\0';

    unsigned before = 0; /* bits of the mapped form that the text does not count */
    if (inet_pton(AF_INET, host, p.bytes + BYTES - 4) == 1) {
        memcpy(p.bytes, mapped, BYTES - 4);
        before = MAPPED_BITS;
    } else if (inet_pton(AF_INET6, host, p.bytes) != 1) {
        return false;
    }
    if (text[len]) {
        if (!parse_bits(text + len + 1, BITS - before, &p.bits))
            return false;
        p.bits += before;
    }
    for (unsigned bit = p.bits; bit < BITS; bit++) {
        if (p.bytes[bit / 8] & (0x80 >> bit % 8))
            return false;
    }
    *out = p;
    return true;
}

/* Matches a prefix of ours; one that can't be read gives `otherwise`. */
static bool within(const uint8_t bytes[BYTES], const char *prefix, bool otherwise)
{
    struct address_prefix p;
    return address_parse(prefix, &p) ? matches(bytes, &p) : otherwise;
}

static bool is_public(const uint8_t bytes[BYTES])
{
    if (!is_v4(bytes) && !within(bytes, global_unicast, false))
        return false;
    for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++) {
        if (within(bytes, special[i], true))
            return false;
    }
    return true;
}

bool address_is_allowed(const struct sockaddr *address, const struct address_list *allowed)
{
    uint8_t bytes[BYTES];
    if (!to_bytes(address, bytes))
        return false;
    for (size_t i = 0; i < allowed->n; i++) {
        if (matches(bytes, &allowed->items[i]))
            return true;
    }
    return is_public(bytes);
}

void address_text(const struct sockaddr *address, char out[64])
{
    uint8_t bytes[BYTES];
    if (!to_bytes(address, bytes))
        snprintf(out, 64, "an address of family %d", address->sa_family);
    else if (is_v4(bytes))
        inet_ntop(AF_INET, bytes + BYTES - 4, out, 64);
    else
        inet_ntop(AF_INET6, bytes, out, 64);
}
