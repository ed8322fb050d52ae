/* SPDX-License-Identifier: MIT */
/*
 * The AWS files as a list of entries. Sections are named differently in the two files:
 *
 *   config        [default]  [profile NAME]  [services NAME]  [sso-session NAME] …
 *   credentials   [NAME]
 *
 * A later entry wins over an earlier one. The texts hold keys: nothing of them is copied or quoted
 * in errors.
 */
#include "backend/remote/profiles.h"

#include "base/buf.h"
#include "base/conf.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { FILE_MAX = 1 << 20, ENTRIES_MAX = 1 << 16 };

enum source { FROM_CONFIG, FROM_CREDENTIALS };

struct profiles_entry {
    enum source source;
    bool services; /* a [services NAME] section */
    struct str section, parent, key, value;
};

static const struct profiles_entry *find(const struct profiles *p, enum source source,
    bool services, struct str section, struct str parent, struct str key)
{
    for (size_t i = p->count; i-- > 0;) {
        const struct profiles_entry *e = &p->entries[i];
        if (e->source == source && e->services == services && str_equal(e->section, section) &&
            str_equal_nocase(e->parent, parent) && str_equal_nocase(e->key, key))
            return e;
    }
    return NULL;
}

/* ---- reading ---- */

struct reading {
    struct profiles *profiles;
    enum source source;
};

static bool add(struct profiles *p, struct profiles_entry entry, struct err *err)
{
    if (p->count == ENTRIES_MAX)
        return err_set(err, ERR_CONFIG, "more than %d lines: not a file of profiles", ENTRIES_MAX);
    if (p->count == p->cap) {
        p->cap = p->cap ? 2 * p->cap : 64;
        p->entries = mem_grow(p->entries, p->cap * sizeof *p->entries);
    }
    p->entries[p->count++] = entry;
    return true;
}

/* Which profile or services section a line belongs to; false for sections that mean nothing here.
 */
static bool section_of(const struct reading *r, struct str section, struct profiles_entry *entry)
{
    entry->source = r->source;
    entry->section = section;
    if (r->source == FROM_CREDENTIALS || str_equal(section, STR("default")))
        return section.len > 0;
    if (conf_section_name(section, "profile", &entry->section))
        return true;
    entry->services = true;
    return conf_section_name(section, "services", &entry->section);
}

/* A section without a key counts as there, too. */
static bool on_section(void *context, const struct conf_line *line, struct err *err)
{
    struct reading *r = context;
    struct profiles_entry entry = {0};
    return !section_of(r, line->section, &entry) || add(r->profiles, entry, err);
}

static bool on_entry(void *context, const struct conf_line *line, struct err *err)
{
    struct reading *r = context;
    struct profiles_entry entry = {.parent = line->parent, .key = line->key, .value = line->value};
    if (!line->key.len || !section_of(r, line->section, &entry))
        return true;
    return add(r->profiles, entry, err);
}

static void note_group(struct profiles *p, const char *path)
{
    struct stat info;
    if (stat(path, &info) == 0 && (info.st_mode & S_IWGRP))
        p->shared_writable = true;
}

static bool read_file(struct profiles *p, enum source source, const char *path, struct err *err)
{
    struct reading reading = {p, source};
    struct conf_handler handler = {.section = on_section, .entry = on_entry, .context = &reading};
    struct secret *text = source == FROM_CONFIG ? &p->config : &p->credentials;
    struct err missing = ERR_INIT;
    if (!secret_read_file(text, path, FILE_MAX, &missing)) {
        if (missing.code != ERR_NONE)
            *err = missing;
        return missing.code == ERR_NONE;
    }
    note_group(p, path);
    return conf_parse(secret_str(text), path, &handler, err);
}

/* The file's place: the variable, where "~/" is the home folder, or the usual one. */
static char *path_of(const char *variable, const char *usual)
{
    const char *value = getenv(variable), *home = getenv("HOME");
    struct buf path = {0};
    if (value && value[0] && !(value[0] == '~' && value[1] == '/'))
        buf_add(&path, str_from(value));
    else
        buf_printf(&path, "%s/%s", home ? home : "", value && value[0] ? value + 2 : usual);
    return buf_take(&path);
}

bool profiles_load(struct profiles *p, struct err *err)
{
    char *credentials = path_of("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials");
    p->config_path = path_of("AWS_CONFIG_FILE", ".aws/config");
    bool ok = read_file(p, FROM_CONFIG, p->config_path, err) &&
              read_file(p, FROM_CREDENTIALS, credentials, err);
    free(credentials);
    return ok;
}

void profiles_fini(struct profiles *p)
{
    secret_fini(&p->config);
    secret_fini(&p->credentials);
    free(p->entries);
    free(p->config_path);
    *p = (struct profiles){0};
}

/* ---- asking ---- */

bool profiles_has(const struct profiles *p, struct str profile)
{
    for (size_t i = 0; i < p->count; i++)
        if (!p->entries[i].services && str_equal(p->entries[i].section, profile))
            return true;
    return false;
}

bool profiles_in_credentials(const struct profiles *p, struct str profile, struct str key)
{
    return find(p, FROM_CREDENTIALS, false, profile, STR_NONE, key) != NULL;
}

struct str profiles_get(const struct profiles *p, struct str profile, struct str key)
{
    const struct profiles_entry *e = find(p, FROM_CREDENTIALS, false, profile, STR_NONE, key);
    if (!e)
        e = find(p, FROM_CONFIG, false, profile, STR_NONE, key);
    return e ? e->value : STR_NONE;
}

bool profiles_has_services(const struct profiles *p, struct str name)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->entries[i].services && str_equal(p->entries[i].section, name))
            return true;
    return false;
}

struct str profiles_service(
    const struct profiles *p, struct str name, struct str service, struct str key)
{
    const struct profiles_entry *e = find(p, FROM_CONFIG, true, name, service, key);
    return e ? e->value : STR_NONE;
}

static bool named_before(const struct profiles *p, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (!p->entries[i].services && str_equal(p->entries[i].section, p->entries[at].section))
            return true;
    return false;
}

void profiles_names(const struct profiles *p, char *out, size_t size)
{
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < p->count; i++) {
        struct str name = p->entries[i].section;
        if (p->entries[i].services || p->entries[i].key.len || named_before(p, i))
            continue;
        if (len + name.len + 6 > size) {
            snprintf(out + len, size - len, ", …");
            break;
        }
        len += (size_t)snprintf(out + len, size - len, "%s%.*s", len ? ", " : "", STR_ARG(name));
    }
}
