// SPDX-License-Identifier: Apache-2.0
#include "src/base/html.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "verify/review.h"

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'\">\n<title>countersign report</title>\n<style>\n"
    "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}\n"
    "code,td.v,pre{font-family:monospace;overflow-wrap:anywhere;white-space:pre-wrap}\n"
    "table{border-collapse:collapse;width:100%}\n"
    "th{white-space:nowrap}h1,th{font-weight:bold}.pass{color:#060}.fail{color:#b00}.unknown{color:"
    "#850}\n"
    "pre{max-height:12em;overflow:auto;background:#eee;padding:.5em}\n"
    "td,th{text-align:left;vertical-align:top;padding:.3em .6em;border-top:1px solid #999}\n";

static void add_row(void *context, const char *name, const char *value)
{
    struct buf *out = context;

    buf_add_str(out, "<tr><th>");
    buf_add_html(out, name);
    buf_add_str(out, "</th><td class=\"v\">");
    buf_add_html(out, value);
    buf_add_str(out, "</td></tr>\n");
}

static void add_image(void *context, const char *name, const char *value)
{
    struct buf *out = context;

    buf_add_str(out, "<li>image of ");
    buf_add_html(out, name);
    buf_add_str(out, ": <code>");
    buf_add_html(out, value);
    buf_add_str(out, "</code></li>\n");
}

static void add_effects(struct buf *out, const struct subject *s)
{
    size_t n = s->proposal->step == STEP_REJECT ? 1 : s->num_governed;

    buf_addf(out, "<h2>What happens (%s)</h2>\n<ul>\n", step_name(s->proposal->step));
    for (size_t i = 0; i < n; i++) {
        struct buf text;

        buf_init(&text, 1024 * 1024);
        review_sentence(&text, s, i);
        buf_add_str(out, "<li><code>");
        buf_add_html(out, buf_ok(&text) ? buf_str(&text) : "too long to show");
        buf_add_str(out, "</code></li>\n");
        buf_clear(&text);
    }
    if (n == 0)
        buf_add_str(out, "<li>it is not known what this does</li>\n");
    review_each_image(s, &(struct review_rows){ add_image, out });
    buf_add_str(out, "</ul>\n");
}

static void add_fields(struct buf *out, const struct subject *s)
{
    struct buf rows;

    buf_init(&rows, 64 * LIMIT_COMPOSE_BYTES);
    if (review_each_field(s, &(struct review_rows){ add_row, &rows })) {
        buf_add_str(out, "<h2>What the app-compose says</h2>\n<table>\n");
        buf_add_str(out, buf_ok(&rows) ? buf_str(&rows) : "<tr><td>too long to show</td></tr>\n");
        buf_add_str(out, "</table>\n");
    }
    buf_clear(&rows);
}

static void add_diff(struct buf *out, const struct subject *s)
{
    struct buf text;

    buf_init(&text, 16 * LIMIT_COMPOSE_BYTES);
    review_add_diff(&text, s);
    if (text.len > 0 || !buf_ok(&text)) {
        buf_add_str(out, "<h2>What the release changes</h2>\n<pre>");
        buf_add_html(out, buf_ok(&text) ? buf_str(&text) : "too long to show");
        buf_add_str(out, "</pre>\n");
    }
    buf_clear(&text);
}

static const char *const classes[] = {
    [NOT_CHECKED] = "unknown",
    [PASS] = "pass",
    [FAIL] = "fail",
    [UNKNOWN] = "unknown",
};

static void add_check(struct buf *out, const struct check *c)
{
    buf_addf(out, "<tr><th class=\"%s\">", classes[c->verdict]);
    buf_add_html(out, verdict_name(c->verdict));
    buf_addf(out, "</th><td>%s<br><small>%s</small></td><td>", c->info->id,
             c->required ? "required" : "not required");
    buf_add_html(out, c->info->question);
    if (c->detail.len > 0) {
        buf_add_str(out, "<br><code>");
        buf_add_html(out, buf_str(&c->detail));
        buf_add_str(out, "</code>");
    }
    if (c->by_hand.len > 0) {
        buf_add_str(out, "<details><summary>by hand</summary><pre>");
        buf_add_html(out, buf_str(&c->by_hand));
        buf_add_str(out, "</pre></details>");
    }
    buf_add_str(out, "</td></tr>\n");
}

/* Against: what stands against a yes, or else all other checks. */
static void add_checks(struct buf *out, const struct report *r, bool against, const char *title)
{
    static const enum verdict order[] = { FAIL, UNKNOWN, NOT_CHECKED, PASS };
    bool any = false;

    for (size_t v = 0; v < sizeof(order) / sizeof(order[0]); v++) {
        for (size_t i = 0; i < r->num_checks; i++) {
            const struct check *c = &r->checks[i];

            if (!c->applies || c->verdict != order[v] || check_is_against(c) != against)
                continue;
            if (!any)
                buf_addf(out, "<h2>%s</h2>\n<table>\n", title);
            any = true;
            add_check(out, c);
        }
    }
    if (any)
        buf_add_str(out, "</table>\n");
}

void review_html(struct buf *out, const struct subject *s, const struct report *r,
                 const struct review_section *section)
{
    buf_add_str(out, head);
    if (section != NULL)
        buf_add_str(out, section->style);
    buf_add_str(out, "</style>\n</head>\n<body>\n");
    buf_addf(out, "<h1 class=\"%s\">%s</h1>\n<p>", classes[report_result(r)], review_answer(r));
    review_reason(out, r);
    buf_add_str(out, "</p>\n");
    add_checks(out, r, true, "Against a yes");
    add_effects(out, s);
    add_fields(out, s);
    add_diff(out, s);
    buf_add_str(out, "<h2>What is signed</h2>\n<table>\n");
    review_each_row(s, &(struct review_rows){ add_row, out });
    buf_add_str(out, "</table>\n<h2>By which rules</h2>\n<table>\n");
    review_each_source(s, &(struct review_rows){ add_row, out });
    buf_add_str(out, "</table>\n");
    if (section != NULL)
        buf_add(out, section->html->data, section->html->len);
    add_checks(out, r, false, "Other checks");
    if (!s->options.online)
        buf_add_str(out, "<p>The chain was not asked (--online): owners, threshold, nonce, roles, "
                         "state of the operation.</p>\n");
    buf_add_str(out, "</body>\n</html>\n");
}
