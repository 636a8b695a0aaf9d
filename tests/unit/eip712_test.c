// SPDX-License-Identifier: Apache-2.0
#include "src/base/eip712.h"

#include <criterion/criterion.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/keccak.h"
#include "src/base/u256.h"

static struct hash32 typehash(const char *type)
{
    struct hash32 h;

    keccak256(&h, type, strlen(type));
    return h;
}

/*
 * Mail(address to,uint256 amount,string contents,uint64 n) in the domain of EIP-712's example,
 * hashed by ethers 6.17.0 (TypedDataEncoder).
 */
Test(eip712, same_as_ethers)
{
    struct diag d = { 0 };
    struct hash32 domain_type = typehash(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    struct hash32 mail_type = typehash("Mail(address to,uint256 amount,string contents,uint64 n)");
    struct eip712_struct s;
    struct address a;
    struct u256 amount;
    struct hash32 domain;
    struct hash32 message;
    struct hash32 digest;

    cr_assert_eq(address_parse(&d, &a, "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"), OK);
    eip712_init(&s, &domain_type);
    eip712_add_dynamic(&s, "Ether Mail", 10);
    eip712_add_dynamic(&s, "1", 1);
    eip712_add_u64(&s, 1);
    eip712_add_address(&s, &a);
    eip712_hash(&domain, &s);
    cr_expect_str_eq(hash32_format(&domain).s,
                     "0xf2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f");

    cr_assert_eq(address_parse(&d, &a, "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"), OK);
    cr_assert(u256_from_dec(&amount, "123456789012345678901234567890"));
    eip712_init(&s, &mail_type);
    eip712_add_address(&s, &a);
    eip712_add_u256(&s, &amount);
    eip712_add_dynamic(&s, "Hello, Bob!", 11);
    eip712_add_u64(&s, 42);
    eip712_hash(&message, &s);
    cr_expect_str_eq(hash32_format(&message).s,
                     "0x5336a76ea6d0ebdba17e3f9888b00ec4813662f5b26330e66c86c620d2fccc0b");

    eip712_digest(&digest, &domain, &message);
    cr_expect_str_eq(hash32_format(&digest).s,
                     "0x301c4365bd5737c4e8685949dbb6b27d474a4963d2d2bf271bf4928fcf68a280");
}
