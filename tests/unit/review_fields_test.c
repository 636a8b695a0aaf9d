// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/limits.h"
#include "tests/unit/verify_fixture.h"
#include "verify/compose_dangers.h"
#include "verify/review.h"

static const char every_field[] =
    "{\"manifest_version\":2,\"name\":\"a\\u001b[31m\",\"features\":[],\"runner\":\"docker-"
    "compose\""
    ",\"snapshotter\":\"stargz\",\"docker_compose_file\":\"services: {}\",\"docker_config\":{},"
    "\"init_script\":\"one\\ntwo\",\"pre_launch_script\":\"\",\"bash_script\":null,\"public_logs\":"
    "true,\"public_sysinfo\":false,\"public_tcbinfo\":false,\"kms_enabled\":true,"
    "\"gateway_enabled\":true,\"tproxy_enabled\":false,\"local_key_provider_enabled\":false,"
    "\"key_provider\":\"kms\",\"key_provider_id\":\"\",\"allowed_envs\":[\"API_KEY\",\"PATH\","
    "\"A "
    "B\"],\"no_instance_id\":false,\"secure_time\":false,\"storage_fs\":\"zfs\",\"swap_size\":0,"
    "\"event_log_version\":2,\"port_policy\":{},\"requirements\":{},\"verity_volumes\":[],"
    "\"launch_token_hash\":\"00\"}";

struct page {
    struct buf text; /* "name=value\n" */
    size_t num_rows;
};

static void add(void *context, const char *name, const char *value)
{
    struct page *page = context;

    page->num_rows++;
    buf_addf(&page->text, "%s=%s\n", name, value);
}

static void make_subject(struct subject *s, struct proposal *p, const char *app)
{
    *p = (struct proposal){ 0 };
    if (app != NULL)
        NEED(proposal_add_file(d, p, EVIDENCE_APP_COMPOSE, app, strlen(app)));
    *s = (struct subject){ .proposal = p };
}

static void read_page(struct page *page, const char *app)
{
    struct proposal p;
    struct subject s;

    make_subject(&s, &p, app);
    *page = (struct page){ 0 };
    buf_init(&page->text, LIMIT_COMPOSE_BYTES);
    cr_expect_eq(review_each_field(&s, &(struct review_rows){ add, page }), app != NULL);
    cr_assert(buf_ok(&page->text));
    proposal_clear(&p);
}

static bool has(const struct page *page, const char *line)
{
    return strstr(buf_str(&page->text), line) != NULL;
}

Test(review_fields, every_field_and_name_is_listed_in_words)
{
    struct json *app = NULL;
    const char *name = NULL;
    struct page page;
    size_t n = 0;

    read_page(&page, every_field);
    NEED(json_parse(d, &app, every_field, strlen(every_field), "app"));
    for (; json_member(app, n, &name) != NULL; n++) {
        char line[64];

        cr_expect(compose_knows_field(name), "%s", name);
        (void)snprintf(line, sizeof(line), "%s=", name);
        cr_expect(has(&page, line), "%s", name);
    }
    cr_expect_eq(page.num_rows, n + 3); /* and three names */
    cr_expect_not(has(&page, "NOBODY"), "%s", buf_str(&page.text));
    cr_expect(has(&page, "name=a\\x1b[31m (a name for people"));
    cr_expect(has(&page, "init_script=7 bytes, SHA-256 "));
    cr_expect(has(&page, "public_logs=true (anyone"));
    cr_expect(has(&page, "secure_time=false (the guest takes the time that its host shows)"));
    cr_expect(has(&page, "  API_KEY=set by the deployer ("));
    cr_expect(has(&page, "  PATH=DECIDES WHAT CODE RUNS (it is read by everything"));
    cr_expect(has(&page, "  A B=DECIDES WHAT CODE RUNS (no name"));
    json_free(app);
    buf_clear(&page.text);
}

Test(review_fields, what_is_left_out_counts_with_its_default)
{
    struct page page;

    read_page(&page, "{\"runner\":\"bash\",\"debug\":1}");
    cr_expect(has(&page, "debug=1 (NOBODY KNOWS WHAT THIS FIELD DOES)"));
    cr_expect(has(&page, "public_tcbinfo=left out (true: anyone"));
    cr_expect(has(&page, "kms_enabled=left out (false: "));
    cr_expect(has(&page, "allowed_envs=left out (nobody"));
    buf_clear(&page.text);
}

Test(review_fields, what_cannot_be_read_is_said)
{
    struct page page;

    read_page(&page, "{");
    cr_expect_eq(page.num_rows, 1);
    buf_clear(&page.text);
    read_page(&page, "{\"allowed_envs\":7}");
    cr_expect(has(&page, "could not be read"));
    buf_clear(&page.text);
    read_page(&page, NULL);
    cr_expect_eq(page.num_rows, 0);
    buf_clear(&page.text);
}

Test(review_fields, json_has_the_same_rows)
{
    struct proposal p;
    struct subject s;
    struct json *j = NULL;
    struct page page;

    read_page(&page, every_field);
    make_subject(&s, &p, every_field);
    j = review_fields_json(&s);
    cr_expect_eq(json_len(json_get(j, "fields")) + json_len(json_get(j, "environment")),
                 page.num_rows);
    cr_expect_eq(json_len(json_get(j, "environment")), 3);
    json_free(j);
    proposal_clear(&p);
    make_subject(&s, &p, NULL);
    j = review_fields_json(&s);
    cr_expect_eq(json_type(j), JSON_NULL);
    json_free(j);
    proposal_clear(&p);
    buf_clear(&page.text);
}
