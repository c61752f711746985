/* Which addresses are public: of each special range the first, the last and both neighbours. */
#include "runner/deliver/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "tests/unit/unit.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

union any_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un local;
};

static union any_address address(const char *text)
{
    union any_address a = {0};
    if (inet_pton(AF_INET, text, &a.v4.sin_addr) == 1) {
        a.v4.sin_family = AF_INET;
        a.v4.sin_port = 443;
    } else {
        ck_assert_msg(inet_pton(AF_INET6, text, &a.v6.sin6_addr) == 1, "\"%s\"", text);
        a.v6.sin6_family = AF_INET6;
        a.v6.sin6_port = 443;
    }
    return a;
}

enum { ALLOWED = 4 };

/* Judges one address; `allowed` ends with NULL. */
static bool judge(const char *text, const char *const allowed[ALLOWED])
{
    struct address_prefix items[ALLOWED];
    struct address_list list = {items, 0};
    for (; list.n < ALLOWED && allowed[list.n]; list.n++)
        ck_assert_msg(address_parse(allowed[list.n], &items[list.n]), "\"%s\"", allowed[list.n]);
    union any_address a = address(text);
    return address_is_allowed(&a.any, &list);
}

static bool is_public(const char *text)
{
    static const char *const none[ALLOWED] = {NULL};
    return judge(text, none);
}

/* `before` and `after` are neighbours that are public, or NULL. */
static const struct {
    const char *first, *last, *before, *after;
} v4[] = {
    {"0.0.0.0", "0.255.255.255", NULL, "1.0.0.0"},
    {"10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0"},
    {"100.64.0.0", "100.127.255.255", "100.63.255.255", "100.128.0.0"},
    {"127.0.0.0", "127.255.255.255", "126.255.255.255", "128.0.0.0"},
    {"169.254.0.0", "169.254.255.255", "169.253.255.255", "169.255.0.0"},
    {"172.16.0.0", "172.31.255.255", "172.15.255.255", "172.32.0.0"},
    {"192.0.0.0", "192.0.0.255", "191.255.255.255", "192.0.1.0"},
    {"192.0.2.0", "192.0.2.255", "192.0.1.255", "192.0.3.0"},
    {"192.88.99.0", "192.88.99.255", "192.88.98.255", "192.88.100.0"},
    {"192.168.0.0", "192.168.255.255", "192.167.255.255", "192.169.0.0"},
    {"198.18.0.0", "198.19.255.255", "198.17.255.255", "198.20.0.0"},
    {"198.51.100.0", "198.51.100.255", "198.51.99.255", "198.51.101.0"},
    {"203.0.113.0", "203.0.113.255", "203.0.112.255", "203.0.114.0"},
    {"224.0.0.0", "239.255.255.255", "223.255.255.255", NULL},
    {"240.0.0.0", "255.255.255.255", NULL, NULL},
    {"127.0.0.1", "169.254.169.254", NULL, NULL},
    {"100.100.100.200", "192.0.0.192", NULL, NULL}, /* where other clouds keep credentials */
};

/* Each as IPv4 and in its mapped form. */
static void check_v4(const char *text, bool expected)
{
    char mapped[64];
    ck_assert_msg(is_public(text) == expected, "%s", text);
    snprintf(mapped, sizeof(mapped), "::ffff:%s", text);
    ck_assert_msg(is_public(mapped) == expected, "%s", mapped);
}

START_TEST(ranges_of_ipv4)
{
    for (size_t i = 0; i < COUNT(v4); i++) {
        check_v4(v4[i].first, false);
        check_v4(v4[i].last, false);
        if (v4[i].before)
            check_v4(v4[i].before, true);
        if (v4[i].after)
            check_v4(v4[i].after, true);
    }
    check_v4("8.8.8.8", true);
    check_v4("93.184.216.34", true);
}
END_TEST

static const struct {
    const char *text;
    bool expected;
} v6[] = {
    {"2606:2800:220:1:248:1893:25c8:1946", true},
    {"2a00:1450:4001::200e", true},
    /* unspecified, loopback, and IPv4 in its two forgotten forms */
    {"::", false},
    {"::1", false},
    {"::2", false},
    {"::7f00:1", false},
    {"::808:808", false},
    {"::ffff:0:808:808", false},
    {"::fffe:808:808", false},
    {"0:0:0:1:0:ffff:808:808", false},
    /* NAT64, discard-only */
    {"64:ff9b::808:808", false},
    {"64:ff9b::a00:1", false},
    {"64:ff9b:1::a00:1", false},
    {"64:ff9b:1:ffff:ffff:ffff:ffff:ffff", false},
    {"100::", false},
    {"100::ffff:ffff:ffff:ffff", false},
    /* the ends of what is given out */
    {"1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
    {"2000::", true},
    {"3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true},
    {"4000::", false},
    /* Teredo and its neighbours among the protocol assignments */
    {"2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true},
    {"2001::", false},
    {"2001:0:ffff:ffff:ffff:ffff:ffff:ffff", false},
    {"2001:2::1", false},
    {"2001:20::1", false},
    {"2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", false},
    {"2001:200::", true},
    /* documentation */
    {"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", true},
    {"2001:db8::", false},
    {"2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", false},
    {"2001:db9::", true},
    {"3fff::", false},
    {"3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", false},
    {"3fff:1000::", true},
    /* 6to4 */
    {"2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true},
    {"2002::", false},
    {"2002:7f00:1::", false},
    {"2002:808:808::1", false},
    {"2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
    {"2003::", true},
    /* segment routing, unique local, link-local, site-local, multicast */
    {"5f00::", false},
    {"fbff::", false},
    {"fc00::", false},
    {"fd00:ec2::254", false},
    {"fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
    {"fe80::1", false},
    {"febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
    {"fec0::1", false},
    {"ff00::", false},
    {"ff02::1", false},
    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
};

START_TEST(ranges_of_ipv6)
{
    for (size_t i = 0; i < COUNT(v6); i++)
        ck_assert_msg(is_public(v6[i].text) == v6[i].expected, "%s", v6[i].text);
}
END_TEST

static const struct {
    const char *text, *allowed[ALLOWED];
    bool expected;
} lists[] = {
    {"10.0.0.5", {"10.0.0.5"}, true},
    {"10.0.0.5", {"10.0.0.5/32"}, true},
    {"10.0.0.4", {"10.0.0.5"}, false},
    {"10.0.0.6", {"10.0.0.5"}, false},
    {"10.0.0.6", {"10.0.0.5", "10.0.0.6"}, true},
    {"::ffff:10.0.0.5", {"10.0.0.5"}, true},
    {"10.0.0.5", {"::ffff:10.0.0.5"}, true},
    {"10.0.0.5", {"::ffff:10.0.0.0/104"}, true},
    {"11.0.0.5", {"10.0.0.0/8"}, true}, /* public anyway */
    {"172.16.9.255", {"172.16.8.0/23"}, true},
    {"172.16.10.0", {"172.16.8.0/23"}, false},
    {"172.16.7.255", {"172.16.8.0/23"}, false},
    {"127.0.0.1", {"127.0.0.0/8"}, true},
    {"127.0.0.1", {"::1"}, false},
    {"::1", {"127.0.0.1"}, false},
    {"::1", {"::1"}, true},
    {"0.0.0.0", {"127.0.0.0/8"}, false},
    {"0.0.0.0", {"0.0.0.0"}, true},
    {"255.255.255.255", {"0.0.0.0/0"}, true},
    {"::ffff:169.254.169.254", {"0.0.0.0/0"}, true},
    {"fd00::1", {"0.0.0.0/0"}, false},
    {"fd00::1", {"::/0"}, true},
    {"10.0.0.1", {"::/0"}, false},
    {"10.0.0.1", {"::/95"}, false},
    {"10.0.0.1", {"::ffff:0:0/96"}, true},
    {"fd00:1::1", {"fd00::/8"}, true},
    {"fc00::1", {"fd00::/8"}, false},
    {"fd00::8000:0:0:1", {"fd00::8000:0:0:0/65"}, true},
    {"fd00::1", {"fd00::8000:0:0:0/65"}, false},
    {"64:ff9b::a00:5", {"10.0.0.5"}, false},
    {"64:ff9b::a00:5", {"64:ff9b::/96"}, true},
    {"8.8.8.8", {"10.0.0.5"}, true},
};

START_TEST(allowed_lists)
{
    for (size_t i = 0; i < COUNT(lists); i++)
        ck_assert_msg(judge(lists[i].text, lists[i].allowed) == lists[i].expected, "%s with %s",
                      lists[i].text, lists[i].allowed[0]);
}
END_TEST

START_TEST(other_families)
{
    struct address_prefix all[2];
    ck_assert(address_parse("0.0.0.0/0", &all[0]) && address_parse("::/0", &all[1]));
    const struct address_list list = {all, 2};
    union any_address a = {.any.sa_family = AF_UNIX};
    ck_assert(!address_is_allowed(&a.any, &list));
    a.any.sa_family = AF_UNSPEC;
    ck_assert(!address_is_allowed(&a.any, &list));
}
END_TEST

START_TEST(good_prefixes)
{
    struct address_prefix p;
    static const uint8_t ten[16] = {[10] = 0xff, [11] = 0xff, [12] = 10};
    ck_assert(address_parse("10.0.0.0/8", &p));
    ck_assert_uint_eq(p.bits, 104);
    ck_assert_mem_eq(p.bytes, ten, 16);
    ck_assert(address_parse("10.0.0.0", &p) && p.bits == 128);
    ck_assert(address_parse("0.0.0.0/0", &p) && p.bits == 96);
    ck_assert(address_parse("255.255.255.255/32", &p) && p.bits == 128);
    ck_assert(address_parse("128.0.0.0/1", &p) && p.bits == 97);
    ck_assert(address_parse("::/0", &p) && p.bits == 0);
    ck_assert(address_parse("FD00::/8", &p) && p.bits == 8 && p.bytes[0] == 0xfd);
    ck_assert(address_parse("::1/128", &p) && p.bits == 128 && p.bytes[15] == 1);
    ck_assert(address_parse("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", &p));
}
END_TEST

static const char *const bad[] = {
    "",
    "/",
    "/8",
    "10.0.0.0/",
    "10.0.0.0/33",
    "::/129",
    "10.0.0.0/-1",
    "10.0.0.0/+8",
    "10.0.0.0/ 8",
    "10.0.0.0/8 ",
    " 10.0.0.0/8",
    "10.0.0.0/08",
    "10.0.0.0/00",
    "10.0.0.0/0x8",
    "10.0.0.0/8/8",
    "10.0.0.0/4294967304",
    "10.0.0.0/18446744073709551624",
    "10.0.0.0/255.0.0.0",
    /* bits beyond the prefix */
    "10.0.0.5/8",
    "10.0.0.1/31",
    "10.0.0.0/6",
    "0.0.0.1/0",
    "128.0.0.0/0",
    "fd00::1/8",
    "::1/127",
    "fd00::/7",
    "::ffff:10.0.0.5/104",
    /* what inet_aton(3) and browsers take for addresses */
    "10",
    "10.1",
    "10.0.1",
    "010.0.0.1",
    "0x7f.0.0.1",
    "2130706433",
    "10.0.0.0.0",
    "10.0.0.256",
    "10.0.0.",
    "10..0.1",
    "localhost",
    "example.com",
    "*",
    "[::1]",
    "::1%lo",
    "fe80::1%1/128",
    ":::",
    "1::2::3",
    "12345::",
    "g::",
    "10.0.0.0:80",
    "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2555/128",
    "0000000000000000000000000000000000000000000000000000000000000000::1",
};

START_TEST(bad_prefixes)
{
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct address_prefix p = {.bits = 99};
        ck_assert_msg(!address_parse(bad[i], &p), "\"%s\"", bad[i]);
        ck_assert_uint_eq(p.bits, 99);
    }
}
END_TEST

START_TEST(texts)
{
    static const char *const pairs[][2] = {
        {"10.0.0.5", "10.0.0.5"},
        {"0.0.0.0", "0.0.0.0"},
        {"::ffff:10.0.0.5", "10.0.0.5"},
        {"::1", "::1"},
        {"2001:db8:0:0:0:0:0:A", "2001:db8::a"},
        {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
    };
    char out[64];
    for (size_t i = 0; i < COUNT(pairs); i++) {
        union any_address a = address(pairs[i][0]);
        address_text(&a.any, out);
        ck_assert_str_eq(out, pairs[i][1]);
    }
    union any_address a = {.any.sa_family = AF_UNIX};
    address_text(&a.any, out);
    ck_assert_str_eq(out, "an address of family 1");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {ranges_of_ipv4, ranges_of_ipv6, allowed_lists, other_families,
                                  good_prefixes,  bad_prefixes,   texts,         NULL};
    return unit_main("address", tests);
}
