// SPDX-License-Identifier: Apache-2.0
#include "hw/signer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hw/keystore.h"

struct signer {
    const struct signer_ops *ops;
    void *ctx;
};

/* Kinds of signers by the word in front of the first colon. */
static const struct {
    const char *prefix;
    enum err (*open)(struct diag *d, struct signer **out, const char *rest,
                     const struct signer_options *options);
} kinds[] = {
    { "keystore:", keystore_signer },
};

enum err signer_open(struct diag *d, struct signer **out, const char *spec,
                     const struct signer_options *options)
{
    *out = NULL;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t prefix_len = strlen(kinds[i].prefix);

        if (strncmp(spec, kinds[i].prefix, prefix_len) != 0)
            continue;
        if (spec[prefix_len] == '\0')
            return diag_set(d, ERR_USAGE, "signer '%s': nothing behind the colon", kinds[i].prefix);
        return kinds[i].open(d, out, spec + prefix_len, options);
    }
    diag_hint(d, "use keystore:FILE");
    return diag_set(d, ERR_USAGE, "unknown kind of signer '%.64s'", spec);
}

enum err signer_new(struct diag *d, struct signer **out, const struct signer_ops *ops, void *ctx)
{
    struct signer *s = calloc(1, sizeof(*s));

    *out = NULL;
    if (s == NULL) {
        ops->close(ctx);
        return diag_set(d, ERR_NOMEM, "out of memory");
    }
    s->ops = ops;
    s->ctx = ctx;
    *out = s;
    return OK;
}

void signer_close(struct signer *s)
{
    if (s == NULL)
        return;
    s->ops->close(s->ctx);
    free(s);
}

enum err signer_address(struct diag *d, struct signer *s, struct address *out)
{
    *out = (struct address){ { 0 } };
    assert(s != NULL);
    return s->ops->address(d, s->ctx, out);
}

enum err signer_sign_typed(struct diag *d, struct signer *s, struct sig65 *out,
                           const struct signer_typed_data *typed)
{
    *out = (struct sig65){ { 0 } };
    assert(s != NULL);
    return s->ops->sign_typed(d, s->ctx, out, typed);
}

enum err signer_sign_tx(struct diag *d, struct signer *s, struct sig65 *out,
                        const uint8_t *unsigned_tx, size_t unsigned_tx_len)
{
    *out = (struct sig65){ { 0 } };
    assert(s != NULL);
    return s->ops->sign_tx(d, s->ctx, out, unsigned_tx, unsigned_tx_len);
}
