// SPDX-License-Identifier: Apache-2.0
#include "safe/proposal.h"

#include <stdlib.h>
#include <string.h>

#include "safe/signature.h"
#include "src/base/digest.h"
#include "src/base/hex.h"
#include "src/base/keccak.h"
#include "src/base/limits.h"

static const struct {
    enum step step;
    const char *name;
} steps[] = {
    { STEP_SCHEDULE, "schedule" }, { STEP_EXECUTE, "execute" }, { STEP_CANCEL, "cancel" },
    { STEP_DIRECT, "direct" },     { STEP_REJECT, "reject" },
};

const char *step_name(enum step s)
{
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        if (steps[i].step == s)
            return steps[i].name;
    }
    return "none";
}

enum step step_parse(const char *name)
{
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        if (strcmp(steps[i].name, name) == 0)
            return steps[i].step;
    }
    return STEP_NONE;
}

void action_refs_clear(struct action_ref *actions, size_t num_actions)
{
    for (size_t i = 0; i < num_actions; i++) {
        free(actions[i].action);
        free(actions[i].contract);
    }
    free(actions);
}

void proposal_clear(struct proposal *p)
{
    action_refs_clear(p->actions, p->num_actions);
    safe_tx_clear(&p->tx);
    operation_clear(&p->operation);
    safe_tx_clear(&p->scheduled);
    free(p->claimed_manifest);
    for (size_t i = 0; i < p->num_files; i++) {
        free(p->files[i].name);
        free(p->files[i].data);
    }
    free(p->files);
    for (size_t i = 0; i < p->num_signatures; i++)
        free(p->signatures[i].data);
    free(p->signatures);
    *p = (struct proposal){ 0 };
}

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_name_char(char c)
{
    return is_alnum(c) || c == '.' || c == '_' || c == '-';
}

/* Names get onto file systems and into manifests: no component may be empty or start with a dot. */
static bool evidence_name_ok(const char *name)
{
    size_t len = strlen(name);
    bool start = true;

    if (len == 0 || len > EVIDENCE_NAME_MAX || (name[0] >= 'A' && name[0] <= 'Z'))
        return false;
    for (size_t i = 0; i < len; i++) {
        if (start ? !is_alnum(name[i]) : !is_name_char(name[i]) && name[i] != '/')
            return false;
        if (name[i] == '.' && name[i + 1] == '.')
            return false;
        start = name[i] == '/';
    }
    return !start;
}

static bool action_word_ok(const char *word)
{
    size_t len = strlen(word);

    if (len == 0 || len > ACTION_WORD_MAX || !is_alnum(word[0]))
        return false;
    for (size_t i = 1; i < len; i++) {
        if (!is_name_char(word[i]))
            return false;
    }
    return true;
}

/* Index of name, or of the place where it belongs. */
static size_t file_place(const struct proposal *p, const char *name, bool *found)
{
    size_t lo = 0;
    size_t hi = p->num_files;

    *found = false;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int order = strcmp(p->files[mid].name, name);

        if (order == 0) {
            *found = true;
            return mid;
        }
        if (order < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

const struct evidence_file *proposal_file(const struct proposal *p, const char *name)
{
    bool found = false;
    size_t at = file_place(p, name, &found);

    return found ? &p->files[at] : NULL;
}

static size_t evidence_bytes(const struct proposal *p)
{
    size_t total = 0;

    for (size_t i = 0; i < p->num_files; i++)
        total += p->files[i].data_len;
    return total;
}

static enum err check_new_file(struct diag *d, const struct proposal *p, const char *name,
                               size_t data_len)
{
    if (!evidence_name_ok(name))
        return diag_set(d, ERR_FORMAT, "evidence: bad name '%.64s'", name);
    if (proposal_file(p, name) != NULL)
        return diag_set(d, ERR_FORMAT, "evidence: '%s' occurs twice", name);
    if (p->num_files >= LIMIT_EVIDENCE_FILES)
        return diag_set(d, ERR_LIMIT, "evidence: more than %d files", LIMIT_EVIDENCE_FILES);
    if (data_len > LIMIT_EVIDENCE_BYTES - evidence_bytes(p))
        return diag_set(d, ERR_LIMIT, "evidence: more than %d bytes with '%s'",
                        LIMIT_EVIDENCE_BYTES, name);
    return OK;
}

enum err proposal_add_file(struct diag *d, struct proposal *p, const char *name, const void *data,
                           size_t data_len)
{
    struct evidence_file f = { NULL, NULL, data_len };
    struct evidence_file *files = NULL;
    bool found = false;
    size_t at = 0;
    enum err e = check_new_file(d, p, name, data_len);

    if (e != OK)
        return e;
    f.name = strdup(name);
    f.data = bytes_dup(data, data_len);
    files = realloc(p->files, (p->num_files + 1) * sizeof(f));
    if (files != NULL)
        p->files = files;
    if (f.name == NULL || f.data == NULL || files == NULL) {
        free(f.name);
        free(f.data);
        return diag_set(d, ERR_NOMEM, "out of memory");
    }
    at = file_place(p, name, &found);
    for (size_t i = p->num_files; i > at; i--)
        p->files[i] = p->files[i - 1];
    p->files[at] = f; /* moved */
    p->num_files++;
    /* What the file said about itself ended with this change. */
    free(p->claimed_manifest);
    p->claimed_manifest = NULL;
    return OK;
}

enum err action_refs_add(struct diag *d, struct action_ref **actions, size_t *num_actions,
                         const char *action, const char *contract)
{
    struct action_ref a = { NULL, NULL };
    struct action_ref *list = NULL;

    if (!action_word_ok(action))
        return diag_set(d, ERR_FORMAT, "bad action name '%.64s'", action);
    if (!action_word_ok(contract))
        return diag_set(d, ERR_FORMAT, "bad contract name '%.64s'", contract);
    if (*num_actions >= LIMIT_CALLS)
        return diag_set(d, ERR_LIMIT, "more than %d actions", LIMIT_CALLS);
    a.action = strdup(action);
    a.contract = strdup(contract);
    list = realloc(*actions, (*num_actions + 1) * sizeof(a));
    if (list != NULL)
        *actions = list;
    if (a.action == NULL || a.contract == NULL || list == NULL) {
        free(a.action);
        free(a.contract);
        return diag_set(d, ERR_NOMEM, "out of memory");
    }
    (*actions)[(*num_actions)++] = a; /* moved */
    return OK;
}

enum err proposal_add_action(struct diag *d, struct proposal *p, const char *action,
                             const char *contract)
{
    return action_refs_add(d, &p->actions, &p->num_actions, action, contract);
}

static bool kind_ok(const char *kind)
{
    for (int k = SIGNATURE_EOA; k <= SIGNATURE_CONTRACT; k++) {
        if (strcmp(signature_kind_name((enum signature_kind)k), kind) == 0)
            return true;
    }
    return false;
}

/* The place for signer: of the same one, or the first that is greater. */
static size_t signature_place(const struct proposal *p, const struct address *signer, bool *found)
{
    size_t at = 0;

    while (at < p->num_signatures && address_cmp(&p->signatures[at].signer, signer) < 0)
        at++;
    *found = at < p->num_signatures && address_eq(&p->signatures[at].signer, signer);
    return at;
}

static enum err check_new_signature(struct diag *d, const struct proposal *p, bool replaces,
                                    const char *kind, size_t data_len)
{
    if (!kind_ok(kind) || strlen(kind) >= sizeof(p->signatures[0].kind))
        return diag_set(d, ERR_FORMAT, "signature: unknown kind '%.32s'", kind);
    if (data_len > LIMIT_SIGNATURE_BYTES)
        return diag_set(d, ERR_LIMIT, "signature: more than %d bytes", LIMIT_SIGNATURE_BYTES);
    if (!replaces && p->num_signatures >= LIMIT_SIGNATURES)
        return diag_set(d, ERR_LIMIT, "more than %d signatures", LIMIT_SIGNATURES);
    return OK;
}

/* Room for one more entry at index at. */
static bool signature_insert(struct proposal *p, size_t at)
{
    struct proposal_signature *list =
        realloc(p->signatures, (p->num_signatures + 1) * sizeof(*list));

    if (list == NULL)
        return false;
    for (size_t i = p->num_signatures; i > at; i--)
        list[i] = list[i - 1];
    memset(&list[at], 0, sizeof(*list));
    p->signatures = list;
    p->num_signatures++;
    return true;
}

enum err proposal_add_signature(struct diag *d, struct proposal *p, const struct address *signer,
                                const char *kind, const uint8_t *data, size_t data_len)
{
    struct proposal_signature s = { .signer = *signer, .data_len = data_len };
    bool found = false;
    size_t at = signature_place(p, signer, &found);
    enum err e = check_new_signature(d, p, found, kind, data_len);

    if (e != OK)
        return e;
    memcpy(s.kind, kind, strlen(kind) + 1);
    s.data = bytes_dup(data, data_len);
    if (s.data == NULL || (!found && !signature_insert(p, at))) {
        free(s.data);
        return diag_set(d, ERR_NOMEM, "out of memory");
    }
    free(p->signatures[at].data);
    p->signatures[at] = s; /* moved */
    return OK;
}

enum err proposal_manifest(struct diag *d, struct buf *out, const struct proposal *p)
{
    enum err e = ERR_INTERNAL;
    struct hash32 h;

    for (size_t i = 0; i < p->num_files; i++) {
        if ((e = sha256(d, &h, p->files[i].data, p->files[i].data_len)) != OK)
            return e;
        buf_add_hex(out, h.b, sizeof(h.b));
        buf_addf(out, "  %s\n", p->files[i].name);
    }
    return buf_check(d, out, "manifest");
}

enum err proposal_manifest_digest(struct diag *d, struct hash32 *out, const struct proposal *p)
{
    struct buf manifest;
    enum err e = ERR_INTERNAL;

    memset(out, 0, sizeof(*out));
    buf_init(&manifest, MANIFEST_BYTES_MAX);
    if ((e = proposal_manifest(d, &manifest, p)) == OK)
        keccak256(out, manifest.data, manifest.len);
    buf_clear(&manifest);
    return e;
}
