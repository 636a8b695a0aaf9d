// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/json.h"
#include "src/base/term.h"
#include "src/base/u256.h"
#include "src/cli/common.h"
#include "src/cli/device.h"

#define DEFAULT_COUNT 5
#define MAX_COUNT     100

/* What was asked for, and what is open for it. */
struct addresses {
    const struct args *args;
    struct profile *profile; /* NULL: there is none here, */
    struct diag no_profile;  /* and this is why */
    struct signer *signer;
    struct hd_path path; /* of --signer */
    bool one_path;       /* that one alone */
    bool one_family;
    enum hd_family family;
    uint32_t count;
    struct json *rows; /* --json */
    bool found;        /* an owner or a delegate, the first at: */
    struct hd_path found_at;
};

/* The path of --signer, or the default; one that is given is the only one. */
static enum err read_signer(struct diag *d, struct addresses *x)
{
    const char *spec = NULL;
    enum err e = args_require(d, &spec, x->args, "signer");
    size_t word_len = e == OK ? strcspn(spec, ":") : 0;

    if (e != OK)
        return e;
    x->path = hd_path_account(HD_BIP44, 0);
    if (word_len != strlen("ledger") ||
        (strncmp(spec, "ledger", word_len) != 0 && strncmp(spec, "trezor", word_len) != 0))
        return diag_set(d, ERR_USAGE, "device address: --signer ledger or trezor, found '%.16s'",
                        spec);
    if (spec[word_len] != ':')
        return OK;
    x->one_path = true;
    return hd_path_parse(d, &x->path, spec + word_len + 1);
}

static enum err read_options(struct diag *d, struct addresses *x)
{
    const char *family = args_get(x->args, "family");
    uint64_t count = DEFAULT_COUNT;
    struct u256 value;
    bool given = false;
    enum err e = read_signer(d, x);

    if (e != OK || (e = common_u256(d, &value, &given, x->args, "count")) != OK)
        return e;
    if (given && (!u256_to_u64(&value, &count) || count == 0 || count > MAX_COUNT))
        return diag_set(d, ERR_USAGE, "--count: expected 1 to %d", MAX_COUNT);
    x->count = (uint32_t)count;
    x->one_family = family != NULL;
    if (family != NULL && !hd_family_parse(&x->family, family))
        return diag_set(d, ERR_USAGE,
                        "--family: expected bip44, ledger-live or legacy, found '%.32s'", family);
    x->one_path = x->one_path || args_flag(x->args, "confirm");
    if (x->one_path && (given || family != NULL))
        return diag_set(d, ERR_USAGE,
                        "--count and --family are for several accounts: no --confirm, no PATH in "
                        "--signer");
    return OK;
}

/* Without a profile nothing is marked. One that is named, or that is there and broken, counts. */
static enum err load_profile(struct diag *d, struct addresses *x)
{
    enum err e = common_profile(&x->no_profile, &x->profile, x->args);

    if (e == ERR_USAGE && !args_flag(x->args, "profile"))
        return OK;
    if (e != OK)
        *d = x->no_profile;
    return e;
}

static const char *role_of(const struct addresses *x, const struct address *account)
{
    if (x->profile == NULL)
        return NULL;
    if (profile_is_owner(x->profile, account))
        return "owner";
    return profile_is_delegate(x->profile, account) ? "delegate" : NULL;
}

static void add_row(struct addresses *x, const struct hd_path *path, const char *family,
                    const struct address *account)
{
    const char *role = role_of(x, account);
    struct json *row = NULL;

    if (role != NULL && !x->found)
        x->found_at = *path;
    x->found = x->found || role != NULL;
    if (!args_json(x->args)) {
        term_printf("%-18s %s%s%s%s%s\n", hd_path_format(path).s, address_format(account).s,
                    family != NULL ? "  " : "", family != NULL ? family : "",
                    role != NULL ? "  " : "", role != NULL ? role : "");
        return;
    }
    row = json_new_object();
    json_set_string(row, "path", hd_path_format(path).s);
    json_set_address(row, "address", account);
    if (family != NULL)
        json_set_string(row, "family", family);
    else
        json_set_null(row, "family");
    if (role != NULL)
        json_set_string(row, "role", role);
    else
        json_set_null(row, "role");
    json_append(x->rows, row);
}

/* The device shows the account, and the person compares it with ours. */
static enum err confirm(struct diag *d, struct addresses *x, const struct address *here)
{
    char text[128];
    struct address shown;
    enum err e = term_finish(d);

    (void)snprintf(text, sizeof(text), "compare with the device: %s", address_format(here).s);
    term_notice(text);
    if (e == OK)
        e = signer_account(d, x->signer, &shown, &x->path, true);
    if (e == OK && !address_eq(here, &shown))
        e = diag_set(d, ERR_DEVICE, "the device gave %s before and %s now", address_format(here).s,
                     address_format(&shown).s);
    if (e == OK && !args_json(x->args))
        term_printf("confirmed on the device\n");
    return e;
}

static enum err show_one(struct diag *d, struct addresses *x)
{
    struct address account;

    signer_address(x->signer, &account);
    add_row(x, &x->path, NULL, &account);
    return args_flag(x->args, "confirm") ? confirm(d, x, &account) : OK;
}

static enum err list_family(struct diag *d, struct addresses *x, enum hd_family family)
{
    enum err e = OK;

    for (uint32_t i = 0; e == OK && i < x->count; i++) {
        const struct hd_path path = hd_path_account(family, i);
        const struct hd_path first = hd_path_account(HD_BIP44, 0);
        struct address account;

        /* account 0 of Ledger Live is that of BIP-44 */
        if (!x->one_family && family != HD_BIP44 && hd_path_eq(&path, &first))
            continue;
        e = signer_account(d, x->signer, &account, &path, false);
        if (e == OK)
            add_row(x, &path, hd_family_name(family), &account);
        if (e == OK && !args_json(x->args))
            e = term_finish(d);
    }
    return e;
}

static enum err list_all(struct diag *d, struct addresses *x)
{
    enum err e = OK;

    if (x->one_family)
        return list_family(d, x, x->family);
    for (int i = 0; e == OK && i < HD_NUM_FAMILIES; i++) {
        e = list_family(d, x, (enum hd_family)i);
        if (e != ERR_UNSUPPORTED || i == HD_BIP44)
            continue;
        /* Trezors before 2.6.0 have no path of the last */
        term_hint("the device has no accounts of the family %s", hd_family_name((enum hd_family)i));
        *d = (struct diag){ 0 };
        e = OK;
    }
    return e;
}

/* How to sign with the owner that was found; h needs no quotes in a shell, an apostrophe does. */
static void hint(const struct addresses *x)
{
    const struct hd_path first = hd_path_account(HD_BIP44, 0);
    struct hd_path_text path = hd_path_format(&x->found_at);

    if (x->profile == NULL)
        term_hint("owners are not marked: %s", x->no_profile.msg);
    else if (!x->found)
        term_hint("%s an owner or a delegate in the profile",
                  x->one_path ? "this is not" : "none of these is");
    if (!x->found || x->one_path || hd_path_eq(&x->found_at, &first))
        return;
    for (char *c = path.s; *c != '\0'; c++)
        *c = *c == '\'' ? 'h' : *c;
    term_hint("sign with it: --signer %.6s:%s", args_get(x->args, "signer"), path.s);
}

static enum err answer(struct diag *d, struct addresses *x)
{
    struct json *j = NULL;

    hint(x);
    if (!args_json(x->args))
        return OK;
    j = json_new_object();
    json_set_int(j, "result", 0);
    json_set_bool(j, "confirmed", args_flag(x->args, "confirm"));
    json_set(j, "accounts", x->rows);
    x->rows = NULL; /* moved */
    return common_answer(d, j);
}

enum err device_address(struct diag *d, const struct args *a)
{
    struct addresses x = { .args = a };
    enum err e = read_options(d, &x);

    if (e != OK || (e = load_profile(d, &x)) != OK || (e = common_signer(d, &x.signer, a)) != OK)
        goto done;
    x.rows = json_new_array();
    e = x.one_path ? show_one(d, &x) : list_all(d, &x);
    if (e == OK)
        e = answer(d, &x);
done:
    json_free(x.rows);
    signer_close(x.signer);
    profile_free(x.profile);
    return e;
}
