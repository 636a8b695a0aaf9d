// SPDX-License-Identifier: Apache-2.0
#include "src/base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "src/base/bytes.h"
#include "src/base/limits.h"

static enum err digest_parts(struct diag *d, uint8_t *out, size_t out_len, const EVP_MD *md,
                             const struct bytes_view *parts, size_t num_parts)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx != NULL && EVP_DigestInit_ex(ctx, md, NULL) == 1;

    memset(out, 0, out_len);
    for (size_t i = 0; ok && i < num_parts; i++)
        ok = EVP_DigestUpdate(ctx, parts[i].data, parts[i].len) == 1;
    ok = ok && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
    EVP_MD_CTX_free(ctx);
    return ok ? OK : diag_set(d, ERR_INTERNAL, "the SHA-2 of libcrypto failed");
}

enum err sha256_parts(struct diag *d, struct hash32 *out, const struct bytes_view *parts,
                      size_t num_parts)
{
    return digest_parts(d, out->b, sizeof(out->b), EVP_sha256(), parts, num_parts);
}

enum err sha384_parts(struct diag *d, struct hash48 *out, const struct bytes_view *parts,
                      size_t num_parts)
{
    return digest_parts(d, out->b, sizeof(out->b), EVP_sha384(), parts, num_parts);
}

enum err sha256(struct diag *d, struct hash32 *out, const void *data, size_t data_len)
{
    const struct bytes_view part = { data, data_len };

    return sha256_parts(d, out, &part, 1);
}

enum err sha512(struct diag *d, uint8_t out[static 64], const void *data, size_t data_len)
{
    const struct bytes_view part = { data, data_len };

    return digest_parts(d, out, 64, EVP_sha512(), &part, 1);
}

/* The open file's content into ctx. */
static enum err digest_fd(struct diag *d, EVP_MD_CTX *ctx, uint64_t *size, uint64_t max, int fd,
                          const char *path)
{
    uint8_t piece[32768];
    ssize_t n = 0;

    while ((n = read(fd, piece, sizeof(piece))) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return diag_set(d, ERR_IO, "cannot read '%.200s': %s", path, strerror(errno));
        if (EVP_DigestUpdate(ctx, piece, (size_t)n) != 1)
            return diag_set(d, ERR_INTERNAL, "the SHA-2 of libcrypto failed");
        *size += (uint64_t)n;
        if (*size > max)
            return diag_set(d, ERR_LIMIT, "'%.200s' is over the limit of %llu bytes", path,
                            (unsigned long long)max);
    }
    return OK;
}

static enum err sha256_fd(struct diag *d, struct hash32 *out, uint64_t *size, uint64_t max, int fd,
                          const char *path)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    enum err e = ERR_INTERNAL;

    if (ctx == NULL || EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1)
        e = diag_set(d, ERR_INTERNAL, "the SHA-2 of libcrypto failed");
    else
        e = digest_fd(d, ctx, size, max, fd, path);
    if (e == OK && EVP_DigestFinal_ex(ctx, out->b, NULL) != 1)
        e = diag_set(d, ERR_INTERNAL, "the SHA-2 of libcrypto failed");
    EVP_MD_CTX_free(ctx);
    return e;
}

enum err sha256_file(struct diag *d, struct hash32 *out, uint64_t *size, const char *path)
{
    /* A pipe would block in open. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct hash32 hash = { { 0 } };
    struct stat st;
    uint64_t count = 0;
    enum err e = ERR_INTERNAL;

    memset(out, 0, sizeof(*out));
    if (size != NULL)
        *size = 0;
    if (fd < 0 || fstat(fd, &st) != 0)
        e = diag_set(d, ERR_IO, "cannot open '%.200s': %s", path, strerror(errno));
    else if (!S_ISREG(st.st_mode))
        e = diag_set(d, ERR_IO, "'%.200s' is no regular file", path);
    else
        e = sha256_fd(d, &hash, &count, UINT64_MAX, fd, path);
    if (fd >= 0)
        (void)close(fd);
    if (e != OK)
        return e;
    *out = hash;
    if (size != NULL)
        *size = count;
    return OK;
}

enum err sha256_input(struct diag *d, struct hash32 *out, uint64_t max, const char *path)
{
    const bool is_input = strcmp(path, "-") == 0;
    int fd = is_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct hash32 hash = { { 0 } };
    uint64_t count = 0;
    enum err e = ERR_INTERNAL;

    memset(out, 0, sizeof(*out));
    if (fd < 0)
        return diag_set(d, ERR_IO, "cannot read '%.200s': %s", path, strerror(errno));
    e = sha256_fd(d, &hash, &count, max, fd, is_input ? "standard input" : path);
    if (!is_input)
        (void)close(fd);
    if (e == OK)
        *out = hash;
    return e;
}

enum err kdf_scrypt(struct diag *d, uint8_t *out, size_t out_len, const uint8_t *pass,
                    size_t pass_len, const uint8_t *salt, size_t salt_len, uint64_t n, uint32_t r,
                    uint32_t p)
{
    memset(out, 0, out_len);
    if (n < 2 || (n & (n - 1)) != 0)
        return diag_set(d, ERR_FORMAT, "scrypt: n must be a power of two, found %llu",
                        (unsigned long long)n);
    if (r == 0 || p == 0)
        return diag_set(d, ERR_FORMAT, "scrypt: r and p must be at least 1");
    /* 128 * r * n for the table and 128 * r * p for the blocks, without overflow. */
    if (n > LIMIT_SCRYPT_BYTES / 128 || r > LIMIT_SCRYPT_BYTES / 128 / n ||
        p > LIMIT_SCRYPT_BYTES / 128 / r)
        return diag_set(d, ERR_LIMIT,
                        "scrypt: n=%llu r=%lu p=%lu needs more memory than the limit of %llu bytes",
                        (unsigned long long)n, (unsigned long)r, (unsigned long)p,
                        (unsigned long long)LIMIT_SCRYPT_BYTES);
    /* Three times: table, blocks and libcrypto's own working space. */
    if (EVP_PBE_scrypt((const char *)pass, pass_len, salt, salt_len, n, r, p,
                       3 * LIMIT_SCRYPT_BYTES, out, out_len) == 1)
        return OK;
    memset(out, 0, out_len);
    return diag_set(d, ERR_INTERNAL, "the scrypt of libcrypto failed");
}

enum err kdf_pbkdf2_sha256(struct diag *d, uint8_t *out, size_t out_len, const uint8_t *pass,
                           size_t pass_len, const uint8_t *salt, size_t salt_len,
                           uint32_t iterations)
{
    memset(out, 0, out_len);
    if (iterations == 0)
        return diag_set(d, ERR_FORMAT, "pbkdf2: the number of iterations is 0");
    if (iterations > LIMIT_PBKDF2_ITERS)
        return diag_set(d, ERR_LIMIT, "pbkdf2: %lu iterations are over the limit of %d",
                        (unsigned long)iterations, LIMIT_PBKDF2_ITERS);
    if (pass_len > INT_MAX || salt_len > INT_MAX || out_len > INT_MAX)
        return diag_set(d, ERR_LIMIT, "pbkdf2: passphrase or salt too long");
    if (PKCS5_PBKDF2_HMAC((const char *)pass, (int)pass_len, salt, (int)salt_len, (int)iterations,
                          EVP_sha256(), (int)out_len, out) == 1)
        return OK;
    memset(out, 0, out_len);
    return diag_set(d, ERR_INTERNAL, "the PBKDF2 of libcrypto failed");
}

enum err aes128_ctr(struct diag *d, uint8_t *out, const uint8_t *in, size_t len,
                    const uint8_t key[16], const uint8_t iv[16])
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int written = 0;
    bool ok = ctx != NULL && len <= INT_MAX &&
              EVP_EncryptInit_ex(ctx, EVP_aes_128_ctr(), NULL, key, iv) == 1 &&
              EVP_EncryptUpdate(ctx, out, &written, in, (int)len) == 1 && (size_t)written == len;

    EVP_CIPHER_CTX_free(ctx);
    if (ok)
        return OK;
    memset(out, 0, len);
    return diag_set(d, ERR_INTERNAL, "the AES-128-CTR of libcrypto failed");
}

enum err random_bytes(struct diag *d, uint8_t *out, size_t out_len)
{
    if (out_len <= INT_MAX && RAND_bytes(out, (int)out_len) == 1)
        return OK;
    memset(out, 0, out_len);
    return diag_set(d, ERR_IO, "no random bytes from the system");
}
