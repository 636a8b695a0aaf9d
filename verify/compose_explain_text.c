// SPDX-License-Identifier: Apache-2.0
#include "verify/compose_explain_text.h"

#include <string.h>

#define INSIDE "docker_compose_file "

static const char *const words[NUM_TEXT_EDITS] = {
    [TEXT_AS_IS] = INSIDE,
    [TEXT_NO_FINAL_NEWLINES] = INSIDE "without newlines at the end, as a shell's $(cat FILE)",
    [TEXT_ONE_FINAL_NEWLINE] = INSIDE "with one newline at the end",
    [TEXT_ONE_MORE_NEWLINE] = INSIDE "with one more newline at the end",
    [TEXT_LF] = INSIDE "with LF line endings",
    [TEXT_CRLF] = INSIDE "with CR LF line endings",
    [TEXT_NO_BOM] = INSIDE "without its byte-order mark",
    [TEXT_BOM] = INSIDE "with a byte-order mark",
    [TEXT_NO_LINE_END_SPACES] = INSIDE "without spaces at the ends of lines",
};
static const char bom[] = "\xef\xbb\xbf";

const char *text_edit_words_inside(enum text_edit edit)
{
    return words[edit];
}

const char *text_edit_words(enum text_edit edit)
{
    return words[edit] + strlen(INSIDE);
}

static size_t without_newlines(const char *data, size_t data_len)
{
    while (data_len > 0 && (data[data_len - 1] == '\n' || data[data_len - 1] == '\r'))
        data_len--;
    return data_len;
}

static void add_lf(struct buf *out, const char *data, size_t data_len)
{
    for (size_t i = 0; i < data_len; i++) {
        if (data[i] != '\r' || i + 1 == data_len || data[i + 1] != '\n')
            buf_add_u8(out, (uint8_t)data[i]);
    }
}

static void add_crlf(struct buf *out, const char *data, size_t data_len)
{
    for (size_t i = 0; i < data_len; i++) {
        if (data[i] == '\n' && (i == 0 || data[i - 1] != '\r'))
            buf_add_u8(out, '\r');
        buf_add_u8(out, (uint8_t)data[i]);
    }
}

static void add_trimmed(struct buf *out, const char *data, size_t data_len)
{
    for (size_t i = 0; i < data_len; i++) {
        size_t end = i;

        while (end < data_len && (data[end] == ' ' || data[end] == '\t'))
            end++;
        if (end > i && (end == data_len || data[end] == '\n')) {
            i = end - 1; /* the spaces before the end of a line */
            continue;
        }
        buf_add(out, data + i, end > i ? end - i : 1);
        i = end > i ? end - 1 : i;
    }
}

bool text_edit_apply(struct buf *out, enum text_edit edit, const char *data, size_t data_len)
{
    const bool has_bom = data_len >= 3 && memcmp(data, bom, 3) == 0;

    switch (edit) {
    case TEXT_NO_FINAL_NEWLINES:
        buf_add(out, data, without_newlines(data, data_len));
        break;
    case TEXT_ONE_FINAL_NEWLINE:
        buf_add(out, data, without_newlines(data, data_len));
        buf_add_u8(out, '\n');
        break;
    case TEXT_ONE_MORE_NEWLINE:
        buf_add(out, data, data_len);
        buf_add_u8(out, '\n');
        break;
    case TEXT_LF:
        add_lf(out, data, data_len);
        break;
    case TEXT_CRLF:
        add_crlf(out, data, data_len);
        break;
    case TEXT_NO_BOM:
        buf_add(out, data + (has_bom ? 3 : 0), data_len - (has_bom ? 3 : 0));
        break;
    case TEXT_BOM:
        buf_add_str(out, has_bom ? "" : bom);
        buf_add(out, data, data_len);
        break;
    case TEXT_NO_LINE_END_SPACES:
        add_trimmed(out, data, data_len);
        break;
    case TEXT_AS_IS:
    case NUM_TEXT_EDITS:
        buf_add(out, data, data_len);
        return true;
    }
    if (out->len != data_len || (data_len > 0 && memcmp(out->data, data, data_len) != 0))
        return true;
    buf_clear(out);
    return false;
}
