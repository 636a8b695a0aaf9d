// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_COMPOSE_RENDER_H
#define VERIFY_COMPOSE_RENDER_H

#include "safe/profile.h"

/*
 * From a template in git and the profile's 'compose' section to the app-compose, and back: what a
 * release may have that the profile does not say are the digests of its images, nothing else.
 *
 * digests has an entry for each of the profile's substitutions; those of a 'value' are not looked
 * at. what names the template in errors.
 */

/* Every placeholder occurs exactly as often as the profile says, none is left, and neither is a
 * variable that nobody fills in (not in allowed_envs, not in 'leave'). */
MUST_CHECK enum err compose_substitute(struct diag *d, struct buf *out,
                                       const struct profile_compose *c,
                                       const struct hash32 *digests, const void *template_text,
                                       size_t template_len, const char *what);

/*
 * The digests with which the template gives text, byte for byte. ERR_MISMATCH says at which byte
 * and line they part. Clear with free(*digests).
 */
MUST_CHECK enum err compose_find_digests(struct diag *d, struct hash32 **digests,
                                         const struct profile_compose *c, const void *template_text,
                                         size_t template_len, const void *text, size_t text_len,
                                         const char *what);

/* The app-compose's bytes in the profile's form: 'app' with the substituted template in it. What a
 * provider adds is not there. */
MUST_CHECK enum err compose_render(struct diag *d, struct buf *out, const struct profile_compose *c,
                                   enum compose_form form, const struct hash32 *digests,
                                   const void *template_text, size_t template_len,
                                   const char *what);

/*
 * Does every field of app come from git (docker_compose_file, from the template), from the profile,
 * or is it an addition that the profile knows? ERR_MISMATCH names the first that does not, or that
 * is missing. OK appends to words which additions there are, with their version, escaped.
 */
MUST_CHECK enum err compose_account(struct diag *d, struct buf *words,
                                    const struct profile_compose *c, const void *app_compose,
                                    size_t app_compose_len, const void *template_text,
                                    size_t template_len);

/* The profile's fields or additions name the text with that SHA-256 for the field. */
bool compose_names_script(const struct profile_compose *c, const char *field,
                          const struct hash32 *digest);

/* Are the bytes exactly what the form's producer writes for the object in them? ERR_MISMATCH says
 * where they part. */
MUST_CHECK enum err compose_check_form(struct diag *d, enum compose_form form,
                                       const void *app_compose, size_t app_compose_len);

#endif
