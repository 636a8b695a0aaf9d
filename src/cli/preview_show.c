// SPDX-License-Identifier: Apache-2.0
#include "src/cli/preview_show.h"

#include <stdio.h>
#include <string.h>

#include "src/base/term.h"

/* Titles and texts are printable ASCII: hw/preview escapes what is not ours. */

/* --- text ------------------------------------------------------------------------------------- */

/* The first line of a screen has its number in front. */
struct margin {
    char s[16];
};

static void print_line(struct margin *m, const char *indent, const char *text, size_t len)
{
    term_printf("%s | %s%.*s\n", m->s, indent, (int)len, text);
    (void)snprintf(m->s, sizeof(m->s), "    ");
}

static void print_lines(struct margin *m, const char *indent, const char *text)
{
    while (*text != '\0') {
        size_t n = strcspn(text, "\n");

        print_line(m, indent, text, n);
        text += n;
        text += *text == '\n';
    }
}

static void print_row(struct margin *m, const struct preview_row *row, bool is_value)
{
    if (row->title[0] != '\0')
        print_lines(m, "", row->title);
    print_lines(m, is_value ? "  " : "", row->text);
}

/* Comes back between the others: in words once. */
static void print_step(const struct preview *p, const struct preview_screen *s, bool first)
{
    if (!first)
        return;
    term_printf("     (");
    term_printf("%s:\n      %s; and so after each value)\n", p->rows[s->first_row].text, s->press);
}

static void print_screen(const struct preview *p, const struct preview_screen *s, size_t number)
{
    const bool is_value = s->kind == SCREEN_VALUE || p->rows[s->first_row].broken;
    struct margin m;

    (void)snprintf(m.s, sizeof(m.s), "%4zu", number);
    if (s->aside[0] != '\0')
        term_printf("     (%s)\n", s->aside);
    print_lines(&m, "", s->heading);
    for (size_t i = 0; i < s->num_rows; i++)
        print_row(&m, &p->rows[s->first_row + i], is_value);
    if (s->foot[0] != '\0')
        print_line(&m, "", s->foot, strlen(s->foot));
    if (s->press != NULL)
        term_printf("     > %s\n", s->press);
}

static void print_title(const struct preview *p)
{
    struct buf device, settings;

    buf_init(&device, 256);
    buf_init(&settings, 256);
    preview_device(&device, p);
    preview_settings(&settings, p);
    term_styled(TERM_BOLD, "%s: %s%s%s%s\n", buf_str(&device), preview_mode_name(p->mode),
                settings.len > 0 ? " (" : "", buf_str(&settings), settings.len > 0 ? ")" : "");
    term_printf("%s\n", buf_str(&p->basis_text));
    buf_clear(&settings);
    buf_clear(&device);
}

static void print_notes(const struct preview *p)
{
    const char *at = buf_str(&p->notes);

    while (*at != '\0') {
        size_t n = strcspn(at, "\n");
        struct buf line;

        buf_init(&line, 1024);
        buf_add(&line, at, n);
        term_printf("  - ");
        term_wrapped(4, 4, buf_str(&line));
        buf_clear(&line);
        at += n + 1;
    }
}

void preview_print(const struct preview *p)
{
    size_t number = 0, steps = 0;

    print_title(p);
    for (size_t i = 0; i < p->num_screens; i++) {
        if (p->screens[i].kind == SCREEN_STEP)
            print_step(p, &p->screens[i], steps++ == 0);
        else
            print_screen(p, &p->screens[i], ++number);
    }
    print_notes(p);
}

/* --- JSON ------------------------------------------------------------------------------------- */

static struct json *lines_json(const char *text)
{
    struct json *lines = json_new_array();

    while (*text != '\0') {
        size_t n = strcspn(text, "\n");

        json_append(lines, json_new_text(text, n));
        text += n;
        text += *text == '\n';
    }
    return lines;
}

static struct json *row_json(const struct preview_row *row)
{
    struct json *j = json_new_object();

    json_set_string(j, "label", row->title);
    json_set(j, "lines", lines_json(row->text));
    json_set_bool(j, "broken", row->broken);
    return j;
}

static struct json *screen_json(const struct preview *p, const struct preview_screen *s)
{
    static const char *const kinds[] = { "prompt", "value", "step", "final" };
    struct json *j = json_new_object(), *rows = json_new_array();

    json_set_string(j, "kind", kinds[s->kind]);
    if (s->heading[0] != '\0')
        json_set_string(j, "heading", s->heading);
    for (size_t i = 0; i < s->num_rows; i++)
        json_append(rows, row_json(&p->rows[s->first_row + i]));
    json_set(j, "rows", rows);
    if (s->foot[0] != '\0')
        json_set_string(j, "foot", s->foot);
    if (s->aside[0] != '\0')
        json_set_string(j, "aside", s->aside);
    if (s->press != NULL)
        json_set_string(j, "press", s->press);
    return j;
}

static void set_buf(struct json *j, const char *key,
                    void (*add)(struct buf *, const struct preview *), const struct preview *p)
{
    struct buf text;

    buf_init(&text, 512);
    add(&text, p);
    json_set_string(j, key, buf_str(&text));
    buf_clear(&text);
}

struct json *preview_json(const struct preview *p)
{
    struct json *j = json_new_object(), *screens = json_new_array();

    json_set_string(j, "model", device_model_word(p->setup.model));
    set_buf(j, "device", preview_device, p);
    json_set_string(j, "mode", preview_mode_name(p->mode));
    set_buf(j, "settings", preview_settings, p);
    json_set_bool(j, "refused", p->mode == PREVIEW_REFUSED);
    json_set_bool(j, "confirmed", p->basis == PREVIEW_CONFIRMED);
    json_set_string(j, "basis", buf_str(&p->basis_text));
    for (size_t i = 0; i < p->num_screens; i++)
        json_append(screens, screen_json(p, &p->screens[i]));
    json_set(j, "screens", screens);
    json_set(j, "notes", lines_json(buf_str(&p->notes)));
    return j;
}
