// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "safe/contracts.h"
#include "src/base/hex.h"

static const struct {
    const char *name, *text;
    enum err want;
} files[] = {
    { "empty", "", ERR_FORMAT },
    { "no array", "{}", ERR_FORMAT },
    { "abi is no array", "{\"abi\":{}}", ERR_FORMAT },
    { "a number", "[1]", ERR_FORMAT },
    { "empty list", "[]", OK },
    { "artifact", "{\"contractName\":\"C\",\"abi\":[]}", OK },
    { "no name", "[{\"type\":\"function\",\"inputs\":[]}]", ERR_FORMAT },
    { "no inputs", "[{\"type\":\"function\",\"name\":\"f\"}]", ERR_FORMAT },
    { "type left out", "[{\"name\":\"f\",\"inputs\":[]}]", OK },
    { "event and constructor",
      "[{\"type\":\"event\",\"name\":\"E\",\"inputs\":[]},{\"type\":\"constructor\"},"
      "{\"type\":\"receive\"}]",
      OK },
    { "unknown type", "[{\"name\":\"f\",\"inputs\":[{\"name\":\"a\",\"type\":\"uint9\"}]}]",
      ERR_FORMAT },
    { "type that smuggles", "[{\"name\":\"f\",\"inputs\":[{\"type\":\"bool,bool\"}]}]",
      ERR_FORMAT },
    { "name that smuggles",
      "[{\"name\":\"f\",\"inputs\":[{\"name\":\"a,bool\",\"type\":\"bool\"}]}]", ERR_FORMAT },
    { "function name that smuggles", "[{\"name\":\"f(bool)\",\"inputs\":[]}]", ERR_FORMAT },
    { "tuple without components", "[{\"name\":\"f\",\"inputs\":[{\"type\":\"tuple\"}]}]",
      ERR_FORMAT },
    { "one selector twice", "[\"f(bool a)\",\"f(bool b)\"]", ERR_FORMAT },
    { "colliding selectors", "[\"collate_propagate_storage(bytes16)\",\"burn(uint256)\"]",
      ERR_FORMAT },
    { "overload", "[\"f(bool a)\",\"f(uint8 b)\"]", OK },
    { "human", "[\"function f(bool a) external view returns (uint256 x, bool)\"]", OK },
    { "human event", "[\"event E(bool indexed a)\",\"error X()\",\"constructor()\"]", OK },
    { "human rest", "[\"function f(bool a) whatever\"]", ERR_FORMAT },
    { "human viewer", "[\"function f(bool a) viewer\"]", ERR_FORMAT },
    { "human open", "[\"function f(bool a\"]", ERR_FORMAT },
    { "human location", "[\"function f(bytes memory a)\"]", ERR_FORMAT },
    { "empty string", "[\"\"]", ERR_FORMAT },
};

Test(user_abi, strict)
{
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        struct diag d = { 0 };
        struct user_abi *u = NULL;
        enum err e = user_abi_parse(&d, &u, files[i].text, strlen(files[i].text), "abi.json");

        cr_expect_eq(e, files[i].want, "%s: got %d (%s)", files[i].name, (int)e, d.msg);
        cr_expect_eq(u == NULL, e != OK, "%s", files[i].name);
        user_abi_free(u);
    }
}

Test(user_abi, finds_by_selector_name_and_signature)
{
    static const char text[] =
        "[{\"type\":\"function\",\"name\":\"setKmsInfo\",\"inputs\":[{\"name\":\"info\",\"type\":"
        "\"tuple\",\"components\":[{\"name\":\"a\",\"type\":\"bytes\"},{\"name\":\"b\",\"type\":"
        "\"bytes\"},{\"name\":\"c\",\"type\":\"bytes\"},{\"name\":\"d\",\"type\":\"bytes\"}]}]},"
        "{\"type\":\"function\",\"name\":\"over\",\"inputs\":[{\"name\":\"\",\"type\":\"bool\"}]},"
        "\"over(uint256)\",\"function g()\"]";
    static const uint8_t set_kms_info[4] = { 0x7d, 0x02, 0x53, 0x52 };
    struct diag d = { 0 };
    struct user_abi *u = NULL;
    const struct abi_function *f = NULL;

    cr_assert_eq(user_abi_parse(&d, &u, text, strlen(text), "abi.json"), OK, "%s", d.msg);
    f = user_abi_find(u, set_kms_info);
    cr_assert_not_null(f);
    cr_expect_str_eq(f->name, "setKmsInfo");
    cr_expect_str_eq(f->params.names[0], "info");
    cr_expect_str_eq(f->params.inner[0].names[3], "d");
    cr_expect_eq(user_abi_find_name(u, "setKmsInfo"), f);
    cr_expect_eq(user_abi_find_name(u, "setKmsInfo((bytes,bytes,bytes,bytes))"), f);
    cr_expect_null(user_abi_find_name(u, "over"));
    cr_expect_not_null(user_abi_find_name(u, "over(bool)"));
    cr_expect_not_null(user_abi_find_name(u, "over(uint)"));
    cr_expect_null(user_abi_find_name(u, "over(address)"));
    cr_expect_not_null(user_abi_find_name(u, "g"));
    cr_expect_null(user_abi_find_name(u, "h"));
    cr_expect_null(user_abi_find((const struct user_abi *)NULL, set_kms_info));
    user_abi_free(u);
}

Test(user_abi, errors_name_the_entry)
{
    static const char text[] = "[\"f()\",{\"name\":\"g\",\"inputs\":[{\"type\":\"uint7\"}]}]";
    struct diag d = { 0 };
    struct user_abi *u = NULL;

    cr_expect_eq(user_abi_parse(&d, &u, text, strlen(text), "abi.json"), ERR_FORMAT);
    cr_expect_not_null(strstr(d.msg, "abi.json: entry 1: "), "%s", d.msg);
}

Test(user_abi, truncations)
{
    static const char text[] = "[\"function f(bool a) view\",{\"name\":\"g\",\"inputs\":[]}]";

    for (size_t n = 0; n < strlen(text); n++) {
        struct diag d = { 0 };
        struct user_abi *u = NULL;

        cr_expect_eq(user_abi_parse(&d, &u, text, n, "abi.json"), ERR_FORMAT, "%zu", n);
        user_abi_free(u);
    }
}

static struct user_abi *parse(const char *text)
{
    struct diag d = { 0 };
    struct user_abi *u = NULL;

    cr_assert_eq(user_abi_parse(&d, &u, text, strlen(text), "abi.json"), OK, "%s", d.msg);
    return u;
}

Test(user_abi, merge)
{
    struct diag d = { 0 };
    struct user_abi *u = parse("[\"f(bool a)\",\"burn(uint256)\"]");

    cr_expect_eq(user_abi_merge(&d, u, parse("[\"f(bool b)\",\"g()\"]")), OK, "%s", d.msg);
    cr_expect_not_null(user_abi_find_name(u, "g"));
    cr_expect_str_eq(user_abi_find_name(u, "f")->params.names[0], "a");
    cr_expect_eq(user_abi_merge(&d, u, parse("[\"collate_propagate_storage(bytes16)\"]")),
                 ERR_FORMAT);
    user_abi_free(u);
}
