// SPDX-License-Identifier: Apache-2.0
#include "hw/keystore.h"

#include <string.h>

#include "src/base/digest.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/keccak.h"
#include "src/base/limits.h"
#include "src/base/secret.h"

#define DERIVED_LEN  32
#define SALT_MAX_LEN 128
/* The work of scrypt is N * r * p; four times the memory limit is a few seconds. */
#define SCRYPT_WORK_BYTES (4 * LIMIT_SCRYPT_BYTES)
/* Light parameters are for keys that protect nothing: tests and demonstrations. */
#define SCRYPT_LIGHT_N    (1U << 12)
#define SCRYPT_STANDARD_N (1U << 17)
#define PBKDF2_LIGHT      1000
#define PBKDF2_STANDARD   600000

struct kdf_params {
    enum keystore_kdf kind;
    uint8_t salt[SALT_MAX_LEN];
    size_t salt_len;
    uint64_t n;    /* scrypt */
    uint32_t r, p; /* scrypt */
    uint32_t c;    /* pbkdf2 */
};

/* The content of a file: nothing in it is secret without the passphrase. */
struct vault {
    struct kdf_params kdf;
    uint8_t iv[16];
    uint8_t ciphertext[32];
    struct hash32 mac;
    bool has_address;
    struct address address;
};

/* Hex digits without 0x of exactly out_len bytes. */
static enum err read_hex(struct diag *d, uint8_t *out, size_t out_len, const struct json *obj,
                         const char *key)
{
    const char *text = NULL;
    enum err e = json_read_string(d, &text, obj, key);

    if (e != OK)
        return e;
    if (!hex_decode(out, out_len, text, strlen(text)))
        return diag_set(d, ERR_FORMAT, "'%s': expected %zu hex digits", key, 2 * out_len);
    return OK;
}

static enum err read_salt(struct diag *d, struct kdf_params *out, const struct json *params)
{
    const char *text = NULL;
    enum err e = json_read_string(d, &text, params, "salt");
    size_t text_len = 0;

    if (e != OK)
        return e;
    text_len = strlen(text);
    if (text_len == 0 || text_len > 2 * SALT_MAX_LEN)
        return diag_set(d, ERR_FORMAT, "'salt': expected 1 to %d bytes of hex", SALT_MAX_LEN);
    out->salt_len = text_len / 2;
    if (!hex_decode(out->salt, out->salt_len, text, text_len))
        return diag_set(d, ERR_FORMAT, "'salt': not hex");
    return OK;
}

static enum err read_u32(struct diag *d, uint32_t *out, const struct json *obj, const char *key)
{
    uint64_t value = 0;
    enum err e = json_read_u64(d, &value, obj, key);

    *out = 0;
    if (e != OK)
        return e;
    if (value == 0 || value > UINT32_MAX)
        return diag_set(d, ERR_FORMAT, "'%s': expected 1 to 4294967295", key);
    *out = (uint32_t)value;
    return OK;
}

static enum err check_scrypt(struct diag *d, const struct kdf_params *k)
{
    uint64_t blocks = LIMIT_SCRYPT_BYTES / 128;
    uint64_t work = SCRYPT_WORK_BYTES / 128;

    if (k->n < 2 || (k->n & (k->n - 1)) != 0)
        return diag_set(d, ERR_FORMAT, "'n': expected a power of two above 1");
    /* RFC 7914, section 2: n < 2^(128 r / 8). */
    if (k->r < 4 && k->n >= 1ULL << (16 * k->r))
        return diag_set(d, ERR_UNSUPPORTED, "'n': too large for 'r' (RFC 7914)");
    if (k->r > blocks || k->n > blocks / k->r)
        return diag_set(d, ERR_LIMIT, "scrypt needs more than the limit of %llu MiB",
                        LIMIT_SCRYPT_BYTES / (1024 * 1024));
    if (k->p > work / (k->n * k->r))
        return diag_set(d, ERR_LIMIT, "scrypt parameters n, r, p ask for too much work");
    return OK;
}

static enum err read_scrypt(struct diag *d, struct kdf_params *out, const struct json *params)
{
    static const char *const keys[] = { "dklen", "salt", "n", "r", "p", NULL };
    enum err e = json_only_keys(d, params, keys);

    out->kind = KEYSTORE_SCRYPT;
    if (e == OK)
        e = json_read_u64(d, &out->n, params, "n");
    if (e == OK)
        e = read_u32(d, &out->r, params, "r");
    if (e == OK)
        e = read_u32(d, &out->p, params, "p");
    return e == OK ? check_scrypt(d, out) : e;
}

static enum err read_pbkdf2(struct diag *d, struct kdf_params *out, const struct json *params)
{
    static const char *const keys[] = { "dklen", "salt", "c", "prf", NULL };
    const char *prf = NULL;
    enum err e = json_only_keys(d, params, keys);

    out->kind = KEYSTORE_PBKDF2;
    if (e == OK)
        e = json_read_string(d, &prf, params, "prf");
    if (e != OK)
        return e;
    if (strcmp(prf, "hmac-sha256") != 0)
        return diag_set(d, ERR_UNSUPPORTED, "'prf': only hmac-sha256 is known, found '%.32s'", prf);
    if ((e = read_u32(d, &out->c, params, "c")) != OK)
        return e;
    if (out->c > LIMIT_PBKDF2_ITERS)
        return diag_set(d, ERR_LIMIT, "'c': %u rounds are over the limit of %d", out->c,
                        LIMIT_PBKDF2_ITERS);
    return OK;
}

static enum err read_kdf(struct diag *d, struct kdf_params *out, const struct json *crypto)
{
    const struct json *params = NULL;
    const char *name = NULL;
    uint64_t dklen = 0;
    enum err e = json_read_string(d, &name, crypto, "kdf");

    if (e == OK)
        e = json_read_object(d, &params, crypto, "kdfparams");
    if (e == OK)
        e = json_read_u64(d, &dklen, params, "dklen");
    if (e == OK)
        e = read_salt(d, out, params);
    if (e != OK)
        return e;
    if (dklen != DERIVED_LEN)
        return diag_set(d, ERR_UNSUPPORTED, "'dklen': expected %d", DERIVED_LEN);
    if (strcmp(name, "scrypt") == 0)
        return read_scrypt(d, out, params);
    if (strcmp(name, "pbkdf2") == 0)
        return read_pbkdf2(d, out, params);
    return diag_set(d, ERR_UNSUPPORTED, "'kdf': scrypt and pbkdf2 are known, found '%.32s'", name);
}

static enum err read_crypto(struct diag *d, struct vault *out, const struct json *crypto)
{
    static const char *const keys[] = { "cipher",    "cipherparams", "ciphertext", "kdf",
                                        "kdfparams", "mac",          NULL };
    static const char *const cipher_keys[] = { "iv", NULL };
    const struct json *params = NULL;
    const char *cipher = NULL;
    enum err e = json_only_keys(d, crypto, keys);

    if (e == OK)
        e = json_read_string(d, &cipher, crypto, "cipher");
    if (e != OK)
        return e;
    if (strcmp(cipher, "aes-128-ctr") != 0)
        return diag_set(d, ERR_UNSUPPORTED, "'cipher': only aes-128-ctr is known, found '%.32s'",
                        cipher);
    e = json_read_object(d, &params, crypto, "cipherparams");
    if (e == OK)
        e = json_only_keys(d, params, cipher_keys);
    if (e == OK)
        e = read_hex(d, out->iv, sizeof(out->iv), params, "iv");
    if (e == OK)
        e = read_hex(d, out->ciphertext, sizeof(out->ciphertext), crypto, "ciphertext");
    if (e == OK)
        e = read_hex(d, out->mac.b, sizeof(out->mac.b), crypto, "mac");
    return e == OK ? read_kdf(d, &out->kdf, crypto) : e;
}

/* The address is optional; geth writes it without 0x, others with it. */
static enum err read_address(struct diag *d, struct vault *out, const struct json *root)
{
    const char *text = NULL;
    enum err e = OK;

    out->has_address = json_get(root, "address") != NULL;
    if (!out->has_address)
        return OK;
    if ((e = json_read_string(d, &text, root, "address")) != OK)
        return e;
    if (strncmp(text, "0x", 2) == 0)
        text += 2;
    if (!hex_decode(out->address.b, sizeof(out->address.b), text, strlen(text)))
        return diag_set(d, ERR_FORMAT, "'address': expected 40 hex digits");
    return OK;
}

static enum err read_root(struct diag *d, struct vault *out, const struct json *root)
{
    /* name, meta (Parity) and x-ethers (mnemonic of the wallet) are other programs' notes. */
    static const char *const keys[] = { "version", "id",   "address",  "crypto", "Crypto",
                                        "name",    "meta", "x-ethers", NULL };
    const char *crypto_key = json_get(root, "Crypto") != NULL ? "Crypto" : "crypto";
    const struct json *crypto = NULL;
    uint64_t version = 0;
    enum err e = json_read_u64(d, &version, root, "version");

    if (e != OK)
        return e;
    if (version != 3)
        return diag_set(d, ERR_UNSUPPORTED, "'version': only 3 is known, found %llu",
                        (unsigned long long)version);
    if ((e = json_only_keys(d, root, keys)) != OK)
        return e;
    if (json_get(root, "Crypto") != NULL && json_get(root, "crypto") != NULL)
        return diag_set(d, ERR_FORMAT, "both 'crypto' and 'Crypto' are given");
    e = json_read_object(d, &crypto, root, crypto_key);
    if (e == OK)
        e = read_address(d, out, root);
    return e == OK ? read_crypto(d, out, crypto) : e;
}

static enum err vault_parse(struct diag *d, struct vault *out, const void *data, size_t data_len)
{
    struct json *root = NULL;
    enum err e = ERR_INTERNAL;

    *out = (struct vault){ 0 };
    if (data_len > LIMIT_KEYSTORE_BYTES)
        return diag_set(d, ERR_LIMIT, "keystore is over the limit of %d bytes",
                        LIMIT_KEYSTORE_BYTES);
    if ((e = json_parse(d, &root, data, data_len, "keystore")) != OK)
        return e;
    if ((e = read_root(d, out, root)) != OK)
        (void)diag_prefix(d, "keystore");
    json_free(root);
    return e;
}

enum err keystore_inspect(struct diag *d, struct address *address, bool *has_address,
                          const void *data, size_t data_len)
{
    struct vault v;
    enum err e = vault_parse(d, &v, data, data_len);

    *address = (struct address){ { 0 } };
    *has_address = false;
    if (e == OK && v.has_address) {
        *address = v.address;
        *has_address = true;
    }
    return e;
}

static enum err derive(struct diag *d, uint8_t out[DERIVED_LEN], const struct kdf_params *k,
                       const uint8_t *pass, size_t pass_len)
{
    if (k->kind == KEYSTORE_PBKDF2)
        return kdf_pbkdf2_sha256(d, out, DERIVED_LEN, pass, pass_len, k->salt, k->salt_len, k->c);
    return kdf_scrypt(d, out, DERIVED_LEN, pass, pass_len, k->salt, k->salt_len, k->n, k->r, k->p);
}

static void vault_mac(struct hash32 *out, const struct vault *v, const uint8_t derived[DERIVED_LEN])
{
    struct keccak256_ctx ctx;

    keccak256_init(&ctx);
    keccak256_update(&ctx, derived + 16, 16);
    keccak256_update(&ctx, v->ciphertext, sizeof(v->ciphertext));
    keccak256_final(&ctx, out);
    secret_wipe(&ctx, sizeof(ctx));
}

/* The key must be one, and the one that the file names. */
static enum err check_key(struct diag *d, const struct vault *v, const struct seckey *key)
{
    struct address address;
    enum err e = ERR_INTERNAL;

    if (!seckey_valid(key))
        return diag_set(d, ERR_FORMAT, "keystore: what it holds is not a secp256k1 key");
    if ((e = secp_address(d, &address, key)) != OK)
        return e;
    if (v->has_address && !address_eq(&v->address, &address))
        return diag_set(d, ERR_MISMATCH, "keystore: the key is not that of 'address'");
    return OK;
}

enum err keystore_decrypt(struct diag *d, struct seckey *key, const void *data, size_t data_len,
                          const uint8_t *pass, size_t pass_len)
{
    struct vault v;
    struct seckey plain = { { 0 } };
    struct hash32 mac;
    uint8_t derived[DERIVED_LEN] = { 0 };
    enum err e = ERR_INTERNAL;

    *key = (struct seckey){ { 0 } };
    if ((e = vault_parse(d, &v, data, data_len)) != OK)
        return e;
    if ((e = derive(d, derived, &v.kdf, pass, pass_len)) != OK)
        goto done;
    vault_mac(&mac, &v, derived);
    if (!secret_eq(mac.b, v.mac.b, sizeof(mac.b))) {
        e = diag_set(d, ERR_REFUSED, "wrong passphrase for the keystore");
        goto done;
    }
    e = aes128_ctr(d, plain.b, v.ciphertext, sizeof(plain.b), derived, v.iv);
    if (e == OK)
        e = check_key(d, &v, &plain);
    if (e == OK)
        *key = plain;
done:
    secret_wipe(&plain, sizeof(plain));
    secret_wipe(derived, sizeof(derived));
    return e;
}

/* A version 4 UUID as text. */
static void write_uuid(struct buf *out, const uint8_t random[16])
{
    uint8_t id[16];

    memcpy(id, random, sizeof(id));
    id[6] = (uint8_t)((id[6] & 0x0f) | 0x40);
    id[8] = (uint8_t)((id[8] & 0x3f) | 0x80);
    for (size_t i = 0; i < sizeof(id); i++)
        buf_addf(out, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", id[i]);
}

static void set_hex(struct json *obj, const char *key, const uint8_t *data, size_t data_len)
{
    char text[HEX_LEN(SALT_MAX_LEN)];

    json_set_string(obj, key, hex_encode(text, data, data_len));
}

static struct json *kdf_json(const struct kdf_params *k)
{
    struct json *j = json_new_object();

    json_set_int(j, "dklen", DERIVED_LEN);
    set_hex(j, "salt", k->salt, k->salt_len);
    if (k->kind == KEYSTORE_PBKDF2) {
        json_set_int(j, "c", k->c);
        json_set_string(j, "prf", "hmac-sha256");
    } else {
        json_set_int(j, "n", (int64_t)k->n);
        json_set_int(j, "r", k->r);
        json_set_int(j, "p", k->p);
    }
    return j;
}

static enum err vault_write(struct diag *d, struct buf *out, const struct vault *v,
                            const uint8_t id[16])
{
    struct json *root = json_new_object();
    struct json *crypto = json_new_object();
    struct json *cipher = json_new_object();
    struct buf uuid;
    enum err e = ERR_INTERNAL;

    buf_init(&uuid, 64);
    write_uuid(&uuid, id);
    set_hex(root, "address", v->address.b, sizeof(v->address.b));
    json_set_string(crypto, "cipher", "aes-128-ctr");
    set_hex(cipher, "iv", v->iv, sizeof(v->iv));
    json_set(crypto, "cipherparams", cipher);
    set_hex(crypto, "ciphertext", v->ciphertext, sizeof(v->ciphertext));
    json_set_string(crypto, "kdf", v->kdf.kind == KEYSTORE_PBKDF2 ? "pbkdf2" : "scrypt");
    json_set(crypto, "kdfparams", kdf_json(&v->kdf));
    set_hex(crypto, "mac", v->mac.b, sizeof(v->mac.b));
    json_set(root, "crypto", crypto);
    json_set_string(root, "id", buf_str(&uuid));
    json_set_int(root, "version", 3);
    e = json_write(d, out, root, JSON_PRETTY);
    json_free(root);
    buf_clear(&uuid);
    return e;
}

static struct kdf_params kdf_choose(enum keystore_kdf kind, bool light)
{
    struct kdf_params k = { .kind = kind, .salt_len = 32 };

    if (kind == KEYSTORE_PBKDF2) {
        k.c = light ? PBKDF2_LIGHT : PBKDF2_STANDARD;
        return k;
    }
    k.n = light ? SCRYPT_LIGHT_N : SCRYPT_STANDARD_N;
    k.r = 8;
    k.p = 1;
    return k;
}

enum err keystore_encrypt(struct diag *d, struct buf *out, const struct seckey *key,
                          enum keystore_kdf kdf, bool light, const uint8_t *pass, size_t pass_len)
{
    struct vault v = { .kdf = kdf_choose(kdf, light) };
    uint8_t derived[DERIVED_LEN] = { 0 };
    uint8_t id[16];
    enum err e = secp_address(d, &v.address, key);

    if (e == OK)
        e = random_bytes(d, v.kdf.salt, v.kdf.salt_len);
    if (e == OK)
        e = random_bytes(d, v.iv, sizeof(v.iv));
    if (e == OK)
        e = random_bytes(d, id, sizeof(id));
    if (e == OK)
        e = derive(d, derived, &v.kdf, pass, pass_len);
    if (e == OK)
        e = aes128_ctr(d, v.ciphertext, key->b, sizeof(key->b), derived, v.iv);
    if (e == OK) {
        vault_mac(&v.mac, &v, derived);
        e = vault_write(d, out, &v, id);
    }
    secret_wipe(derived, sizeof(derived));
    return e;
}
