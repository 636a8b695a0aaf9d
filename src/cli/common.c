// SPDX-License-Identifier: Apache-2.0
#include "src/cli/common.h"

#include <string.h>

#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "src/base/u256.h"

enum err common_profile(struct diag *d, struct profile **out, const struct args *a)
{
    return profile_load(d, out, args_get(a, "profile"));
}

enum err common_chain(struct diag *d, struct chain **out, const struct args *a,
                      const struct profile *p)
{
    const char *urls[LIMIT_RPC_URLS] = { NULL };
    size_t num_urls = 0;
    const char *url = NULL;

    *out = NULL;
    for (size_t i = 0; (url = args_get_nth(a, "rpc", i)) != NULL; i++) {
        if (num_urls == LIMIT_RPC_URLS)
            return diag_set(d, ERR_LIMIT, "--rpc: more than %d endpoints", LIMIT_RPC_URLS);
        urls[num_urls++] = url;
    }
    for (size_t i = 0; args_get(a, "rpc") == NULL && i < p->num_rpc_urls; i++)
        urls[num_urls++] = p->rpc_urls[i];
    if (num_urls == 0) {
        diag_hint(d, "give --rpc URL, or list endpoints under 'chain: rpc:' in the profile");
        return diag_set(d, ERR_USAGE, "no JSON-RPC endpoint is known");
    }
    return chain_open(d, out, urls, num_urls, &p->chain_id, p->rpc_allow_plain_http);
}

enum err common_signer(struct diag *d, struct signer **out, const struct args *a)
{
    const char *fd_text = args_get(a, "passphrase-fd");
    struct signer_options options = { .passphrase_file = args_get(a, "passphrase-file"),
                                      .passphrase_fd = -1 };
    const char *spec = NULL;
    struct u256 fd;
    uint64_t number = 0;
    enum err e = args_require(d, &spec, a, "signer");

    *out = NULL;
    if (e != OK) {
        diag_hint(d, "a key in a file: --signer keystore:FILE");
        return e;
    }
    if (fd_text != NULL && options.passphrase_file != NULL)
        return diag_set(d, ERR_USAGE, "--passphrase-file and --passphrase-fd exclude each other");
    if (fd_text != NULL) {
        if (!u256_from_dec(&fd, fd_text) || !u256_to_u64(&fd, &number) || number > 1023)
            return diag_set(d, ERR_USAGE, "--passphrase-fd: expected a small number, found '%.32s'",
                            fd_text);
        options.passphrase_fd = (int)number;
    }
    return signer_open(d, out, spec, &options);
}

enum err common_write_json(struct diag *d, const struct json *j, const char *path)
{
    struct buf text;
    enum err e = ERR_INTERNAL;

    buf_init(&text, LIMIT_PROPOSAL_BYTES);
    e = json_write(d, &text, j, JSON_PRETTY);
    if (e == OK && (path == NULL || strcmp(path, "-") == 0))
        term_write(text.data, text.len);
    else if (e == OK)
        e = file_write(d, path, text.data, text.len, 0);
    buf_clear(&text);
    return e;
}

enum err common_answer(struct diag *d, struct json *j)
{
    enum err e = ERR_INTERNAL;

    if (json_get(j, "result") == NULL)
        json_set_int(j, "result", 0);
    e = common_write_json(d, j, NULL);
    json_free(j);
    return e;
}

enum err common_u256(struct diag *d, struct u256 *out, bool *given, const struct args *a,
                     const char *name)
{
    const char *text = args_get(a, name);

    *out = (struct u256){ 0 };
    *given = text != NULL;
    if (text == NULL)
        return OK;
    if (u256_parse(d, out, text) != OK)
        return diag_prefix(d, "--%s", name);
    return OK;
}
