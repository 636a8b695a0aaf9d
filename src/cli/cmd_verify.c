// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "safe/safe_tx_json.h"
#include "src/base/clock.h"
#include "src/base/digest.h"
#include "src/base/file.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "src/cli/commands.h"
#include "src/cli/common.h"
#include "src/cli/device.h"
#include "src/cli/measured.h"
#include "src/cli/preview_html.h"
#include "verify/review.h"

/* A SafeTx alone: no evidence, no operation, so that it can not come out as a yes. */
static enum err bare_proposal(struct diag *d, struct proposal *out, const struct profile *profile,
                              const struct json *j)
{
    struct safe_tx_hints hints = {
        true, true, true, profile->chain_id, profile->safe.safe, profile->safe.version
    };
    struct safe_tx_input input = { 0 };
    enum err e = safe_tx_from_json(d, &input, j, &hints);

    if (e != OK)
        return e;
    out->domain = input.domain;
    out->step = verify_step_of(profile, &input.tx);
    if (input.has_claimed_hash)
        out->claimed.safe_tx = input.claimed_hash;
    out->tx = input.tx;
    input.tx = (struct safe_tx){ 0 }; /* moved */
    safe_tx_input_clear(&input);
    return OK;
}

/* *bare tells that the input is no proposal. */
static enum err load(struct diag *d, struct proposal *out, bool *bare,
                     const struct profile *profile, const char *path)
{
    struct json *j = NULL;
    const char *format = NULL;
    struct buf text;
    enum err e = ERR_INTERNAL;

    buf_init(&text, LIMIT_PROPOSAL_BYTES);
    if ((e = file_read(d, &text, path)) != OK ||
        (e = json_parse(d, &j, text.data, text.len, path)) != OK)
        goto done;
    format = json_string(json_get(j, "format"));
    *bare = format == NULL || strncmp(format, "countersign/proposal/", 21) != 0;
    e = *bare ? bare_proposal(d, out, profile, j)
              : proposal_parse(d, out, text.data, text.len, path);
    if (e == OK)
        e = sha256(d, &out->file_sha256, text.data, text.len);
done:
    json_free(j);
    buf_clear(&text);
    return e;
}

static enum err get_urls(struct diag *d, const char *urls[LIMIT_RPC_URLS], size_t *num_urls,
                         const struct args *a)
{
    const char *url = NULL;

    *num_urls = 0;
    for (size_t i = 0; (url = args_get_nth(a, "rpc", i)) != NULL; i++) {
        if (i == LIMIT_RPC_URLS)
            return diag_set(d, ERR_LIMIT, "--rpc: more than %d endpoints", LIMIT_RPC_URLS);
        urls[(*num_urls)++] = url;
    }
    if (*num_urls > 0 && !args_flag(a, "online"))
        return diag_set(d, ERR_USAGE, "--rpc is for --online");
    return OK;
}

static enum err get_path(struct diag *d, const char **out, const struct args *a)
{
    const char *in = args_get(a, "in");

    if ((in != NULL) == (a->num_operands == 1))
        return diag_set(d, ERR_USAGE, "verify: expected one file: PROPOSAL, or --in FILE");
    *out = in != NULL ? in : a->operands[0];
    if (args_flag(a, "device") && !args_flag(a, "html"))
        return diag_set(d, ERR_USAGE, "verify: --device is for --html");
    return OK;
}

/* An audit as of another day may go by the profile of that day, for this run alone. */
static enum err get_profile(struct diag *d, struct profile **out, const struct args *a)
{
    return args_get(a, "at") != NULL ? open_profile_once(d, out, a) : open_profile(d, out, a);
}

/* What devices show, as pictures; nothing if the SafeTx can not be hashed. */
static enum err add_devices(struct diag *d, struct buf *out, const struct args *a,
                            const struct subject *s)
{
    struct typed_data typed;

    if (!s->hashes_ok)
        return OK;
    safe_tx_typed_data(&typed, &s->proposal->tx, &s->proposal->domain);
    return device_preview_pictures(d, out, a, &typed);
}

static enum err write_html(struct diag *d, const struct args *a, const struct verification *v,
                           const char *path)
{
    struct buf text, devices;
    enum err e = ERR_INTERNAL;

    buf_init(&text, LIMIT_PROPOSAL_BYTES);
    buf_init(&devices, LIMIT_PROPOSAL_BYTES);
    if ((e = add_devices(d, &devices, a, &v->subject)) != OK)
        goto done;
    review_html(&text, &v->subject, &v->report,
                &(struct review_section){ preview_html_style, &devices });
    if ((e = buf_check(d, &text, "report")) == OK && (e = buf_check(d, &devices, "report")) == OK)
        e = file_write(d, path, text.data, text.len, 0);
done:
    buf_clear(&devices);
    buf_clear(&text);
    return e;
}

static enum err print(struct diag *d, const struct args *a, const struct verification *v)
{
    const char *html = args_get(a, "html");
    enum err e = html != NULL ? write_html(d, a, v, html) : OK;

    if (e != OK)
        return e;
    if (args_json(a))
        return common_answer(d, review_json(&v->subject, &v->report));
    review_print_page(&v->subject, &v->report, args_flag(a, "explain"));
    return OK;
}

static enum err run(struct diag *d, const struct args *a, int *exit_code)
{
    const char *urls[LIMIT_RPC_URLS] = { NULL };
    struct verify_options options = { .now_s = clock_now_s(),
                                      .online = args_flag(a, "online"),
                                      .executable = args_flag(a, "executable") };
    struct profile *profile = NULL;
    struct proposal p = { 0 };
    struct verification v = { 0 };
    struct measured_image_dir image;
    const char *path = NULL;
    size_t num_urls = 0;
    bool bare = false;
    enum err e = get_path(d, &path, a);

    if (e != OK || (e = measured_image_dir(d, &image, a)) != OK ||
        (e = get_urls(d, urls, &num_urls, a)) != OK || (e = get_profile(d, &profile, a)) != OK)
        goto done;
    if ((e = load(d, &p, &bare, profile, path)) != OK)
        goto done;
    options.path = bare ? NULL : path;
    options.file = path;
    options.repo = args_get(a, "repo");
    options.image_dir = image.dir.path != NULL ? &image.dir : NULL;
    e = verify_proposal(d, &v, &p, profile, &options, num_urls > 0 ? urls : NULL, num_urls);
    if (e == OK)
        e = print(d, a, &v);
    if (e == OK)
        *exit_code = report_exit_code(&v.report);
done:
    verification_clear(&v);
    proposal_clear(&p);
    profile_free(profile);
    return e;
}

static const struct arg_option options_of_verify[] = {
    OPTION_ONLINE,
    OPTION_RPC,
    OPTION_ACCEPT_PROFILE,
    OPTION_DEADLINE,
    { "executable", NULL, "ask as well whether there are enough signatures", false },
    { "explain", NULL, "show for each check how to do it by hand", false },
    { "in", "FILE", "the file to verify, instead of the operand", false },
    { "repo", "DIR", "clone to compare the branch with (default: the profile's)", false },
    OPTION_IMAGE_DIR,
    OPTION_UNLISTED,
    { "html", "FILE", "write the report as one HTML file, too", false },
    { "device", "MODEL", "--html shows the screens of this one ('device preview'); repeatable",
      true },
    OPTION_END,
};

const struct command cmd_verify = {
    .name = "verify",
    .operands = "PROPOSAL|-",
    .summary = "run every check on a proposal and say yes, no or could not tell",
    .details = "PROPOSAL is a file of 'propose' or 'fetch'. Any other form of a SafeTx is read\n"
               "as well, but comes without evidence and can not be a yes. Reads no network\n"
               "unless --online is given. docs/checks.md explains each check.\n"
               "\n"
               "exit codes: 0 yes, every required check passed; 1 no, a check failed; 2 could\n"
               "not tell",
    .options = options_of_verify,
    .max_operands = 1,
    .run = run,
};
