// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/digest.h"
#include "src/base/hex.h"
#include "verify/sigstore/checkpoint.h"
#include "verify/sigstore/merkle.h"
#include "verify/sigstore/verifier.h"

/*
 * SignedEntryTimestamp: Rekor v1 signs this JSON, with these members in this order, no white space,
 * and the global index. Source: rekor, pkg/verify; RFC 8785 canonical form.
 */
static enum err check_set(struct verifier *v, const struct log_entry *entry,
                          const struct root_log *log, struct evp_pkey_st *key)
{
    enum err e = OK;
    struct buf text;

    if (entry->integrated_s > UINT64_MAX / 1000 ||
        !validity_has(&log->valid, entry->integrated_s * 1000))
        return verifier_no(v, SIGSTORE_LOG_TIME,
                           "the trusted root vouches for the key of '%s' at other times than %s",
                           log->url, clock_format_utc(entry->integrated_s).s);
    buf_init(&text, 2 * LIMIT_SIGSTORE_BYTES);
    buf_add_str(&text, "{\"body\":\"");
    buf_add_base64(&text, entry->body.data, entry->body.len);
    buf_addf(&text, "\",\"integratedTime\":%" PRIu64 ",\"logID\":\"", entry->integrated_s);
    buf_add_hex(&text, entry->log_id.b, sizeof(entry->log_id.b));
    buf_addf(&text, "\",\"logIndex\":%" PRIu64 "}", entry->log_index);
    if (buf_check(v->d, &text, "log entry") != OK)
        e = verifier_bad(v, SIGSTORE_SET);
    else if (key_is_ed25519(key) || !key_verify_message(key, text.data, text.len, &entry->set))
        e = verifier_no(v, SIGSTORE_SET, "the log's promise is not signed by the key of '%s'",
                        log->url);
    buf_clear(&text);
    if (e == OK)
        verifier_add_time(v, entry->integrated_s * 1000);
    return e;
}

static enum err check_path(struct verifier *v, const struct log_entry *entry)
{
    struct hash32 root;

    if (!merkle_root(&root, entry->body.data, entry->body.len, entry->proof_index, entry->tree_size,
                     entry->hashes, entry->num_hashes))
        return verifier_no(v, SIGSTORE_PROOF,
                           "%zu hashes are no path of leaf %" PRIu64 " in a tree of %" PRIu64
                           " leaves",
                           entry->num_hashes, entry->proof_index, entry->tree_size);
    if (!hash32_eq(&root, &entry->root_hash))
        return verifier_no(v, SIGSTORE_PROOF, "the path of hashes leads to another root hash");
    return OK;
}

/*
 * Lines of others (witnesses, other keys) are passed over; one of this log's key must be good.
 * Which log it is, key and hint say: an instance of one's own may sign under another name than its
 * URL's host. The origin must be of the name that signs.
 */
static enum err check_note(struct verifier *v, const struct checkpoint *c,
                           const struct root_log *log, struct evp_pkey_st *key)
{
    size_t num_hints = 0;
    size_t num_names = 0;

    for (size_t i = 0; i < c->num_signatures; i++) {
        const struct checkpoint_signature *s = &c->signatures[i];
        bool is_name = checkpoint_is_of(c, s->name, s->name_len);

        if (memcmp(s->hint, log->id.b, sizeof(s->hint)) != 0)
            continue;
        num_hints++;
        num_names += is_name;
        if (is_name && key_verify_message(key, c->text, c->text_len, &s->signature))
            return OK;
    }
    if (num_hints > 0 && num_names == 0)
        return verifier_no(v, SIGSTORE_CHECKPOINT_ORIGIN,
                           "it is signed under another name than its origin '%.*s'",
                           c->origin_len > 128 ? 128 : (int)c->origin_len, c->origin);
    return verifier_no(v, SIGSTORE_CHECKPOINT,
                       "none of %zu signatures is a good one by the key of '%s'", c->num_signatures,
                       log->url);
}

static enum err check_checkpoint(struct verifier *v, const struct log_entry *entry,
                                 const struct root_log *log, struct evp_pkey_st *key)
{
    struct checkpoint c = { 0 };
    enum err e = OK;

    if (checkpoint_parse(v->d, &c, entry->checkpoint) != OK)
        return verifier_bad(v, SIGSTORE_CHECKPOINT);
    e = check_note(v, &c, log, key);
    if (e == OK && (c.tree_size != entry->tree_size || !hash32_eq(&c.root_hash, &entry->root_hash)))
        e = verifier_no(v, SIGSTORE_CHECKPOINT_ROOT,
                        "the checkpoint is about another tree (%" PRIu64
                        " leaves) than the proof (%" PRIu64 " leaves)",
                        c.tree_size, entry->tree_size);
    checkpoint_clear(&c);
    return e;
}

/* Without a promise the time of logging is what the timestamps say. */
static enum err check_times(struct verifier *v, const struct root_log *log)
{
    for (size_t i = 0; i < v->num_times; i++) {
        if (!validity_has(&log->valid, v->times_ms[i]))
            return verifier_no(
                v, SIGSTORE_LOG_TIME,
                "the trusted root vouches for the key of '%s' at other times than %s", log->url,
                clock_format_utc(v->times_ms[i] / 1000).s);
    }
    return OK;
}

static enum err check_entry(struct verifier *v, const struct log_entry *entry)
{
    const struct root_log *log =
        root_find_log(v->root->logs, v->root->info.num_logs, &entry->log_id);
    struct evp_pkey_st *key = NULL;
    char id[HEX_LEN(32)];
    enum err e = OK;

    if (log == NULL)
        return verifier_no(v, SIGSTORE_LOG, "the trusted root knows no log with the id %s",
                           hex_encode(id, entry->log_id.b, sizeof(entry->log_id.b)));
    if (key_of_log(v->d, &key, log) != OK)
        return verifier_bad(v, SIGSTORE_LOG);
    e = entry->set.len > 0 ? check_set(v, entry, log, key) : check_times(v, log);
    /* A proof without a checkpoint (v0.1 alone, see shape) proves nothing that a promise does not.
     */
    if (e == OK && entry->has_proof && entry->checkpoint != NULL &&
        (e = check_path(v, entry)) == OK)
        e = check_checkpoint(v, entry, log, key);
    key_free(key);
    return e;
}

enum err rekor_check(struct verifier *v)
{
    enum err e = OK;

    for (size_t i = 0; e == OK && i < v->bundle->num_entries; i++)
        e = check_entry(v, &v->bundle->entries[i]);
    return e;
}
