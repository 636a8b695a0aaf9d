// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_COMPOSE_ENVS_H
#define VERIFY_COMPOSE_ENVS_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/err.h"

/*
 * The environment of the guest. Whoever deploys an app chooses the values of the names in its
 * allowed_envs, and no hash covers them. The guest's script that starts the app runs with them, and
 * so do docker and everything that its scripts start: some names replace the compose file, a
 * program or an image, others decide because the compose file or a script uses them.
 * Source: Dstack-TEE/dstack v0.3.6 to v0.5.11 and next@312dc605: app-compose.service
 * (EnvironmentFile), app-compose.sh, dstack-util/src/parse_env_file.rs; Docker's CLI reference,
 * "Environment variables"; bash(1), ld.so(8); compose-go template/template.go.
 */

struct compose_env {
    char *name; /* raw, from outside */
    bool wrong; /* no name that the guest takes */
    char *use;  /* why it decides what code runs; NULL: it does not */
};
/* All-zero is valid to clear. */
struct compose_envs {
    struct compose_env *items; /* as allowed_envs has them; then those that the host sets */
    size_t num_items;
};
void compose_envs_clear(struct compose_envs *envs);

/*
 * ERR_FORMAT if allowed_envs is no list of texts, or the compose file does not parse. What the host
 * sets without allowed_envs is listed if it decides anything.
 */
MUST_CHECK enum err compose_envs(struct diag *d, struct compose_envs *out, const void *app_compose,
                                 size_t app_compose_len);

/* Whose program reads that name, whatever the compose file says; NULL: none that is known. */
const char *compose_env_reader(const char *name);
/* Row i of the names that are known: a name, or a part of one with a star at an end; NULL behind
 * the end. */
const char *compose_env_pattern_at(size_t i);

#endif
