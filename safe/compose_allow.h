// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_COMPOSE_ALLOW_H
#define SAFE_COMPOSE_ALLOW_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What an app-compose or its compose file may do only if the profile says so, and how the profile
 * says it: the word of the file itself, then the service (or volume, network, config, secret) that
 * it is about, then its value, joined by colons.
 *
 *   public_logs                                   a field of the app-compose
 *   runner:bash                                   with its value
 *   privileged:api                                a key of a service
 *   ports:api:8080:80                             with its value, in Compose's short form
 *   bind:api:/var/run/dstack.sock:/run/d.sock:ro  a mount of a path of the guest
 *   volume:data:driver_opts:{"device":"/"}        a key of a top-level volume
 *
 * A value that is no single text is compact JSON with all scalars as strings. One that is longer
 * than COMPOSE_ALLOW_VALUE bytes or has anything but printable ASCII stands as "sha256:" and 64 hex
 * digits of it. docs/profile.md lists the kinds.
 */

#define COMPOSE_ALLOW_VALUE 200

enum compose_allow_shape {
    ALLOW_FLAG,          /* KIND */
    ALLOW_VALUE,         /* KIND:VALUE */
    ALLOW_SERVICE,       /* KIND:SERVICE */
    ALLOW_SERVICE_VALUE, /* KIND:SERVICE:VALUE */
    ALLOW_ENTRY,         /* KIND:NAME:KEY:VALUE */
};

struct compose_allow_kind {
    const char *name;
    enum compose_allow_shape shape;
    const char *danger; /* what it does: "runs with every right over the guest" */
};
/* In the order of the manual; NULL behind the end. */
const struct compose_allow_kind *compose_allow_kind_at(size_t i);
/* The kind that a text begins with; NULL if there is none. */
const struct compose_allow_kind *compose_allow_kind_of(const char *text);

/* Is it one, of a known kind and with the parts that its kind has? */
bool compose_allow_is(const char *text);
/* Does this entry of a profile allow that danger: the same text, or a mount that the profile lets
 * be written and the file only reads. */
bool compose_allow_covers(const char *entry, const char *danger);

/* The name of an environment variable, as the guest takes it: [a-zA-Z_][a-zA-Z0-9_]*, 255 bytes at
 * most. Source: Dstack-TEE/dstack v0.5.11, dstack-util/src/parse_env_file.rs. */
bool compose_is_env_name(const char *text);

#endif
