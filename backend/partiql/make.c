/* SPDX-License-Identifier: MIT */
/* What translations share: refusals with places, the service's names for parts of a statement. */
#include "backend/partiql/make.h"

#include <stdarg.h>
#include <stdio.h>

bool partiql_make_refuse(
    struct partiql_maker *m, const struct partiql_node *at, const char *format, ...)
{
    char text[ERR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    err_invalid(m->err, "%s", text);
    return err_place(m->err, at->at, at->len);
}

static size_t characters(struct str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += ((unsigned char)text.at[i] & 0xC0) != 0x80;
    return count;
}

bool partiql_make_refuse_at(
    struct partiql_maker *m, const struct partiql_node *at, const char *format, ...)
{
    char text[ERR_TEXT_MAX - 64];
    size_t line = 1, start = 0;
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    for (size_t i = 0; i < at->at; i++)
        if (m->text.at[i] == '\n') {
            line++;
            start = i + 1;
        }
    err_invalid(m->err, "%s at %zu:%zu:%zu", text, line,
        characters((struct str){m->text.at + start, at->at - start}) + 1,
        characters((struct str){m->text.at + at->at, at->len}));
    return err_place(m->err, at->at, at->len);
}

static const char *operator_kind(const struct partiql_node *node)
{
    switch (node->word) {
    case WORD_IS:
        return "IsType";
    case WORD_IN:
        return "InCollection";
    case WORD_BETWEEN:
        return "Between";
    case WORD_LIKE:
        return "Like";
    case WORD_AND:
        return "And";
    case WORD_OR:
        return "Or";
    case WORD_NOT:
        return "Not";
    default:
        return "NAry";
    }
}

const char *partiql_make_kind(const struct partiql_node *node)
{
    switch (node->kind) {
    case PARTIQL_NODE_NAME:
        return "VariableReference";
    case PARTIQL_NODE_PARAMETER:
        return "Parameter";
    case PARTIQL_NODE_PATH:
        return "Path";
    case PARTIQL_NODE_CALL:
        return "Call";
    case PARTIQL_NODE_LIST:
        return "List";
    case PARTIQL_NODE_BAG:
        return "Bag";
    case PARTIQL_NODE_MAP:
        return "Struct";
    case PARTIQL_NODE_MISSING:
        return "LiteralMissing";
    case PARTIQL_NODE_QUERY:
        return "Select";
    case PARTIQL_NODE_UNARY:
    case PARTIQL_NODE_BINARY:
        return operator_kind(node);
    default:
        return "Literal";
    }
}
