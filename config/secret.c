#include "config/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/fields.h"
#include "lib/file.h"
#include "lib/limits.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS  "0123456789"

static const char how[] =
    "write where it is: {credential: NAME} (systemd), {file: PATH} or {env: NAME}";

static const char *const kinds[] = {
    [SECRET_CREDENTIAL] = "credential", [SECRET_FILE] = "file", [SECRET_ENV] = "env"};

static enum secret_kind kind_by_name(const char *name)
{
    for (enum secret_kind k = SECRET_CREDENTIAL; k <= SECRET_ENV; k++) {
        if (strcmp(kinds[k], name) == 0)
            return k;
    }
    return SECRET_NONE;
}

static bool name_fits(enum secret_kind kind, const char *name)
{
    size_t len = strlen(name);
    if (len == 0)
        return false;
    if (kind == SECRET_FILE)
        return len < LIMIT_PATH_BYTES;
    if (kind == SECRET_ENV)
        return strspn(name, LETTERS DIGITS "_") == len && !strchr(DIGITS, name[0]);
    /* A plain file name: no way out of the credentials' directory. */
    return strspn(name, LETTERS DIGITS "._-") == len && name[0] != '.' && len <= 255;
}

static const char *beside(struct arena *arena, const char *file, const char *path)
{
    char directory[LIMIT_PATH_BYTES];
    file_dirname(directory, file);
    if (path[0] == '/' || strcmp(directory, ".") == 0)
        return path;
    return arena_printf(arena, "%s/%s", directory, path);
}

int secret_ref_read(const struct yaml_node *node, struct secret_ref *ref, struct arena *arena,
                    struct problems *problems)
{
    const char *key = node->key ? node->key : "secret";
    if (yaml_is_null(node))
        return problems_add(problems, &node->at, how, "\"%s\" has no value", key);
    if (node->kind != YAML_MAPPING)
        return problems_add(problems, &node->at, how, "\"%s\" can't stand in the file itself", key);
    const struct yaml_node *value = node->first;
    if (!value || value->next)
        return problems_add(problems, &node->at, how,
                            "\"%s\" needs one of \"credential\", \"file\" and \"env\"", key);
    enum secret_kind kind = kind_by_name(value->key);
    if (kind == SECRET_NONE)
        return problems_add(problems, &value->key_at, how,
                            "\"%s\" can only be a \"credential\", a \"file\" or an \"env\"", key);
    if (value->kind != YAML_SCALAR || yaml_is_null(value) || !name_fits(kind, value->text))
        return problems_add(problems, &value->at, how, "\"%s\" of \"%s\" must be %s", kinds[kind],
                            key,
                            kind == SECRET_FILE  ? "a path"
                            : kind == SECRET_ENV ? "the name of a variable of the environment"
                                                 : "the name of a credential");
    *ref = (struct secret_ref){
        .kind = kind,
        .at = node->at,
        .name = kind == SECRET_FILE ? beside(arena, node->at.file, value->text) : value->text,
    };
    return 0;
}

static int describe(const struct secret_ref *ref, struct err *e)
{
    return err_wrap(e, "secret {%s: %s}", kinds[ref->kind], ref->name);
}

/* Copies what was fetched, without its trailing newline. */
static int take(const char *bytes, size_t len, struct secret *out, struct err *e)
{
    if (len && bytes[len - 1] == '\n')
        len--;
    if (len && bytes[len - 1] == '\r' && bytes[len] == '\n')
        len--;
    if (len == 0)
        return err_set(e, ERR_CONFIG, "it is empty");
    if (len > LIMIT_SECRET_BYTES)
        return err_set(e, ERR_CONFIG, "it is longer than %d bytes", LIMIT_SECRET_BYTES);
    if (memchr(bytes, '\0', len))
        return err_set(e, ERR_CONFIG, "it holds a NUL byte");
    out->bytes = xmalloc(len + 1);
    memcpy(out->bytes, bytes, len);
    out->bytes[len] = '\0';
    out->len = len;
    return 0;
}

static int load_file(const char *path, enum file_trust trust, struct secret *out, struct err *e)
{
    struct buf bytes;
    buf_init(&bytes, LIMIT_SECRET_BYTES);
    int rc = file_read(path, trust, &bytes, e);
    if (rc == 0)
        rc = take(bytes.data, bytes.len, out, e);
    if (bytes.len)
        explicit_bzero(bytes.data, bytes.len);
    buf_release(&bytes);
    return rc;
}

/* Where a credential is. The shipped units load a directory of them under the name "pressrun", and
 * systemd puts that and a "_" before the name of each file. */
static int find_credential(const char *directory, const char *name, char *path, struct err *e)
{
    char of_directory[LIMIT_PATH_BYTES];
    if (file_join(path, directory, name, e) != 0)
        return -1;
    if (access(path, F_OK) == 0 ||
        snprintf(of_directory, sizeof(of_directory), "pressrun_%s", name) >= LIMIT_PATH_BYTES)
        return 0;
    char other[LIMIT_PATH_BYTES];
    if (file_join(other, directory, of_directory, e) == 0 && access(other, F_OK) == 0)
        memcpy(path, other, sizeof(other));
    return 0;
}

static int load_credential(const char *name, struct secret *out, struct err *e)
{
    char path[LIMIT_PATH_BYTES];
    const char *directory = getenv("CREDENTIALS_DIRECTORY");
    if (!directory || !*directory) {
        err_set(e, ERR_CONFIG, "CREDENTIALS_DIRECTORY is not set");
        return err_hint(e,
                        "the unit needs LoadCredential=%s:/path/to/the/file; outside of systemd "
                        "use {file: PATH} or {env: NAME}",
                        name);
    }
    if (find_credential(directory, name, path, e) != 0)
        return -1;
    /*
     * Not FILE_PRIVATE: systemd gives the service's user access by an ACL, whose mask looks like a
     * readable group. The directory is what keeps others out.
     */
    return load_file(path, FILE_NOT_WRITABLE_BY_OTHERS, out, e);
}

static int load_env(const char *name, struct secret *out, struct err *e)
{
    const char *value = getenv(name);
    if (!value) {
        err_set(e, ERR_CONFIG, "the environment variable is not set");
        return err_hint(e, "set %s for pressrun, in a way that no other program sees", name);
    }
    return take(value, strlen(value), out, e);
}

int secret_load(const struct secret_ref *ref, struct secret *out, struct err *e)
{
    int rc = 0;
    struct secret s = {0};
    switch (ref->kind) {
    case SECRET_NONE:
        s.bytes = xstrdup("");
        break;
    case SECRET_CREDENTIAL:
        rc = load_credential(ref->name, &s, e);
        break;
    case SECRET_FILE:
        rc = load_file(ref->name, FILE_PRIVATE, &s, e);
        break;
    case SECRET_ENV:
        rc = load_env(ref->name, &s, e);
        break;
    }
    if (rc != 0)
        return describe(ref, e);
    *out = s;
    return 0;
}

void secret_release(struct secret *s)
{
    if (s->bytes)
        explicit_bzero(s->bytes, s->len);
    free(s->bytes);
    *s = (struct secret){0};
}
