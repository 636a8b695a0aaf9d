// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_CHECKS_MEASURE_H
#define VERIFY_CHECKS_MEASURE_H

#include "verify/checks.h"

/* After checks_measure: the value is the hash of an OS image whose files the caller has, and they
 * passed. */
bool os_image_is_shown(const struct report *r, const struct subject *s, const struct hash32 *value);

#endif
