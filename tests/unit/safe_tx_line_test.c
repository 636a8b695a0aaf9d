// SPDX-License-Identifier: Apache-2.0
#include "safe/safe_tx_line.h"

#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/fixture_json.h"
#include "tests/unit/flat_text.h"

static bool same(const struct safe_tx_input *a, const struct safe_tx_input *b)
{
    return a->source == b->source && safe_tx_eq(&a->tx, &b->tx) &&
           memcmp(&a->domain.chain_id, &b->domain.chain_id, 32) == 0 &&
           address_eq(&a->domain.safe, &b->domain.safe) && a->domain.form == b->domain.form &&
           strcmp(a->domain.version, b->domain.version) == 0 &&
           a->has_claimed_hash == b->has_claimed_hash &&
           hash32_eq(&a->claimed_hash, &b->claimed_hash);
}

/* A memo that knows the addresses of flat_text. */
static struct safe_tx_line_memo memo_of_flat_text(void)
{
    struct safe_tx_line_memo memo = { 0 };
    struct safe_tx_input in;
    struct buf line;

    buf_init(&line, 10000);
    flat_text(&line, NULL, NULL, "");
    cr_assert(safe_tx_read_line(&in, &memo, buf_str(&line), line.len));
    safe_tx_input_clear(&in);
    buf_clear(&line);
    return memo;
}

/*
 * What the scanner accepts, the general reader accepts and reads alike, whatever is remembered.
 * True if it did accept.
 */
static bool expect_agreement(const char *line, size_t line_len)
{
    struct diag d = { 0 };
    struct safe_tx_input fast;
    struct safe_tx_input slow = { 0 };
    struct json *j = NULL;
    struct safe_tx_line_memo empty = { 0 };
    struct safe_tx_line_memo memo = memo_of_flat_text();
    bool accepted = safe_tx_read_line(&fast, &empty, line, line_len);

    safe_tx_input_clear(&fast);
    cr_expect_eq(safe_tx_read_line(&fast, &memo, line, line_len), accepted);
    if (accepted) {
        cr_expect_eq(json_parse(&d, &j, line, line_len, "line"), OK, "%s: %.*s", d.msg,
                     (int)line_len, line);
        cr_expect_eq(safe_tx_from_json(&d, &slow, j, NULL), OK, "%s: %.*s", d.msg, (int)line_len,
                     line);
        cr_expect(same(&fast, &slow), "%.*s", (int)line_len, line);
    } else {
        cr_expect(fast.tx.data == NULL && fast.domain.form == SAFE_FORM_NONE);
    }
    safe_tx_input_clear(&fast);
    safe_tx_input_clear(&slow);
    json_free(j);
    return accepted;
}

Test(safe_tx_line, published_rows)
{
    struct json *rows = fixture_json("fixtures/safe_tx/vectors.json");

    for (size_t i = 0; i < json_len(rows); i++) {
        struct diag d = { 0 };
        struct buf line;

        buf_init(&line, 1 << 20);
        cr_assert_eq(json_write(&d, &line, json_get(json_at(rows, i), "safeTx"), 0), OK);
        cr_expect(expect_agreement(buf_str(&line), line.len), "%s", buf_str(&line));
        buf_clear(&line);
    }
    json_free(rows);
}

Test(safe_tx_line, accepts)
{
    static const struct {
        const char *key;
        const char *value;
        const char *more;
    } cases[] = {
        { NULL, NULL, "" },
        { "chainId", "\"1\"", "" },
        { "nonce", "7", "" },
        { "nonce", " 7 ", " " },
        { "operation", "\"1\"", "" },
        { "data", "\"0x\"", "" },
        { "value", "999999999999999999", "" },
        { NULL, NULL,
          ", \"safeTxHash\": "
          "\"0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf line;

        buf_init(&line, 10000);
        flat_text(&line, cases[i].key, cases[i].value, cases[i].more);
        cr_expect(expect_agreement(buf_str(&line), line.len), "%s", buf_str(&line));
        buf_clear(&line);
    }
}

/* Left to the general reader, which refuses some of them and not others. */
Test(safe_tx_line, leaves)
{
    static const struct {
        const char *key;
        const char *value;
        const char *more;
    } cases[] = {
        { "nonce", NULL, "" },
        { NULL, NULL, ",\"nonce\":\"7\"" },
        { NULL, NULL, ",\"other\":1" },
        { NULL, NULL, ",\"safeTxHash\":" },
        { NULL, NULL, "," },
        { NULL, NULL, "} " },
        { NULL, NULL, "}{" },
        { "nonce", "07", "" },
        { "nonce", "-0", "" },
        { "nonce", "7.0", "" },
        { "nonce", "\"\\u0037\"", "" },
        { "nonce", "\"7\\u0000\"", "" },
        { "nonce", "9223372036854775808", "" },
        { "version", "\"1.4.1\\u0000\"", "" },
        { "version", "\"1.4.1 \"", "" },
        { "version", "1", "" },
        { "data", "\"0x1\"", "" },
        { "data", "\"0x\xc3\xa9\"", "" },
        { "data", "\"\"", "" },
        { "data", "\"0\"", "" },
        { "data", "\"00\"", "" },
        { "data", "0", "" },
        { "data", "11", "" },
        { "to", "1", "" },
        { "to", "\"0xf0911198Ef0a4b4234546fa5F50d6d1D45091774\"", "" },
        { "operation", "2", "" },
        { "operation", "3", "" },
        { "operation", "00", "" },
        { "operation", "\"\"", "" },
        { NULL, NULL, ",\"safeTxHash\":1" },
        { NULL, NULL, ",\"safeTxHash\":\"0xaa\"" },
        { NULL, NULL, ",\"safeTxHash\":null" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf line;

        buf_init(&line, 10000);
        flat_text(&line, cases[i].key, cases[i].value, cases[i].more);
        cr_expect_not(expect_agreement(buf_str(&line), line.len), "%s", buf_str(&line));
        buf_clear(&line);
    }
}

/* Every byte replaced by every kind of character, and every prefix. */
Test(safe_tx_line, agrees_on_every_mutation)
{
    static const char replacements[] = "\"\\{}:, 0129aAfFgxX.-\t\r\n\x7f\xc3";
    struct buf line;

    buf_init(&line, 10000);
    flat_text(&line, NULL, NULL, "");
    for (size_t at = 0; at < line.len; at++) {
        uint8_t kept = line.data[at];

        for (size_t k = 0; k < sizeof(replacements); k++) {
            line.data[at] = (uint8_t)replacements[k]; /* the last one is NUL */
            (void)expect_agreement((const char *)line.data, line.len);
        }
        line.data[at] = kept;
        cr_expect_not(expect_agreement((const char *)line.data, at), "cut at %zu", at);
    }
    buf_clear(&line);
}
