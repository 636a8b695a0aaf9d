// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_IMAGE_FIXTURE_H
#define TESTS_IMAGE_FIXTURE_H

#include "tests/unit/verify_fixture.h"

/* The release of docs/examples/chipotle with the signatures of fixtures/images. */

#define CHIPOTLE        "fixtures/images/"
#define CHIPOTLE_COMMIT "63c61e51c02aa9c7cf17d3d2059963d1199fa432"
#define DIGEST_API      "2c2663e00d1943fe1b1b5adb889424d4c4aaf93afad2d9ad7b88368105865337"
#define DIGEST_PROXY    "5ab1d112e68b7040a6d014d3479cf250e00361f784a9553a2211eedaab977335"
#define DIGEST_WEB      "bd75431a642957e6565aa77ed2da39b239515f17838b37d9d01ccede3f40402e"
#define DIGEST_WORKER   "86e196095d4dd49384aa14fb159f7ce0ee0c7890b68159d3ccd20faf4220abc7"

/* The example's profile with the fixture's trusted root; find is replaced once. */
struct profile *chipotle_profile(const char *find, const char *replacement);
/* The proposal with all evidence, made at FIXTURE_CREATED_S; not signed. */
void chipotle_proposal(struct proposal *out, const struct profile *profile);
/* Exchange the content of a file of the evidence; data NULL takes it away. */
void chipotle_exchange(struct proposal *p, const char *name, const void *data, size_t data_len);
void chipotle_read(struct buf *out, const char *path);

#endif
