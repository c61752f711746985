/*
 * Which network addresses a request may go to. A webhook's URL must not reach into the private
 * network (server-side request forgery), whatever its host name resolves to at that moment: so the
 * address itself is judged, when the socket is opened. Pure.
 */
#ifndef RUNNER_DELIVER_ADDRESS_H
#define RUNNER_DELIVER_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* Addresses whose first `bits` bits are those of `bytes`; IPv4 as ::ffff:a.b.c.d. */
struct address_prefix {
    uint8_t bytes[16];
    unsigned bits;
};
struct address_list {
    const struct address_prefix *items;
    size_t n;
};

/*
 * "10.0.0.5", "10.0.0.0/8", "fd00::/8". Bits beyond the prefix must be 0, so that nobody gets more
 * than the text seems to ask for.
 */
bool address_parse(const char *text, struct address_prefix *out);
/*
 * True for an address of the public internet, or one of `allowed`. Everything that is special is
 * not public: loopback, private, link-local, shared, multicast, documentation, reserved, and IPv6
 * forms that embed an IPv4 address (NAT64, 6to4, Teredo), whatever it is. Only the mapped form is
 * judged as the IPv4 address it stands for, here and in `allowed`. IANA's special-purpose
 * registries; RFC 6890. Of other families than IPv4 and IPv6 nothing is allowed.
 */
bool address_is_allowed(const struct sockaddr *address, const struct address_list *allowed);
/* "10.0.0.5" for messages. */
void address_text(const struct sockaddr *address, char out[64]);

#endif
