/* SPDX-License-Identifier: MIT */
/*
 * The keys file. Secrets live in memory of their own, are wiped at the end and never get into a
 * message. Knows nothing about signatures.
 */
#include "backend/serve/keys.h"

#include "base/conf.h"
#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEYS_MAX = 1024 };

struct key {
    char *id, *secret;
    size_t line; /* of its section */
};

struct keys {
    struct key key[KEYS_MAX];
    size_t count;
};

static void forget(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

void keys_free(struct keys *keys)
{
    for (size_t i = 0; keys && i < keys->count; i++) {
        free(keys->key[i].id);
        forget(keys->key[i].secret);
    }
    free(keys);
}

struct keys *keys_begin(void)
{
    return mem_new(struct keys);
}

static bool add_slot(struct keys *keys, struct key key, struct err *err)
{
    if (keys->count == KEYS_MAX)
        return err_set(err, ERR_CONFIG, "more than %d keys", KEYS_MAX);
    keys->key[keys->count++] = key;
    return true;
}

bool keys_add(struct keys *keys, struct str id, struct str secret, struct err *err)
{
    if (!add_slot(keys, (struct key){0}, err))
        return false;
    struct key *key = &keys->key[keys->count - 1];
    key->id = mem_dup(id.at, id.len);
    key->secret = mem_dup(secret.at, secret.len);
    return true;
}

static bool see_section(void *context, const struct conf_line *line, struct err *err)
{
    return add_slot(context, (struct key){.line = line->number}, err);
}

static bool see_entry(void *context, const struct conf_line *line, struct err *err)
{
    struct keys *keys = context;
    bool is_id = str_equal(line->key, STR("aws_access_key_id"));
    if (!is_id && !str_equal(line->key, STR("aws_secret_access_key")))
        return true;
    if (keys->count == 0)
        return err_set(err, ERR_CONFIG, "a key stands in front of the first [section]");
    struct key *key = &keys->key[keys->count - 1];
    char **slot = is_id ? &key->id : &key->secret;
    if (*slot || line->value.len == 0)
        return err_set(err, ERR_CONFIG, "%.*s is %s", STR_ARG(line->key),
            *slot ? "there twice: one key a [section]" : "empty");
    *slot = mem_dup(line->value.at, line->value.len);
    return true;
}

static bool check_mode(const char *path, struct err *err)
{
    struct stat s;
    if (stat(path, &s) != 0)
        return err_errno(err, errno, "cannot read the keys in %s", path);
    if (!S_ISREG(s.st_mode))
        return err_set(err, ERR_CONFIG, "%s: the keys have to be in a plain file", path);
    if (s.st_uid != geteuid() && s.st_uid != 0)
        return err_set(err, ERR_CONFIG, "%s belongs to another user", path);
    if (s.st_mode & (S_IRWXG | S_IRWXO))
        return err_set(err, ERR_CONFIG,
            "%s can be used by other users (mode %03o): chmod 600 %s, and replace the keys if "
            "others may have read them",
            path, (unsigned)(s.st_mode & 0777), path);
    return true;
}

static bool check_whole(const struct keys *keys, const char *path, struct err *err)
{
    size_t whole = 0;
    for (size_t i = 0; i < keys->count; i++) {
        const struct key *key = &keys->key[i];
        if (!key->id != !key->secret)
            return err_set(
                err, ERR_CONFIG, "%s:%zu: this section has only half a key", path, key->line);
        whole += key->id != NULL;
    }
    return whole ||
           err_set(err, ERR_CONFIG,
               "%s has no key: it takes aws_access_key_id and aws_secret_access_key in a [section]",
               path);
}

struct keys *keys_load(const char *path, struct err *err)
{
    struct keys *keys = keys_begin();
    struct conf_handler handler = {.section = see_section, .entry = see_entry, .context = keys};
    if (check_mode(path, err) && conf_load(path, &handler, err) && check_whole(keys, path, err))
        return keys;
    keys_free(keys);
    return NULL;
}

bool keys_find(const struct keys *keys, struct str id, struct str *secret)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (keys->key[i].id && str_equal(str_from(keys->key[i].id), id)) {
            *secret = str_from(keys->key[i].secret);
            return true;
        }
    }
    return false;
}
