// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "src/base/term.h"
#include "src/base/u256.h"
#include "src/cli/common.h"

/* Options that say something about one kind of signer; words of signer_open. */
static const struct {
    const char *option;
    const char *kinds[2];
} belongs_to[] = {
    { "transport", { "ledger", "trezor" } },
    { "allow-remote-device", { "ledger", "trezor" } },
    { "hash-mode", { "ledger", NULL } },
    { "signature", { "external", NULL } },
    { "typed-data", { "external", NULL } },
    { "passphrase-file", { "keystore", "trezor" } },
    { "passphrase-fd", { "keystore", "trezor" } },
};

/* `propose` writes typed data for whoever signs later, too. */
static bool is_for_signer(const struct args *a, const char *option)
{
    return args_flag(a, option) &&
           !(strcmp(option, "typed-data") == 0 && strcmp(a->command->name, "propose") == 0);
}

static bool is_kind(const char *spec, const char *kind)
{
    size_t len = kind != NULL ? strlen(kind) : 0;

    return kind != NULL && strncmp(spec, kind, len) == 0 && (spec[len] == '\0' || spec[len] == ':');
}

enum err common_signer_check(struct diag *d, const struct args *a)
{
    const char *spec = args_get(a, "signer") != NULL ? args_get(a, "signer") : "";

    for (size_t i = 0; i < sizeof(belongs_to) / sizeof(belongs_to[0]); i++) {
        const char *const *kinds = belongs_to[i].kinds;

        if (is_for_signer(a, belongs_to[i].option) && !is_kind(spec, kinds[0]) &&
            !is_kind(spec, kinds[1]))
            return diag_set(d, ERR_USAGE, "--%s goes with --signer %s%s%s", belongs_to[i].option,
                            kinds[0], kinds[1] != NULL ? " or " : "",
                            kinds[1] != NULL ? kinds[1] : "");
    }
    return OK;
}

static enum err read_passphrase_fd(struct diag *d, int *out, const struct args *a)
{
    const char *text = args_get(a, "passphrase-fd");
    uint64_t number = 0;
    struct u256 fd;

    *out = -1;
    if (text == NULL)
        return OK;
    if (args_flag(a, "passphrase-file"))
        return diag_set(d, ERR_USAGE, "--passphrase-file and --passphrase-fd exclude each other");
    if (!u256_from_dec(&fd, text) || !u256_to_u64(&fd, &number) || number > 1023)
        return diag_set(d, ERR_USAGE, "--passphrase-fd: expected a small number, found '%.32s'",
                        text);
    *out = (int)number;
    return OK;
}

static void notice(void *ctx, const char *text)
{
    (void)ctx;
    term_notice(text);
}

/* For the wallet: into a file, or where a person can copy it. A signature that is given was made
 * from it before. */
static enum err show_typed_data(struct diag *d, void *ctx, const struct json *typed)
{
    const struct args *a = ctx;
    const char *path = args_get(a, "typed-data");
    enum err e = ERR_INTERNAL;

    if (path != NULL && strcmp(path, "-") == 0)
        path = NULL;
    if (path == NULL && args_flag(a, "signature"))
        return OK;
    if (path == NULL && args_json(a))
        return diag_set(d, ERR_USAGE, "--json with an external wallet goes with --signature FILE");
    if (path != NULL) {
        term_notice("what the wallet signs is in the file of --typed-data");
        return common_write_json(d, typed, path);
    }
    term_notice("let the wallet sign this (eth_signTypedData_v4):");
    e = common_write_json(d, typed, NULL);
    return e == OK ? term_finish(d) : e;
}

enum err common_signer_options(struct diag *d, struct signer_options *out, const struct args *a)
{
    *out = (struct signer_options){
        .passphrase_file = args_get(a, "passphrase-file"),
        .passphrase_fd = -1,
        .signature_file = args_get(a, "signature"),
        .transport = args_get(a, "transport"),
        .allow_remote = args_flag(a, "allow-remote-device"),
        .hash_mode = args_flag(a, "hash-mode"),
        .notice = notice,
        .typed_data = show_typed_data,
        .typed_data_ctx = (void *)(uintptr_t)a,
    };
    if (out->transport != NULL && signer_check_transport(d, out->transport) != OK)
        return ERR_USAGE;
    return read_passphrase_fd(d, &out->passphrase_fd, a);
}

enum err common_signer(struct diag *d, struct signer **out, const struct args *a)
{
    struct signer_options options;
    const char *spec = NULL;
    enum err e = args_require(d, &spec, a, "signer");

    *out = NULL;
    if (e != OK) {
        diag_hint(d,
                  "a device: --signer ledger or trezor; a key in a file: --signer keystore:FILE");
        return e;
    }
    if ((e = common_signer_check(d, a)) != OK || (e = common_signer_options(d, &options, a)) != OK)
        return e;
    return signer_open(d, out, spec, &options);
}
