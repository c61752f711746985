/*
 * Secrets, by reference only: {credential: NAME} (systemd's $CREDENTIALS_DIRECTORY), {file: PATH}
 * (private mode checked) or {env: NAME}. A secret is its own type so that it can't slip into a
 * format string; its bytes are wiped when it is released.
 */
#ifndef CONFIG_SECRET_H
#define CONFIG_SECRET_H

#include "config/yaml.h"

enum secret_kind { SECRET_NONE, SECRET_CREDENTIAL, SECRET_FILE, SECRET_ENV };

struct secret_ref { /* where a secret is; holds no secret */
    enum secret_kind kind;
    const char *name; /* of the credential or variable, or the path, found from the file's own */
    struct place at;
};

struct secret {
    char *bytes; /* NUL-terminated */
    size_t len;
};

/*
 * Reads a reference out of YAML. A plain scalar is refused: a secret never stands in the file. What
 * stands there instead is not repeated in messages, for it may well be the secret.
 */
int secret_ref_read(const struct yaml_node *node, struct secret_ref *ref, struct arena *arena,
                    struct problems *problems);
/*
 * Fetches the secret; one trailing newline is dropped. SECRET_NONE gives an empty one, anything
 * else that is empty is an error. Errors name the reference only.
 */
int secret_load(const struct secret_ref *ref, struct secret *out, struct err *e);
void secret_release(struct secret *s); /* wipes it; takes one that was never loaded ({0}) */

#endif
