// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/image_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "safe/propose.h"
#include "src/base/digest.h"
#include "src/base/file.h"
#include "src/base/limits.h"
#include "src/base/u256.h"
#include "verify/collect_images.h"

void chipotle_read(struct buf *out, const char *path)
{
    buf_init(out, LIMIT_SIGSTORE_BYTES);
    NEED(file_read(d, out, path));
}

static void replace(struct buf *text, const char *find, const char *replacement)
{
    struct buf out;
    const char *at = strstr(buf_str(text), find);

    cr_assert_not_null(at, "no '%s' in it", find);
    buf_init(&out, LIMIT_YAML_BYTES);
    buf_add(&out, text->data, (size_t)(at - buf_str(text)));
    buf_add_str(&out, replacement);
    buf_add_str(&out, at + strlen(find));
    cr_assert(buf_ok(&out));
    buf_clear(text);
    *text = out; /* moved */
}

struct profile *chipotle_profile(const char *find, const char *replacement)
{
    struct profile *profile = NULL;
    struct buf text;

    chipotle_read(&text, "docs/examples/chipotle/countersign.yaml");
    replace(&text, "\nimages:\n",
            "\nimages:\n  trusted-root: {file: fixtures/images/trusted_root.json}\n");
    replace(&text, find, replacement);
    NEED(profile_parse(d, &profile, text.data, text.len, "countersign.yaml", "."));
    buf_clear(&text);
    return profile;
}

static void add(struct proposal *p, const char *name, const char *path)
{
    struct buf text;

    chipotle_read(&text, path);
    NEED(proposal_add_file(d, p, name, text.data, text.len));
    buf_clear(&text);
}

void chipotle_proposal(struct proposal *out, const struct profile *profile)
{
    const struct profile_contract *app = profile_contract_by_name(profile, "app");
    const struct collect_images_request images = { profile, CHIPOTLE_COMMIT,
                                                   CHIPOTLE "attestations", false };
    char action[] = "add-compose-hash";
    char contract[] = "app";
    struct action_call call = { .owner = app->owner, .ref = { action, contract } };
    struct propose_request request = {
        .calls = &call,
        .num_calls = 1,
        .nonce = u256_from_u64(7),
        .created_s = FIXTURE_CREATED_S,
        .git_commit = CHIPOTLE_COMMIT,
        .git_path = "deploy/docker-compose.template.yml",
    };
    const struct evidence_file *f = NULL;
    struct hash32 hash;
    uint64_t latest_s = 0;

    *out = (struct proposal){ 0 };
    add(out, EVIDENCE_APP_COMPOSE, CHIPOTLE "app-compose.json");
    add(out, EVIDENCE_COMPOSE, "docs/examples/chipotle/docker-compose.template.yml");
    NEED(collect_images(d, &latest_s, out, &images));
    cr_assert_eq(latest_s, 1795168800U);
    f = proposal_file(out, EVIDENCE_APP_COMPOSE);
    NEED(sha256(d, &hash, f->data, f->data_len));
    call.call.to = app->address;
    call.call.data = fixture_calldata(&call.call.data_len, "dfc77223", hash.b, sizeof(hash.b));
    NEED(propose_build(d, out, profile, &request));
    call_clear(&call.call);
}

void chipotle_exchange(struct proposal *p, const char *name, const void *data, size_t data_len)
{
    for (size_t i = 0; i < p->num_files; i++) {
        struct evidence_file *f = &p->files[i];

        if (strcmp(f->name, name) != 0)
            continue;
        free(f->data);
        if (data != NULL) {
            f->data = bytes_dup(data, data_len);
            f->data_len = data_len;
            cr_assert_not_null(f->data);
            return;
        }
        free(f->name);
        memmove(f, f + 1, (p->num_files - i - 1) * sizeof(*f));
        p->num_files--;
        return;
    }
    cr_assert(false, "the evidence holds no %s", name);
}
