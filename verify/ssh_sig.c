// SPDX-License-Identifier: Apache-2.0
#include "verify/ssh_sig.h"

#include <stdio.h>
#include <string.h>

#include "src/base/digest.h"
#include "src/base/limits.h"
#include "src/base/pubkey.h"

#define ARMOR_BEGIN "-----BEGIN SSH SIGNATURE-----\n"
#define ARMOR_END   "-----END SSH SIGNATURE-----\n"

/* string: length (be32) and bytes */
static bool take_string(struct reader *r, struct pubkey_number *out)
{
    struct reader start = *r;
    uint32_t len = 0;

    if (reader_be32(r, &len) && reader_borrow(r, &out->data, len)) {
        out->len = len;
        return true;
    }
    *r = start;
    return false;
}

/* mpint that is positive: no superfluous zero in front */
static bool take_mpint(struct reader *r, struct pubkey_number *out)
{
    if (!take_string(r, out) || out->len == 0 || (out->data[0] & 0x80) != 0 ||
        (out->data[0] == 0 && (out->len == 1 || (out->data[1] & 0x80) == 0)))
        return false;
    if (out->data[0] == 0) {
        out->data++;
        out->len--;
    }
    return true;
}

static bool is_text(const struct pubkey_number *s, const char *text)
{
    return s->len == strlen(text) && memcmp(s->data, text, s->len) == 0;
}

/* --- the blob ------------------------------------------------------------------------------- */

struct ssh_sig {
    struct pubkey_number key, name_space, reserved, hash, signature;
};

/*
 * byte[6] "SSHSIG", uint32 1, string publickey, string namespace, string reserved,
 * string hash_algorithm, string signature
 */
static bool take_blob(struct reader *r, struct ssh_sig *out)
{
    uint8_t magic[6];
    uint32_t version = 0;

    return reader_bytes(r, magic, sizeof(magic)) && memcmp(magic, "SSHSIG", 6) == 0 &&
           reader_be32(r, &version) && version == 1 && take_string(r, &out->key) &&
           take_string(r, &out->name_space) && take_string(r, &out->reserved) &&
           take_string(r, &out->hash) && take_string(r, &out->signature) && reader_end(r);
}

static bool take_armor(struct buf *out, const char *text, size_t text_len)
{
    const size_t begin = strlen(ARMOR_BEGIN);
    const size_t end = strlen(ARMOR_END);
    struct diag ignored = { 0 };
    struct buf joined;
    bool ok = false;

    if (text_len < begin + end || memcmp(text, ARMOR_BEGIN, begin) != 0 ||
        memcmp(text + text_len - end, ARMOR_END, end) != 0)
        return false;
    buf_init(&joined, LIMIT_SSH_SIG_BYTES);
    for (size_t i = begin; i < text_len - end; i++) {
        if (text[i] != '\n')
            buf_add_u8(&joined, (uint8_t)text[i]);
    }
    ok = buf_ok(&joined) &&
         base64_decode(&ignored, out, (const char *)joined.data, joined.len) == OK;
    buf_clear(&joined);
    return ok;
}

/* --- keys and signatures -------------------------------------------------------------------- */

static const struct {
    const char *name, *curve;
    enum pubkey_type type;
    enum pubkey_hash hash;
} kinds[] = {
    { "ssh-ed25519", NULL, PUBKEY_ED25519, PUBKEY_SHA512 },
    { "ecdsa-sha2-nistp256", "nistp256", PUBKEY_P256, PUBKEY_SHA256 },
    { "ecdsa-sha2-nistp384", "nistp384", PUBKEY_P384, PUBKEY_SHA384 },
    { "ssh-rsa", NULL, PUBKEY_RSA, PUBKEY_SHA512 },
};

static enum err read_key(struct diag *d, struct pubkey *out, enum pubkey_hash *hash,
                         const struct pubkey_number *blob)
{
    struct pubkey_number name = { NULL, 0 }, curve = { NULL, 0 };
    struct reader r;
    size_t kind = 0;
    bool ok = false;

    reader_init(&r, blob->data, blob->len);
    if (!take_string(&r, &name))
        return diag_set(d, ERR_FORMAT, "SSH signature: malformed key");
    while (kind < sizeof(kinds) / sizeof(kinds[0]) && !is_text(&name, kinds[kind].name))
        kind++;
    if (kind == sizeof(kinds) / sizeof(kinds[0]))
        return diag_set(d, ERR_UNSUPPORTED, "SSH signature: keys of type '%.*s' are not supported",
                        name.len < 64 ? (int)name.len : 64, (const char *)name.data);
    out->type = kinds[kind].type;
    *hash = kinds[kind].hash;
    if (out->type == PUBKEY_RSA)
        ok = take_mpint(&r, &out->b) && take_mpint(&r, &out->a);
    else if (kinds[kind].curve != NULL)
        ok = take_string(&r, &curve) && is_text(&curve, kinds[kind].curve) &&
             take_string(&r, &out->a);
    else
        ok = take_string(&r, &out->a);
    return ok && reader_end(&r) ? OK : diag_set(d, ERR_FORMAT, "SSH signature: malformed key");
}

/* string algorithm, string numbers. SHA-1 signatures of RSA keys ("ssh-rsa") are refused. */
static bool read_signature(struct pubkey_signature *out, enum pubkey_hash *hash,
                           const struct pubkey *key, const struct pubkey_number *blob)
{
    struct pubkey_number name, body;
    struct reader r;

    reader_init(&r, blob->data, blob->len);
    if (!take_string(&r, &name) || !take_string(&r, &body) || !reader_end(&r))
        return false;
    out->a = body;
    if (key->type == PUBKEY_RSA) {
        *hash = is_text(&name, "rsa-sha2-256") ? PUBKEY_SHA256 : PUBKEY_SHA512;
        return is_text(&name, "rsa-sha2-256") || is_text(&name, "rsa-sha2-512");
    }
    if (!is_text(&name, kinds[key->type].name))
        return false;
    if (key->type == PUBKEY_ED25519)
        return true;
    reader_init(&r, body.data, body.len);
    return take_mpint(&r, &out->a) && take_mpint(&r, &out->b) && reader_end(&r);
}

/* --- what is signed ------------------------------------------------------------------------- */

static void add_string(struct buf *b, const void *data, size_t len)
{
    const uint8_t size[] = { (uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8),
                             (uint8_t)len };

    buf_add(b, size, sizeof(size));
    buf_add(b, data, len);
}

/* byte[6] "SSHSIG", string namespace, string reserved, string hash_algorithm, string H(message) */
static enum err signed_bytes(struct diag *d, struct buf *out, const struct ssh_sig *sig,
                             const void *message, size_t message_len)
{
    struct hash32 short_hash;
    uint8_t long_hash[64];
    bool is_short = is_text(&sig->hash, "sha256");
    enum err e = OK;

    if (!is_short && !is_text(&sig->hash, "sha512"))
        return diag_set(d, ERR_UNSUPPORTED, "SSH signature: unknown hash algorithm");
    e = is_short ? sha256(d, &short_hash, message, message_len)
                 : sha512(d, long_hash, message, message_len);
    if (e != OK)
        return e;
    buf_add_str(out, "SSHSIG");
    add_string(out, sig->name_space.data, sig->name_space.len);
    add_string(out, sig->reserved.data, sig->reserved.len);
    add_string(out, sig->hash.data, sig->hash.len);
    add_string(out, is_short ? short_hash.b : long_hash, is_short ? 32 : 64);
    return buf_check(d, out, "SSH signature");
}

static enum err check_signature(struct diag *d, const struct ssh_sig *sig, const void *message,
                                size_t message_len)
{
    struct pubkey key = { .type = PUBKEY_ED25519 };
    struct pubkey_signature numbers = { { NULL, 0 }, { NULL, 0 } };
    enum pubkey_hash hash = PUBKEY_SHA512;
    struct buf text;
    bool good = false;
    enum err e = read_key(d, &key, &hash, &sig->key);

    if (e != OK)
        return e;
    if (!read_signature(&numbers, &hash, &key, &sig->signature))
        return diag_set(d, ERR_FORMAT, "SSH signature: malformed, or of another algorithm");
    buf_init(&text, LIMIT_SSH_SIG_BYTES);
    if ((e = signed_bytes(d, &text, sig, message, message_len)) == OK)
        e = pubkey_verify(d, &good, &key, hash, &numbers, text.data, text.len);
    buf_clear(&text);
    if (e == OK && !good)
        e = diag_set(d, ERR_MISMATCH, "bad SSH signature");
    return e;
}

/* --- who signed ----------------------------------------------------------------------------- */

/* As ssh-keygen -l shows it: base64 without padding. */
static enum err set_fingerprint(struct diag *d, struct ssh_signer *out,
                                const struct pubkey_number *key)
{
    struct hash32 hash;
    struct buf text;
    enum err e = sha256(d, &hash, key->data, key->len);

    buf_init(&text, sizeof(out->fingerprint));
    buf_add_base64(&text, hash.b, sizeof(hash.b));
    if (e == OK)
        (void)snprintf(out->fingerprint, sizeof(out->fingerprint), "SHA256:%.43s", buf_str(&text));
    buf_clear(&text);
    return e;
}

/* Why the line does not count now; NULL if it does. */
static const char *why_not_now(const struct allowed_signer *a, uint64_t time_s)
{
    if (a->valid_after_s != 0 && time_s < a->valid_after_s)
        return "its line is valid only later";
    if (a->valid_before_s != 0 && time_s > a->valid_before_s)
        return "its line is no longer valid";
    return NULL;
}

static void set_principals(struct ssh_signer *out, const struct allowed_signer *a, size_t line)
{
    size_t max = sizeof(out->principals) - 1;

    out->line = line;
    (void)snprintf(out->principals, sizeof(out->principals), "%.*s",
                   (int)(a->principals_len < max ? a->principals_len : max), a->principals);
}

/*
 * The first line with that key that is valid at the time decides, as with git: a later one for
 * another namespace does not help. All lines are read: a malformed one is an error wherever it is.
 */
static enum err find_signer(struct diag *d, struct ssh_signer *out, const char *allowed,
                            size_t allowed_len, const struct pubkey_number *key,
                            const char *name_space, uint64_t time_s)
{
    const char *why = "it is not in the file of allowed signers";
    struct allowed_signer a;
    bool decided = false;
    bool found = true;
    size_t at = 0;
    size_t line = 0;
    enum err e = OK;

    while ((e = allowed_signers_next(d, &a, &found, allowed, allowed_len, &at, &line)) == OK &&
           found) {
        if (!decided && a.key.len == key->len && memcmp(a.key.data, key->data, key->len) == 0) {
            why = why_not_now(&a, time_s);
            decided = why == NULL;
            if (decided && a.has_namespaces &&
                !allowed_signers_match(a.namespaces, a.namespaces_len, name_space))
                why = "its line is for other namespaces";
            set_principals(out, &a, line);
        }
        buf_clear(&a.key);
    }
    if (e == OK && why != NULL)
        e = diag_set(d, ERR_MISMATCH, "signed by the key %s: %s", out->fingerprint, why);
    return e;
}

enum err ssh_sig_verify(struct diag *d, struct ssh_signer *out, const char *allowed,
                        size_t allowed_len, const void *armored, size_t armored_len,
                        const void *message, size_t message_len, const char *name_space,
                        uint64_t time_s)
{
    struct ssh_signer signer = { .line = 0 };
    struct ssh_sig sig;
    struct reader r;
    struct buf blob;
    enum err e = ERR_INTERNAL;

    *out = (struct ssh_signer){ .line = 0 };
    buf_init(&blob, LIMIT_SSH_SIG_BYTES);
    if (!take_armor(&blob, armored, armored_len)) {
        e = diag_set(d, ERR_FORMAT, "SSH signature: malformed armor");
        goto done;
    }
    reader_init(&r, blob.data, blob.len);
    if (!take_blob(&r, &sig)) {
        e = diag_set(d, ERR_FORMAT, "SSH signature: malformed");
        goto done;
    }
    if (!is_text(&sig.name_space, name_space)) {
        e = diag_set(d, ERR_MISMATCH, "SSH signature: made for another namespace than '%s'",
                     name_space);
        goto done;
    }
    if ((e = check_signature(d, &sig, message, message_len)) != OK ||
        (e = set_fingerprint(d, &signer, &sig.key)) != OK ||
        (e = find_signer(d, &signer, allowed, allowed_len, &sig.key, name_space, time_s)) != OK)
        goto done;
    *out = signer;
done:
    buf_clear(&blob);
    return e;
}
