// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/trezor/bridge.h"
#include "src/base/interrupt.h"
#include "src/base/json.h"
#include "tests/unit/loopback.h"
#include "tests/unit/trezor_fixture.h"

TestSuite(trezor_bridge, .timeout = 60);

#define VERSION_STEP                                       \
    {                                                      \
        "POST / ", 200, NULL, "{\"version\":\"2.0.33\"}\n" \
    }
#define DEVICE(path, session)                                                                    \
    "{\"path\":\"" path "\",\"vendor\":21324,\"product\":1,\"debug\":false,\"session\":" session \
    ",\"debugSession\":null}"
#define ENUMERATE_STEP                                               \
    {                                                                \
        "POST /enumerate ", 200, NULL, "[" DEVICE("1", "null") "]\n" \
    }
#define ACQUIRE_STEP                                                \
    {                                                               \
        "POST /acquire/1/null ", 200, NULL, "{\"session\":\"7\"}\n" \
    }
/* EthereumAddress of messages.json. */
#define ADDRESS_HEX                                                                    \
    "00390000002c122a3078663339466436653531616164383846364634636536614238383237323739" \
    "6366664662393232"                                                                 \
    "3636"

static enum err open_at(struct diag *d, struct trezor_link *link, const struct loopback *l,
                        const char *device)
{
    char where[128];

    (void)snprintf(where, sizeof(where), "%s%s%s", l->url, device != NULL ? "#" : "",
                   device != NULL ? device : "");
    return trezor_bridge_open(d, link, where, false);
}

Test(trezor_bridge, a_message_there_and_back)
{
    static const struct loopback_exchange script[] = {
        VERSION_STEP,
        ENUMERATE_STEP,
        ACQUIRE_STEP,
        { "POST /post/7 ", 200, NULL, NULL },
        { "POST /read/7 ", 200, NULL, ADDRESS_HEX },
        { "POST /release/7 ", 200, NULL, "{}" },
    };
    const struct hw_budget b = hw_budget_ms(5000);
    static const uint8_t payload[] = { 0xab, 0xcd, 0x01 };
    const struct address owner = known_signer;
    struct trezor_message m;
    struct trezor_link link;
    struct loopback l;
    struct address a;
    struct diag d = { 0 };
    char *seen = NULL;

    trezor_message_init(&m);
    loopback_start(&l, script, sizeof(script) / sizeof(script[0]));
    cr_assert_eq(open_at(&d, &link, &l, NULL), OK, "%s", d.msg);
    cr_expect_eq(link.drain(&d, link.ctx), OK);
    cr_expect_eq(link.write(&d, link.ctx, 56, payload, sizeof(payload)), OK, "%s", d.msg);
    cr_expect_eq(link.read(&d, link.ctx, &m, &b, false), OK, "%s", d.msg);
    cr_expect_eq(m.type, TREZOR_ADDRESS);
    cr_expect_eq(trezor_read_address(&d, &a, &m), OK, "%s", d.msg);
    cr_expect(address_eq(&a, &owner));
    trezor_link_close(&link);
    seen = loopback_stop(&l);
    cr_expect_not_null(strstr(seen, "POST /release/7 "), "%s", seen);
    cr_expect_not_null(strstr(seen, "\r\n\r\n003800000003abcd01"), "%s", seen);
    /* every request has the header without which Bridge answers 403 */
    for (const char *at = seen; (at = strstr(at, "HTTP/1.1")) != NULL; at++) {
        const char *origin = strstr(at, "\r\nOrigin: http://localhost:8000\r\n");

        cr_expect(origin != NULL && origin < strstr(at, "\r\n\r\n"), "%s", seen);
    }
    free(seen);
    trezor_message_clear(&m);
}

static const struct {
    const char *name;
    struct loopback_exchange script[3];
    size_t num;
    const char *device;
    enum err want;
    const char *word;
} refusals[] = {
    { "no Bridge", { { "", 404, NULL, "no" } }, 1, NULL, ERR_DEVICE, "Bridge: /: status 404" },
    { "not allowed", { { "", 403, NULL, "" } }, 1, NULL, ERR_DEVICE, "Bridge: /: status 403" },
    { "no JSON", { { "", 200, NULL, "<html>" } }, 1, NULL, ERR_FORMAT, "Bridge" },
    { "no version", { { "", 200, NULL, "{}" } }, 1, NULL, ERR_FORMAT, "version" },
    { "too old",
      { { "", 200, NULL, "{\"version\":\"2.0.24\"}" } },
      1,
      NULL,
      ERR_UNSUPPORTED,
      "2.0.25" },
    { "no list", { VERSION_STEP, { "", 200, NULL, "{}" } }, 2, NULL, ERR_FORMAT, "list" },
    { "no device", { VERSION_STEP, { "", 200, NULL, "[]" } }, 2, NULL, ERR_DEVICE, "no device" },
    { "no such device", { VERSION_STEP, ENUMERATE_STEP }, 2, "2", ERR_DEVICE, "no such device" },
    { "no path", { VERSION_STEP, { "", 200, NULL, "[{}]" } }, 2, NULL, ERR_FORMAT, "path" },
    { "two devices",
      { VERSION_STEP, { "", 200, NULL, "[" DEVICE("1", "null") "," DEVICE("2", "null") "]" } },
      2,
      NULL,
      ERR_DEVICE,
      "2 Trezors" },
    { "held",
      { VERSION_STEP, { "", 200, NULL, "[" DEVICE("1", "\"3\"") "]" } },
      2,
      NULL,
      ERR_DEVICE,
      "another program" },
    { "held since",
      { VERSION_STEP,
        ENUMERATE_STEP,
        { "POST /acquire/1/null ", 400, NULL, "{\"error\":\"wrong previous session\"}" } },
      3,
      NULL,
      ERR_DEVICE,
      "another program" },
    { "another error",
      { VERSION_STEP,
        ENUMERATE_STEP,
        { "POST /acquire/1/null ", 400, NULL, "{\"error\":\"not allowed to\"}" } },
      3,
      NULL,
      ERR_DEVICE,
      "status 400, not allowed to" },
    { "unplugged",
      { VERSION_STEP,
        ENUMERATE_STEP,
        { "POST /acquire/1/null ", 400, NULL, "{\"error\":\"device not found\"}" } },
      3,
      NULL,
      ERR_DEVICE,
      "no longer connected" },
    { "unplugged later",
      { VERSION_STEP,
        ENUMERATE_STEP,
        { "POST /acquire/1/null ", 400, NULL,
          "{\"error\":\"device disconnected during action\"}" } },
      3,
      NULL,
      ERR_DEVICE,
      "no longer connected" },
    { "a session of 64 bytes, which does not fit",
      { VERSION_STEP,
        ENUMERATE_STEP,
        { "", 200, NULL,
          "{\"session\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}" } },
      3,
      NULL,
      ERR_FORMAT,
      "session" },
    { "no session",
      { VERSION_STEP, ENUMERATE_STEP, { "", 200, NULL, "{\"session\":null}" } },
      3,
      NULL,
      ERR_FORMAT,
      "session" },
};

Test(trezor_bridge, refusals)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct trezor_link link;
        struct loopback l;
        struct diag d = { 0 };

        loopback_start(&l, refusals[i].script, refusals[i].num);
        cr_expect_eq(open_at(&d, &link, &l, refusals[i].device), refusals[i].want, "%s: %s",
                     refusals[i].name, d.msg);
        cr_expect_not_null(strstr(d.msg, refusals[i].word), "%s: %s", refusals[i].name, d.msg);
        cr_expect_null(link.ctx);
        free(loopback_stop(&l));
    }
}

Test(trezor_bridge, one_of_two_by_name)
{
    static const struct loopback_exchange script[] = {
        VERSION_STEP,
        { "POST /enumerate ", 200, NULL, "[" DEVICE("1", "\"4\"") "," DEVICE("a/b", "null") "]" },
        { "POST /acquire/a%2Fb/null ", 200, NULL, "{\"session\":\"x y\"}" },
        { "POST /post/x%20y ", 200, NULL, "{}" },
    };
    struct trezor_link link;
    struct loopback l;
    struct diag d = { 0 };

    loopback_start(&l, script, sizeof(script) / sizeof(script[0]));
    cr_assert_eq(open_at(&d, &link, &l, "a/b"), OK, "%s", d.msg);
    cr_expect_eq(link.write(&d, link.ctx, 0, NULL, 0), OK, "%s", d.msg);
    trezor_link_close(&link);
    free(loopback_stop(&l));
}

Test(trezor_bridge, where)
{
    static const struct {
        const char *where;
        enum err want;
        const char *word;
    } rows[] = {
        { "", ERR_USAGE, "expected bridge" },
        { "http://127.0.0.1:1#", ERR_USAGE, "expected bridge" },
        { "http://192.0.2.1:21325", ERR_USAGE, "not this machine" },
        { "https://192.0.2.1:21325", ERR_USAGE, "not this machine" },
        { "https://192.0.2.1:21325#1", ERR_USAGE, "not this machine" },
        { "http://user@127.0.0.1:21325", ERR_USAGE, "user name" },
        { "http://127.0.0.1:1", ERR_NETWORK, "" },
        { "http://127.0.0.1:1/", ERR_NETWORK, "" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct trezor_link link;
        struct diag d = { 0 };

        cr_expect_eq(trezor_bridge_open(&d, &link, rows[i].where, false), rows[i].want, "%s: %s",
                     rows[i].where, d.msg);
        cr_expect_not_null(strstr(d.msg, rows[i].word), "%s: %s", rows[i].where, d.msg);
    }
}

/* --- reading -----------------------------------------------------------------------------------
 */

static const struct {
    const char *name;
    const char *body;
    enum err want;
} answers[] = {
    { "empty message", "001400000000", OK },
    { "line end", "001400000000\n", OK },
    { "upper case", "00140000000AABCDEFABCDEFABCDEFAB", OK },
    { "nothing", "", ERR_DEVICE },
    { "no hex", "hello!", ERR_DEVICE },
    { "half a byte", "00140000000", ERR_DEVICE },
    { "head cut short", "0014000000", ERR_DEVICE },
    { "payload cut short", "00140000000201", ERR_DEVICE },
    { "payload too long", "00140000000001", ERR_DEVICE },
    { "length 2^32 - 1", "0014ffffffff01", ERR_DEVICE },
};

Test(trezor_bridge, answers_that_are_messages)
{
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        const struct loopback_exchange script[] = {
            VERSION_STEP,
            ENUMERATE_STEP,
            ACQUIRE_STEP,
            { "POST /read/7 ", 200, NULL, answers[i].body },
        };
        const struct hw_budget b = hw_budget_ms(5000);
        struct trezor_message m;
        struct trezor_link link;
        struct loopback l;
        struct diag d = { 0 };

        trezor_message_init(&m);
        loopback_start(&l, script, sizeof(script) / sizeof(script[0]));
        cr_assert_eq(open_at(&d, &link, &l, NULL), OK, "%s", d.msg);
        cr_expect_eq(link.read(&d, link.ctx, &m, &b, false), answers[i].want, "%s: %s",
                     answers[i].name, d.msg);
        trezor_link_close(&link);
        trezor_message_clear(&m);
        free(loopback_stop(&l));
    }
}

/* While nothing is asked, the device is nobody's. */
Test(trezor_bridge, rests_without_a_session)
{
    static const struct loopback_exchange script[] = {
        VERSION_STEP,
        ENUMERATE_STEP,
        ACQUIRE_STEP,
        { "POST /release/7 ", 200, NULL, "{}" },
        { "POST /acquire/1/null ", 200, NULL, "{\"session\":\"8\"}" },
        { "POST /post/8 ", 200, NULL, NULL },
        { "POST /read/8 ", 200, NULL, "000300000000" },
        { "POST /release/8 ", 200, NULL, "{}" },
    };
    const struct hw_budget b = hw_budget_ms(5000);
    struct trezor_message m;
    struct trezor_link link;
    struct loopback l;
    struct diag d = { 0 };
    char *seen = NULL;

    trezor_message_init(&m);
    loopback_start(&l, script, sizeof(script) / sizeof(script[0]));
    cr_assert_eq(open_at(&d, &link, &l, NULL), OK, "%s", d.msg);
    link.rest(link.ctx);
    link.rest(link.ctx);
    cr_expect_eq(link.read(&d, link.ctx, &m, &b, false), ERR_DEVICE);
    d = (struct diag){ 0 };
    cr_expect_eq(link.write(&d, link.ctx, TREZOR_CANCEL, NULL, 0), OK, "%s", d.msg);
    cr_expect_eq(link.read(&d, link.ctx, &m, &b, false), OK, "%s", d.msg);
    link.rest(link.ctx);
    trezor_link_close(&link);
    trezor_message_clear(&m);
    seen = loopback_stop(&l);
    cr_expect_not_null(strstr(seen, "POST /release/8 "), "%s", seen);
    free(seen);
}

/* Bridge drops the session with the connection, at once or a little later: Cancel gets through,
 * also while the Ctrl-C that was the reason is still held back. */
Test(trezor_bridge, writes_again_after_a_lost_read)
{
    for (int noticed = 0; noticed < 2; noticed++) {
        const struct loopback_exchange script[] = {
            VERSION_STEP,
            ENUMERATE_STEP,
            ACQUIRE_STEP,
            { "POST /read/7 ", 500, NULL, NULL },
            { "POST /acquire/1/7 ", noticed ? 400 : 200, NULL,
              noticed ? "{\"error\":\"wrong previous session\"}" : "{\"session\":\"8\"}" },
            { noticed ? "POST /acquire/1/null " : "POST /post/8 ", 200, NULL,
              "{\"session\":\"8\"}" },
            { noticed ? "POST /post/8 " : "POST /read/8 ", 200, NULL, "000300000000" },
            { "POST /read/8 ", 200, NULL, "000300000000" },
        };
        const struct hw_budget b = hw_budget_ms(5000);
        struct trezor_message m;
        struct trezor_link link;
        struct interrupt held;
        struct loopback l;
        struct diag d = { 0 };

        trezor_message_init(&m);
        loopback_start(&l, script, sizeof(script) / sizeof(script[0]));
        cr_assert_eq(open_at(&d, &link, &l, NULL), OK, "%s", d.msg);
        cr_expect_eq(link.read(&d, link.ctx, &m, &b, false), ERR_DEVICE);
        interrupt_hold(&held);
        (void)raise(SIGINT);
        cr_expect_eq(link.write(&d, link.ctx, TREZOR_CANCEL, NULL, 0), OK, "%s", d.msg);
        cr_expect_eq(link.read(&d, link.ctx, &m, &b, true), OK, "%s", d.msg);
        cr_expect_eq(m.type, TREZOR_FAILURE);
        trezor_link_close(&link);
        interrupt_release_answered(&held);
        trezor_message_clear(&m);
        free(loopback_stop(&l));
    }
}

Test(trezor_bridge, lists)
{
    static const struct loopback_exchange script[] = {
        VERSION_STEP,
        { "POST /enumerate ", 200, NULL, "[" DEVICE("1", "\"4\"") "," DEVICE("2", "null") "]" },
    };
    struct trezor_bridge_listed found[TREZOR_BRIDGE_MAX_LISTED];
    struct loopback l;
    char want[128];
    size_t num = 0;
    struct diag d = { 0 };

    loopback_start(&l, script, sizeof(script) / sizeof(script[0]));
    cr_assert_eq(trezor_bridge_list(&d, found, &num, l.url, false), OK, "%s", d.msg);
    free(loopback_stop(&l));
    cr_assert_eq(num, 2);
    (void)snprintf(want, sizeof(want), "bridge:%s#1", l.url);
    cr_expect_str_eq(found[0].transport, want);
    cr_expect(found[0].held && !found[1].held);
}
