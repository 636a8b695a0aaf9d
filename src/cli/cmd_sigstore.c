// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/digest.h"
#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "src/cli/commands.h"
#include "src/cli/common.h"
#include "verify/sigstore/sigstore.h"

/* An artifact is hashed in memory; images are given by digest. */
#define ARTIFACT_BYTES ((size_t)1024 * 1024 * 1024)

/* --- what is asked -----------------------------------------------------------------------------
 */

struct input {
    struct buf bundle, artifact, payload, key;
    struct sigstore_root *root;
    struct sigstore_request request;
};

static void input_clear(struct input *in)
{
    buf_clear(&in->bundle);
    buf_clear(&in->artifact);
    buf_clear(&in->payload);
    buf_clear(&in->key);
    sigstore_root_free(in->root);
}

/* sha256: and 64 digits, unless a file has that name. */
static bool is_digest(struct hash32 *out, const char *text)
{
    return strncmp(text, "sha256:", 7) == 0 && strlen(text) == 7 + 64 &&
           hex_decode(out->b, sizeof(out->b), text + 7, 64) && !file_exists(text);
}

static enum err read_artifact(struct diag *d, struct input *in, const char *text)
{
    enum err e = OK;

    if (is_digest(&in->request.digest, text))
        return OK;
    if ((e = file_read(d, &in->artifact, text)) != OK)
        return e;
    in->request.artifact = in->artifact.len > 0 ? in->artifact.data : (const uint8_t *)"";
    in->request.artifact_len = in->artifact.len;
    return sha256(d, &in->request.digest, in->request.artifact, in->artifact.len);
}

static enum err read_root(struct diag *d, struct input *in, const char *path)
{
    enum err e = ERR_INTERNAL;
    struct buf text;

    if (path == NULL)
        return sigstore_root_public_good(d, &in->root);
    buf_init(&text, LIMIT_SIGSTORE_BYTES);
    if ((e = file_read(d, &text, path)) == OK)
        e = sigstore_root_parse(d, &in->root, text.data, text.len, path);
    buf_clear(&text);
    return e;
}

static enum err read_policy(struct diag *d, struct input *in, const struct args *a)
{
    const char *key = args_get(a, "key");
    enum err e = OK;

    in->request.identity = args_get(a, "certificate-identity");
    in->request.issuer = args_get(a, "certificate-oidc-issuer");
    in->request.provenance = args_flag(a, "check-provenance");
    if (key == NULL && (in->request.identity == NULL || in->request.issuer == NULL))
        return diag_set(d, ERR_USAGE,
                        "sigstore verify-bundle: expected --certificate-identity and "
                        "--certificate-oidc-issuer, or --key");
    if (key == NULL)
        return OK;
    if (in->request.identity != NULL || in->request.issuer != NULL)
        return diag_set(d, ERR_USAGE,
                        "sigstore verify-bundle: --key goes not with a certificate's identity");
    if ((e = file_read(d, &in->key, key)) != OK)
        return e;
    if (in->key.len > 0 && memchr(in->key.data, '\0', in->key.len) != NULL)
        return diag_set(d, ERR_FORMAT, "%.128s: expected PEM, found a zero byte", key);
    in->request.key_pem = buf_str(&in->key);
    return OK;
}

static enum err read_input(struct diag *d, struct input *in, const struct args *a)
{
    const char *bundle = NULL;
    const char *payload = args_get(a, "payload");
    enum err e = args_require(d, &bundle, a, "bundle");

    if (e != OK || (e = read_policy(d, in, a)) != OK ||
        (e = file_read(d, &in->bundle, bundle)) != OK ||
        (e = read_artifact(d, in, a->operands[1])) != OK ||
        (e = read_root(d, in, args_get(a, "trusted-root"))) != OK)
        return e;
    in->request.bundle = in->bundle.data;
    in->request.bundle_len = in->bundle.len;
    if (payload == NULL)
        return OK;
    e = file_read(d, &in->payload, payload);
    in->request.payload = in->payload.len > 0 ? in->payload.data : (const uint8_t *)"";
    in->request.payload_len = in->payload.len;
    return e;
}

/* --- what is answered --------------------------------------------------------------------------
 */

static void sha256_text(char out[7 + HEX_LEN(32)], const struct hash32 *h)
{
    char hex[HEX_LEN(32)];

    (void)snprintf(out, 7 + HEX_LEN(32), "sha256:%s", hex_encode(hex, h->b, sizeof(h->b)));
}

static struct json *root_json(const struct sigstore_root_info *info)
{
    struct json *j = json_new_object();
    char digest[7 + HEX_LEN(32)];

    sha256_text(digest, &info->sha256);
    json_set_string(j, "digest", digest);
    json_set_bool(j, "embedded", info->embedded);
    json_set_string(j, "newestEntry", clock_format_utc(info->newest_s).s);
    return j;
}

static struct json *signer_json(const struct sigstore_result *r)
{
    struct json *j = json_new_object();

    json_set_string(j, "identity", r->san);
    if (sigstore_issuer(r) != NULL)
        json_set_string(j, "issuer", sigstore_issuer(r));
    for (int i = SIGSTORE_SIGNER_URI; i < SIGSTORE_NUM_FIELDS; i++) {
        const char *value = sigstore_field(r, (enum sigstore_field)i);

        if (value != NULL)
            json_set_string(j, sigstore_field_name((enum sigstore_field)i), value);
    }
    return j;
}

static struct json *answer_json(const struct input *in, const struct sigstore_result *r,
                                const struct diag *d)
{
    struct json *j = json_new_object();
    char digest[7 + HEX_LEN(32)];
    char index[24];

    sha256_text(digest, &in->request.digest);
    json_set_int(j, "result", r->verified ? 0 : err_exit_code(d->code));
    json_set_bool(j, "verified", r->verified);
    json_set_string(j, "artifact", digest);
    json_set(j, "trustedRoot", root_json(sigstore_root_info(in->root)));
    if (!r->verified) {
        json_set_string(j, "failedCheck", sigstore_check_name(r->failed));
        json_set(j, "reason", json_new_text(d->msg, strlen(d->msg)));
        return j;
    }
    json_set(j, "signer", r->by_key ? json_new_string("key") : signer_json(r));
    json_set_string(j, "signingTime", clock_format_utc(r->signing_time_s).s);
    if (r->predicate_type != NULL)
        json_set_string(j, "predicateType", r->predicate_type);
    if (r->provenance_differs != NULL)
        json_set_string(j, "provenanceDiffers", r->provenance_differs);
    if (r->note != NULL)
        json_set_string(j, "note", r->note);
    if (r->root_line != 0)
        json_set_int(j, "rootLine", (int64_t)r->root_line);
    if (r->log_url != NULL) {
        (void)snprintf(index, sizeof(index), "%" PRIu64, r->log_index);
        json_set_string(j, "log", r->log_url);
        json_set_string(j, "logIndex", index);
    }
    return j;
}

static void print_row(const char *label, const char *value)
{
    if (value == NULL)
        return;
    term_printf("  %-13s ", label);
    term_untrusted(value, strlen(value));
    term_printf("\n");
}

/* How old the root is at most: its newest entry is no younger. */
static void print_root(const struct sigstore_root_info *info, size_t line)
{
    char digest[7 + HEX_LEN(32)];
    uint64_t now_s = clock_now_s();

    sha256_text(digest, &info->sha256);
    term_printf("  %-13s %s, %s\n", "trusted root", info->embedded ? "public good" : "from a file",
                digest);
    if (line != 0)
        term_printf("  %-13s line %zu of it fits\n", "", line);
    term_printf("  %-13s newest entry valid from %s", "", clock_format_utc(info->newest_s).s);
    if (now_s >= info->newest_s)
        term_printf(", %" PRIu64 " days ago", (now_s - info->newest_s) / 86400);
    term_printf("\n");
}

static void answer_text(const struct input *in, const struct sigstore_result *r)
{
    static const struct {
        const char *label;
        enum sigstore_field field;
    } rows[] = {
        { "repository", SIGSTORE_SOURCE_URI }, { "commit", SIGSTORE_SOURCE_DIGEST },
        { "ref", SIGSTORE_SOURCE_REF },        { "workflow", SIGSTORE_CONFIG_URI },
        { "trigger", SIGSTORE_TRIGGER },       { "runner", SIGSTORE_RUNNER },
        { "run", SIGSTORE_RUN_URI },
    };
    char digest[7 + HEX_LEN(32)];

    sha256_text(digest, &in->request.digest);
    term_styled(TERM_GREEN, "verified");
    term_printf(": %s\n", digest);
    if (r->provenance_differs != NULL)
        term_warning("the provenance says another '%s' than the certificate: do not rely on it",
                     r->provenance_differs);
    if (term_is_quiet())
        return;
    print_row("signed by", r->by_key ? "the given key" : r->san);
    print_row("issuer", sigstore_issuer(r));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        print_row(rows[i].label, sigstore_field(r, rows[i].field));
    print_row("signed at", clock_format_utc(r->signing_time_s).s);
    print_row("predicate", r->predicate_type);
    if (r->log_url != NULL) {
        term_printf("  %-13s %" PRIu64 " of ", "log entry", r->log_index);
        term_untrusted(r->log_url, strlen(r->log_url));
        term_printf("\n");
    }
    print_row("note", r->note);
    print_root(sigstore_root_info(in->root), r->root_line);
}

static enum err run_verify(struct diag *d, const struct args *a, int *exit_code)
{
    struct sigstore_result r = { 0 };
    struct input in = { 0 };
    enum err e = ERR_INTERNAL;

    buf_init(&in.bundle, LIMIT_SIGSTORE_BYTES);
    buf_init(&in.artifact, ARTIFACT_BYTES);
    buf_init(&in.payload, LIMIT_SIGSTORE_BYTES);
    buf_init(&in.key, LIMIT_SIGSTORE_BYTES);
    if ((e = read_input(d, &in, a)) != OK)
        goto done;
    e = sigstore_verify(d, &r, in.root, &in.request);
    if (e == OK && !args_json(a)) {
        answer_text(&in, &r);
    } else if (args_json(a) && (e == OK || e == ERR_MISMATCH)) {
        *exit_code = err_exit_code(e);
        e = common_answer(d, answer_json(&in, &r, d));
    }
done:
    sigstore_result_clear(&r);
    input_clear(&in);
    return e;
}

/* --- inspect -----------------------------------------------------------------------------------
 */

/* One value on a line; objects and lists are indented under their name, to a bounded depth. */
static void print_value(const char *key, const struct json *j, int depth)
{
    const char *name = NULL;
    const struct json *member = NULL;

    term_printf("%*s", 2 * depth, "");
    term_untrusted(key, strlen(key));
    switch (json_type(j)) {
    case JSON_STRING:
        term_printf(": ");
        term_untrusted(json_string(j), strlen(json_string(j)));
        term_printf("\n");
        break;
    case JSON_OBJECT:
        term_printf(":\n");
        for (size_t i = 0; (member = json_member(j, i, &name)) != NULL; i++)
            print_value(name, member, depth + 1);
        break;
    case JSON_ARRAY:
        term_printf(":%s\n", json_len(j) == 0 ? " none" : "");
        for (size_t i = 0; i < json_len(j); i++)
            print_value("-", json_at(j, i), depth + 1);
        break;
    default: {
        struct diag ignored = { 0 };
        struct buf text;

        buf_init(&text, LIMIT_SIGSTORE_BYTES);
        if (json_write(&ignored, &text, j, 0) == OK)
            term_printf(": %s\n", buf_str(&text));
        buf_clear(&text);
    }
    }
}

static enum err run_inspect(struct diag *d, const struct args *a, int *exit_code)
{
    struct json *list = NULL;
    enum err e = ERR_INTERNAL;
    struct buf text;

    (void)exit_code;
    buf_init(&text, LIMIT_SIGSTORE_BYTES);
    if ((e = file_read(d, &text, a->operands[1])) == OK)
        e = sigstore_inspect(d, &list, text.data, text.len);
    buf_clear(&text);
    if (e != OK)
        return e;
    if (args_json(a)) {
        struct json *j = json_new_object();

        json_set_int(j, "result", 0);
        json_set_bool(j, "verified", false);
        json_set(j, "signatures", list); /* moved */
        return common_answer(d, j);
    }
    term_styled(TERM_YELLOW, "NOT VERIFIED");
    term_printf(": what the file says of itself; anybody can write that\n");
    for (size_t i = 0; i < json_len(list); i++)
        print_value("signature", json_at(list, i), 0);
    json_free(list);
    return OK;
}

static enum err run(struct diag *d, const struct args *a, int *exit_code)
{
    if (strcmp(a->operands[0], "verify-bundle") == 0)
        return run_verify(d, a, exit_code);
    if (strcmp(a->operands[0], "inspect") == 0)
        return run_inspect(d, a, exit_code);
    return diag_set(d, ERR_USAGE, "sigstore: expected verify-bundle or inspect, found '%.32s'",
                    a->operands[0]);
}

static const struct arg_option options[] = {
    { "bundle", "FILE", "verify-bundle: the signature, in any of its containers", false },
    { "payload", "FILE", "verify-bundle: the payload that a .sig manifest signs", false },
    { "certificate-identity", "ID", "verify-bundle: who has signed, exactly", false },
    { "certificate-oidc-issuer", "URL", "verify-bundle: who vouched for that, exactly", false },
    { "key", "PEM", "verify-bundle: a public key instead of an identity", false },
    { "check-provenance", NULL, "verify-bundle: SLSA provenance must agree with the certificate",
      false },
    { "trusted-root", "FILE", "verify-bundle: instead of the public good instance's", false },
    OPTION_END,
};

const struct command cmd_sigstore = {
    .name = "sigstore",
    .operands = "verify-bundle FILE|sha256:HEX | inspect FILE",
    .summary = "verify a Sigstore signature without network; show what one says",
    .details = "verify-bundle reads bundles v0.1 to v0.3, one or more to a file (gh\n"
               "attestation download), manifests of cosign's .sig tags with --payload, and\n"
               "cosign download signature. Exit code 0: verified; 1: a check said no, and the\n"
               "message begins with its name; 2: malformed. inspect verifies nothing.",
    .options = options,
    .min_operands = 2,
    .max_operands = 2,
    .run = run,
};
