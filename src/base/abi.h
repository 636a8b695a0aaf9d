// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_ABI_H
#define BASE_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/bytes.h"

/*
 * Contract ABI: types from signatures, values from calldata and from text, and back.
 * Source: Solidity documentation, "Contract ABI Specification" (strict encoding mode).
 *
 * Types: uintN, intN (8 to 256), address, bool, bytesN (1 to 32), bytes, string; T[], T[k] of any
 * of these, tuples (T1 a,T2 b), nested up to LIMIT_ABI_TYPE_DEPTH. `function` and `fixed` are
 * refused, and so is a tuple without members.
 */

enum abi_kind {
    ABI_UINT,
    ABI_INT,
    ABI_ADDRESS,
    ABI_BOOL,
    ABI_FIXED_BYTES,
    ABI_BYTES,
    ABI_STRING,
    ABI_ARRAY,       /* T[] */
    ABI_FIXED_ARRAY, /* T[k] */
    ABI_TUPLE,
};

struct abi_type {
    enum abi_kind kind;
    unsigned size;          /* bits of a (u)int, bytes of a bytesN, k of T[k] */
    struct abi_type *inner; /* element type, or the num_inner members of a tuple */
    char **names;           /* of the members of a tuple; an unnamed one is "" */
    size_t num_inner;
};

/* A function: its name and its parameters as one ABI_TUPLE. All-zero is valid to clear. */
struct abi_function {
    char *name;
    struct abi_type params;
    uint8_t selector[4];
};

/*
 * From a human-readable signature, with or without parameter names; data locations are refused:
 *   "schedule(address target,uint256 value,bytes data,bytes32 predecessor,bytes32 salt,uint256
 * delay)" `uint` and `int` stand for 256 bits. The selector is computed from the canonical form.
 */
MUST_CHECK enum err abi_function_parse(struct diag *d, struct abi_function *out,
                                       const char *signature);
void abi_function_clear(struct abi_function *f);
MUST_CHECK enum err abi_function_copy(struct diag *d, struct abi_function *out,
                                      const struct abi_function *f);
/* One type, such as "(address,uint256)[]". */
MUST_CHECK enum err abi_type_parse(struct diag *d, struct abi_type *out, const char *text);
void abi_type_clear(struct abi_type *t);
/* Canonical spelling without names: "(address,uint256)[]"; for a function "name(…)". */
void abi_type_write(struct buf *out, const struct abi_type *t);
void abi_signature_write(struct buf *out, const struct abi_function *f);
/* Encoded as an offset in the head and a tail. */
bool abi_type_is_dynamic(const struct abi_type *t);
/* 32-byte words in the head of what encloses it: 1 if dynamic; at most LIMIT_ABI_NODES. */
size_t abi_type_head_words(const struct abi_type *t);

/*
 * A value of a type; the type is not part of it. Scalars are in word, as they stand in the
 * encoding; bytes and string own data; arrays and tuples own items. All-zero is valid to clear.
 */
struct abi_value {
    uint8_t word[32];
    uint8_t *data;
    size_t data_len;
    struct abi_value *items;
    size_t num_items;
};
void abi_value_clear(struct abi_value *v);

/*
 * Decode calldata after the selector (or returned data): params is the ABI_TUPLE of a function.
 * ERR_FORMAT names the value and what is wrong: offsets or lengths outside the data, dirty
 * padding, values out of a type's range. ERR_LIMIT: LIMIT_ABI_NODES or LIMIT_ABI_BYTES. Invalid
 * UTF-8 is kept as bytes. Non-canonical layouts (overlapping or reordered tails, gaps, missing
 * padding at the end, trailing bytes) decode where a contract would decode them: whoever needs
 * canonical bytes encodes again and compares (abi_is_canonical).
 */
MUST_CHECK enum err abi_decode(struct diag *d, struct abi_value *out, const struct abi_type *params,
                               const uint8_t *data, size_t data_len);
/* Append the encoding of a tuple's members (what follows a selector). */
MUST_CHECK enum err abi_encode(struct diag *d, struct buf *out, const struct abi_type *params,
                               const struct abi_value *v);
/* The value encodes to exactly these bytes. */
MUST_CHECK enum err abi_is_canonical(struct diag *d, bool *out, const struct abi_type *params,
                                     const struct abi_value *v, const uint8_t *data,
                                     size_t data_len);

/*
 * A value from text as a person writes it on a command line: decimal or 0x integers (with - for
 * intN), true/false, EIP-55 address, 0x hex of the exact length for bytesN, 0x hex for bytes, raw
 * text for string, [a,b] for arrays, (a,b) for tuples; double-quoted strings inside brackets.
 */
MUST_CHECK enum err abi_value_parse(struct diag *d, struct abi_value *out, const struct abi_type *t,
                                    const char *text);
/* The same form for reading; strings are escaped with buf_add_untrusted inside double quotes. */
void abi_value_write(struct buf *out, const struct abi_type *t, const struct abi_value *v);

/* As JSON: integers as decimal strings, addresses checksummed, bytes 0x hex, bool as a JSON bool,
 * arrays and tuples as arrays. The caller owns the result. */
struct json;
struct json *abi_value_json(const struct abi_type *t, const struct abi_value *v);

/* Shorthands for words of fixed-size values. */
void abi_add_address(struct buf *out, const struct address *a);
void abi_add_u256(struct buf *out, const struct u256 *a);
void abi_add_u64(struct buf *out, uint64_t value);
void abi_add_hash(struct buf *out, const struct hash32 *h);
/* Take scalars out of decoded values. The kind is the caller's knowledge of the signature. */
struct address abi_as_address(const struct abi_value *v);
struct u256 abi_as_u256(const struct abi_value *v);
struct hash32 abi_as_hash(const struct abi_value *v);

#endif
