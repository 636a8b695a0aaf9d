// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_TYPED_DATA_H
#define BASE_TYPED_DATA_H

#include "src/base/bytes.h"

/*
 * EIP-712 typed data as wallets take it: a domain and one struct, both flat. The types of the
 * members are named, so that a device can be told the definition, a file be written and both
 * hashes be computed from one description. Structs in structs and arrays are not needed here.
 * Source: EIP-712.
 */

enum typed_kind {
    TYPED_UINT,    /* number; size bytes wide: uint256 is 32, uint8 is 1 */
    TYPED_ADDRESS, /* address */
    TYPED_BYTES,   /* data, dynamic */
    TYPED_STRING,  /* data, dynamic, ASCII of our own */
};

struct typed_member {
    const char *name; /* borrowed; ours, never text from outside */
    enum typed_kind kind;
    uint8_t size; /* TYPED_UINT: 1 to 32 */
    struct u256 number;
    struct address address;
    const uint8_t *data; /* borrowed */
    size_t data_len;
};

#define TYPED_MAX_MEMBERS 12

struct typed_struct {
    const char *name; /* "EIP712Domain", "SafeTx" */
    struct typed_member members[TYPED_MAX_MEMBERS];
    size_t num_members;
};

struct typed_data {
    struct typed_struct domain;
    struct typed_struct message;
};

/* Members in the order of the definition; a broken caller (too many, a number that does not fit
 * into size bytes) is an assert. */
void typed_add_uint(struct typed_struct *s, const char *name, uint8_t size,
                    const struct u256 *number);
void typed_add_address(struct typed_struct *s, const char *name, const struct address *address);
void typed_add_bytes(struct typed_struct *s, const char *name, const uint8_t *data,
                     size_t data_len);
void typed_add_string(struct typed_struct *s, const char *name, const char *text);

/* "uint256", "address", "bytes", "string"; of one member. */
struct typed_name {
    char s[16];
};
struct typed_name typed_member_type(const struct typed_member *m);

/* hashStruct of either part: the domain separator, and the message hash. */
void typed_struct_hash(struct hash32 *out, const struct typed_struct *s);
/* keccak256(0x19 || 0x01 || domain separator || message hash): what is signed. */
void typed_data_digest(struct hash32 *out, const struct typed_data *t);

/*
 * {types, primaryType, domain, message} as eth_signTypedData_v4 takes it. Numbers are decimal
 * strings; those of up to 32 bits are JSON numbers, and so is a chain id of up to 53 bits, as
 * wallets expect them. The caller frees with json_free.
 */
struct json;
struct json *typed_data_to_json(const struct typed_data *t);

#endif
