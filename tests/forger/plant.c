// SPDX-License-Identifier: Apache-2.0
/* Faults of the checks, for the test of the test. The linker leads calls of these functions here
 * (-Wl,--wrap). Each must be found. */
#include <string.h>

#include "safe/deployments.h"
#include "tests/forger/forger.h"
#include "verify/git.h"

static const char *planted = "";
static const char *const names[] = { "privileged", "values", "depth", "commit",
                                     "library",    "hash",   "result" };

const char *plant_at(size_t i)
{
    return i < sizeof(names) / sizeof(names[0]) ? names[i] : NULL;
}

bool plant(const char *name)
{
    for (size_t i = 0; plant_at(i) != NULL; i++) {
        if (strcmp(names[i], name) == 0)
            planted = names[i];
    }
    return strcmp(planted, name) == 0;
}

static bool is(const char *name)
{
    return strcmp(planted, name) == 0;
}

unsigned __real_node_privileged(const struct call_node *n);
unsigned __wrap_node_privileged(const struct call_node *n);
unsigned __wrap_node_privileged(const struct call_node *n)
{
    return is("privileged") ? 0 : __real_node_privileged(n);
}

bool __real_node_value_next(struct node_value *out, const struct call_node *n, size_t *index);
bool __wrap_node_value_next(struct node_value *out, const struct call_node *n, size_t *index);
bool __wrap_node_value_next(struct node_value *out, const struct call_node *n, size_t *index)
{
    return !is("values") && __real_node_value_next(out, n, index);
}

const struct call_node *__real_call_tree_next(const struct call_tree *t, size_t *index);
const struct call_node *__wrap_call_tree_next(const struct call_tree *t, size_t *index);
const struct call_node *__wrap_call_tree_next(const struct call_tree *t, size_t *index)
{
    return is("depth") && *index > 0 ? NULL : __real_call_tree_next(t, index);
}

enum err __real_git_verify(struct diag *d, uint64_t *time_s, const struct proposal *p,
                           const char *commit, const char *path, const uint8_t *blob,
                           size_t blob_len);
enum err __wrap_git_verify(struct diag *d, uint64_t *time_s, const struct proposal *p,
                           const char *commit, const char *path, const uint8_t *blob,
                           size_t blob_len);
enum err __wrap_git_verify(struct diag *d, uint64_t *time_s, const struct proposal *p,
                           const char *commit, const char *path, const uint8_t *blob,
                           size_t blob_len)
{
    enum err e = __real_git_verify(d, time_s, p, commit, path, blob, blob_len);

    if (!is("commit") || e == OK)
        return e;
    *time_s = NOW - DAY;
    return OK;
}

bool __real_deployment_is_delegatecall_safe(const struct deployment *dep);
bool __wrap_deployment_is_delegatecall_safe(const struct deployment *dep);
bool __wrap_deployment_is_delegatecall_safe(const struct deployment *dep)
{
    return is("library") || __real_deployment_is_delegatecall_safe(dep);
}

bool __real_hash32_eq(const struct hash32 *a, const struct hash32 *b);
bool __wrap_hash32_eq(const struct hash32 *a, const struct hash32 *b);
bool __wrap_hash32_eq(const struct hash32 *a, const struct hash32 *b)
{
    return is("hash") || __real_hash32_eq(a, b);
}

enum verdict __real_report_result(const struct report *r);
enum verdict __wrap_report_result(const struct report *r);
enum verdict __wrap_report_result(const struct report *r)
{
    enum verdict v = __real_report_result(r);

    return is("result") && v == UNKNOWN ? PASS : v;
}
