// SPDX-License-Identifier: Apache-2.0
#include "hw/ledger/ledger.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ledger_replay.h"
#include "src/base/address.h"
#include "src/base/hex.h"

/* An emulator in a process of its own that plays a script, on a TCP port as Speculos does. */
struct step {
    const char *command; /* hex digits; NULL: the end */
    /* data and status word, twice behind a '+'; NULL: none, somebody presses Ctrl-C; "": hangs up
     */
    const char *answer;
};

/* The account is that of fixtures/ledger/signatures.json. */
#define ACCOUNT_DATA                                                     \
    "41048318535b54105d4a7aae60c08fc45f9687181b4fdfc625bd1a753fa7397fed" \
    "753547f11ca8696646f2f3acb08e31016afac23e630c5d11f59f61fef57b0d2aa5" \
    "28"                                                                 \
    "66333946643665353161616438384636463463653661423838323732373963666646623932323636"
/* clang-format off */
#define NAME    { "b001000000", "0108457468657265756d06312e32322e3001009000" }
#define CONFIG  { "e006000000", "030116009000" }
#define ACCOUNT { "e002000015" KNOWN_PATH, ACCOUNT_DATA "9000" }
/* clang-format on */
#define ASK_ACCOUNT_1 "e002010015058000002c8000003c800000000000000000000001"
#define SIGN_HASHES                                                                            \
    "e00c000055" KNOWN_PATH "c03d57206aeb95bb2816e44cec2aeaff23ab39c410e548f01ce7fe7b6aa697ec" \
    "61ef847dec07cd35b96d5388f80e52f0370e9d61970c85d4bb0e13badcf13f5c"
#define TAKE_BACK "e01a000100"

static pid_t child;
static char notices[1024];

/* False at the end of the connection. */
static bool read_all(int fd, uint8_t *out, size_t len)
{
    while (len > 0) {
        ssize_t n = read(fd, out, len);

        if (n <= 0)
            return false;
        out += n;
        len -= (size_t)n;
    }
    return true;
}

static void answer(int fd, const char *hex)
{
    const bool twice = *hex == '+';
    uint8_t out[2 * (4 + 258)] = { 0 };
    size_t len = strlen(hex += twice) / 2;
    size_t all = twice ? 2 * (4 + len) : 4 + len;

    if (!hex_decode(out + 4, len, hex, strlen(hex)))
        _exit(3);
    out[2] = (uint8_t)((len - 2) >> 8);
    out[3] = (uint8_t)(len - 2);
    memcpy(out + 4 + len, out, all - (4 + len));
    if (write(fd, out, all) != (ssize_t)all)
        _exit(4);
}

static void play(int fd, const struct step *script)
{
    for (const struct step *s = script; s->command != NULL; s++) {
        uint8_t got[4 + 260], want[260];
        size_t len = strlen(s->command) / 2;

        if (!hex_decode(want, len, s->command, strlen(s->command)) || !read_all(fd, got, 4) ||
            got[2] * 256U + got[3] != len || !read_all(fd, got, len) || memcmp(got, want, len) != 0)
            _exit(1);
        if (s->answer == NULL)
            (void)kill(getppid(), SIGINT);
        else if (*s->answer == '\0')
            _exit(0);
        else
            answer(fd, s->answer);
    }
}

static void start(char transport[static 32], const struct step *script)
{
    struct sockaddr_in a = { .sin_family = AF_INET };
    socklen_t len = sizeof(a);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    uint8_t rest = 0;

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    cr_assert(listener >= 0 && bind(listener, (struct sockaddr *)&a, sizeof(a)) == 0 &&
              listen(listener, 1) == 0 && getsockname(listener, (struct sockaddr *)&a, &len) == 0);
    (void)snprintf(transport, 32, "tcp:127.0.0.1:%u", ntohs(a.sin_port));
    cr_assert((child = fork()) >= 0);
    if (child == 0) {
        int fd = accept(listener, NULL, NULL);

        play(fd, script);
        _exit(read_all(fd, &rest, 1) ? 2 : 0); /* nothing may come behind the end */
    }
    (void)close(listener);
}

static void expect_played(void)
{
    int status = -1;

    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the script ended with %d",
              WEXITSTATUS(status));
}

static void note(void *ctx, const char *text)
{
    (void)ctx;
    cr_assert(strlen(notices) + strlen(text) < sizeof(notices));
    (void)strcat(notices, text);
}

static enum err open_ledger(struct diag *d, struct signer **out, const struct step *script)
{
    char transport[32];
    const struct signer_options options = {
        .passphrase_fd = -1, .transport = transport, .hash_mode = true, .notice = note
    };

    *d = (struct diag){ 0 };
    notices[0] = '\0';
    start(transport, script);
    return signer_open(d, out, "ledger", &options);
}

static struct signer *opened(const struct step *script)
{
    struct signer *s = NULL;
    struct diag d;

    cr_assert_eq(open_ledger(&d, &s, script), OK, "%s", d.msg);
    return s;
}

/* The known SafeTx without data. */
static enum err sign_known(struct diag *d, struct signer *s, struct sig65 *out)
{
    struct typed_data typed;

    *d = (struct diag){ 0 };
    known_safe_tx(&typed, NULL, 0);
    return signer_sign_typed(d, s, out, &typed);
}

static void close_played(struct signer *s)
{
    signer_close(s);
    expect_played();
}

Test(ledger, signs_a_message_by_hashes)
{
    static const struct step script[] = {
        NAME, CONFIG, ACCOUNT, { SIGN_HASHES, KNOWN_ANSWER_EMPTY "9000" }, { NULL, NULL }
    };
    struct signer *s = opened(script);
    struct sig65 sig;
    struct address a;
    struct diag d;

    signer_address(s, &a);
    cr_expect_str_eq(address_format(&a).s, "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    cr_expect(signer_device(s)->hash_mode && signer_device(s)->blind_signing == SETTING_ON);
    cr_expect_str_empty(notices, "opening asks the person nothing");
    cr_expect_eq(sign_known(&d, s, &sig), OK, "%s", d.msg);
    cr_expect_eq(sig.b[64], 27);
    cr_expect_not_null(strstr(notices, "the Ledger shows the domain hash"), "%s", notices);
    close_played(s);
}

/* The signature of another message: the seam compares, nothing gets out. */
Test(ledger, signed_something_else)
{
    static const struct step script[] = {
        NAME, CONFIG, ACCOUNT, { SIGN_HASHES, KNOWN_ANSWER_TRANSFER "9000" }, { NULL, NULL }
    };
    const struct sig65 zero = { { 0 } };
    struct signer *s = opened(script);
    struct sig65 sig;
    struct diag d;

    cr_expect_eq(sign_known(&d, s, &sig), ERR_DEVICE);
    cr_expect_not_null(strstr(d.msg, "signed something else"), "%s", d.msg);
    cr_expect_arr_eq(sig.b, zero.b, sizeof(sig.b));
    close_played(s);
}

Test(ledger, ctrl_c_takes_the_request_back)
{
    static const struct step script[] = { NAME,
                                          CONFIG,
                                          ACCOUNT,
                                          { SIGN_HASHES, NULL },
                                          { TAKE_BACK, "6b00" },
                                          { SIGN_HASHES, KNOWN_ANSWER_EMPTY "9000" },
                                          { NULL, NULL } };
    struct signer *s = opened(script);
    struct sig65 sig;
    struct diag d;

    cr_expect_eq(sign_known(&d, s, &sig), ERR_REFUSED);
    cr_expect_str_eq(d.msg, "interrupted");
    cr_expect_not_null(strstr(d.hint, "taken back"), "%s", d.hint);
    cr_expect_eq(sign_known(&d, s, &sig), OK, "%s", d.msg);
    close_played(s);
}

Test(ledger, ctrl_c_where_nothing_takes_it_back)
{
    static const struct step script[] = {
        NAME, CONFIG, ACCOUNT, { SIGN_HASHES, NULL }, { TAKE_BACK, "6d00" }, { NULL, NULL }
    };
    struct signer *s = opened(script);
    struct sig65 sig;
    struct diag d;

    cr_expect_eq(sign_known(&d, s, &sig), ERR_REFUSED);
    cr_expect_not_null(strstr(d.hint, "reject what the Ledger still shows"), "%s", d.hint);
    cr_expect_eq(sign_known(&d, s, &sig), ERR_DEVICE, "nothing goes over it now");
    close_played(s);
}

/* Nothing is on the screen yet, and nothing is sent to take it back. */
Test(ledger, ctrl_c_while_it_opens)
{
    static const struct step script[] = { { "b001000000", NULL }, { NULL, NULL } };
    struct signer *s = NULL;
    struct diag d;

    cr_expect_eq(open_ledger(&d, &s, script), ERR_REFUSED);
    cr_expect_str_eq(d.msg, "interrupted");
    cr_expect_str_empty(d.hint);
    cr_expect_null(s);
    expect_played();
}

/* What was answered is off the screen; what was not may still be on it. */
Test(ledger, ends_while_signing)
{
    static const struct {
        const char *answer, *error, *hint; /* hint NULL: none */
    } rows[] = {
        { "6a84", "memory", NULL }, { "", "connection", "reject it there" }, /* hung up */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct step script[] = {
            NAME, CONFIG, ACCOUNT, { SIGN_HASHES, rows[i].answer }, { NULL, NULL }
        };
        struct signer *s = opened(script);
        struct sig65 sig;
        struct diag d;

        cr_expect_eq(sign_known(&d, s, &sig), ERR_DEVICE);
        cr_expect_not_null(strstr(d.msg, rows[i].error), "%s", d.msg);
        if (rows[i].hint == NULL)
            cr_expect_str_empty(d.hint);
        else
            cr_expect_not_null(strstr(d.hint, rows[i].hint), "%s", d.hint);
        close_played(s);
    }
}

Test(ledger, confirms_an_account)
{
    static const struct step script[] = { NAME,
                                          CONFIG,
                                          ACCOUNT,
                                          { ASK_ACCOUNT_1, ACCOUNT_DATA "9000" },
                                          { ASK_ACCOUNT_1, "6985" },
                                          { NULL, NULL } };
    const struct hd_path path = hd_path_account(HD_BIP44, 1);
    struct signer *s = opened(script);
    struct address a;
    struct diag d = { 0 };

    cr_expect_eq(signer_account(&d, s, &a, &path, true), OK, "%s", d.msg);
    cr_expect_not_null(strstr(notices, "the address of m/44'/60'/0'/0/1"), "%s", notices);
    cr_expect_eq(signer_account(&d, s, &a, &path, true), ERR_REFUSED);
    cr_expect(address_is_zero(&a));
    close_played(s);
}

Test(ledger, an_answer_that_comes_twice_is_not_the_next_one)
{
    static const struct {
        struct step next;
        enum { ASKS_ACCOUNT, SIGNS_MESSAGE, SIGNS_TX } what;
    } cases[] = {
        { { ASK_ACCOUNT_1, "6985" }, ASKS_ACCOUNT },
        { { SIGN_HASHES, "6985" }, SIGNS_MESSAGE },
        { { "e004000034" KNOWN_PATH "02dd0180808080940000000000000000000000000000000000000000"
            "8080c0",
            "6985" },
          SIGNS_TX },
    };
    const struct hd_path path = hd_path_account(HD_BIP44, 1);
    const struct eth_tx tx = { .chain_id = { { [31] = 1 } } };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct step script[] = { NAME,
                                       CONFIG,
                                       { "e002000015" KNOWN_PATH, "+" ACCOUNT_DATA "9000" },
                                       cases[i].next,
                                       { NULL, NULL } };
        struct signer *s = opened(script);
        struct diag d = { 0 };
        struct address a;
        struct sig65 sig;
        enum err e = ERR_INTERNAL;

        if (cases[i].what == ASKS_ACCOUNT)
            e = signer_account(&d, s, &a, &path, true);
        else if (cases[i].what == SIGNS_MESSAGE)
            e = sign_known(&d, s, &sig);
        else
            e = signer_sign_tx(&d, s, &sig, &tx);
        cr_expect_eq(e, ERR_REFUSED, "row %zu: %s", i, d.msg);
        close_played(s);
    }
}

Test(ledger, does_not_open)
{
    static const struct {
        const char *name;
        struct step script[4];
        enum err want;
        const char *words;
    } cases[] = {
        { "hangs up", { { "b001000000", "" } }, ERR_DEVICE, "connection" },
        { "another app",
          { { "b001000000", "0107426974636f696e05322e322e3001009000" } },
          ERR_DEVICE,
          "'Bitcoin' is open" },
        { "no app",
          { { "b001000000", "0105424f4c4f5305312e312e3101009000" } },
          ERR_DEVICE,
          "no app" },
        { "old app",
          { { "b001000000", "0108457468657265756d05312e382e3801009000" } },
          ERR_UNSUPPORTED,
          "1.9.0" },
        { "bad settings", { NAME, { "e006000000", "0301169000" } }, ERR_DEVICE, "configuration" },
        { "locked meanwhile", { NAME, { "e006000000", "5515" } }, ERR_DEVICE, "locked" },
        { "path refused",
          { NAME, CONFIG, { "e002000015" KNOWN_PATH, "6a15" } },
          ERR_DEVICE,
          "path" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct signer *s = NULL;
        struct diag d;

        cr_expect_eq(open_ledger(&d, &s, cases[i].script), cases[i].want, "%s: %s", cases[i].name,
                     d.msg);
        cr_expect_not_null(strstr(d.msg, cases[i].words), "%s: %s", cases[i].name, d.msg);
        cr_expect_null(s);
        expect_played();
    }
}

Test(ledger, transports_and_paths)
{
    static const struct {
        const char *spec, *transport;
        enum err want;
    } cases[] = {
        { "ledger", "udp:127.0.0.1:21324", ERR_USAGE },
        { "ledger", "bridge", ERR_USAGE },
        { "ledger", "tcp:192.0.2.1:9999", ERR_USAGE },
        { "ledger", "tcp:127.0.0.1", ERR_USAGE },
        { "ledger:m/44'/60'/x", "tcp:127.0.0.1:1", ERR_USAGE },
        { "ledger:", "tcp:127.0.0.1:1", ERR_USAGE },
        { "ledger", "tcp:127.0.0.1:1", ERR_DEVICE },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct signer_options options = { .passphrase_fd = -1,
                                                .transport = cases[i].transport };
        struct signer *s = NULL;
        struct diag d = { 0 };

        cr_expect_eq(signer_open(&d, &s, cases[i].spec, &options), cases[i].want, "%s %s: %s",
                     cases[i].spec, cases[i].transport, d.msg);
        cr_expect_null(s);
    }
}

Test(ledger, lists)
{
    static const struct {
        const char *answer, *version, *state;
    } cases[] = {
        { "0108457468657265756d06312e32322e3001009000", "Ethereum 1.22.0", "ready" },
        { "0105424f4c4f5305312e312e3101009000", "BOLOS 1.1.1", "no app open" },
        { "0107426974636f696e05322e322e3001009000", "Bitcoin 2.2.0", "another app is open" },
        { "0108457468657265756d05312e382e3801009000", "Ethereum 1.8.8", "version not supported" },
        { "5515", "", "the Ledger is locked" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct step script[] = { { "b001000000", cases[i].answer }, { NULL, NULL } };
        char transport[32];
        const struct signer_options options = { .passphrase_fd = -1, .transport = transport };
        struct signer_listed list[SIGNER_MAX_LISTED];
        const struct signer_listed *found = NULL;
        size_t num = 0;
        struct diag d = { 0 };

        start(transport, script);
        cr_assert_eq(ledger_list(&d, list, &num, &options), OK, "%s", d.msg);
        expect_played();
        cr_assert(num > 0);
        found = &list[num - 1];
        cr_expect_str_eq(found->transport, transport);
        cr_expect_str_eq(found->version, cases[i].version);
        cr_expect_eq(strncmp(found->state, cases[i].state, strlen(cases[i].state)), 0, "%s",
                     found->state);
        cr_expect_eq(found->model, DEVICE_UNKNOWN);
    }
}

Test(ledger, lists_what_cannot_be_reached)
{
    const struct signer_options options = { .passphrase_fd = -1, .transport = "tcp:127.0.0.1:1" };
    struct signer_options bad = options;
    struct signer_listed list[SIGNER_MAX_LISTED];
    size_t num = 0;
    struct diag d = { 0 };

    cr_assert_eq(ledger_list(&d, list, &num, &options), OK, "%s", d.msg);
    cr_assert(num > 0);
    cr_expect_not_null(strstr(list[num - 1].state, "cannot connect"), "%s", list[num - 1].state);
    cr_expect_str_empty(d.hint, "what went well leaves no hint to a later error");
    bad.transport = "tcp:192.0.2.1:1";
    num = 0;
    cr_expect_eq(ledger_list(&d, list, &num, &bad), ERR_USAGE);
    cr_expect_not_null(strstr(d.hint, "--allow-remote-device"), "%s", d.hint);
}
