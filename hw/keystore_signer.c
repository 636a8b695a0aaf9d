// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "hw/keystore.h"
#include "hw/signer.h"
#include "src/base/file.h"
#include "src/base/limits.h"
#include "src/base/secret.h"

struct key_ctx {
    struct seckey key;
};

static void key_close(void *ctx)
{
    struct key_ctx *k = ctx;

    if (k == NULL)
        return;
    secret_wipe(k, sizeof(*k));
    free(k);
}

static enum err key_address(struct diag *d, void *ctx, struct address *out)
{
    const struct key_ctx *k = ctx;

    return secp_address(d, out, &k->key);
}

static enum err key_sign_typed(struct diag *d, void *ctx, struct sig65 *out,
                               const struct typed_data *typed)
{
    const struct key_ctx *k = ctx;
    struct hash32 digest;

    typed_data_digest(&digest, typed);
    return secp_sign(d, out, &digest, &k->key);
}

static enum err key_sign_tx(struct diag *d, void *ctx, struct sig65 *out, const struct eth_tx *tx)
{
    const struct key_ctx *k = ctx;
    struct hash32 digest;
    enum err e = eth_tx_digest(d, &digest, tx);

    return e == OK ? secp_sign(d, out, &digest, &k->key) : e;
}

static const struct signer_ops key_ops = {
    .address = key_address,
    .sign_typed = key_sign_typed,
    .sign_tx = key_sign_tx,
    .close = key_close,
};

static enum err read_passphrase(struct diag *d, struct buf *out, const char *path,
                                const struct signer_options *options)
{
    struct buf prompt;
    enum err e = ERR_INTERNAL;

    buf_init(&prompt, 256);
    buf_addf(&prompt, "passphrase of %.200s: ", path);
    e = signer_passphrase(d, out, options, buf_str(&prompt));
    buf_clear(&prompt);
    return e;
}

enum err keystore_signer(struct diag *d, struct signer **out, const char *path,
                         const struct signer_options *options)
{
    struct key_ctx *k = NULL;
    struct buf file, pass;
    enum err e = ERR_INTERNAL;

    *out = NULL;
    buf_init(&file, LIMIT_KEYSTORE_BYTES);
    buf_init_secret(&pass, LIMIT_SECRET_BYTES);
    if ((e = file_read(d, &file, path)) != OK)
        goto done;
    if ((k = calloc(1, sizeof(*k))) == NULL) {
        e = diag_set(d, ERR_NOMEM, "out of memory");
        goto done;
    }
    if ((e = read_passphrase(d, &pass, path, options)) != OK)
        goto done;
    if ((e = keystore_decrypt(d, &k->key, file.data, file.len, pass.data, pass.len)) != OK) {
        (void)diag_prefix(d, "'%.200s'", path);
        goto done;
    }
    e = signer_new(d, out, &key_ops, k);
    k = NULL; /* moved */
done:
    key_close(k);
    buf_clear(&pass);
    buf_clear(&file);
    return e;
}
