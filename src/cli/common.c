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
