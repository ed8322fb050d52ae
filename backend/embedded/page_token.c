/* SPDX-License-Identifier: MIT */
/* NextToken, written and read. */
#include "backend/embedded/page_token.h"

#include "backend/embedded/shape.h"

enum { TOKEN = 112 };

void page_token_put(struct buf *out, struct str id)
{
    json_put_name(out, STR("NextToken"));
    buf_add_byte(out, '"');
    for (size_t i = 0; i < TOKEN / 2; i++)
        buf_printf(out, "%02x", i < id.len ? (unsigned char)id.at[i] : 0);
    buf_add_byte(out, '"');
}

static int digit_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool page_token_read(struct call *call, struct str *id, struct err *err)
{
    struct str token = shape_text(call->body, STR("NextToken"));
    char *to = arena_alloc(&call->arena, TOKEN / 2);
    size_t len = 0;
    bool fits = token.len == TOKEN;
    *id = STR_NONE;
    if (token.len == 0)
        return true;
    for (size_t i = 0; fits && i < TOKEN; i += 2) {
        int high = digit_of(token.at[i]), low = digit_of(token.at[i + 1]);
        fits = high >= 0 && low >= 0;
        to[i / 2] = (char)(high * 16 + low);
        if (fits && to[i / 2])
            len = i / 2 + 1;
    }
    *id = (struct str){to, len};
    return (fits && len) ||
           err_invalid(err, "Invalid NextToken for %.*s", STR_ARG(call->request->operation));
}
