// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/term.h"
#include "verify/image_ref.h"
#include "verify/review.h"

/* The same name and digest may be written in several ways. */
static const struct image_fact *find_fact(const struct subject *s, const char *reference)
{
    struct hash32 digest;
    struct image_name name = image_ref_name(reference);

    if (image_ref_problem(&digest, reference) != NULL)
        return NULL;
    for (size_t i = 0; i < s->images.num_items; i++) {
        const struct image_fact *f = &s->images.items[i];

        if (hash32_eq(&f->digest, &digest) && strcmp(image_ref_name(f->reference).s, name.s) == 0)
            return f;
    }
    return NULL;
}

static void add_field(struct buf *out, const char *words, const struct sigstore_result *r,
                      enum sigstore_field field)
{
    const char *value = sigstore_field(r, field);

    if (value == NULL)
        return;
    buf_add_str(out, words);
    buf_add_untrusted(out, value, strlen(value));
}

void review_signer(struct buf *out, const struct subject *s, const char *reference)
{
    const struct image_fact *f = find_fact(s, reference);
    const struct sigstore_result *r = f != NULL ? &f->signer : NULL;

    if (r == NULL || !r->verified) {
        buf_add_str(out, "NOT SIGNED, as far as the evidence shows");
        return;
    }
    buf_add_str(out, "signed by ");
    if (r->by_key)
        buf_add_str(out, "the policy's key");
    else
        buf_add_untrusted(out, r->san, strlen(r->san));
    add_field(out, ", from ", r, SIGSTORE_SOURCE_URI);
    add_field(out, " at commit ", r, SIGSTORE_SOURCE_DIGEST);
    add_field(out, ", ref ", r, SIGSTORE_SOURCE_REF);
    buf_addf(out, ", on %s", clock_format_utc(r->signing_time_s).s);
    for (size_t part = 0; part < IMAGE_NUM_PARTS; part++) {
        if (f->answers[part].verdict != PASS) {
            buf_add_str(out, "; NOT what the policy wants");
            return;
        }
    }
}

static void set_field(struct json *j, const char *key, const char *value)
{
    if (value != NULL)
        json_set(j, key, json_new_text(value, strlen(value)));
    else
        json_set_null(j, key);
}

static struct json *signer_json(const struct sigstore_result *r)
{
    struct json *j = NULL;

    if (!r->verified)
        return json_new_null();
    j = json_new_object();
    set_field(j, "identity", r->san);
    set_field(j, "issuer", sigstore_issuer(r));
    set_field(j, "repository", sigstore_field(r, SIGSTORE_SOURCE_URI));
    set_field(j, "commit", sigstore_field(r, SIGSTORE_SOURCE_DIGEST));
    set_field(j, "ref", sigstore_field(r, SIGSTORE_SOURCE_REF));
    set_field(j, "trigger", sigstore_field(r, SIGSTORE_TRIGGER));
    set_field(j, "runner", sigstore_field(r, SIGSTORE_RUNNER));
    set_field(j, "run", sigstore_field(r, SIGSTORE_RUN_URI));
    json_set_bool(j, "byKey", r->by_key);
    json_set_string(j, "signedAt", clock_format_utc(r->signing_time_s).s);
    return j;
}

struct json *review_images_json(const struct subject *s)
{
    struct json *list = NULL;

    if (!s->images_ok)
        return json_new_null();
    list = json_new_array();
    for (size_t i = 0; i < s->images.num_items; i++) {
        const struct image_fact *f = &s->images.items[i];
        struct json *j = json_new_object();
        bool good = true;

        for (size_t part = 0; part < IMAGE_NUM_PARTS; part++)
            good = good && f->answers[part].verdict == PASS;
        set_field(j, "image", f->reference);
        json_set_bool(j, "good", good);
        set_field(j, "policy", f->policy != NULL ? f->policy->pattern : NULL);
        json_set(j, "signer", signer_json(&f->signer));
        json_append(list, j);
    }
    return list;
}
