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

struct kind {
    const char *name, *curve;
    enum pubkey_type type;
    enum pubkey_hash hash;
    bool is_sk; /* of a security key */
};
static const struct kind kinds[] = {
    { "ssh-ed25519", NULL, PUBKEY_ED25519, PUBKEY_SHA512, false },
    { "ecdsa-sha2-nistp256", "nistp256", PUBKEY_P256, PUBKEY_SHA256, false },
    { "ecdsa-sha2-nistp384", "nistp384", PUBKEY_P384, PUBKEY_SHA384, false },
    { "ssh-rsa", NULL, PUBKEY_RSA, PUBKEY_SHA512, false },
    { "sk-ssh-ed25519@openssh.com", NULL, PUBKEY_ED25519, PUBKEY_SHA512, true },
    { "sk-ecdsa-sha2-nistp256@openssh.com", "nistp256", PUBKEY_P256, PUBKEY_SHA256, true },
};

struct ssh_key {
    const struct kind *kind;
    struct pubkey key;
    struct pubkey_number application; /* security key: "ssh:" */
};

/* string type, string curve (ECDSA), string or mpints, string application (security key) */
static enum err read_key(struct diag *d, struct ssh_key *out, const struct pubkey_number *blob)
{
    struct pubkey_number name = { NULL, 0 }, curve = { NULL, 0 };
    struct reader r;
    size_t i = 0;
    bool ok = false;

    reader_init(&r, blob->data, blob->len);
    if (!take_string(&r, &name))
        return diag_set(d, ERR_FORMAT, "SSH signature: malformed key");
    while (i < sizeof(kinds) / sizeof(kinds[0]) && !is_text(&name, kinds[i].name))
        i++;
    if (i == sizeof(kinds) / sizeof(kinds[0]))
        return diag_set(d, ERR_UNSUPPORTED, "SSH signature: keys of type '%.*s' are not supported",
                        name.len < 64 ? (int)name.len : 64, (const char *)name.data);
    out->kind = &kinds[i];
    out->key.type = kinds[i].type;
    if (out->key.type == PUBKEY_RSA)
        ok = take_mpint(&r, &out->key.b) && take_mpint(&r, &out->key.a);
    else if (kinds[i].curve != NULL)
        ok = take_string(&r, &curve) && is_text(&curve, kinds[i].curve) &&
             take_string(&r, &out->key.a);
    else
        ok = take_string(&r, &out->key.a);
    if (ok && kinds[i].is_sk)
        ok = take_string(&r, &out->application);
    return ok && reader_end(&r) ? OK : diag_set(d, ERR_FORMAT, "SSH signature: malformed key");
}

struct key_signature {
    struct pubkey_signature numbers;
    enum pubkey_hash hash;
    uint8_t flags[5]; /* security key: flags and counter, as it signs them */
};
#define SK_USER_PRESENT 0x01

/* string algorithm, string numbers; security key: byte flags, uint32 counter. SHA-1 signatures of
 * RSA keys ("ssh-rsa") are refused. */
static bool read_signature(struct key_signature *out, const struct kind *kind,
                           const struct pubkey_number *blob)
{
    struct pubkey_number name, body;
    struct reader r;

    *out = (struct key_signature){ .hash = kind->hash };
    reader_init(&r, blob->data, blob->len);
    if (!take_string(&r, &name) || !take_string(&r, &body) ||
        (kind->is_sk && !reader_bytes(&r, out->flags, sizeof(out->flags))) || !reader_end(&r))
        return false;
    out->numbers.a = body;
    if (kind->type == PUBKEY_RSA) {
        out->hash = is_text(&name, "rsa-sha2-256") ? PUBKEY_SHA256 : PUBKEY_SHA512;
        return is_text(&name, "rsa-sha2-256") || is_text(&name, "rsa-sha2-512");
    }
    if (!is_text(&name, kind->name))
        return false;
    if (kind->type == PUBKEY_ED25519)
        return true;
    reader_init(&r, body.data, body.len);
    return take_mpint(&r, &out->numbers.a) && take_mpint(&r, &out->numbers.b) && reader_end(&r);
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

/* A browser's signature by a security key, over more than what is signed here. */
static bool is_webauthn(const struct pubkey_number *blob)
{
    struct pubkey_number name = { NULL, 0 };
    struct reader r;

    reader_init(&r, blob->data, blob->len);
    return take_string(&r, &name) && is_text(&name, "webauthn-sk-ecdsa-sha2-nistp256@openssh.com");
}

/* What a security key signs: SHA-256(application), flags and counter, SHA-256(text). */
static enum err wrap_for_sk(struct diag *d, struct buf *text, const struct ssh_key *key,
                            const struct key_signature *signature)
{
    struct hash32 application, message;
    enum err e = sha256(d, &application, key->application.data, key->application.len);

    if (e == OK)
        e = sha256(d, &message, text->data, text->len);
    if (e != OK)
        return e;
    buf_clear(text);
    buf_init(text, LIMIT_SSH_SIG_BYTES);
    buf_add(text, application.b, sizeof(application.b));
    buf_add(text, signature->flags, sizeof(signature->flags));
    buf_add(text, message.b, sizeof(message.b));
    return buf_check(d, text, "SSH signature");
}

static enum err check_signature(struct diag *d, const struct ssh_sig *sig, const void *message,
                                size_t message_len)
{
    struct ssh_key key = { .kind = NULL };
    struct key_signature signature;
    struct buf text;
    bool good = false;
    enum err e = read_key(d, &key, &sig->key);

    if (e != OK)
        return e;
    if (key.kind->is_sk && is_webauthn(&sig->signature))
        return diag_set(d, ERR_UNSUPPORTED, "SSH signature: made by a browser (WebAuthn)");
    if (!read_signature(&signature, key.kind, &sig->signature))
        return diag_set(d, ERR_FORMAT, "SSH signature: malformed, or of another algorithm");
    buf_init(&text, LIMIT_SSH_SIG_BYTES);
    if ((e = signed_bytes(d, &text, sig, message, message_len)) == OK && key.kind->is_sk)
        e = wrap_for_sk(d, &text, &key, &signature);
    if (e == OK)
        e = pubkey_verify(d, &good, &key.key, signature.hash, &signature.numbers, text.data,
                          text.len);
    buf_clear(&text);
    if (e == OK && !good)
        e = diag_set(d, ERR_MISMATCH, "bad SSH signature");
    /* malware on the machine where it is plugged in can have it sign so */
    if (e == OK && key.kind->is_sk && (signature.flags[0] & SK_USER_PRESENT) == 0)
        e = diag_set(d, ERR_UNSUPPORTED, "SSH signature: nobody touched the security key");
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

/* Does the line count at the time? ERR_MISMATCH: no; ERR_USAGE: only the machine's time zone tells.
 */
static enum err check_time(struct diag *d, const struct allowed_signer *a, size_t line,
                           uint64_t time_s)
{
    const struct signer_time *after = &a->valid_after;
    const struct signer_time *before = &a->valid_before;

    if (time_s < after->first_s)
        return diag_set(d, ERR_MISMATCH, "its line is valid only later");
    if (before->last_s != 0 && time_s > before->last_s)
        return diag_set(d, ERR_MISMATCH, "its line is no longer valid");
    if (time_s < after->last_s || (before->last_s != 0 && time_s > before->first_s))
        return diag_set(d, ERR_USAGE,
                        "allowed signers, line %zu: valid-after and valid-before are local times, "
                        "which mean something else on each machine: write them with Z",
                        line);
    return OK;
}

static void set_principals(struct ssh_signer *out, const struct allowed_signer *a, size_t line)
{
    size_t max = sizeof(out->principals) - 1;

    out->line = line;
    (void)snprintf(out->principals, sizeof(out->principals), "%.*s",
                   (int)(a->principals_len < max ? a->principals_len : max), a->principals);
}

/* The key stands somewhere in a line that cannot be judged. */
static bool mentions(const struct allowed_signer *a, const struct buf *base64)
{
    for (size_t i = 0; i + base64->len <= a->text_len; i++) {
        if (memcmp(a->text + i, base64->data, base64->len) == 0)
            return true;
    }
    return false;
}

/* One line with the key. OK: it decides for it; ERR_MISMATCH: it does not count, *why says why. */
static enum err judge_line(struct diag *d, struct diag *why, const struct allowed_signer *a,
                           size_t line, const char *name_space, uint64_t time_s)
{
    struct diag words = { 0 };
    enum err e = check_time(&words, a, line, time_s);

    if (e == ERR_MISMATCH)
        *why = words;
    else if (e != OK)
        *d = words;
    else if (a->has_namespaces &&
             !allowed_signers_match(a->namespaces, a->namespaces_len, name_space))
        (void)diag_set(why, ERR_MISMATCH, "its line is for other namespaces");
    else
        *why = (struct diag){ .code = OK };
    return e;
}

/*
 * The first line with that key that is valid at the time decides, as with git: a later one for
 * another namespace does not help. A line before it that has the key and cannot be judged leaves
 * the question open; what is wrong with other people's lines does not matter.
 */
static enum err find_signer(struct diag *d, struct ssh_signer *out, const char *allowed,
                            size_t allowed_len, const struct pubkey_number *key,
                            const char *name_space, uint64_t time_s)
{
    struct diag why = { 0 };
    struct buf base64;
    bool decided = false;
    bool found = true;
    size_t at = 0;
    size_t line = 0;
    enum err e = OK;

    (void)diag_set(&why, ERR_MISMATCH, "it is not in the file of allowed signers");
    buf_init(&base64, LIMIT_SSH_SIG_BYTES);
    buf_add_base64(&base64, key->data, key->len - key->len % 3); /* whoever pads it, or does not */
    while (e == OK && found && !decided) {
        struct allowed_signer a;
        struct diag bad = { 0 };
        enum err one = allowed_signers_next(&bad, &a, &found, allowed, allowed_len, &at, &line);

        if (one != OK) {
            found = true;
            if (one != ERR_USAGE || mentions(&a, &base64)) {
                *d = bad;
                e = one;
            }
        } else if (found && a.key.len == key->len && memcmp(a.key.data, key->data, key->len) == 0) {
            one = judge_line(d, &why, &a, line, name_space, time_s);
            decided = one == OK;
            e = one == ERR_MISMATCH ? OK : one;
            set_principals(out, &a, line);
        }
        buf_clear(&a.key);
    }
    if (e == OK && why.code != OK)
        e = diag_set(d, ERR_MISMATCH, "signed by the key %s: %s", out->fingerprint, why.msg);
    buf_clear(&base64);
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
