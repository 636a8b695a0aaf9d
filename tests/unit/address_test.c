// SPDX-License-Identifier: Apache-2.0
#include "src/base/address.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <string.h>

#include "src/base/bytes.h"

/* Source: EIP-55, "Test Cases"; all others by ethers 6.17.0. */
static const char *const good[] = {
    "0x52908400098527886E0F7030069857D2E4169EE7", /* all caps */
    "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
    "0xde709f2102306220921060314715629080e2fb77", /* all lower */
    "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", /* normal */
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    "0x0000000000000000000000000000000000000000",
    "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
};
#define NUM_GOOD (sizeof(good) / sizeof(good[0]))

Test(address, refuses)
{
    static const struct {
        const char *name;
        const char *text;
    } cases[] = {
        { "empty", "" },
        { "prefix alone", "0x" },
        { "no prefix", "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed" },
        { "upper-case prefix", "0X5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed" },
        { "short", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe" },
        { "a byte short", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeA" },
        { "a byte long", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed00" },
        { "chain prefix", "eth:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed" },
        { "space behind", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed " },
        { "not hex", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg" },
        { "a name", "vitalik.eth" },
        { "wrong checksum", "0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };
        struct address a = { { 1 } };

        cr_expect_eq(address_parse(&d, &a, cases[i].text), ERR_FORMAT, "%s", cases[i].name);
        cr_expect(address_is_zero(&a), "%s", cases[i].name);
    }
}

Test(address, round_trip)
{
    for (size_t i = 0; i < NUM_GOOD; i++) {
        struct diag d = { 0 };
        struct address a;

        cr_expect_eq(address_parse(&d, &a, good[i]), OK, "%s", d.msg);
        cr_expect_str_eq(address_format(&a).s, good[i]);
    }
}

Test(address, one_case_carries_no_checksum)
{
    for (size_t i = 0; i < NUM_GOOD; i++) {
        struct diag d = { 0 };
        struct address a;
        char lower[ADDRESS_TEXT_LEN] = "0x";
        char upper[ADDRESS_TEXT_LEN] = "0x";

        for (size_t k = 2; k < 42; k++) {
            lower[k] = (char)tolower((unsigned char)good[i][k]);
            upper[k] = (char)toupper((unsigned char)good[i][k]);
        }
        cr_expect_eq(address_parse(&d, &a, lower), OK, "%s", d.msg);
        cr_expect_str_eq(address_format(&a).s, good[i]);
        cr_expect_eq(address_parse(&d, &a, upper), OK, "%s", d.msg);
        cr_expect_str_eq(address_format(&a).s, good[i]);
    }
}

/* Any one letter in the other case is noticed, and the right spelling shown. */
Test(address, every_letter_counts)
{
    static const char right[] = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

    for (size_t k = 2; k < 42; k++) {
        struct diag d = { 0 };
        struct address a;
        char text[sizeof(right)];

        if (!isalpha((unsigned char)right[k]))
            continue;
        memcpy(text, right, sizeof(text));
        text[k] = (char)(text[k] ^ 0x20);
        cr_expect_eq(address_parse(&d, &a, text), ERR_FORMAT, "letter %zu", k);
        cr_expect(strstr(d.hint, right) != NULL, "%s", d.hint);
    }
}
