// SPDX-License-Identifier: Apache-2.0
#include "hw/external.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/term.h"

/* 132 characters and white space; more is read by mistake, and its length named in the error. */
#define TEXT_MAX_BYTES 4096

#define COMPACT_BYTES 64

struct external_ctx {
    struct address address;
    struct signer_options options;
};

/* --- the signature ---------------------------------------------------------------------------- */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static enum err set_v(struct diag *d, struct sig65 *sig, uint8_t v)
{
    if (v == 0 || v == 1 || v == 27 || v == 28) {
        sig->b[64] = v < 27 ? (uint8_t)(v + 27) : v;
        return OK;
    }
    *sig = (struct sig65){ { 0 } };
    if (v == 31 || v == 32)
        diag_hint(d, "31 and 32 are of a message (eth_sign): let the wallet sign the typed data "
                     "(eth_signTypedData_v4)");
    return diag_set(d, ERR_FORMAT, "the signature's last byte is %u, expected 0, 1, 27 or 28", v);
}

enum err external_parse_signature(struct diag *d, struct sig65 *out, const char *text,
                                  size_t text_len)
{
    const size_t full_len = HEX_0X_LEN(sizeof(out->b)) - 1;
    const size_t compact_len = HEX_0X_LEN(COMPACT_BYTES) - 1;
    bool prefixed = false, odd = false;

    *out = (struct sig65){ { 0 } };
    while (text_len > 0 && is_space(text[0])) {
        text++;
        text_len--;
    }
    while (text_len > 0 && is_space(text[text_len - 1]))
        text_len--;
    if (text_len == 0)
        return diag_set(d, ERR_FORMAT, "there is no signature");
    prefixed = text_len >= 2 && memcmp(text, "0x", 2) == 0;
    /* the text is not repeated: what is pasted here by mistake may be a key */
    if ((text_len != full_len && text_len != compact_len) || !prefixed)
        return diag_set(d, ERR_FORMAT,
                        "a signature is 0x and 130 hex digits (or 128: EIP-2098), found %zu "
                        "characters%s",
                        text_len, prefixed ? "" : " without 0x");
    if (!hex_decode(out->b, (text_len - 2) / 2, text + 2, text_len - 2)) {
        *out = (struct sig65){ { 0 } };
        return diag_set(d, ERR_FORMAT, "the signature is not all hex digits");
    }
    if (text_len == full_len)
        return set_v(d, out, out->b[64]);
    odd = (out->b[32] & 0x80) != 0;
    out->b[32] &= 0x7f;
    return set_v(d, out, odd ? 28 : 27);
}

static enum err ask(struct diag *d, struct sig65 *out)
{
    char line[512];
    enum err e = term_ask(d, line, sizeof(line), "the wallet's signature (0x...): ");

    if (e == ERR_USAGE)
        diag_hint(d, "--signature FILE reads it from a file, or with - from standard input");
    return e == OK ? external_parse_signature(d, out, line, strlen(line)) : e;
}

static enum err read_signature(struct diag *d, struct sig65 *out, const char *path)
{
    struct buf text;
    enum err e = ERR_INTERNAL;

    buf_init(&text, TEXT_MAX_BYTES);
    if ((e = file_read(d, &text, path)) == OK &&
        (e = external_parse_signature(d, out, buf_str(&text), text.len)) != OK)
        e = diag_prefix(d, "'%.256s'", strcmp(path, "-") == 0 ? "standard input" : path);
    buf_clear(&text);
    return e;
}

/* --- the signer ------------------------------------------------------------------------------- */

static enum err external_address(struct diag *d, void *ctx, struct address *out)
{
    const struct external_ctx *x = ctx;

    (void)d;
    *out = x->address;
    return OK;
}

static enum err external_sign_typed(struct diag *d, void *ctx, struct sig65 *out,
                                    const struct typed_data *typed)
{
    const struct external_ctx *x = ctx;
    const char *path = x->options.signature_file;
    enum err e = OK;

    if (x->options.typed_data != NULL) {
        struct json *j = typed_data_to_json(typed);

        e = x->options.typed_data(d, x->options.typed_data_ctx, j);
        json_free(j);
    }
    if (e != OK)
        return e;
    return path != NULL ? read_signature(d, out, path) : ask(d, out);
}

static const struct signer_ops external_ops = {
    .address = external_address,
    .sign_typed = external_sign_typed,
    .close = free,
};

enum err external_signer(struct diag *d, struct signer **out, const char *address,
                         const struct signer_options *options)
{
    struct external_ctx *x = NULL;
    struct address account;

    *out = NULL;
    if (address_parse(d, &account, address) != OK)
        return diag_prefix(d, "external");
    if ((x = malloc(sizeof(*x))) == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    *x = (struct external_ctx){ account, *options };
    return signer_new(d, out, &external_ops, x);
}
