// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/term.h"
#include "src/base/u256.h"
#include "verify/review.h"

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'\">\n<title>countersign report</title>\n<style>\n"
    "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}\n"
    "code,td.v,pre{font-family:monospace;overflow-wrap:anywhere;white-space:pre-wrap}\n"
    "table{border-collapse:collapse;width:100%}\n"
    "td,th{text-align:left;vertical-align:top;padding:.3em .6em;border-top:1px solid #999}\n"
    "</style>\n</head>\n<body>\n";

/* Printable ASCII first (nothing invisible, nothing reordered), then HTML. */
static void add_text(struct buf *out, const char *text)
{
    struct buf plain;

    buf_init(&plain, 4 * 1024 * 1024);
    buf_add_untrusted(&plain, text, strlen(text));
    for (const char *p = buf_str(&plain); *p != '\0'; p++) {
        switch (*p) {
        case '<':
            buf_add_str(out, "&lt;");
            break;
        case '>':
            buf_add_str(out, "&gt;");
            break;
        case '&':
            buf_add_str(out, "&amp;");
            break;
        case '"':
            buf_add_str(out, "&quot;");
            break;
        case '\'':
            buf_add_str(out, "&#39;");
            break;
        default:
            buf_add_u8(out, (uint8_t)*p);
            break;
        }
    }
    if (!buf_ok(&plain))
        out->failed = true;
    buf_clear(&plain);
}

static void add_row(struct buf *out, const char *name, const char *value)
{
    buf_add_str(out, "<tr><th>");
    add_text(out, name);
    buf_add_str(out, "</th><td class=\"v\">");
    add_text(out, value);
    buf_add_str(out, "</td></tr>\n");
}

static void add_values(struct buf *out, const struct subject *s)
{
    const struct proposal *p = s->proposal;

    buf_add_str(out, "<h2>What is signed</h2>\n<table>\n");
    add_row(out, "step", step_name(p->step));
    add_row(out, "chain", u256_format(&p->domain.chain_id).s);
    add_row(out, "Safe", address_format(&p->domain.safe).s);
    add_row(out, "version", p->domain.version);
    add_row(out, "to", address_format(&p->tx.to).s);
    add_row(out, "value", u256_format(&p->tx.value).s);
    add_row(out, "operation", p->tx.operation == SAFE_CALL ? "0 (CALL)" : "1 (DELEGATECALL)");
    add_row(out, "nonce", u256_format(&p->tx.nonce).s);
    if (s->hashes_ok) {
        add_row(out, "domain hash", hash32_format(&s->hashes.domain).s);
        add_row(out, "message hash", hash32_format(&s->hashes.message).s);
        add_row(out, "SafeTx hash", hash32_format(&s->hashes.safe_tx).s);
    }
    if (s->timelock_call.method != TIMELOCK_NONE)
        add_row(out, "operation id", hash32_format(&s->timelock_call.id).s);
    buf_add_str(out, "</table>\n");
}

static void add_effects(struct buf *out, const struct subject *s)
{
    size_t n = s->proposal->step == STEP_REJECT ? 1 : s->num_governed;

    buf_add_str(out, "<h2>What happens</h2>\n<ul>\n");
    for (size_t i = 0; i < n; i++) {
        struct buf text;

        buf_init(&text, 1024 * 1024);
        review_sentence(&text, s, i);
        buf_add_str(out, "<li><code>");
        add_text(out, buf_ok(&text) ? buf_str(&text) : "too long to show");
        buf_add_str(out, "</code></li>\n");
        buf_clear(&text);
    }
    if (n == 0)
        buf_add_str(out, "<li>it is not known what this does</li>\n");
    buf_add_str(out, "</ul>\n");
}

static void add_check(struct buf *out, const struct check *c)
{
    buf_add_str(out, "<tr><th>");
    add_text(out, verdict_name(c->verdict));
    buf_add_str(out, c->required ? "</th><td>" : " (not required)</th><td>");
    add_text(out, c->info->id);
    buf_add_str(out, "</td><td>");
    add_text(out, c->info->question);
    buf_add_str(out, "<br><code>");
    add_text(out, buf_str(&c->detail));
    buf_add_str(out, "</code></td></tr>\n");
}

void review_html(struct buf *out, const struct subject *s, const struct report *r)
{
    static const enum verdict order[] = { FAIL, UNKNOWN, NOT_CHECKED, PASS };

    buf_add_str(out, head);
    buf_add_str(out, "<h1>");
    add_text(out, review_answer(r));
    buf_add_str(out, "</h1>\n");
    add_effects(out, s);
    add_values(out, s);
    buf_add_str(out, "<h2>Checks</h2>\n<table>\n");
    for (size_t v = 0; v < sizeof(order) / sizeof(order[0]); v++) {
        for (size_t i = 0; i < r->num_checks; i++) {
            if (r->checks[i].applies && r->checks[i].verdict == order[v])
                add_check(out, &r->checks[i]);
        }
    }
    buf_add_str(out, "</table>\n");
    if (!s->options.online)
        buf_add_str(out, "<p>The chain was not asked.</p>\n");
    buf_add_str(out, "</body>\n</html>\n");
}
