/* SPDX-License-Identifier: MIT */
/*
 * Imports going on. A step reads some items of the file in hand and commits them with how far it
 * has come: which file, how many bytes of its text. The file stays open from step to step; after an
 * interruption it is opened again and read up to that place. What cannot be an item is counted; the
 * failure's message tells the first one with its object and line, and the first object of which the
 * rest was skipped. The rest goes on.
 */
#include "backend/embedded/import.h"

#include "backend/embedded/bucket.h"
#include "backend/embedded/import_read.h"
#include "backend/embedded/item.h"
#include "backend/embedded/restore.h"
#include "backend/embedded/shape.h"
#include "backend/embedded/squeeze.h"
#include "base/mem.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>

/* What stays open. */
struct import_file {
    uint32_t number; /* of the job */
    struct bucket bucket;
    struct arena keys_arena, header_arena;
    struct str *keys;
    size_t count, at; /* the file in hand */
    struct squeeze *squeeze;
    struct buf text;
    size_t used;    /* bytes of `text` that have been taken */
    int64_t offset; /* of text + used in the whole text */
    int64_t line;   /* there, from 1 on */
    bool end;       /* `text` holds the end of the file */
    struct str *header;
    size_t columns;
};

struct step {
    struct call *call;
    struct job *job, before;
    const struct json *body;
    struct import_file *file;
    const struct catalog_table *table;
    struct batch batch;
    struct arena scratch; /* of one item */
    struct buf item;
    size_t reads;
    int64_t size; /* of the job, when the step began */
    bool ended;   /* all files have been read */
    bool drop;    /* the table is given up */
    bool stale;   /* another process has done this step */
};

enum {
    FILES_A_STEP = 100,
    READS_A_STEP = 100 * 1000, /* what is no item fills no batch */
    TEXT_A_STEP = 16 << 20,    /* bytes */
    PASSED = -1,               /* an offset: the file is done with */
};

/* ---- what is open ---- */

static void close_object(struct import_file *f)
{
    squeeze_close(f->squeeze);
    f->squeeze = NULL;
    buf_clear(&f->text);
    f->used = 0;
    f->offset = 0;
    f->line = 1;
    f->end = false;
    f->columns = 0;
    arena_reset(&f->header_arena);
}

void import_file_close(struct engine *engine)
{
    struct import_file *f = engine->importing;
    engine->importing = NULL;
    if (!f)
        return;
    close_object(f);
    buf_fini(&f->text);
    arena_fini(&f->keys_arena);
    arena_fini(&f->header_arena);
    bucket_close(&f->bucket);
    free(f);
}

/* The file that the job was at, or the first one behind it. */
static void find_object(struct import_file *f, const struct job *job)
{
    while (f->at < f->count && str_compare(f->keys[f->at], job->last) < 0)
        f->at++;
    if (f->at < f->count && str_equal(f->keys[f->at], job->last) && job->offset == PASSED)
        f->at++;
}

static bool open_bucket(struct step *s, struct err *err)
{
    const struct json *source = shape_get(s->body, STR("S3BucketSource"));
    struct str prefix = shape_text(source, STR("S3KeyPrefix"));
    struct import_file *f = mem_new(struct import_file);
    bool found;
    import_file_close(s->call->engine);
    s->call->engine->importing = s->file = f;
    f->number = s->job->number;
    f->bucket.fd = -1;
    if (!bucket_open(
            &f->bucket, s->call->engine, shape_text(source, STR("S3Bucket")), false, &found, err))
        return false;
    if (!found) {
        s->job->code = STR("S3NoSuchBucket");
        return err_set(err, ERR_FILE, "The specified bucket does not exist");
    }
    if (!bucket_list(&f->bucket, prefix, &f->keys_arena, &f->keys, &f->count, err))
        return false;
    if (f->count == 0) {
        s->job->code = STR("S3NoSuchKey");
        return prefix.len ? err_set(err, ERR_FILE,
                                "No object of the bucket has a key that begins with '%.*s'",
                                STR_ARG(prefix))
                          : err_set(err, ERR_FILE, "The specified bucket has no objects");
    }
    find_object(f, s->job);
    return true;
}

static enum squeeze_kind compression(const struct json *body)
{
    struct str name = shape_text(body, STR("InputCompressionType"));
    return str_equal(name, STR("GZIP"))   ? SQUEEZE_GZIP
           : str_equal(name, STR("ZSTD")) ? SQUEEZE_ZSTD
                                          : SQUEEZE_NONE;
}

/* ---- text ---- */

static bool read_more(struct import_file *f, struct err *err)
{
    if (f->used) {
        memmove(f->text.at, f->text.at + f->used, f->text.len - f->used);
        f->text.len -= f->used;
        f->used = 0;
    }
    return squeeze_read(f->squeeze, &f->text, &f->end, err);
}

static struct str text_of(const struct import_file *f)
{
    return str_skip(buf_str(&f->text), f->used);
}

static int64_t count_lines(struct str text)
{
    int64_t lines = 0;
    for (size_t at; (at = str_find_byte(text, '\n')) != SIZE_MAX; lines++)
        text = str_skip(text, at + 1);
    return lines;
}

/* What is left of the text after something was taken off its front. */
static void take(struct import_file *f, struct str rest)
{
    size_t used = f->text.len - rest.len;
    f->line += count_lines(str_take(text_of(f), used - f->used));
    f->offset += (int64_t)(used - f->used);
    f->used = used;
}

static bool skip_to(struct import_file *f, int64_t offset, struct err *err)
{
    while (f->offset < offset) {
        struct str text = text_of(f);
        int64_t left = offset - f->offset;
        if (text.len == 0 && f->end)
            return err_set(err, ERR_DATA, "the file is shorter than it was");
        if (text.len == 0 && !read_more(f, err))
            return false;
        text = text_of(f);
        take(f, str_skip(text, (int64_t)text.len < left ? text.len : (size_t)left));
    }
    return true;
}

/* ---- CSV's header ---- */

static void header_of_request(struct import_file *f, const struct json *list)
{
    f->header = arena_array(&f->header_arena, struct str, list->count + 1);
    f->columns = 0;
    for (const struct json *name = list->first; name; name = name->next)
        f->header[f->columns++] = arena_dup(&f->header_arena, name->text);
}

static void make_reader(const struct step *s, struct import_reader *reader)
{
    const struct json *csv = shape_get(shape_get(s->body, STR("InputFormatOptions")), STR("Csv"));
    struct str format = shape_text(s->body, STR("InputFormat"));
    struct str delimiter = shape_text(csv, STR("Delimiter"));
    *reader = (struct import_reader){
        .format = str_equal(format, STR("CSV"))   ? IMPORT_CSV
                  : str_equal(format, STR("ION")) ? IMPORT_ION
                                                  : IMPORT_JSON,
        .table = s->table,
        .delimiter = delimiter.len ? delimiter.at[0] : ',',
        .header = s->file->header,
        .columns = s->file->columns,
    };
}

static bool read_header(struct step *s, struct err *err)
{
    struct import_file *f = s->file;
    struct import_reader reader;
    const struct json *csv = shape_get(shape_get(s->body, STR("InputFormatOptions")), STR("Csv"));
    const struct json *list = shape_get(csv, STR("HeaderList"));
    make_reader(s, &reader);
    if (reader.format != IMPORT_CSV)
        return true;
    if (list) {
        header_of_request(f, list);
        return true;
    }
    enum import_got got = IMPORT_MORE;
    while (got == IMPORT_MORE) {
        struct str text = text_of(f);
        arena_reset(&f->header_arena);
        got = import_read_header(&reader, &f->header_arena, &text, f->end, err);
        if (got == IMPORT_MORE && (f->text.len > IMPORT_ITEM_MAX || !read_more(f, err)))
            return err->code != ERR_NONE || err_set(err, ERR_DATA, "the header is too long");
        if (got == IMPORT_ITEM || got == IMPORT_BLANK)
            take(f, text);
    }
    f->header = reader.header;
    f->columns = reader.columns;
    return got != IMPORT_BROKEN;
}

static bool open_object(struct step *s, struct err *err)
{
    struct import_file *f = s->file;
    struct str key = f->keys[f->at];
    bool again = str_equal(key, s->job->last) && s->job->offset != PASSED;
    int fd;
    if (!again)
        s->job->offset = 0;
    s->job->last = key;
    close_object(f);
    if (!bucket_read(&f->bucket, key, &fd, err))
        return false;
    f->squeeze = squeeze_open(fd, compression(s->body), err);
    return f->squeeze && read_header(s, err) && skip_to(f, s->job->offset, err);
}

/* ---- items ---- */

/* line 0: the object as a whole; `skips`: nothing behind it in the object is read */
static void count_error(struct step *s, int64_t line, struct str why, bool skips)
{
    struct job *job = s->job;
    struct arena *arena = &s->call->arena;
    struct str key = job->last, told = why;
    if (line)
        told = arena_printf(arena, "line %" PRId64 "%s%.*s", line,
            str_starts(why, STR("column ")) ? ", " : ": ", STR_ARG(why));
    bool first = job->errors++ == 0, skips_first = skips && job->files++ == 0;
    if (first)
        job->reason = arena_printf(arena,
            "Some of the items failed validation checks and were not imported. The first of them, "
            "in %.*s, %.*s",
            STR_ARG(key), STR_ARG(told));
    if (skips_first && first)
        job->reason = arena_printf(
            arena, "%.*s; the rest of %.*s was skipped", STR_ARG(job->reason), STR_ARG(key));
    else if (skips_first)
        job->reason = arena_printf(arena, "%.*s. In %.*s, %.*s; the rest of %.*s was skipped",
            STR_ARG(job->reason), STR_ARG(key), STR_ARG(told), STR_ARG(key));
}

/* The file is at its end, or given up: the next one follows. */
static void next_object(struct step *s)
{
    close_object(s->file);
    s->job->offset = PASSED;
    s->file->at++;
}

static bool check_item(const struct catalog_table *table, struct value item, struct err *why)
{
    struct str name;
    struct value v;
    struct value_walk walk = value_walk(item);
    while (value_next(&walk, &name, &v))
        if (name.len == 0)
            return err_set(why, ERR_DATA, "an attribute name is empty");
    return value_check(item.encoded, why) && item_check_put(table, item, why) &&
           item_check_size(item, why);
}

/* Whether something follows, more than blanks; looks no further than the text that is read next. */
static bool has_rest(struct import_file *f)
{
    struct err err = ERR_INIT;
    if (str_trim(text_of(f)).len == 0 && !f->end && !read_more(f, &err))
        return true;
    return str_trim(text_of(f)).len > 0 || !f->end;
}

/* Ion: values need not begin where the last one ended. */
static struct str leading_blanks(struct str text)
{
    size_t len = 0;
    while (len < text.len && isspace((unsigned char)text.at[len]))
        len++;
    return str_take(text, len);
}

/* Reads on in the text, which takes more of the file where an item is not whole; false where the
 * file has ended, rightly or not. */
static bool read_one(struct step *s, const struct import_reader *reader)
{
    struct import_file *f = s->file;
    struct err why = ERR_INIT;
    struct str text = text_of(f);
    int64_t before = f->offset, line = f->line;
    if (text.len == 0 && f->end)
        return false;
    if (reader->format == IMPORT_ION)
        line += count_lines(leading_blanks(text));
    buf_clear(&s->item);
    arena_reset(&s->scratch);
    enum import_got got = import_read(reader, &s->scratch, &text, f->end, &s->item, &why);
    if (got == IMPORT_MORE && read_more(f, &why))
        return true;
    if (got != IMPORT_MORE)
        take(f, text);
    s->job->size += f->offset - before;
    if (got == IMPORT_ITEM && !check_item(s->table, value_of(buf_str(&s->item)), &why))
        got = IMPORT_INVALID;
    if (got == IMPORT_ITEM)
        batch_add(&s->batch, value_of(buf_str(&s->item)));
    else if (got != IMPORT_BLANK)
        count_error(s, line, str_from(why.text),
            got == IMPORT_MORE || (got == IMPORT_BROKEN && has_rest(f)));
    return got == IMPORT_ITEM || got == IMPORT_BLANK || got == IMPORT_INVALID;
}

static bool is_enough(const struct step *s)
{
    return batch_is_full(&s->batch) || s->reads >= READS_A_STEP ||
           s->job->size - s->size >= TEXT_A_STEP;
}

static void read_object(struct step *s)
{
    struct err why = ERR_INIT;
    struct import_reader reader;
    bool more = true;
    if (!s->file->squeeze && !open_object(s, &why)) {
        count_error(s, 0, str_from(why.text), true);
        next_object(s);
        return;
    }
    make_reader(s, &reader);
    for (; more && !is_enough(s); s->reads++)
        more = read_one(s, &reader);
    if (more)
        s->job->offset = s->file->offset;
    else
        next_object(s);
}

static bool find_target(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct step *s = context;
    return restore_target(call, txn, s->job, &s->table, err);
}

static bool gather(struct step *s, struct err *err)
{
    s->file = s->call->engine->importing;
    if (!engine_read(s->call, find_target, s, err))
        return false;
    if (!s->table) {
        s->drop = true;
        return err_set(err, ERR_DATA, "the table is gone") || true;
    }
    if ((!s->file || s->file->number != s->job->number) && !open_bucket(s, err)) {
        s->drop = true;
        return true;
    }
    for (int i = 0; i < FILES_A_STEP && s->file->at < s->file->count; i++) {
        if (is_enough(s))
            break;
        read_object(s);
    }
    s->ended = s->file->at == s->file->count;
    return true;
}

/* ---- committing ---- */

/* They have been checked: the table of an import that goes on does not change. Items of one key
 * replace each other. */
static bool put_items(struct call *call, struct store_txn *txn, struct step *s, struct job *job,
    const struct catalog_table *table, struct err *err)
{
    struct str rest = buf_str(&s->batch.items);
    struct value item;
    while (batch_next(&rest, &item)) {
        struct item_slot slot;
        struct capacity used = {0};
        item_key(engine_buf(call, CALL_KEY), table, item);
        if (!item_load(call, txn, table, &slot, err) ||
            !item_store(call, txn, &slot, item, false, &used, err))
            return false;
        job->imported++;
    }
    return true;
}

static bool end_job(struct call *call, struct store_txn *txn, struct job *job, bool drop,
    const struct catalog_table *table, struct err *err)
{
    job->ended_ms = engine_now_ms(call->engine);
    job->state = drop || job->errors ? JOB_FAILED : JOB_DONE;
    if (job->state == JOB_FAILED && job->code.len == 0)
        job->code = drop ? STR("S3FileError") : STR("ItemValidationError");
    if (!table)
        return true;
    return drop ? restore_drop(call, txn, table, err) : restore_end(txn, table, err);
}

static bool commit(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct step *s = context;
    struct job job = *s->job;
    const struct catalog_table *table;
    bool stands;
    if (!job_stands(txn, &call->arena, &s->before, &stands, err))
        return false;
    s->stale = !stands;
    if (s->stale)
        return true;
    if (!restore_target(call, txn, &job, &table, err))
        return false;
    bool drop = s->drop || !table;
    bool done = (drop || put_items(call, txn, s, &job, table, err)) &&
                (!(drop || s->ended) || end_job(call, txn, &job, drop, table, err)) &&
                job_save(txn, &job, err);
    return done || engine_spoil(txn);
}

bool import_work(struct call *call, struct job *job, struct err *err)
{
    struct step s = {.call = call, .job = job, .before = *job, .size = job->size};
    struct err why = ERR_INIT;
    s.body = json_parse(&call->arena, job->request, err);
    bool done = s.body && gather(&s, &why);
    if (s.drop)
        job->reason = arena_dup(&call->arena, str_from(why.text));
    else if (s.body && !done)
        *err = why;
    done = done && engine_write(call, commit, &s, err);
    if (s.drop || s.ended || s.stale || !done)
        import_file_close(call->engine); /* after a failure it does not fit the row */
    batch_fini(&s.batch);
    arena_fini(&s.scratch);
    buf_fini(&s.item);
    return done;
}
