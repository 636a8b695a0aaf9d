// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "safe/profile_accept.h"
#include "safe/profile_diff.h"
#include "src/base/bytes.h"
#include "src/base/file.h"

#define HEAD                                                                            \
    "format: countersign/profile/1\nname: %s\nchain: {id: 8453, rpc: [%s]}\n"           \
    "safe: {address: \"0xF71902B32C9854DB8d6f70Afa6Dcf685F7df8d79\", version: 1.4.1,\n" \
    "  owners: [\"0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf\", %s], threshold: %s}\n"
#define OWNER_2  "\"0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF\""
#define STRANGER "\"0x1efF47bc3a10a45D4B230B5d10E37751FE6AA718\""

static struct profile *make(const char *name, const char *rpc, const char *owner,
                            const char *threshold)
{
    struct profile *p = NULL;
    struct diag d = { 0 };
    struct buf text;

    buf_init(&text, 4096);
    buf_addf(&text, HEAD, name, rpc, owner, threshold);
    cr_assert_eq(profile_parse(&d, &p, text.data, text.len, "test", NULL), OK, "%s", d.msg);
    buf_clear(&text);
    return p;
}

/* A state directory of the test's own. */
static void make_home(char dir[static 64])
{
    (void)snprintf(dir, 64, "/tmp/countersign-accept-XXXXXX");
    cr_assert_not_null(mkdtemp(dir));
    cr_assert_eq(setenv("XDG_STATE_HOME", dir, 1), 0);
}

static void remove_home(const char *dir)
{
    char command[128];

    (void)snprintf(command, sizeof(command), "rm -r '%s'", dir);
    cr_expect_eq(system(command), 0);
}

static enum profile_standing standing(const struct profile *p)
{
    const struct accepted_profile *before = NULL;
    struct accepted_profiles list;
    enum profile_standing s = PROFILE_NEW;
    struct diag d = { 0 };

    cr_assert_eq(accepted_profiles_load(&d, &list, p), OK, "%s", d.msg);
    s = accepted_profiles_judge(&list, &before, p);
    accepted_profiles_clear(&list);
    return s;
}

Test(profile_accept, what_is_remembered)
{
    struct profile *a = make("a", "", OWNER_2, "2");
    struct profile *changed = make("a", "", STRANGER, "2");
    struct profile *b = make("b", "", OWNER_2, "2");
    struct diag d = { 0 };
    char dir[64];

    make_home(dir);
    cr_expect_eq(standing(a), PROFILE_NEW);
    cr_assert_eq(accepted_profiles_add(&d, a, 1795251600), OK, "%s", d.msg);
    cr_expect_eq(standing(a), PROFILE_KNOWN);
    cr_expect_eq(standing(changed), PROFILE_CHANGED);
    cr_expect_eq(standing(b), PROFILE_OTHER);
    cr_assert_eq(accepted_profiles_add(&d, b, 1795251601), OK, "%s", d.msg);
    cr_assert_eq(accepted_profiles_add(&d, changed, 1795251602), OK, "%s", d.msg);
    cr_expect_eq(standing(b), PROFILE_KNOWN);
    cr_expect_eq(standing(changed), PROFILE_KNOWN);
    cr_expect_eq(standing(a), PROFILE_CHANGED, "the one before does not count any more");
    remove_home(dir);
    profile_free(b);
    profile_free(changed);
    profile_free(a);
}

Test(profile_accept, another_place_of_the_clone)
{
    struct profile *a = make("a", "", OWNER_2, "2");
    struct diag d = { 0 };
    char dir[64];

    make_home(dir);
    a->git_clone = strdup("/mine/clone");
    cr_assert_eq(accepted_profiles_add(&d, a, 1795251600), OK, "%s", d.msg);
    cr_expect_eq(standing(a), PROFILE_KNOWN);
    free(a->git_clone);
    a->git_clone = strdup("/got/clone");
    cr_expect_eq(standing(a), PROFILE_MOVED);
    remove_home(dir);
    profile_free(a);
}

/* Every byte of the file: whatever is changed in it, no other content is accepted by it. */
Test(profile_accept, every_byte_of_the_file)
{
    struct profile *a = make("a", "", OWNER_2, "2");
    struct profile *other = make("a", "", STRANGER, "2");
    struct accepted_profiles list;
    const struct accepted_profile *before = NULL;
    struct diag d = { 0 };
    char dir[64];
    char path[256];
    struct buf text;

    make_home(dir);
    cr_assert_eq(accepted_profiles_add(&d, a, 1795251600), OK, "%s", d.msg);
    (void)snprintf(path, sizeof(path),
                   "%s/countersign/profiles-8453-0xF71902B32C9854DB8d6f70Afa6Dcf685F7df8d79", dir);
    buf_init(&text, 65536);
    cr_assert_eq(file_read(&d, &text, path), OK, "%s", d.msg);
    for (size_t i = 0; i < text.len; i++) {
        struct diag why = { 0 };

        text.data[i] ^= 1;
        if (accepted_profiles_parse(&why, &list, &a->safe, text.data, text.len) == OK)
            cr_expect_neq(accepted_profiles_judge(&list, &before, other), PROFILE_KNOWN);
        accepted_profiles_clear(&list);
        text.data[i] ^= 1;
        if (i + 2 < text.len) /* all but the newline at the end */
            cr_expect_neq(accepted_profiles_parse(&why, &list, &a->safe, text.data, i), OK);
        accepted_profiles_clear(&list);
    }
    buf_clear(&text);
    remove_home(dir);
    profile_free(other);
    profile_free(a);
}

Test(profile_accept, what_changed_in_words)
{
    static const struct {
        const char *name, *rpc, *owner, *threshold;
        const char *want;
    } cases[] = {
        { "a", "", OWNER_2, "2", "the spelling alone: comments, white space or order\n" },
        { "a", "", OWNER_2, "1", "safe.threshold: was 2, is 1 (how many have to sign)\n" },
        { "a", "", STRANGER, "2",
          "safe.owners: '0x1efF47bc3a10a45D4B230B5d10E37751FE6AA718' is new (who signs)\n"
          "safe.owners: '0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF' is gone (who signs)\n" },
        { "a", "\"https://x.example/KEY\"", OWNER_2, "2",
          "chain.rpc: 'https://x.example/...' is new (whose word about the chain is taken)\n" },
        { "b", "", OWNER_2, "2", "name: was a, is b\n" },
    };
    struct profile *a = make("a", "", OWNER_2, "2");
    const struct accepted_profile before = { .name = a->name,
                                             .text = a->text,
                                             .text_len = a->text_len };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct profile *now = make(cases[i].name, cases[i].rpc, cases[i].owner, cases[i].threshold);
        struct buf out;

        buf_init(&out, 4096);
        profile_diff(&out, &before, now);
        cr_expect_str_eq(buf_str(&out), cases[i].want);
        buf_clear(&out);
        profile_free(now);
    }
    profile_free(a);
}

/* A key that one has and the other has not, a section for a text, a text for a section. */
Test(profile_accept, no_key_is_forgotten)
{
    static const struct {
        const char *before, *now, *want;
    } cases[] = {
        { "a: 1\n", "a: 1\nb: {c: [x, {d: 2}]}\n", "b.c: 'x' is new\nb.c.d: '2' is new\n" },
        { "a: 1\nb: {c: 2}\n", "a: 1\n", "b.c: '2' is gone\n" },
        { "a: {b: 1}\n", "a: 1\n", "a: was a section of 1 keys, is 1\n" },
        { "a: []\n", "a: 1\n", "a: was a list of 0, is 1\n" },
        { "a: 1\n", "a: \"1\"\n", "a: was 1, is 1\n" },
        { "a: [x, y]\n", "a: [x, y, y]\n", "a: had 2 entries, has 3\n" },
        { "a: [{b: 1}]\n", "a: [{b: 2}, {b: 3}]\n", "a[0].b: was 1, is 2\na[1].b: '3' is new\n" },
        { "a: 1\n", "a: \"\\e[31m\"\n", "a: was 1, is \\x1b[31m\n" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct accepted_profile before = { .text = (char *)(uintptr_t)cases[i].before,
                                                 .text_len = strlen(cases[i].before) };
        const struct profile now = { .text = (char *)(uintptr_t)cases[i].now,
                                     .text_len = strlen(cases[i].now) };
        struct buf out;

        buf_init(&out, 4096);
        profile_diff(&out, &before, &now);
        cr_expect_str_eq(buf_str(&out), cases[i].want);
        buf_clear(&out);
    }
}
