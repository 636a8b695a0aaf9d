// SPDX-License-Identifier: Apache-2.0
#include "src/base/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "src/base/limits.h"
#include "src/base/utf8.h"
#include "src/base/yaml_build.h"

#define STANDARD_TAG_PREFIX "tag:yaml.org,2002:"

static enum err library_error(struct diag *d, const struct yaml *y, const yaml_parser_t *parser)
{
    const char *problem = parser->problem != NULL ? parser->problem : "invalid YAML";
    const char *context = parser->context != NULL ? parser->context : "";

    if (parser->error == YAML_MEMORY_ERROR)
        return diag_set(d, ERR_NOMEM, "out of memory");
    return yaml_build_error(d, ERR_FORMAT, y, (unsigned)parser->problem_mark.line + 1,
                            (unsigned)parser->problem_mark.column + 1, "%.100s%s%.200s", context,
                            context[0] != '\0' ? ", " : "", problem);
}

/*
 * A document of ours has no directives: go-yaml takes no version but 1.1, and %TAG gives tags
 * other names.
 */
static enum err check_start(struct diag *d, const struct yaml *y, const yaml_event_t *ev)
{
    const unsigned line = (unsigned)ev->start_mark.line + 1;
    const unsigned column = (unsigned)ev->start_mark.column + 1;

    if (yaml_root(y) != NULL)
        return yaml_build_error(d, ERR_FORMAT, y, line, column,
                                "more than one document; one is expected");
    if (ev->data.document_start.version_directive != NULL ||
        ev->data.document_start.tag_directives.start != ev->data.document_start.tag_directives.end)
        return yaml_build_error(d, ERR_FORMAT, y, line, column,
                                "a directive (%%YAML, %%TAG) is not taken here");
    return OK;
}

/* The library's text is bytes: unsigned char. */
static const char *text_of(const yaml_char_t *text)
{
    return (const char *)text;
}

/* "tag:yaml.org,2002:str" is written "!!str", in place. */
static const char *short_tag(yaml_char_t *text)
{
    const size_t prefix_len = strlen(STANDARD_TAG_PREFIX);
    char *tag = (char *)text;

    if (tag == NULL || strncmp(tag, STANDARD_TAG_PREFIX, prefix_len) != 0)
        return tag;
    memmove(tag + 2, tag + prefix_len, strlen(tag + prefix_len) + 1);
    tag[0] = '!';
    tag[1] = '!';
    return tag;
}

/* A value that is absent has no position of its own. */
static bool is_absent(const yaml_event_t *ev)
{
    return ev->type == YAML_SCALAR_EVENT && ev->start_mark.index == ev->end_mark.index;
}

/* False if the event is no node: begin and end of stream and document. */
static bool take_apart(struct yaml_event *out, const yaml_event_t *ev)
{
    out->line = is_absent(ev) ? 0 : (unsigned)ev->start_mark.line + 1;
    out->column = (unsigned)ev->start_mark.column + 1;
    switch (ev->type) {
    case YAML_SCALAR_EVENT:
        out->type = YAML_EVENT_SCALAR;
        out->anchor = text_of(ev->data.scalar.anchor);
        out->tag = short_tag(ev->data.scalar.tag);
        out->plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        out->text = text_of(ev->data.scalar.value);
        out->text_len = ev->data.scalar.length;
        return true;
    case YAML_SEQUENCE_START_EVENT:
        out->type = YAML_EVENT_SEQUENCE;
        out->anchor = text_of(ev->data.sequence_start.anchor);
        out->tag = short_tag(ev->data.sequence_start.tag);
        return true;
    case YAML_MAPPING_START_EVENT:
        out->type = YAML_EVENT_MAPPING;
        out->anchor = text_of(ev->data.mapping_start.anchor);
        out->tag = short_tag(ev->data.mapping_start.tag);
        return true;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        out->type = YAML_EVENT_END;
        return true;
    case YAML_ALIAS_EVENT:
        out->type = YAML_EVENT_ALIAS;
        out->anchor = text_of(ev->data.alias.anchor);
        return true;
    default:
        return false;
    }
}

/* --- what go-yaml, an older port of the library, does not take -------------------------------- */

struct source {
    const char *data;
    size_t len;
    size_t at, index; /* a place in bytes, and the same one in characters */
    size_t flow_depth;
};

/* Go to a character; marks never go back. */
static void advance(struct source *s, size_t index)
{
    while (s->index < index && s->at < s->len) {
        uint32_t cp = 0;
        size_t len = utf8_decode(&cp, s->data + s->at, s->len - s->at);

        s->at += len > 0 ? len : 1;
        s->index++;
    }
}

/* "\/", which JSON allows and YAML 1.1 does not. */
static bool has_slash_escape(struct source *s, const yaml_event_t *ev)
{
    size_t from = 0;

    advance(s, ev->start_mark.index);
    from = s->at;
    advance(s, ev->end_mark.index);
    for (size_t i = from; i + 1 < s->at; i++) {
        if (s->data[i] != '\\')
            continue;
        if (s->data[++i] == '/')
            return true;
    }
    return false;
}

static void count_flow(struct source *s, const yaml_event_t *ev)
{
    bool starts = (ev->type == YAML_SEQUENCE_START_EVENT &&
                   ev->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE) ||
                  (ev->type == YAML_MAPPING_START_EVENT &&
                   ev->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE);

    /* everything inside a flow collection is in flow style */
    if (starts)
        s->flow_depth++;
    else if (s->flow_depth > 0 &&
             (ev->type == YAML_SEQUENCE_END_EVENT || ev->type == YAML_MAPPING_END_EVENT))
        s->flow_depth--;
}

static enum err check_scalar(struct diag *d, const struct yaml *y, struct source *s,
                             const yaml_event_t *ev)
{
    const unsigned line = (unsigned)ev->start_mark.line + 1;
    const unsigned column = (unsigned)ev->start_mark.column + 1;

    if (ev->data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE && has_slash_escape(s, ev))
        return yaml_build_error(d, ERR_FORMAT, y, line, column,
                                "the escape \\/ is JSON's, not YAML 1.1's");
    if (ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && s->flow_depth > 0 &&
        memchr(ev->data.scalar.value, '?', ev->data.scalar.length) != NULL)
        return yaml_build_error(d, ERR_FORMAT, y, line, column,
                                "a '?' in a flow collection must stand in quotes");
    return OK;
}

static enum err feed_all(struct diag *d, struct yaml *y, yaml_parser_t *parser,
                         struct source *source)
{
    bool at_end = false;
    enum err e = OK;

    while (e == OK && !at_end) {
        struct yaml_event event = { 0 };
        yaml_event_t ev;

        if (yaml_parser_parse(parser, &ev) == 0)
            return library_error(d, y, parser);
        at_end = ev.type == YAML_STREAM_END_EVENT;
        count_flow(source, &ev);
        if (ev.type == YAML_DOCUMENT_START_EVENT)
            e = check_start(d, y, &ev);
        else if (ev.type == YAML_SCALAR_EVENT)
            e = check_scalar(d, y, source, &ev);
        if (e == OK && take_apart(&event, &ev))
            e = yaml_build_event(d, y, &event);
        yaml_event_delete(&ev);
    }
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

/* Before the library sees it: what it skips, or takes for a line break, is refused here. */
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
    struct source source = { .data = data, .len = data_len };
    yaml_parser_t parser;
    struct yaml *y = NULL;
    enum err e = ERR_INTERNAL;

    *out = NULL;
    if (data_len > LIMIT_YAML_BYTES)
        return diag_set(d, ERR_LIMIT, "%.256s: over the limit of %d bytes", what, LIMIT_YAML_BYTES);
    if (data_len == 0)
        return diag_set(d, ERR_FORMAT, "%.256s: the document is empty", what);
    if (yaml_parser_initialize(&parser) == 0)
        return diag_set(d, ERR_NOMEM, "out of memory");
    if ((e = yaml_build_new(d, &y, what)) != OK || (e = check_text(d, y, data, data_len)) != OK)
        goto done;
    /* where the encoding is given, the library takes a byte-order mark for a column of its line */
    if (data_len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) {
        source.data += 3;
        source.len -= 3;
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)source.data, source.len);
    if ((e = feed_all(d, y, &parser, &source)) != OK)
        goto done;
    *out = y;
    y = NULL; /* moved to the caller */
done:
    yaml_parser_delete(&parser);
    yaml_free(y);
    return e;
}
