// SPDX-License-Identifier: Apache-2.0
#ifndef HW_SIGNER_H
#define HW_SIGNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/bytes.h"
#include "src/base/secp.h"

/*
 * Who signs. One seam for everything that holds a key: keystore files today, hardware wallets
 * behind the same four calls. A signer is given the typed data as well as its hash, because some
 * devices take the struct and compute the hash themselves.
 *
 * Whoever calls must recover the result over its own hash before the signature counts: what a
 * signer returns is untrusted.
 */
struct signer;

/* Where a passphrase comes from, if one is needed. At most one of the two is set. */
struct signer_options {
    const char *passphrase_file; /* NULL: none */
    int passphrase_fd;           /* -1: none; neither: ask on the terminal */
};

/*
 * spec names the signer: "keystore:FILE". ERR_USAGE for an unknown kind; ERR_REFUSED for a wrong
 * passphrase.
 */
MUST_CHECK enum err signer_open(struct diag *d, struct signer **out, const char *spec,
                                const struct signer_options *options);
/* Wipes; NULL is fine. */
void signer_close(struct signer *s);

/* The account that signs. */
MUST_CHECK enum err signer_address(struct diag *d, struct signer *s, struct address *out);

/* EIP-712: domain separator and struct hash, and the typed data as JSON for devices that show it.
 */
struct signer_typed_data {
    struct hash32 domain_hash;
    struct hash32 message_hash;
    const char *json;
};
MUST_CHECK enum err signer_sign_typed(struct diag *d, struct signer *s, struct sig65 *out,
                                      const struct signer_typed_data *typed);

/* A transaction: unsigned EIP-2718 bytes; the signature is over their keccak256, v is 27 or 28. */
MUST_CHECK enum err signer_sign_tx(struct diag *d, struct signer *s, struct sig65 *out,
                                   const uint8_t *unsigned_tx, size_t unsigned_tx_len);

/* What an implementation provides; ctx is its own. */
struct signer_ops {
    enum err (*address)(struct diag *d, void *ctx, struct address *out);
    enum err (*sign_typed)(struct diag *d, void *ctx, struct sig65 *out,
                           const struct signer_typed_data *typed);
    enum err (*sign_tx)(struct diag *d, void *ctx, struct sig65 *out, const uint8_t *unsigned_tx,
                        size_t unsigned_tx_len);
    void (*close)(void *ctx);
};
/* Takes ctx over, also on failure. */
MUST_CHECK enum err signer_new(struct diag *d, struct signer **out, const struct signer_ops *ops,
                               void *ctx);

#endif
