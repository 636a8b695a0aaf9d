// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_TYPES_H
#define BASE_TYPES_H

#include <stdint.h>

/*
 * The fixed-size values that everything here is made of. Passed by pointer, copied by
 * assignment, compared with memcmp on their one member; never a bare uint8_t pointer.
 */

struct address {
    uint8_t b[20];
};

struct hash32 {
    uint8_t b[32];
};

/* SHA-384: registers of a TDX quote and the digests that extend them. */
struct hash48 {
    uint8_t b[48];
};

/* Unsigned 256-bit integer, big-endian, as it stands in an ABI word. */
struct u256 {
    uint8_t be[32];
};

/* r (32) || s (32) || v (1), as it stands in a Safe signature blob. */
struct sig65 {
    uint8_t b[65];
};

#endif
