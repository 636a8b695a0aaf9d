// SPDX-License-Identifier: Apache-2.0
#include "src/base/yaml.h"

#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/limits.h"
#include "src/base/utf8.h"
#include "src/base/yaml_build.h"

#define STANDARD_TAG_PREFIX "tag:yaml.org,2002:"

/* libfyaml would print its diagnostics; they are collected instead, and the first one is used. */
static void drop_output(struct fy_diag *diag, void *user, const char *buf, size_t len)
{
    (void)diag;
    (void)user;
    (void)buf;
    (void)len;
}

static struct fy_diag *new_diag(void)
{
    struct fy_diag_cfg cfg;
    struct fy_diag *diag = NULL;

    fy_diag_cfg_default(&cfg);
    cfg.fp = NULL;
    cfg.output_fn = drop_output;
    if ((diag = fy_diag_create(&cfg)) != NULL)
        fy_diag_set_collect_errors(diag, true);
    return diag;
}

static enum err library_error(struct diag *d, const struct yaml *y, struct fy_diag *diag)
{
    void *prev = NULL;
    const struct fy_diag_error *error = fy_diag_errors_iterate(diag, &prev);
    unsigned line = 1;
    unsigned column = 1;

    /* 1-based already, and below 1 if libfyaml knows no position */
    if (error != NULL && error->line > 0)
        line = (unsigned)error->line;
    if (error != NULL && error->column > 0)
        column = (unsigned)error->column;
    return yaml_build_error(d, ERR_FORMAT, y, line, column, "%.200s",
                            error != NULL && error->msg != NULL ? error->msg : "invalid YAML");
}

/* Text of a token as a string to free. NULL in, NULL out; false if out of memory. */
static bool token_text(char **out, struct fy_token *token)
{
    size_t len = 0;
    const char *text = token != NULL ? fy_token_get_text(token, &len) : NULL;

    *out = NULL;
    if (token == NULL)
        return true;
    *out = text != NULL ? strndup(text, len) : NULL;
    return *out != NULL;
}

/* "tag:yaml.org,2002:str" is written "!!str". */
static void shorten_tag(char *tag)
{
    const size_t prefix_len = strlen(STANDARD_TAG_PREFIX);

    if (tag == NULL || strncmp(tag, STANDARD_TAG_PREFIX, prefix_len) != 0)
        return;
    memmove(tag + 2, tag + prefix_len, strlen(tag + prefix_len) + 1);
    tag[0] = '!';
    tag[1] = '!';
}

/* What our event takes from one of the library's. */
struct parts {
    struct yaml_event event;
    struct fy_token *anchor;
    struct fy_token *tag;
};

/* The library's positions are behind a quotation mark and the * of an alias. */
static bool is_behind_mark(const struct fy_event *ev)
{
    enum fy_scalar_style style = FYSS_PLAIN;

    if (ev->type == FYET_SCALAR && ev->scalar.value != NULL)
        style = fy_token_scalar_style(ev->scalar.value);
    return ev->type == FYET_ALIAS || style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED;
}

/* False if the event is no node: begin and end of stream and document. */
static bool take_apart(struct parts *out, struct fy_event *ev)
{
    switch (ev->type) {
    case FYET_SCALAR:
        out->event.type = YAML_EVENT_SCALAR;
        out->anchor = ev->scalar.anchor;
        out->tag = ev->scalar.tag;
        /* an absent value has no token */
        out->event.plain =
            ev->scalar.value == NULL || fy_token_scalar_style(ev->scalar.value) == FYSS_PLAIN;
        if (ev->scalar.value != NULL)
            out->event.text = fy_token_get_text(ev->scalar.value, &out->event.text_len);
        return true;
    case FYET_SEQUENCE_START:
        out->event.type = YAML_EVENT_SEQUENCE;
        out->anchor = ev->sequence_start.anchor;
        out->tag = ev->sequence_start.tag;
        return true;
    case FYET_MAPPING_START:
        out->event.type = YAML_EVENT_MAPPING;
        out->anchor = ev->mapping_start.anchor;
        out->tag = ev->mapping_start.tag;
        return true;
    case FYET_SEQUENCE_END:
    case FYET_MAPPING_END:
        out->event.type = YAML_EVENT_END;
        return true;
    case FYET_ALIAS:
        out->event.type = YAML_EVENT_ALIAS;
        out->anchor = ev->alias.anchor;
        return true;
    default:
        return false;
    }
}

static enum err feed(struct diag *d, struct yaml *y, struct fy_event *ev)
{
    const struct fy_mark *mark = fy_event_start_mark(ev);
    struct parts p = { 0 };
    char *anchor = NULL;
    char *tag = NULL;
    enum err e = ERR_INTERNAL;

    if (mark != NULL) {
        p.event.line = (unsigned)mark->line + 1;
        p.event.column = (unsigned)mark->column + (is_behind_mark(ev) ? 0 : 1);
    }
    if (ev->type == FYET_DOCUMENT_START && yaml_root(y) != NULL)
        return yaml_build_error(d, ERR_FORMAT, y, p.event.line, p.event.column,
                                "more than one document; one is expected");
    if (!take_apart(&p, ev))
        return OK;
    if (!token_text(&anchor, p.anchor) || !token_text(&tag, p.tag) ||
        (p.event.text == NULL && p.event.text_len > 0)) {
        e = diag_set(d, ERR_NOMEM, "out of memory");
        goto done;
    }
    shorten_tag(tag);
    p.event.anchor = anchor;
    p.event.tag = tag;
    e = yaml_build_event(d, y, &p.event);
done:
    free(anchor);
    free(tag);
    return e;
}

static enum err feed_all(struct diag *d, struct yaml *y, struct fy_parser *parser,
                         struct fy_diag *diag)
{
    bool at_end = false;
    enum err e = OK;

    while (e == OK && !at_end) {
        struct fy_event *ev = fy_parser_parse(parser);

        if (ev == NULL)
            return library_error(d, y, diag);
        at_end = ev->type == FYET_STREAM_END;
        e = feed(d, y, ev);
        fy_parser_event_free(parser, ev);
    }
    if (e == OK && fy_parser_get_stream_error(parser))
        e = library_error(d, y, diag);
    return e == OK ? yaml_build_finish(d, y) : e;
}

/*
 * YAML's printable characters (1.2, rule 1), less those that YAML 1.1 parsers take for line breaks
 * and 1.2 parsers do not: a file must not mean one thing here and another where it is used.
 */
static bool is_allowed(uint32_t cp, size_t at)
{
    if (cp < 0x20)
        return cp == '\t' || cp == '\n' || cp == '\r';
    if (cp == 0xfeff)
        return at == 0;
    return cp != 0x7f && (cp < 0x80 || cp > 0x9f) && cp != 0x2028 && cp != 0x2029 && cp != 0xfffe &&
           cp != 0xffff;
}

/* libfyaml takes bytes that are no text for the end of the document. */
static enum err check_text(struct diag *d, const struct yaml *y, const char *data, size_t data_len)
{
    unsigned line = 1;
    unsigned column = 1;

    for (size_t i = 0; i < data_len;) {
        uint32_t cp = 0;
        size_t len = utf8_decode(&cp, data + i, data_len - i);

        if (len == 0)
            return yaml_build_error(d, ERR_FORMAT, y, line, column, "byte 0x%02x is not UTF-8",
                                    (unsigned)(unsigned char)data[i]);
        if (!is_allowed(cp, i))
            return yaml_build_error(d, ERR_FORMAT, y, line, column,
                                    "character U+%04X is not allowed in YAML", (unsigned)cp);
        line += cp == '\n';
        column = cp == '\n' ? 1 : column + 1;
        i += len;
    }
    return OK;
}

enum err yaml_parse(struct diag *d, struct yaml **out, const void *data, size_t data_len,
                    const char *what)
{
    struct fy_parse_cfg cfg = { .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG |
                                         FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE };
    struct fy_parser *parser = NULL;
    struct fy_diag *diag = NULL;
    struct yaml *y = NULL;
    enum err e = ERR_INTERNAL;

    *out = NULL;
    if (data_len > LIMIT_YAML_BYTES)
        return diag_set(d, ERR_LIMIT, "%.256s: over the limit of %d bytes", what, LIMIT_YAML_BYTES);
    if (data_len == 0)
        return diag_set(d, ERR_FORMAT, "%.256s: the document is empty", what);
    if ((e = yaml_build_new(d, &y, what)) != OK || (e = check_text(d, y, data, data_len)) != OK)
        goto done;
    if ((diag = cfg.diag = new_diag()) == NULL || (parser = fy_parser_create(&cfg)) == NULL ||
        fy_parser_set_string(parser, data, data_len) != 0) {
        e = diag_set(d, ERR_NOMEM, "out of memory");
        goto done;
    }
    if ((e = feed_all(d, y, parser, diag)) != OK)
        goto done;
    *out = y;
    y = NULL; /* moved to the caller */
done:
    if (parser != NULL)
        fy_parser_destroy(parser);
    if (diag != NULL)
        fy_diag_destroy(diag);
    yaml_free(y);
    return e;
}
