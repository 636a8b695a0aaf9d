// SPDX-License-Identifier: Apache-2.0
/* By whose rules, by which program, when, and about which bytes a report speaks. */
#include <string.h>

#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "verify/review.h"

#ifndef VERSION
#define VERSION "0.0.0"
#endif

static const char *profile_path(const struct profile *p)
{
    if (p->real_path == NULL)
        return p->path != NULL ? p->path : "none";
    return strcmp(p->real_path, "-") == 0 ? "standard input" : p->real_path;
}

static const char *file_name(const struct subject *s)
{
    const char *file = s->options.file;

    if (file == NULL)
        return "none";
    return strcmp(file, "-") == 0 ? "standard input" : file;
}

static void add(const struct review_rows *rows, const char *name, const char *text)
{
    struct buf value;

    buf_init(&value, LIMIT_YAML_BYTES);
    buf_add_untrusted(&value, text, strlen(text));
    rows->add(rows->context, name, buf_str(&value));
    buf_clear(&value);
}

void review_each_source(const struct subject *s, const struct review_rows *rows)
{
    const struct profile *p = s->profile;
    struct buf text;

    buf_init(&text, LIMIT_YAML_BYTES);
    buf_addf(&text, "%s, %s", p->name, profile_path(p));
    add(rows, "profile", buf_str(&text));
    buf_clear(&text);
    add(rows, "SHA-256", hash32_format(&p->sha256).s + 2);
    add(rows, "file", file_name(s));
    if (!hash32_is_zero(&s->proposal->file_sha256))
        add(rows, "SHA-256", hash32_format(&s->proposal->file_sha256).s + 2);
    add(rows, "program", "countersign " VERSION);
    add(rows, "time", clock_format_utc(s->options.now_s).s);
}

static struct json *text_json(const char *text)
{
    return json_new_text(text, strlen(text));
}

void review_source_json(struct json *j, const struct subject *s)
{
    const struct profile *p = s->profile;
    struct json *profile = json_new_object();
    struct json *file = json_new_object();

    json_set(profile, "path", text_json(profile_path(p)));
    json_set_string(profile, "name", p->name);
    json_set_string(profile, "sha256", hash32_format(&p->sha256).s + 2);
    json_set(j, "profile", profile);
    json_set(file, "path", text_json(file_name(s)));
    if (!hash32_is_zero(&s->proposal->file_sha256))
        json_set_string(file, "sha256", hash32_format(&s->proposal->file_sha256).s + 2);
    else
        json_set_null(file, "sha256");
    json_set(j, "file", file);
    json_set_string(j, "version", VERSION);
    json_set_string(j, "verifiedAt", clock_format_utc(s->options.now_s).s);
}
