// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/preview.h"
#include "src/base/address.h"
#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/u256.h"
#include "tests/unit/known_safe_tx.h"

/* --- against the recordings ------------------------------------------------------------------- */

/* The calldata of the recordings' transactions. */
static const char exec_data[] =
    "6a76120200000000000000000000000070997970c51812dc3a010c7d01b50e0d17dc79c8"
    "0000000000000000000000000000000000000000000000000de0b6b3a7640000"
    "0000000000000000000000000000000000000000000000000000000000000140"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000160"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000041"
    "2c71bd118f58839ca63fdd1cc4a6bdf527498c2479083bb8aeeaedbf8902ed76"
    "10f8d4570fc049d72a01e5626e10552c1d17dfccde52be20f21cc19f208dfdc1"
    "1b00000000000000000000000000000000000000000000000000000000000000";
static const char approve_data[] =
    "d4d9bdcd0c190453d44a8443e57f667c583c46bec6b09d977343fbb9c25ead78009fe92b";
/* Everything that a recorded case needs. */
struct recorded {
    struct device_setup setup;
    bool is_tx;
    struct typed_data typed;
    struct eth_tx tx;
    uint8_t data[4096];
    size_t data_len;
};

static void set_hex(struct recorded *r, const char *hex)
{
    r->data_len = strlen(hex) / 2;
    cr_assert(hex_decode(r->data, r->data_len, hex, strlen(hex)));
}

/* "data=1000": 03 0a 11 …, as the recordings have it. */
static void set_series(struct recorded *r, size_t num, unsigned step, unsigned first)
{
    for (size_t i = 0; i < num; i++)
        r->data[i] = (uint8_t)(first + i * step);
    r->data_len = num;
}

static void set_uint(struct typed_struct *s, size_t i, uint64_t value)
{
    s->members[i].number = u256_from_u64(value);
}

static void make_big(struct typed_data *t)
{
    memset(t->message.members[1].number.be, 0xff, 32);
    set_uint(&t->domain, 0, 11155111);
    set_uint(&t->message, 3, 1);
    set_uint(&t->message, 4, 50000);
    set_uint(&t->message, 5, 21000);
    set_uint(&t->message, 6, 1);
    t->message.members[7].address = known_to;
    t->message.members[8].address = known_safe;
    set_uint(&t->message, 9, 12345);
}

static void make_delegate(struct typed_data *t, uint64_t totp)
{
    const struct u256 one = u256_from_u64(1), code = u256_from_u64(totp);

    *t = (struct typed_data){ .domain = { .name = "EIP712Domain" },
                              .message = { .name = "Delegate" } };
    typed_add_string(&t->domain, "name", "Safe Transaction Service");
    typed_add_string(&t->domain, "version", "1.0");
    typed_add_uint(&t->domain, "chainId", 32, &one);
    typed_add_address(&t->message, "delegateAddress", &known_to);
    typed_add_uint(&t->message, "totp", 32, &code);
}

static void make_typed(struct recorded *r, const char *name)
{
    static const char transfer[] =
        "a9059cbb"
        "0000000000000000000000000000000000000000000000000000000000000000"
        "0000000000000000000000000000000000000000000000000000000000000000";
    struct typed_data *t = &r->typed;

    if (strcmp(name, "full-data68") == 0)
        set_hex(r, transfer);
    if (strcmp(name, "full-data1000") == 0)
        set_series(r, 1000, 7, 3);
    if (strcmp(name, "full-big") == 0)
        set_hex(r, "8d80ff0a");
    if (strncmp(name, "count-", 6) == 0)
        set_series(r, (size_t)atoi(name + 6), 1, 0);
    known_safe_tx(t, r->data, r->data_len);
    if (strcmp(name, "full-big") == 0)
        make_big(t);
    if (strcmp(name, "full-value0") == 0) {
        t->message.members[0].address = (struct address){ { 0 } };
        set_uint(&t->message, 1, 0);
        set_uint(&t->message, 9, 0);
    }
    if (strcmp(name, "full-nochain") == 0) {
        t->domain.members[0] = t->domain.members[1];
        t->domain.num_members = 1;
    }
    if (strcmp(name, "full-delegate") == 0)
        make_delegate(t, r->setup.model == TREZOR_T || r->setup.model >= TREZOR_SAFE3 ? 482000
                                                                                      : 489123);
}

static void make_tx(struct recorded *r, const char *name)
{
    const bool calls = strstr(name, "nodata") == NULL && strstr(name, "deploy") == NULL;

    r->is_tx = true;
    if (strstr(name, "tx-exec") == name)
        set_hex(r, exec_data);
    if (strcmp(name, "tx-approve") == 0)
        set_hex(r, approve_data);
    r->tx = (struct eth_tx){ .chain_id = u256_from_u64(1),
                             .nonce = 5,
                             .max_priority_fee = u256_from_u64(2000000000),
                             .max_fee = u256_from_u64(40000000000),
                             .gas_limit = 150000,
                             .to = calls ? known_safe : known_to,
                             .value = u256_from_u64(calls ? 0 : 1000000000000000000),
                             .data = r->data,
                             .data_len = r->data_len };
    if (strstr(name, "gnosis") != NULL)
        r->tx.chain_id = u256_from_u64(100);
    if (strstr(name, "sepolia") != NULL)
        r->tx.chain_id = u256_from_u64(11155111);
    if (strstr(name, "424242") != NULL)
        r->tx.chain_id = u256_from_u64(424242);
    if (strstr(name, "legacy") != NULL) {
        r->tx.kind = ETH_TX_LEGACY;
        r->tx.max_priority_fee = u256_from_u64(0);
    }
    if (strcmp(name, "tx-deploy-wei") == 0) {
        r->tx.value = u256_from_u64(1);
        r->tx.gas_limit = 21000;
        r->tx.max_fee = u256_from_u64(1000000000);
    }
}

/* The transactions of the Trezors' recordings. */
static void make_trezor_tx(struct recorded *r, const char *name)
{
    const bool ether = strstr(name, "ether") != NULL;

    if (strcmp(name, "tx-series3000") == 0)
        set_series(r, 3000, 7, 0);
    if (strcmp(name, "tx-plain200") == 0)
        set_series(r, 200, 7, 0);
    if (strncmp(name, "tx-series200", 12) == 0) {
        set_series(r, 200, 7, 0x100 - 4 * 7);
        memcpy(r->data, "\x6a\x76\x12\x02", 4);
    }
    if (strncmp(name, "tx-count", 8) == 0)
        set_series(r, (size_t)atoi(name + 8), 1, 0);
    r->is_tx = true;
    r->tx = (struct eth_tx){ .chain_id = u256_from_u64(strstr(name, "424242") != NULL ? 424242 : 1),
                             .nonce = 7,
                             .max_priority_fee = u256_from_u64(2000000000),
                             .max_fee = u256_from_u64(30000000000),
                             .gas_limit = 210000,
                             .to = known_safe,
                             .value = u256_from_u64(ether ? 1000000000000000000 : 0),
                             .data = r->data,
                             .data_len = r->data_len };
    if (strstr(name, "legacy") != NULL) {
        r->tx.kind = ETH_TX_LEGACY;
        r->tx.max_priority_fee = u256_from_u64(0);
    }
}

static enum setting setting_of(const char *line, const char *name)
{
    const char *at = strstr(line, name);

    if (at == NULL)
        return SETTING_UNKNOWN;
    return strncmp(at + strlen(name), "on", 2) == 0 ? SETTING_ON : SETTING_OFF;
}

/* "full-empty blind=off raw=on hash=off" */
static void read_case(struct recorded *r, const char *line)
{
    char name[64] = { 0 };

    (void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(line, " "), line);
    r->setup.blind_signing = setting_of(line, "blind=");
    r->setup.raw_messages = setting_of(line, "raw=");
    r->setup.transaction_hash = setting_of(line, "hash=");
    r->setup.hash_mode = strncmp(name, "v0-", 3) == 0;
    r->is_tx = false;
    r->data_len = 0;
    if (strncmp(name, "tx-", 3) == 0 && device_model_vendor(r->setup.model) == VENDOR_TREZOR)
        make_trezor_tx(r, name);
    else if (strncmp(name, "tx-", 3) == 0)
        make_tx(r, name);
    else
        make_typed(r, name);
}

/* A screen as the recordings have it; loose: line breaks are not known, and white space goes. */
static void render(struct buf *out, const struct preview *p, const struct preview_screen *s,
                   bool *loose)
{
    *loose = false;
    buf_addf(out, "%s%s", s->heading, s->heading[0] != '\0' ? "\n" : "");
    for (size_t i = 0; i < s->num_rows; i++) {
        const struct preview_row *row = &p->rows[s->first_row + i];

        buf_addf(out, "%s%s%s%s", row->title, row->title[0] != '\0' ? "\n" : "", row->text,
                 row->text[0] != '\0' ? "\n" : "");
        *loose = *loose || !row->broken;
    }
    buf_addf(out, "%s%s", s->foot, s->foot[0] != '\0' ? "\n" : "");
}

/* Blanks at the ends of lines, or all white space. */
static void squeeze(char *out, const char *text, bool all)
{
    for (; *text != '\0'; text++) {
        const bool blank = *text == ' ' || *text == '\n';

        if ((blank && all) || (*text == ' ' && text[1] == '\n'))
            continue;
        *out++ = *text;
    }
    *out = '\0';
}

static bool ends_with_dots(char *text)
{
    const size_t n = strlen(text);

    if (n < 3 || strcmp(text + n - 3, "...") != 0)
        return false;
    text[n - 3] = '\0';
    return true;
}

/* Dots stand for the rest where a screen, or the preview, has no room: compare what is there. */
static void forget_rest(char *a, char *b)
{
    const bool first = ends_with_dots(a), second = ends_with_dots(b);

    if (first && strlen(b) > strlen(a))
        b[strlen(a)] = '\0';
    else if (second && strlen(a) > strlen(b))
        a[strlen(b)] = '\0';
}

static void compare(const char *where, const struct preview *p, size_t i, char mark,
                    const char *want)
{
    static const char marks[] = { '-', '-', '*', '-' };
    char a[8192], b[8192];
    struct buf got;
    bool loose = false;

    cr_assert_lt(i, p->num_screens, "%s: no screen for\n%s", where, want);
    buf_init(&got, 8000);
    render(&got, p, &p->screens[i], &loose);
    squeeze(a, buf_str(&got), loose);
    squeeze(b, want, loose);
    if (loose)
        forget_rest(a, b);
    cr_expect_str_eq(a, b, "%s: screen %zu: got\n%s\nexpected\n%s", where, i + 1, buf_str(&got),
                     want);
    cr_expect_eq(p->screens[i].aside[0] != '\0' ? '+' : marks[p->screens[i].kind], mark,
                 "%s: screen %zu is of another kind", where, i + 1);
    buf_clear(&got);
}

static void make_preview(struct preview *p, const struct recorded *r, const char *where)
{
    /* nothing here tells a network that no device knows from one that some do */
    const bool is_odd = strstr(where, "-424242") != NULL;
    struct diag d = { 0 };
    enum err e = r->is_tx ? preview_tx(&d, p, &r->setup, &r->tx, &known_signer)
                          : preview_typed(&d, p, &r->setup, &r->typed, &known_signer);

    cr_assert_eq(e, OK, "%s: %s", where, d.msg);
    cr_expect_eq(p->basis, is_odd ? PREVIEW_FROM_SOURCE : PREVIEW_CONFIRMED, "%s: %s", where,
                 buf_str(&p->basis_text));
}

/* What lies behind a button was not always opened when it was recorded. */
static size_t skip_asides(const struct preview *p, size_t i, char mark)
{
    while (mark != '+' && i < p->num_screens && p->screens[i].aside[0] != '\0')
        i++;
    return i;
}

struct replay {
    struct recorded r;
    struct preview p;
    char where[256];
    size_t screen; /* next one of p */
    char mark;     /* of the screen that is being collected; 0: none */
    char text[8192];
    size_t num_cases;
};

static void end_screen(struct replay *x)
{
    if (x->mark != '\0') {
        x->screen = skip_asides(&x->p, x->screen, x->mark);
        compare(x->where, &x->p, x->screen++, x->mark, x->text);
    }
    x->mark = '\0';
    x->text[0] = '\0';
}

static void end_case(struct replay *x, const char *result)
{
    end_screen(x);
    x->screen = skip_asides(&x->p, x->screen, '!');
    cr_expect_eq(x->screen, x->p.num_screens, "%s: more screens than recorded", x->where);
    cr_expect_eq(strcmp(result, "signed") == 0, x->p.mode != PREVIEW_REFUSED, "%s: %s", x->where,
                 result);
    preview_clear(&x->p);
}

static void replay_line(struct replay *x, const char *file, const char *line)
{
    switch (line[0]) {
    case '=':
        (void)snprintf(x->where, sizeof(x->where), "%s: %.100s", file, line + 2);
        read_case(&x->r, line + 2);
        make_preview(&x->p, &x->r, x->where);
        x->screen = 0;
        x->num_cases++;
        return;
    case '!':
        end_case(x, line + 2);
        return;
    case '-':
    case '*':
    case '+':
        end_screen(x);
        x->mark = line[0];
        break;
    case '~': /* so many screens that this run did not show */
        end_screen(x);
        x->screen += (size_t)atoi(line + 2);
        return;
    case '#':
    case '\0':
        return;
    default:
        break;
    }
    (void)strncat(x->text, line + 2, sizeof(x->text) - strlen(x->text) - 2);
    (void)strcat(x->text, "\n");
}

static void replay_file(const char *file, const struct device_setup *setup)
{
    static struct replay x;
    struct diag d = { 0 };
    struct buf text;
    char *line = NULL, *rest = NULL;

    memset(&x, 0, sizeof(x));
    x.r.setup = *setup;
    buf_init(&text, 1024 * 1024);
    cr_assert_eq(file_read(&d, &text, file), OK, "%s", d.msg);
    buf_add_u8(&text, '\0');
    for (line = strtok_r((char *)text.data, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest))
        replay_line(&x, file, line);
    cr_expect_gt(x.num_cases, 0, "%s", file);
    buf_clear(&text);
}

Test(preview, as_recorded_from_firmware)
{
    static const struct {
        const char *file;
        enum device_model model;
        struct device_version version;
    } files[] = {
        { "ledger-nanos-1.16.1", LEDGER_NANO_S, { 1, 16, 1 } },
        { "ledger-nanosp-1.18.1", LEDGER_NANO_SP, { 1, 18, 1 } },
        { "ledger-nanosp-1.22.0", LEDGER_NANO_SP, { 1, 22, 0 } },
        { "ledger-nanox-1.18.1", LEDGER_NANO_X, { 1, 18, 1 } },
        { "ledger-nanox-1.22.0", LEDGER_NANO_X, { 1, 22, 0 } },
        { "ledger-stax-1.22.0", LEDGER_STAX, { 1, 22, 0 } },
        { "ledger-stax-1.18.1", LEDGER_STAX, { 1, 18, 1 } },
        { "ledger-flex-1.18.1", LEDGER_FLEX, { 1, 18, 1 } },
        { "ledger-flex-1.22.0", LEDGER_FLEX, { 1, 22, 0 } },
        { "trezor-one-1.14.1", TREZOR_ONE, { 1, 14, 1 } },
        { "trezor-t-2.5.3", TREZOR_T, { 2, 5, 3 } },
        { "trezor-t-2.9.6", TREZOR_T, { 2, 9, 6 } },
        { "trezor-safe3-2.9.6", TREZOR_SAFE3, { 2, 9, 6 } },
        { "trezor-safe5-2.9.6", TREZOR_SAFE5, { 2, 9, 6 } },
    };

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        const struct device_setup setup = { .model = files[i].model,
                                            .has_version = true,
                                            .version = files[i].version };
        char path[128];

        (void)snprintf(path, sizeof(path), "fixtures/devices/%s.txt", files[i].file);
        replay_file(path, &setup);
    }
}
