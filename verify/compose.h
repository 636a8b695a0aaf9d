// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_COMPOSE_H
#define VERIFY_COMPOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/bytes.h"

/*
 * What runs inside: app-compose.json, whose raw bytes are hashed into the whitelist, and the
 * compose file inside it.
 * Source: Dstack-TEE/dstack, dstack-util system_setup.rs measure_app_info(); Compose Specification
 * as in compose-spec/compose-go e70e961c3a3acebf0800b882f1afb3dbf1fb74a2, schema/compose-spec.json.
 */

/* SHA-256 of the raw bytes; nothing else is ever the compose hash. */
MUST_CHECK enum err compose_hash(struct diag *d, struct hash32 *out, const void *app_compose,
                                 size_t app_compose_len);

/*
 * The docker_compose_file string of an app-compose; appended to out. ERR_FORMAT if it is no JSON
 * object (RFC 8259, no repeated keys) or has no such string; ERR_MISMATCH if its runner is not one
 * that runs a compose file ("bash" runs bash_script, whatever the compose file says).
 */
MUST_CHECK enum err compose_docker_file(struct diag *d, struct buf *out, const void *app_compose,
                                        size_t app_compose_len);

/* Its runner is bash: bash_script is the app, and no compose file is run. False if that cannot be
 * read. */
bool compose_is_bash(const void *app_compose, size_t app_compose_len);

/*
 * What an app-compose runs beside its compose file, as root in the CVM: init_script,
 * pre_launch_script, bash_script. An empty text, null or an empty list is no script.
 */
#define COMPOSE_SCRIPTS 3
struct compose_script {
    const char *field;
    bool is_text; /* init_script may be a list, which has no one digest */
    size_t len;
    struct hash32 digest; /* SHA-256 of the text */
};
MUST_CHECK enum err compose_scripts(struct diag *d, struct compose_script out[COMPOSE_SCRIPTS],
                                    size_t *num_out, const void *app_compose,
                                    size_t app_compose_len);

/* One image that a compose file runs or mounts; a service may have more than one. */
struct compose_image {
    char *service;
    char *reference; /* as written: "ghcr.io/x/y:1@sha256:…" */
    struct hash32 digest;
};
struct compose_images {
    struct compose_image *items;
    size_t num_items;
};
void compose_images_clear(struct compose_images *c);

/*
 * Judge a compose file: every service has an image pinned by "@sha256:" and 64 lower-case hex
 * digits. OK fills out (in written order): images of services, of pre_start hooks that have one of
 * their own, and of volumes of type image.
 *
 * ERR_MISMATCH names the first offending service and line: an unpinned image, one with variable
 * interpolation, no image, `build`, `extends`, `provider` or `models` in a service, top-level
 * `include` or `models`, a tag such as `!reset`, and every key that the Compose Specification does
 * not have (it might name an image in a release that this program does not know). Anchors, aliases
 * and merge keys are resolved and judged like written text. ERR_FORMAT if it is no compose file.
 *
 * Not judged: what a container may start by itself (a mounted Docker socket).
 */
MUST_CHECK enum err compose_check_pinned(struct diag *d, struct compose_images *out,
                                         const void *data, size_t data_len, const char *what);

#endif
