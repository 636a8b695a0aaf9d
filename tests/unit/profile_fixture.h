// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_UNIT_PROFILE_FIXTURE_H
#define TESTS_UNIT_PROFILE_FIXTURE_H

#include <criterion/criterion.h>
#include <string.h>

#include "safe/profile.h"

/* A made-up deployment: a 2-of-3 Safe, a timelock that owns an app and a KMS. */
#define FIXTURE_SAFE     "0x1111111111111111111111111111111111111111"
#define FIXTURE_TIMELOCK "0x2222222222222222222222222222222222222222"
#define FIXTURE_APP      "0x3333333333333333333333333333333333333333"
#define FIXTURE_KMS      "0x4444444444444444444444444444444444444444"

static inline struct profile *fixture_profile(void)
{
    static const char text[] =
        "format: countersign/profile/1\n"
        "name: fixture\n"
        "chain: {id: 8453}\n"
        "safe:\n"
        "  address: " FIXTURE_SAFE "\n"
        "  version: 1.4.1\n"
        "  owners: [0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266,\n"
        "           0x70997970C51812dc3A010C7d01b50e0d17dc79C8,\n"
        "           0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC]\n"
        "  threshold: 2\n"
        "timelock: {address: " FIXTURE_TIMELOCK ", release: \"5.4\", delay: 2d}\n"
        "contracts:\n"
        "  app: {type: DstackApp, address: " FIXTURE_APP ", release: 0.5.11}\n"
        "  kms: {type: DstackKms, address: " FIXTURE_KMS ", release: 0.5.11}\n";
    struct diag d = { 0 };
    struct profile *p = NULL;

    cr_assert_eq(profile_parse(&d, &p, text, strlen(text), "fixture", "."), OK, "%s", d.msg);
    return p;
}

#endif
