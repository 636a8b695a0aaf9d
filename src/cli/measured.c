// SPDX-License-Identifier: Apache-2.0
#include "src/cli/measured.h"

#include <string.h>

#include "verify/collect.h"
#include "verify/measure.h"

#define MEASUREMENTS_MAX 32

enum err measured_image_dir(struct diag *d, struct measured_image_dir *out, const struct args *a)
{
    const char *name = NULL;

    *out = (struct measured_image_dir){ .dir = { .path = args_get(a, "image-dir") } };
    out->dir.unlisted = out->unlisted;
    for (size_t i = 0; (name = args_get_nth(a, "unlisted", i)) != NULL; i++) {
        if (i == MEASURED_UNLISTED_MAX)
            return diag_set(d, ERR_LIMIT, "--unlisted: more than %d", MEASURED_UNLISTED_MAX);
        out->unlisted[out->dir.num_unlisted++] = name;
    }
    if (out->dir.num_unlisted > 0 && out->dir.path == NULL)
        return diag_set(d, ERR_USAGE, "--unlisted goes with --image-dir");
    return OK;
}

static enum err collect_measured(struct diag *d, struct measured_arguments *out, struct proposal *p,
                                 const struct args *a)
{
    const char *paths[MEASUREMENTS_MAX];
    struct measured results[MEASUREMENTS_MAX];
    const char *path = NULL;
    enum err e = ERR_INTERNAL;

    for (size_t i = 0; (path = args_get_nth(a, "measurement", i)) != NULL; i++) {
        if (i == MEASUREMENTS_MAX)
            return diag_set(d, ERR_LIMIT, "--measurement: more than %d", MEASUREMENTS_MAX);
        paths[out->num_measurements++] = path;
    }
    if (out->num_measurements == 0)
        return OK;
    if ((e = collect_measurements(d, results, p, paths, out->num_measurements)) != OK)
        return e;
    out->kms_mr = hash32_format(&results[0].mr_aggregated);
    if (results[0].has_device)
        out->device = hash32_format(&results[0].device_id);
    return OK;
}

enum err measured_collect(struct diag *d, struct measured_arguments *out, struct proposal *p,
                          const struct args *a)
{
    struct measured_image_dir image;
    struct hash32 hash;
    enum err e = measured_image_dir(d, &image, a);

    *out = (struct measured_arguments){ .num_measurements = 0 };
    if (e != OK)
        return e;
    if (image.dir.path != NULL) {
        if ((e = os_image_collect(d, &hash, p, &image.dir)) != OK)
            return e;
        out->os_image = hash32_format(&hash);
    }
    return collect_measured(d, out, p, a);
}

enum err measured_argument(struct diag *d, struct action_request *r, const char **arg,
                           const struct measured_arguments *m)
{
    const char *value = "";

    if (strcmp(r->action, "add-os-image-hash") == 0) {
        value = m->os_image.s;
    } else if (strcmp(r->action, "add-kms-aggregated-mr") == 0) {
        value = m->kms_mr.s;
    } else if (strcmp(r->action, "add-device") == 0 || strcmp(r->action, "add-kms-device") == 0) {
        value = m->device.s;
        if (m->num_measurements > 0 && value[0] == '\0')
            return diag_set(d, ERR_USAGE, "%s: the measurement has no 'ppid'", r->action);
    } else {
        return OK;
    }
    if (value[0] == '\0')
        return OK;
    if (m->num_measurements > 1)
        return diag_set(d, ERR_USAGE, "%s takes one --measurement; a batch takes more", r->action);
    if (r->num_args > 1)
        return diag_set(d, ERR_USAGE, "%s: unexpected argument '%.64s'", r->action, r->args[1]);
    if (r->num_args == 1 && strcmp(r->args[0], value) != 0)
        return diag_set(d, ERR_MISMATCH, "%s: %.80s is given, the evidence says %s", r->action,
                        r->args[0], value);
    *arg = value;
    r->args = arg;
    r->num_args = 1;
    return OK;
}
