// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_COMPOSE_DANGERS_H
#define VERIFY_COMPOSE_DANGERS_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/err.h"

/*
 * What an app-compose and the compose file in it do that decides, beside the images, which code
 * runs in the guest, or who sees into it. Judged by itself, not against another release, and by
 * what the guest does: a field that is absent has its default.
 * Source: Dstack-TEE/dstack v0.3.6, v0.4.2, v0.5.0 to v0.5.11 and next@312dc605: dstack-types
 * (AppCompose, Requirements, GpuPolicy), basefiles/app-compose.sh, dstack-prepare.sh; compose-go
 * format/volume.go for the short form of volumes.
 */

struct danger {
    char *text;       /* as safe/compose_allow.h writes it; with refused: words */
    const char *does; /* of its kind; NULL with refused */
    bool refused;     /* no profile can allow it: a field that nobody judges, a wrong type */
};
/* All-zero is valid to clear. */
struct dangers {
    struct danger *items;
    size_t num_items;
};
void dangers_clear(struct dangers *dangers);

/*
 * All of them, in the order of the files. The compose file is judged if the runner is one that runs
 * it. ERR_FORMAT if it is no app-compose or no compose file; text is raw, from outside.
 */
MUST_CHECK enum err compose_dangers(struct diag *d, struct dangers *out, const void *app_compose,
                                    size_t app_compose_len);

/* The same for the fields alone; app is an object, which may lack its compose file. */
struct json;
MUST_CHECK enum err compose_app_dangers(struct diag *d, struct dangers *out,
                                        const struct json *app);

/* The fields that a release of dstack, or a producer of app-composes, is known to have. */
bool compose_knows_field(const char *name);

#endif
