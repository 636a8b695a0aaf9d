// SPDX-License-Identifier: Apache-2.0
#include "verify/image_facts.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/digest.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "verify/compose.h"
#include "verify/image_judge.h"
#include "verify/image_ref.h"

#define WORDS_BYTES (64 * 1024)

void image_facts_clear(struct image_facts *facts)
{
    for (size_t i = 0; i < facts->num_items; i++) {
        free(facts->items[i].reference);
        sigstore_result_clear(&facts->items[i].signer);
        for (size_t part = 0; part < IMAGE_NUM_PARTS; part++)
            buf_clear(&facts->items[i].answers[part].words);
    }
    free(facts->items);
    buf_clear(&facts->root.words);
    *facts = (struct image_facts){ 0 };
}

void image_evidence_name(struct buf *out, const struct hash32 *digest, size_t n, const char *kind)
{
    buf_addf(out, EVIDENCE_ATTESTATIONS "%s/%zu.%s", hash32_format(digest).s + 2, n, kind);
}

/* --- the trusted root -------------------------------------------------------------------------
 */

const uint8_t *image_root(const struct profile *profile, size_t *len)
{
    const struct profile_images *images = &profile->images;
    const uint8_t *shipped = sigstore_public_good(len);
    struct diag ignored = { 0 };
    struct hash32 digest;

    if (images->root_path != NULL) {
        *len = images->root_len;
        return images->root;
    }
    if (images->root_pinned && (sha256(&ignored, &digest, shipped, *len) != OK ||
                                !hash32_eq(&digest, &images->root_sha256))) {
        *len = 0;
        return NULL;
    }
    return shipped;
}

/* The hash that the evidence's root must have. */
static bool expected_root(struct hash32 *out, const struct profile *profile)
{
    const struct profile_images *images = &profile->images;
    struct diag ignored = { 0 };
    size_t len = 0;
    const uint8_t *root = image_root(profile, &len);

    *out = images->root_sha256;
    return images->root_pinned || (root != NULL && sha256(&ignored, out, root, len) == OK);
}

/* The root is only used if it is the right one. */
static struct sigstore_root *open_root(struct image_answer *out, const struct image_question *q)
{
    const struct evidence_file *f = proposal_file(q->proposal, EVIDENCE_TRUSTED_ROOT);
    const struct sigstore_root_info *info = NULL;
    struct sigstore_root *root = NULL;
    struct diag why = { 0 };
    struct hash32 expected;
    struct hash32 found;

    buf_init(&out->words, WORDS_BYTES);
    if (f == NULL) {
        buf_add_str(&out->words, "the evidence holds no " EVIDENCE_TRUSTED_ROOT);
        return NULL;
    }
    if (!expected_root(&expected, q->profile)) {
        out->verdict = UNKNOWN;
        buf_add_str(&out->words, "the profile's trusted root was not read");
        return NULL;
    }
    out->verdict = FAIL;
    if (sha256(&why, &found, f->data, f->data_len) != OK || !hash32_eq(&expected, &found)) {
        buf_addf(&out->words, "the profile wants the root with SHA-256 %s, the evidence holds %s",
                 hash32_format(&expected).s + 2, hash32_format(&found).s + 2);
        return NULL;
    }
    if (sigstore_root_parse(&why, &root, f->data, f->data_len, EVIDENCE_TRUSTED_ROOT) != OK) {
        buf_add_untrusted(&out->words, why.msg, strlen(why.msg));
        return NULL;
    }
    out->verdict = PASS;
    info = sigstore_root_info(root);
    image_root_words(&out->words, q, info);
    return root;
}

/* --- one image --------------------------------------------------------------------------------
 */

/* The signatures of one image, while they are tried. */
struct trial {
    const struct image_question *question;
    struct image_fact *best; /* how far the best of them came */
    struct diag furthest;    /* of those that are not good */
    enum sigstore_check failed;
    bool is_open; /* a good signature, about something that is named in a way not known here */
};

static size_t count_passed(const struct image_fact *f)
{
    size_t n = 0;

    for (size_t part = 0; part < IMAGE_NUM_PARTS; part++)
        n += f->answers[part].verdict == PASS;
    return n;
}

static void clear_answers(struct image_fact *f)
{
    for (size_t part = IMAGE_SIGNATURE; part < IMAGE_NUM_PARTS; part++) {
        buf_clear(&f->answers[part].words);
        f->answers[part].verdict = NOT_CHECKED;
        buf_init(&f->answers[part].words, WORDS_BYTES);
    }
}

static void visit(void *ctx, enum err e, const struct diag *why, struct sigstore_result *result)
{
    struct trial *t = ctx;
    struct image_fact *best = t->best;
    struct image_fact now = *best;

    best->num_signatures++;
    now.num_signatures++;
    if (e != OK || !image_is_about(result, &t->furthest)) {
        t->is_open |= e == ERR_UNSUPPORTED && result->failed == SIGSTORE_SUBJECT;
        if (e != OK && result->failed >= t->failed) {
            t->failed = result->failed;
            t->furthest = *why;
        }
        return;
    }
    memset(now.answers + IMAGE_SIGNATURE, 0,
           (IMAGE_NUM_PARTS - IMAGE_SIGNATURE) * sizeof(now.answers[0]));
    clear_answers(&now);
    now.signer = *result;
    image_judge(&now, t->question);
    if (best->signer.verified && count_passed(&now) <= count_passed(best)) {
        for (size_t part = IMAGE_SIGNATURE; part < IMAGE_NUM_PARTS; part++)
            buf_clear(&now.answers[part].words);
        return;
    }
    clear_answers(best);
    sigstore_result_clear(&best->signer);
    *best = now;
    *result = (struct sigstore_result){ 0 }; /* moved */
}

static enum err try_file(struct diag *d, struct trial *t, const struct sigstore_root *root,
                         const struct evidence_file *f, const struct evidence_file *payload)
{
    struct sigstore_visitor visitor = { visit, t };
    struct sigstore_request request = {
        .bundle = f->data,
        .bundle_len = f->data_len,
        .digest = t->best->digest,
        .key_pem = t->best->policy->key_pem,
    };
    struct diag why = { 0 };
    enum err e = ERR_INTERNAL;

    if (payload != NULL) {
        request.payload = payload->data != NULL ? payload->data : (const uint8_t *)"";
        request.payload_len = payload->data_len;
    }
    e = sigstore_verify_each(&why, root, &request, &visitor);
    if (e == ERR_NOMEM)
        return diag_set(d, ERR_NOMEM, "out of memory");
    if (e != OK && t->failed == SIGSTORE_NONE)
        t->furthest = why;
    return OK;
}

static const struct evidence_file *find_file(const struct proposal *p, const struct hash32 *digest,
                                             size_t n, const char *kind)
{
    const struct evidence_file *f = NULL;
    struct buf name;

    buf_init(&name, EVIDENCE_NAME_MAX + 1);
    image_evidence_name(&name, digest, n, kind);
    if (buf_ok(&name))
        f = proposal_file(p, buf_str(&name));
    buf_clear(&name);
    return f;
}

static void answer_unsigned(struct image_fact *f, const struct trial *t, size_t num_files)
{
    struct image_answer *a = &f->answers[IMAGE_SIGNATURE];

    a->verdict = t->is_open ? UNKNOWN : FAIL;
    if (num_files == 0)
        buf_add_str(&a->words, "the evidence holds no signature");
    else
        buf_add_untrusted(&a->words, t->furthest.msg, strlen(t->furthest.msg));
    for (size_t part = IMAGE_IDENTITY; part < IMAGE_NUM_PARTS; part++) {
        f->answers[part].verdict = UNKNOWN;
        buf_add_str(&f->answers[part].words, "there is no good signature");
    }
}

/* False if the signatures need not be looked at. */
static bool begin(struct image_fact *f, const struct sigstore_root *root,
                  const struct image_question *q)
{
    for (size_t part = 0; part < IMAGE_NUM_PARTS; part++)
        buf_init(&f->answers[part].words, WORDS_BYTES);
    f->policy = profile_image_policy(q->profile, image_ref_name(f->reference).s);
    image_policy_words(f);
    if (f->policy != NULL && root != NULL)
        return true;
    for (size_t part = IMAGE_SIGNATURE; part < IMAGE_NUM_PARTS; part++) {
        f->answers[part].verdict = UNKNOWN;
        buf_add_str(&f->answers[part].words, f->policy == NULL ? "there is no policy for it"
                                                               : "the root is not the right one");
    }
    return false;
}

static enum err derive_one(struct diag *d, struct image_fact *f, const struct sigstore_root *root,
                           const struct image_question *q)
{
    struct trial t = { .question = q, .best = f };
    const struct evidence_file *file = NULL;
    size_t n = 0;
    enum err e = OK;

    if (!begin(f, root, q))
        return OK;
    for (; e == OK && (file = find_file(q->proposal, &f->digest, n, "json")) != NULL; n++)
        e = try_file(d, &t, root, file, find_file(q->proposal, &f->digest, n, "payload"));
    if (e == OK && !f->signer.verified)
        answer_unsigned(f, &t, n);
    return e;
}

/* --- all images -------------------------------------------------------------------------------
 */

static enum err list_images(struct diag *d, struct compose_images *out, const struct proposal *p)
{
    const struct evidence_file *app = proposal_file(p, EVIDENCE_APP_COMPOSE);
    struct buf text;
    enum err e = ERR_INTERNAL;

    if (app == NULL)
        return diag_set(d, ERR_MISMATCH, "the evidence holds no " EVIDENCE_APP_COMPOSE);
    buf_init(&text, LIMIT_COMPOSE_BYTES);
    if ((e = compose_docker_file(d, &text, app->data, app->data_len)) == OK)
        e = compose_check_pinned(d, out, text.data, text.len, "docker_compose_file");
    buf_clear(&text);
    return e;
}

static bool is_known(const struct image_facts *facts, const struct compose_image *image)
{
    struct image_name name = image_ref_name(image->reference);

    for (size_t i = 0; i < facts->num_items; i++) {
        if (hash32_eq(&facts->items[i].digest, &image->digest) &&
            strcmp(image_ref_name(facts->items[i].reference).s, name.s) == 0)
            return true;
    }
    return false;
}

enum err image_facts_derive(struct diag *d, struct image_facts *out,
                            const struct image_question *question)
{
    struct compose_images images = { 0 };
    struct sigstore_root *root = NULL;
    enum err e = ERR_INTERNAL;

    *out = (struct image_facts){ 0 };
    if ((e = list_images(d, &images, question->proposal)) != OK)
        goto done;
    if ((out->items = calloc(images.num_items + 1, sizeof(*out->items))) == NULL) {
        e = diag_set(d, ERR_NOMEM, "out of memory");
        goto done;
    }
    root = open_root(&out->root, question);
    for (size_t i = 0; e == OK && i < images.num_items; i++) {
        struct image_fact *f = &out->items[out->num_items];

        if (is_known(out, &images.items[i]))
            continue;
        out->num_items++;
        f->digest = images.items[i].digest;
        if ((f->reference = strdup(images.items[i].reference)) == NULL)
            e = diag_set(d, ERR_NOMEM, "out of memory");
        else
            e = derive_one(d, f, root, question);
    }
done:
    sigstore_root_free(root);
    compose_images_clear(&images);
    if (e != OK)
        image_facts_clear(out);
    return e;
}

/* --- one by one -------------------------------------------------------------------------------
 */

static enum err check_fact(struct diag *d, const struct image_fact *f, size_t num_parts)
{
    for (size_t part = 0; part < num_parts; part++) {
        if (f->answers[part].verdict != PASS)
            return diag_set(d, ERR_MISMATCH, "image '%.300s': %s", f->reference,
                            buf_str(&f->answers[part].words));
    }
    return OK;
}

enum err image_facts_check(struct diag *d, const struct image_facts *facts)
{
    enum err e = OK;

    if (facts->root.verdict != PASS)
        return diag_set(d, ERR_MISMATCH, "trusted root: %s", buf_str(&facts->root.words));
    for (size_t i = 0; e == OK && i < facts->num_items; i++)
        e = check_fact(d, &facts->items[i], IMAGE_NUM_PARTS);
    return e;
}

enum err image_file_judge(struct diag *d, uint64_t *signed_s, const struct image_question *question,
                          const char *reference, const struct hash32 *digest,
                          const struct evidence_file *file, const struct evidence_file *payload)
{
    struct image_facts facts = { .num_items = 1 };
    struct trial t = { .question = question };
    struct sigstore_root *root = NULL;
    enum err e = ERR_INTERNAL;

    *signed_s = 0;
    root = open_root(&facts.root, question);
    facts.items = calloc(1, sizeof(*facts.items));
    if (facts.items == NULL || (facts.items[0].reference = strdup(reference)) == NULL) {
        facts.num_items = facts.items != NULL;
        e = diag_set(d, ERR_NOMEM, "out of memory");
        goto done;
    }
    facts.items[0].digest = *digest;
    t.best = &facts.items[0];
    e = begin(t.best, root, question) ? try_file(d, &t, root, file, payload) : OK;
    if (e == OK && root != NULL && t.best->policy != NULL && !t.best->signer.verified)
        answer_unsigned(t.best, &t, 1);
    if (e == OK && facts.root.verdict != PASS)
        e = diag_set(d, ERR_MISMATCH, "trusted root: %s", buf_str(&facts.root.words));
    if (e == OK && (e = check_fact(d, t.best, IMAGE_TIME)) == OK)
        *signed_s = t.best->signer.signing_time_s;
done:
    sigstore_root_free(root);
    image_facts_clear(&facts);
    return e;
}
