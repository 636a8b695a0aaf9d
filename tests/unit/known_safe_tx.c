// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/known_safe_tx.h"

#include "src/base/u256.h"

const struct address known_safe = {
    { 0x5a, 0xfe, 0x38, 0x55, 0x35, 0x8e, 0x11, 0x2b, 0x56, 0x47,
      0xb9, 0x52, 0x70, 0x9e, 0x61, 0x65, 0xe1, 0xc1, 0xee, 0xee }
};
const struct address known_to = { { 0x70, 0x99, 0x79, 0x70, 0xc5, 0x18, 0x12, 0xdc, 0x3a, 0x01,
                                    0x0c, 0x7d, 0x01, 0xb5, 0x0e, 0x0d, 0x17, 0xdc, 0x79, 0xc8 } };
const struct address known_signer = {
    { 0xf3, 0x9f, 0xd6, 0xe5, 0x1a, 0xad, 0x88, 0xf6, 0xf4, 0xce,
      0x6a, 0xb8, 0x82, 0x72, 0x79, 0xcf, 0xff, 0xb9, 0x22, 0x66 }
};

const uint8_t known_transfer[68] = { 0xa9, 0x05, 0x9c, 0xbb };

void known_safe_tx(struct typed_data *t, const uint8_t *data, size_t data_len)
{
    static const struct address nobody;
    const struct u256 zero = u256_from_u64(0), one = u256_from_u64(1), seven = u256_from_u64(7);
    const struct u256 ether = u256_from_u64(1000000000000000000);

    *t = (struct typed_data){ .domain = { .name = "EIP712Domain" },
                              .message = { .name = "SafeTx" } };
    typed_add_uint(&t->domain, "chainId", 32, &one);
    typed_add_address(&t->domain, "verifyingContract", &known_safe);
    typed_add_address(&t->message, "to", &known_to);
    typed_add_uint(&t->message, "value", 32, &ether);
    typed_add_bytes(&t->message, "data", data, data_len);
    typed_add_uint(&t->message, "operation", 1, &zero);
    typed_add_uint(&t->message, "safeTxGas", 32, &zero);
    typed_add_uint(&t->message, "baseGas", 32, &zero);
    typed_add_uint(&t->message, "gasPrice", 32, &zero);
    typed_add_address(&t->message, "gasToken", &nobody);
    typed_add_address(&t->message, "refundReceiver", &nobody);
    typed_add_uint(&t->message, "nonce", 32, &seven);
}
