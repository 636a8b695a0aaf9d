// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/queue_service_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void rig_load(struct rig *r)
{
    *r = (struct rig){ .q = NULL };
    queue_fixture_load(&r->f);
    r->row = queue_fixture_row(&r->f, "schedule");
    r->hash = queue_fixture_hash(r->row);
}

void rig_serve(struct rig *r, const struct loopback_exchange *script, size_t num_script)
{
    struct diag d = { 0 };

    loopback_start(&r->server, script, num_script);
    r->f.profile.queue.kind = QUEUE_SERVICE;
    r->f.profile.queue.location = r->server.url;
    cr_assert_eq(queue_open(&d, &r->q, &r->f.profile), OK, "%s", d.msg);
}

void rig_stop(struct rig *r)
{
    r->log = loopback_stop(&r->server);
}

void rig_close(struct rig *r)
{
    queue_close(r->q);
    queue_fixture_free(&r->f);
    free(r->log);
}

char *rig_service_text(const struct rig *r, const char *signers)
{
    struct json *j = queue_fixture_service_row(&r->f, r->row);
    const struct json *owners = json_get(r->f.cases, "owners");
    struct buf text;
    struct diag d = { 0 };

    for (; *signers != '\0'; signers++) {
        size_t who = (size_t)(*signers - '0');

        queue_fixture_confirm(j, who < 8 ? json_string(json_at(owners, who)) : OUTSIDER,
                              queue_fixture_signature(r->row, who, "eoa"));
    }
    buf_init(&text, 1024 * 1024);
    cr_assert_eq(json_write(&d, &text, j, 0), OK, "%s", d.msg);
    json_free(j);
    return (char *)text.data; /* moved */
}

char *rig_page_text_of(const char *rows, const char *next, size_t count)
{
    size_t size = strlen(rows) + strlen(next) + 128;
    char *text = malloc(size);

    cr_assert_not_null(text);
    (void)snprintf(text, size, "{\"count\":%zu,\"next\":%s,\"previous\":null,\"results\":[%s]}",
                   count, next, rows);
    return text;
}

char *rig_page_text(const char *row, const char *next)
{
    return rig_page_text_of(row, next, 1);
}

char *text_with(const char *text, const char *old, const char *new)
{
    const char *at = strstr(text, old);
    size_t size = strlen(text) + strlen(new) + 1;
    char *out = malloc(size);

    cr_assert_not_null(at, "no '%s'", old);
    cr_assert_not_null(out);
    (void)snprintf(out, size, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
    return out;
}

void rig_make_proposal(const struct rig *r, struct proposal *p, const char *signers)
{
    struct diag d = { 0 };

    queue_fixture_proposal(p, &r->f, r->row);
    for (; *signers != '\0'; signers++)
        queue_fixture_sign(p, r->row, (size_t)(*signers - '0'), "eoa");
    cr_assert_eq(proposal_add_file(&d, p, "compose.yaml", "x", 1), OK);
}

const char *text_after(const char *text, const char *what)
{
    const char *at = strstr(text, what);

    cr_assert_not_null(at, "no '%s' in '%s'", what, text);
    return at + strlen(what);
}
