/* Signatures of webhooks. */
#include <inttypes.h>
#include <string.h>

#include "lib/hash.h"
#include "lib/limits.h"
#include "lib/mem.h"
#include "runner/deliver/webhook.h"

static const char prefix[] = "whsec_";

static bool is_encoded(const struct secret *secret)
{
    return strncmp(secret->bytes, prefix, strlen(prefix)) == 0;
}

const char *webhook_check_secret(const struct secret *secret)
{
    unsigned char key[LIMIT_SECRET_BYTES];
    size_t len = 0;
    bool ok = !is_encoded(secret) ||
              (hash_base64_decode(secret->bytes + strlen(prefix), key, &len) && len);
    explicit_bzero(key, sizeof(key));
    return ok ? NULL : "what follows whsec_ in the secret is not base64";
}

void webhook_sign_spatie(const struct secret *secret, const struct buf *body, char out[65])
{
    unsigned char mac[HASH_BYTES];
    hash_hmac(secret->bytes, secret->len, body->data, body->len, mac);
    hash_hex(mac, sizeof(mac), out);
}

void webhook_sign_standard(const struct secret *secrets, size_t n, const char *id, time_t now,
                           const struct buf *body, struct buf *out)
{
    unsigned char mac[HASH_BYTES], key[LIMIT_SECRET_BYTES];
    char text[HASH_BYTES * 2];
    struct buf signed_text;
    buf_init(&signed_text, body->len + 256);
    buf_printf(&signed_text, "%s.%" PRId64 ".", id, (int64_t)now);
    buf_add(&signed_text, body->data, body->len);
    for (size_t i = 0; i < n; i++) {
        const void *bytes = secrets[i].bytes;
        size_t len = secrets[i].len;
        if (is_encoded(&secrets[i]) &&
            hash_base64_decode(secrets[i].bytes + strlen(prefix), key, &len))
            bytes = key;
        hash_hmac(bytes, len, signed_text.data, signed_text.len, mac);
        hash_base64(mac, sizeof(mac), text);
        buf_printf(out, "%sv1,%s", i ? " " : "", text);
    }
    explicit_bzero(key, sizeof(key));
    buf_release(&signed_text);
}
