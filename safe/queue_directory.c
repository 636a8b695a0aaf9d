// SPDX-License-Identifier: Apache-2.0
/*
 * A queue that is a directory; docs/formats/queue-directory.md. One writer per file and names that
 * follow from the content: concurrent writers lose nothing, and merges by git never conflict.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "safe/queue_internal.h"
#include "src/base/address.h"
#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/trusted_file.h"
#include "src/base/u256.h"

#define FORMAT           "countersign/signature/1"
#define NONCE_DIGITS     10
#define MAX_PATH_BYTES   4096
#define MAX_SIG_FILE     ((size_t)2 * LIMIT_SIGNATURE_BYTES + 1024)
#define ENTRY_NAME_LEN   (NONCE_DIGITS + U256_DEC_LEN + HEX_0X_LEN(32) + 1)
#define MAX_FILE_TO_READ LIMIT_PROPOSAL_BYTES

struct entry_name {
    char s[ENTRY_NAME_LEN];
};

/* "0000000007-0x…": names sort as nonces do, up to ten digits. */
static struct entry_name entry_name_format(const struct u256 *nonce, const struct hash32 *hash)
{
    struct u256_text n = u256_format(nonce);
    struct hash32_text h = hash32_format(hash);
    size_t digits = strlen(n.s);
    int zeros = digits < NONCE_DIGITS ? (int)(NONCE_DIGITS - digits) : 0;
    struct entry_name out;

    (void)snprintf(out.s, sizeof(out.s), "%.*s%s-%s", zeros, "0000000000", n.s, h.s);
    return out;
}

/* Exactly the names that entry_name_format makes. */
static bool entry_name_parse(struct u256 *nonce, struct hash32 *hash, const char *name)
{
    const char *dash = strchr(name, '-');
    const char *digits = name;
    struct entry_name again;

    if (dash == NULL || dash == name)
        return false;
    while (digits + 1 < dash && *digits == '0')
        digits++;
    if (!u256_from_dec_len(nonce, digits, (size_t)(dash - digits)) ||
        !hex_decode_0x(hash->b, sizeof(hash->b), dash + 1))
        return false;
    again = entry_name_format(nonce, hash);
    return strcmp(again.s, name) == 0;
}

/* <location>/<chain id>-<safe in lower case> */
static void add_base_path(struct buf *path, const struct queue *q)
{
    struct u256_text chain = u256_format(&q->profile->safe.chain_id);

    buf_add_str(path, q->location);
    buf_addf(path, "/%s-", chain.s);
    buf_add_hex_0x(path, q->profile->safe.safe.b, 20);
}

/* The path of something in an entry: name and rest may be NULL. */
static enum err make_path(struct diag *d, struct buf *path, const struct queue *q, const char *name,
                          const char *rest)
{
    buf_init(path, MAX_PATH_BYTES);
    add_base_path(path, q);
    if (name != NULL)
        buf_addf(path, "/%s", name);
    if (rest != NULL)
        buf_addf(path, "/%s", rest);
    return buf_check(d, path, "a path in the queue's directory");
}

/* Regular files in directories alone, no links: a pipe that somebody put there would hold everybody
 * up, and a link leads out of the queue. */
static enum err read_file(struct diag *d, struct buf *out, const struct queue *q, const char *name,
                          const char *rest, size_t max)
{
    struct buf path;
    enum err e = make_path(d, &path, q, name, rest);

    buf_init(out, max);
    if (e == OK)
        e = regular_file_read(d, out, buf_str(&path), REGULAR_NO_LINK);
    buf_clear(&path);
    return e;
}

/* --- reading ------------------------------------------------------------------------------- */

enum err queue_directory_parse_signature(struct diag *d, struct address *signer, struct buf *sig,
                                         const struct hash32 *hash, const void *data,
                                         size_t data_len)
{
    static const char *const keys[] = { "format", "safeTxHash", "signer", "signature", NULL };
    struct json *j = NULL;
    const char *format = NULL;
    struct hash32 about;
    enum err e = OK;

    *signer = (struct address){ { 0 } };
    if ((e = json_parse(d, &j, data, data_len, "signature file")) != OK ||
        (e = json_only_keys(d, j, keys)) != OK ||
        (e = json_read_string(d, &format, j, "format")) != OK)
        goto done;
    if (strcmp(format, FORMAT) != 0) {
        e = diag_set(d, ERR_UNSUPPORTED, "'format': expected '%s', found '%.64s'", FORMAT, format);
        goto done;
    }
    if ((e = json_read_hash(d, &about, j, "safeTxHash")) != OK ||
        (e = json_read_bytes(d, sig, j, "signature")) != OK ||
        (e = json_read_address(d, signer, j, "signer")) != OK)
        goto done;
    if (!hash32_eq(&about, hash))
        e = diag_set(d, ERR_MISMATCH, "it is about another SafeTx hash than its directory");
done:
    json_free(j);
    return e;
}

/* "<0x and 40 lower-case digits>.json" */
static void signature_file_name(char out[static HEX_0X_LEN(20) + 5], const struct address *signer)
{
    (void)hex_encode_0x(out, signer->b, sizeof(signer->b));
    memcpy(out + HEX_0X_LEN(20) - 1, ".json", 6);
}

static enum err read_signature(struct diag *d, struct queue *q, struct queue_entry *e,
                               const char *entry, const char *file)
{
    char rest[sizeof("signatures/") + 256];
    char expected[HEX_0X_LEN(20) + 5];
    struct buf text = { 0 }, sig;
    struct address signer;
    enum err result = OK;

    buf_init(&sig, LIMIT_SIGNATURE_BYTES);
    (void)snprintf(rest, sizeof(rest), "signatures/%.256s", file);
    if ((result = read_file(d, &text, q, entry, rest, MAX_SIG_FILE)) != OK ||
        (result = queue_directory_parse_signature(d, &signer, &sig, &e->proposal.claimed.safe_tx,
                                                  text.data, text.len)) != OK)
        goto done;
    signature_file_name(expected, &signer);
    if (strcmp(expected, file) != 0) {
        result = diag_set(d, ERR_MISMATCH, "the file of that signer would be '%s'", expected);
        goto done;
    }
    result = queue_entry_add_signature(d, q, e, &signer, sig.data, sig.len);
done:
    buf_clear(&text);
    buf_clear(&sig);
    return result;
}

/* What a writer has not finished, or a crash has left: never content. */
static bool is_temporary(const char *name)
{
    return strstr(name, ".json.tmp-") != NULL;
}

/* The directory of an entry, or that of its signatures; not there is fine. */
static enum err check_no_link(struct diag *d, const struct queue *q, const char *entry,
                              const char *rest)
{
    struct buf path;
    struct stat st;
    enum err e = make_path(d, &path, q, entry, rest);

    if (e == OK && lstat(buf_str(&path), &st) == 0 && !S_ISDIR(st.st_mode))
        e = diag_set(d, ERR_FORMAT, "'%.100s%s%s' is no directory", entry, rest != NULL ? "/" : "",
                     rest != NULL ? rest : "");
    buf_clear(&path);
    return e;
}

static enum err read_signatures(struct diag *d, struct queue *q, struct queue_entry *e,
                                const char *entry)
{
    struct buf path;
    char **names = NULL;
    size_t num_names = 0;
    enum err result = make_path(d, &path, q, entry, "signatures");

    if (result == OK && !file_is_missing(buf_str(&path)))
        result = file_list_dir(d, &names, &num_names, buf_str(&path));
    for (size_t i = 0; result == OK && i < num_names; i++) {
        struct diag why = { 0 };
        enum err one = is_temporary(names[i]) ? OK : read_signature(&why, q, e, entry, names[i]);

        if (one == ERR_NOMEM) {
            result = diag_set(d, one, "out of memory");
        } else if (one != OK) {
            queue_warn(q, "%s/signatures/%.64s left out: %.256s", entry, names[i], why.msg);
            e->num_bad_signatures++;
        }
    }
    file_free_names(names, num_names);
    buf_clear(&path);
    return result;
}

/* Signatures have files of their own; what stands in proposal.json has no known writer. */
static void drop_inline_signatures(struct queue *q, struct queue_entry *e, const char *entry)
{
    struct proposal *p = &e->proposal;

    if (p->num_signatures == 0)
        return;
    queue_warn(q, "%s/proposal.json: %zu signatures in it left out", entry, p->num_signatures);
    e->num_bad_signatures += p->num_signatures;
    for (size_t i = 0; i < p->num_signatures; i++)
        free(p->signatures[i].data);
    free(p->signatures);
    p->signatures = NULL;
    p->num_signatures = 0;
}

static enum err read_entry(struct diag *d, struct queue *q, struct queue_entry *out,
                           const char *entry)
{
    struct u256 nonce;
    struct hash32 hash;
    struct safe_hashes hashes;
    struct buf text = { 0 };
    enum err e = OK;

    *out = (struct queue_entry){ .trusted = true, .real = true };
    if (!entry_name_parse(&nonce, &hash, entry)) {
        e = diag_set(d, ERR_FORMAT, "expected a name made of nonce and SafeTx hash");
        goto done;
    }
    if ((e = check_no_link(d, q, entry, NULL)) != OK ||
        (e = check_no_link(d, q, entry, "signatures")) != OK)
        goto done;
    if ((e = read_file(d, &text, q, entry, "proposal.json", MAX_FILE_TO_READ)) != OK ||
        (e = proposal_parse(d, &out->proposal, text.data, text.len, "proposal.json")) != OK ||
        (e = queue_check_subject(d, &hashes, q->profile, &out->proposal)) != OK)
        goto done;
    if (!hash32_eq(&hashes.safe_tx, &hash) || !u256_eq(&out->proposal.tx.nonce, &nonce)) {
        e = diag_set(d, ERR_MISMATCH, "its proposal is about another transaction than its name");
        goto done;
    }
    drop_inline_signatures(q, out, entry);
    e = read_signatures(d, q, out, entry);
done:
    buf_clear(&text);
    if (e != OK)
        queue_entry_clear(out);
    return e;
}

/* Names of entries; none if nothing was submitted for this Safe yet. */
static enum err list_names(struct diag *d, char ***names, size_t *num_names, const struct queue *q)
{
    struct buf path;
    enum err e = make_path(d, &path, q, NULL, NULL);

    *names = NULL;
    *num_names = 0;
    if (e == OK && !file_exists(q->location)) {
        diag_hint(d, "a new queue begins with 'mkdir', or with the first 'countersign submit'");
        e = diag_set(d, ERR_IO, "the queue's directory '%.256s' does not exist", q->location);
    }
    if (e == OK && !file_is_missing(buf_str(&path)))
        e = file_list_dir(d, names, num_names, buf_str(&path));
    buf_clear(&path);
    return e;
}

enum err queue_directory_list(struct diag *d, struct queue *q, struct queue_entries *out,
                              const struct u256 *min_nonce)
{
    char **names = NULL;
    size_t num_names = 0;
    enum err e = list_names(d, &names, &num_names, q);

    for (size_t i = 0; e == OK && i < num_names; i++) {
        struct queue_entry entry = { 0 };
        struct u256 nonce;
        struct hash32 hash;
        struct diag why = { 0 };
        enum err one = OK;

        if (entry_name_parse(&nonce, &hash, names[i]) && u256_cmp(&nonce, min_nonce) < 0)
            continue;
        one = read_entry(&why, q, &entry, names[i]);
        if (one == ERR_NOMEM)
            e = diag_set(d, one, "out of memory");
        else if (one != OK)
            queue_warn(q, "%.150s left out: %.400s", names[i], why.msg);
        else
            e = queue_entries_add(d, out, &entry);
    }
    file_free_names(names, num_names);
    return e;
}

enum err queue_directory_fetch(struct diag *d, struct queue *q, struct queue_entry *out,
                               const struct hash32 *hash)
{
    char **names = NULL;
    size_t num_names = 0;
    bool found = false;
    enum err e = list_names(d, &names, &num_names, q);

    /* a forged nonce in a name fails, and must not hide the right one */
    for (size_t i = 0; e == OK && !found && i < num_names; i++) {
        struct u256 nonce;
        struct hash32 named;
        struct diag why = { 0 };

        if (!entry_name_parse(&nonce, &named, names[i]) || !hash32_eq(&named, hash))
            continue;
        found = read_entry(&why, q, out, names[i]) == OK;
        if (!found)
            queue_warn(q, "%.150s left out: %.400s", names[i], why.msg);
    }
    if (e == OK && !found) {
        struct hash32_text text = hash32_format(hash);

        e = diag_set(d, ERR_IO, "the queue's directory '%.256s' has no usable transaction %s",
                     q->location, text.s);
        if (queue_warning(q, 0) != NULL)
            diag_hint(d, "%.400s", queue_warning(q, 0));
    }
    file_free_names(names, num_names);
    return e;
}

/* --- writing ------------------------------------------------------------------------------- */

/* Write unless there; *created tells. The first writer of a name wins. */
static enum err put_file(struct diag *d, bool *created, const struct queue *q, const char *entry,
                         const char *rest, const struct buf *text)
{
    struct buf path;
    struct diag why = { 0 };
    enum err e = make_path(d, &path, q, entry, rest);

    *created = false;
    if (e != OK)
        goto done;
    e = file_write(&why, buf_str(&path), text->data, text->len, FILE_EXCLUSIVE);
    *created = e == OK;
    if (e == ERR_MISMATCH)
        e = OK;
    else if (e != OK)
        e = diag_set(d, e, "%s", why.msg);
done:
    buf_clear(&path);
    return e;
}

/* The same SafeTx with other evidence: somebody approved something else than we did. */
static enum err compare_stored(struct diag *d, const struct queue *q, const char *entry,
                               const struct proposal *ours, const struct buf *our_text)
{
    struct buf stored = { 0 };
    enum err e = read_file(d, &stored, q, entry, "proposal.json", MAX_FILE_TO_READ);

    if (e == OK && ours->num_files > 0 &&
        (stored.len != our_text->len || memcmp(stored.data, our_text->data, stored.len) != 0)) {
        diag_hint(d, "fetch the stored proposal and verify that one; or, if the stored one is the "
                     "wrong one, remove its directory");
        e = diag_set(d, ERR_MISMATCH,
                     "'%s' in the queue has the same SafeTx with another action or other evidence",
                     entry);
    }
    buf_clear(&stored);
    return e;
}

static enum err put_proposal(struct diag *d, bool *created, const struct queue *q,
                             const char *entry, const struct proposal *p)
{
    struct proposal bare = *p; /* borrows all but the signatures; never cleared */
    struct buf text, path;
    enum err e = make_path(d, &path, q, entry, NULL);

    bare.signatures = NULL;
    bare.num_signatures = 0;
    buf_init(&text, LIMIT_PROPOSAL_BYTES);
    *created = false;
    if (e != OK || (e = check_no_link(d, q, entry, NULL)) != OK ||
        (e = check_no_link(d, q, entry, "signatures")) != OK ||
        (e = proposal_write(d, &text, &bare)) != OK ||
        (e = file_make_dirs(d, buf_str(&path))) != OK)
        goto done;
    e = put_file(d, created, q, entry, "proposal.json", &text);
    if (e == OK && !*created)
        e = compare_stored(d, q, entry, p, &text);
done:
    buf_clear(&text);
    buf_clear(&path);
    return e;
}

static enum err write_signature(struct diag *d, struct buf *out, const struct hash32 *hash,
                                const struct signature *sig)
{
    struct json *j = json_new_object();
    struct buf bytes;
    enum err e = OK;

    buf_init(&bytes, LIMIT_SIGNATURE_BYTES);
    signature_write(&bytes, sig);
    json_set_string(j, "format", FORMAT);
    json_set_hash(j, "safeTxHash", hash);
    json_set_address(j, "signer", &sig->signer);
    json_set_bytes(j, "signature", bytes.data, bytes.len);
    if ((e = buf_check(d, &bytes, "a signature")) == OK)
        e = json_write(d, out, j, JSON_PRETTY);
    buf_clear(&bytes);
    json_free(j);
    return e;
}

/* Whether the file of that signer holds a signature by its key. Unreadable: no. */
static bool holds_proof(const struct queue *q, const char *entry, const char *rest,
                        const struct hash32 *hash, const struct address *owner)
{
    struct diag ignored = { 0 };
    struct buf text = { 0 };
    struct buf stored;
    struct address signer;
    bool good = false;

    buf_init(&stored, LIMIT_SIGNATURE_BYTES);
    good = read_file(&ignored, &text, q, entry, rest, MAX_SIG_FILE) == OK &&
           queue_directory_parse_signature(&ignored, &signer, &stored, hash, text.data, text.len) ==
               OK &&
           address_eq(&signer, owner) &&
           queue_signature_proof(hash, owner, stored.data, stored.len) == PROVES_KEY;
    buf_clear(&stored);
    buf_clear(&text);
    return good;
}

/* Whoever may write here could keep an owner's signature out with a file that proves nothing. */
static enum err replace_signature(struct diag *d, bool *created, const struct queue *q,
                                  const char *entry, const char *rest, const struct buf *text)
{
    struct buf path;
    enum err e = make_path(d, &path, q, entry, rest);

    if (e == OK)
        e = file_write(d, buf_str(&path), text->data, text->len, 0);
    *created = e == OK;
    buf_clear(&path);
    return e;
}

static enum err put_signature(struct diag *d, bool *created, const struct queue *q,
                              const char *entry, const struct hash32 *hash,
                              const struct signature *sig)
{
    char rest[sizeof("signatures/") + HEX_0X_LEN(20) + 5] = "signatures/";
    struct buf text, path;
    enum err e = make_path(d, &path, q, entry, "signatures");

    buf_init(&text, MAX_SIG_FILE);
    signature_file_name(rest + strlen(rest), &sig->signer);
    *created = false;
    if (e == OK && (e = write_signature(d, &text, hash, sig)) == OK &&
        (e = file_make_dirs(d, buf_str(&path))) == OK)
        e = put_file(d, created, q, entry, rest, &text);
    if (e == OK && !*created && (sig->kind == SIGNATURE_EOA || sig->kind == SIGNATURE_ETH_SIGN) &&
        !holds_proof(q, entry, rest, hash, &sig->signer))
        e = replace_signature(d, created, q, entry, rest, &text);
    buf_clear(&text);
    buf_clear(&path);
    return e;
}

enum err queue_directory_submit(struct diag *d, struct queue *q, struct queue_receipt *out,
                                const struct queue_submission *s)
{
    struct entry_name entry = entry_name_format(&s->proposal->tx.nonce, &s->hashes.safe_tx);
    struct queue_entry held = { 0 };
    bool created = false;
    enum err e = OK;

    if ((e = put_proposal(d, &created, q, entry.s, s->proposal)) != OK)
        return e;
    out->already_there = !created;
    for (size_t i = 0; i < s->num_items; i++) {
        if ((e = put_signature(d, &created, q, entry.s, &s->hashes.safe_tx, &s->items[i].sig)) !=
            OK)
            return e;
        out->signatures_sent += created ? 1 : 0;
    }
    if (read_entry(d, q, &held, entry.s) != OK)
        return diag_prefix(d, "cannot read back '%s' from the queue", entry.s);
    e = queue_submission_check(d, q, &out->signatures_listed, s, &held);
    queue_entry_clear(&held);
    return e;
}
