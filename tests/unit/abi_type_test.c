// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "src/base/abi.h"
#include "src/base/hex.h"
#include "src/base/limits.h"

static const struct {
    const char *name, *text;
    enum err want;
} bad_types[] = {
    { "empty", "", ERR_FORMAT },
    { "unknown word", "uint256x", ERR_FORMAT },
    { "uint of 7 bits", "uint7", ERR_FORMAT },
    { "uint of 264 bits", "uint264", ERR_FORMAT },
    { "uint of 0 bits", "uint0", ERR_FORMAT },
    { "leading zero", "uint08", ERR_FORMAT },
    { "bytes0", "bytes0", ERR_FORMAT },
    { "bytes33", "bytes33", ERR_FORMAT },
    { "function", "function", ERR_FORMAT },
    { "fixed", "fixed128x18", ERR_FORMAT },
    { "upper case", "Uint256", ERR_FORMAT },
    { "empty tuple", "()", ERR_FORMAT },
    { "array of empty tuples", "()[]", ERR_FORMAT },
    { "open tuple", "(uint256", ERR_FORMAT },
    { "comma at the end", "(uint256,)", ERR_FORMAT },
    { "closed twice", "(uint256))", ERR_FORMAT },
    { "open array", "uint256[", ERR_FORMAT },
    { "array of nothing", "[]", ERR_FORMAT },
    { "array of length 0", "uint256[0]", ERR_FORMAT },
    { "array of length 01", "uint256[01]", ERR_FORMAT },
    { "array of length -1", "uint256[-1]", ERR_FORMAT },
    { "array over the limit", "uint256[4097]", ERR_FORMAT },
    { "huge array length", "uint256[99999999999999999999]", ERR_FORMAT },
    { "data location", "(bytes memory x)", ERR_FORMAT },
    { "payable", "(address payable)", ERR_FORMAT },
    { "two names", "(bytes a b)", ERR_FORMAT },
    { "name outside", "bytes a", ERR_FORMAT },
    { "NUL-like rest", "bytes ", ERR_FORMAT },
    { "tab", "(bytes\ta)", ERR_FORMAT },
    { "too many values", "uint256[4096][2]", ERR_LIMIT },
    { "product that overflows", "uint8[4096][4096][4096][4096][4096][4096]", ERR_LIMIT },
    { "nine arrays", "bytes[][][][][][][][][]", ERR_LIMIT },
    { "ten tuples", "((((((((((uint8))))))))))", ERR_LIMIT },
    { "five tuples of two arrays", "(((((uint8[])[])[])[])[])", ERR_LIMIT },
};

Test(abi_type, refuses)
{
    for (size_t i = 0; i < sizeof(bad_types) / sizeof(bad_types[0]); i++) {
        struct diag d = { 0 };
        struct abi_type t;
        enum err e = abi_type_parse(&d, &t, bad_types[i].text);

        cr_expect_eq(e, bad_types[i].want, "%s: got %d (%s)", bad_types[i].name, (int)e, d.msg);
        cr_expect(t.inner == NULL && t.names == NULL, "%s: not cleared", bad_types[i].name);
        abi_type_clear(&t);
    }
}

static const struct {
    const char *text, *canonical;
    bool dynamic;
    size_t words;
} good_types[] = {
    { "uint", "uint256", false, 1 },
    { "int", "int256", false, 1 },
    { "uint8", "uint8", false, 1 },
    { "bytes32", "bytes32", false, 1 },
    { "bytes", "bytes", true, 1 },
    { "string[]", "string[]", true, 1 },
    { "uint256[3]", "uint256[3]", false, 3 },
    { "uint256[3][2]", "uint256[3][2]", false, 6 },
    { "string[3]", "string[3]", true, 1 },
    { "(address a, uint b)", "(address,uint256)", false, 2 },
    { "( address  a ,( bool , uint8[2] )[2] c)[4]", "(address,(bool,uint8[2])[2])[4]", false, 28 },
    { "(address,(bytes x)[2])", "(address,(bytes)[2])", true, 1 },
    { "((((((((uint8))))))))", "((((((((uint8))))))))", false, 1 },
};

Test(abi_type, canonical_spelling_and_layout)
{
    for (size_t i = 0; i < sizeof(good_types) / sizeof(good_types[0]); i++) {
        struct diag d = { 0 };
        struct abi_type t;
        struct buf text;

        buf_init(&text, 1000);
        cr_assert_eq(abi_type_parse(&d, &t, good_types[i].text), OK, "%s: %s", good_types[i].text,
                     d.msg);
        abi_type_write(&text, &t);
        cr_expect_str_eq(buf_str(&text), good_types[i].canonical);
        cr_expect_eq(abi_type_is_dynamic(&t), good_types[i].dynamic, "%s", good_types[i].text);
        cr_expect_eq(abi_type_head_words(&t), good_types[i].words, "%s", good_types[i].text);
        buf_clear(&text);
        abi_type_clear(&t);
    }
}

/* Selectors from the published ABIs of Safe, OpenZeppelin and dstack. */
static const struct {
    const char *signature, *canonical, *selector;
} functions[] = {
    { "multiSend(bytes transactions)", "multiSend(bytes)", "8d80ff0a" },
    { "schedule(address target,uint value,bytes data,bytes32 predecessor,bytes32 salt,uint delay)",
      "schedule(address,uint256,bytes,bytes32,bytes32,uint256)", "01d5062a" },
    { "scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256)",
      "scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256)", "8f2a0bb0" },
    { "setKmsInfo((bytes k256Pubkey,bytes caPubkey,bytes quote,bytes eventlog) info)",
      "setKmsInfo((bytes,bytes,bytes,bytes))", "7d025352" },
    { "disableUpgrades()", "disableUpgrades()", "ec669036" },
};

Test(abi_type, functions_and_selectors)
{
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        struct diag d = { 0 };
        struct abi_function f;
        struct buf text;
        char hex[HEX_LEN(4)];

        buf_init(&text, 1000);
        cr_assert_eq(abi_function_parse(&d, &f, functions[i].signature), OK, "%s", d.msg);
        abi_signature_write(&text, &f);
        cr_expect_str_eq(buf_str(&text), functions[i].canonical);
        cr_expect_str_eq(hex_encode(hex, f.selector, 4), functions[i].selector);
        buf_clear(&text);
        abi_function_clear(&f);
    }
}

Test(abi_type, keeps_parameter_names)
{
    struct diag d = { 0 };
    struct abi_function f;

    cr_assert_eq(abi_function_parse(&d, &f, "f(address to, (uint8 inner) , bytes $d_1)"), OK);
    cr_assert_eq(f.params.num_inner, 3);
    cr_expect_str_eq(f.params.names[0], "to");
    cr_expect_str_eq(f.params.names[1], "");
    cr_expect_str_eq(f.params.inner[1].names[0], "inner");
    cr_expect_str_eq(f.params.names[2], "$d_1");
    abi_function_clear(&f);
    abi_function_clear(&f); /* clearing twice is fine */
}

Test(abi_type, refuses_bad_functions)
{
    static const char *const bad[] = {
        "",
        "f",
        "f(",
        "f()x",
        "()",
        "1f()",
        "f(uint256) returns (bool)",
        "function f()",
        "f (bool)",
        "f(bool))",
        "f(,)",
        "f(bool,)",
        "f(bool indexed a)",
        "f(bool[)",
        "f(unknown x)",
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct diag d = { 0 };
        struct abi_function f;

        cr_expect_neq(abi_function_parse(&d, &f, bad[i]), OK, "%s", bad[i]);
        cr_expect(f.name == NULL && f.params.inner == NULL, "%s: not cleared", bad[i]);
        cr_expect(d.msg[0] != '\0', "%s: no message", bad[i]);
    }
}

Test(abi_type, every_truncation_is_refused_or_complete)
{
    static const char whole[] = "f(address a,(uint8[2],bytes)[] b,string)";

    for (size_t n = 0; n < sizeof(whole) - 1; n++) {
        struct diag d = { 0 };
        struct abi_function f;
        char part[sizeof(whole)] = { 0 };

        memcpy(part, whole, n);
        cr_expect_eq(abi_function_parse(&d, &f, part), ERR_FORMAT, "%s", part);
        abi_function_clear(&f);
    }
}

Test(abi_type, too_many_parameters)
{
    struct diag d = { 0 };
    struct abi_function f;
    struct buf text;

    buf_init(&text, 1000);
    buf_add_str(&text, "f(bool");
    for (size_t i = 1; i < LIMIT_ABI_PARAMS; i++)
        buf_add_str(&text, ",bool");
    buf_add_str(&text, ")");
    cr_expect_eq(abi_function_parse(&d, &f, buf_str(&text)), OK, "%s", d.msg);
    abi_function_clear(&f);
    text.data[text.len - 1] = ',';
    buf_add_str(&text, "bool)");
    cr_expect_eq(abi_function_parse(&d, &f, buf_str(&text)), ERR_LIMIT, "%s", d.msg);
    buf_clear(&text);
}
