// SPDX-License-Identifier: Apache-2.0
#include "verify/git_signed.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/file.h"

#define LEN(table) (sizeof(table) / sizeof((table)[0]))

/* What fixtures/git/make_signed.sh made, in a directory that "remove" takes away again. */
struct scratch {
    char dir[64];
};

static struct scratch make_scratch(void)
{
    struct scratch s = { "build/git-signed-XXXXXX" };
    char command[256];

    (void)mkdir("build", 0777);
    cr_assert_not_null(mkdtemp(s.dir));
    (void)snprintf(command, sizeof(command), "fixtures/git/make_signed.sh %s", s.dir);
    cr_assert_eq(system(command), 0);
    return s;
}

static void remove_scratch(const struct scratch *s)
{
    char command[256];

    (void)snprintf(command, sizeof(command), "rm -rf %s", s->dir);
    cr_expect_eq(system(command), 0);
}

static void read_file(struct buf *out, const struct scratch *s, const char *name)
{
    struct diag d = { 0 };
    char path[256];

    (void)snprintf(path, sizeof(path), "%s/%s", s->dir, name);
    buf_init(out, 1024 * 1024);
    cr_assert_eq(file_read(&d, out, path), OK, "%s", d.msg);
}

/* Exit code 0 of a command in the scratch directory. */
static bool git_says_yes(const struct scratch *s, const char *arguments)
{
    char command[512];

    (void)snprintf(command, sizeof(command), "cd %s && ./git.sh %s >/dev/null 2>&1", s->dir,
                   arguments);
    return system(command) == 0;
}

static enum err verify(struct diag *d, struct ssh_signer *signer, const struct buf *object,
                       bool is_tag, const struct buf *allowed)
{
    struct git_signed parts;
    enum err e = is_tag ? git_signed_tag(d, &parts, object->data, object->len)
                        : git_signed_commit(d, &parts, object->data, object->len);

    *signer = (struct ssh_signer){ .line = 0 };
    if (e == OK)
        e = git_signed_verify(d, signer, &parts, buf_str(allowed), allowed->len);
    git_signed_clear(&parts);
    return e;
}

/* Each object, beside "git verify-commit" or "git verify-tag" with the same file. */
static const struct {
    const char *object, *allowed;
    enum err want;
    const char *words; /* of the message, or the principals */
} rows[] = {
    { "commit-ed25519", "signers", OK, "ann@example.org" },
    { "commit-p256", "signers", OK, "p256@example.org" },
    { "commit-p384", "signers", OK, "p384@example.org" },
    { "commit-rsa", "signers", OK, "rsa@example.org,*.rsa.example.org" },
    { "tag-ed25519", "signers", OK, "ann@example.org" },
    { "tag-rsa", "signers", OK, "rsa@example.org,*.rsa.example.org" },
    { "commit-unsigned", "signers", ERR_MISMATCH, "not signed" },
    { "tag-unsigned", "signers", ERR_MISMATCH, "not signed" },
    { "commit-stranger", "signers", ERR_MISMATCH, "not in the file" },
    { "commit-changed", "signers", ERR_MISMATCH, "bad SSH signature" },
    { "commit-file-namespace", "signers", ERR_MISMATCH, "another namespace" },
    { "commit-ed25519", "signers-namespace", OK, "ann@example.org" },
    { "commit-ed25519", "signers-other-namespace", ERR_MISMATCH, "other namespaces" },
    { "commit-ed25519", "signers-valid", OK, "ann@example.org" },
    { "commit-ed25519", "signers-later", ERR_MISMATCH, "valid only later" },
    { "commit-ed25519", "signers-expired", ERR_MISMATCH, "no longer valid" },
    { "commit-ed25519", "signers-renewed", OK, "ben@example.org" },
    { "commit-ed25519", "signers-second-line", ERR_MISMATCH, "other namespaces" },
    { "commit-ed25519", "signers-swapped", ERR_MISMATCH, "not in the file" },
    { "commit-ed25519", "signers-odd-lines", OK, "ann@example.org" },
    { "commit-ed25519", "signers-local", OK, "ann@example.org" },
    { "commit-ed25519", "signers-local-expired", ERR_MISMATCH, "no longer valid" },
    { "commit-sk-ed25519", "signers-sk", OK, "sk-ed25519@example.org" },
    { "commit-sk-ed25519-verified", "signers-sk", OK, "sk-ed25519@example.org" },
    { "commit-sk-p256", "signers-sk", OK, "sk-p256@example.org" },
    { "commit-sk-p256-verified", "signers-sk", OK, "sk-p256@example.org" },
    { "commit-sk-p256", "signers", ERR_MISMATCH, "not in the file" },
};

Test(git_signed, as_git_says)
{
    struct scratch s = make_scratch();

    for (size_t i = 0; i < LEN(rows); i++) {
        bool is_tag = strncmp(rows[i].object, "tag", 3) == 0;
        struct diag d = { 0 };
        struct ssh_signer signer;
        struct buf object, allowed;
        char arguments[256];
        enum err e = OK;

        read_file(&object, &s, rows[i].object);
        read_file(&allowed, &s, rows[i].allowed);
        e = verify(&d, &signer, &object, is_tag, &allowed);
        cr_expect_eq(e, rows[i].want, "%s %s: got %d (%s)", rows[i].object, rows[i].allowed, (int)e,
                     d.msg);
        cr_expect_not_null(strstr(e == OK ? signer.principals : d.msg, rows[i].words),
                           "%s %s: %s%s", rows[i].object, rows[i].allowed, d.msg,
                           signer.principals);
        (void)snprintf(arguments, sizeof(arguments), "%s verify-%s $(cat %s.id)", rows[i].allowed,
                       is_tag ? "tag" : "commit", rows[i].object);
        cr_expect_eq(git_says_yes(&s, arguments), e == OK, "git, %s", arguments);
        buf_clear(&object);
        buf_clear(&allowed);
    }
    remove_scratch(&s);
}

/* git takes them: what cannot be told here, and why. */
Test(git_signed, what_git_takes_and_we_do_not)
{
    static const char *const cases[][3] = {
        { "commit-sk-ed25519-untouched", "signers-sk", "nobody touched" },
        { "commit-sk-p256-untouched", "signers-sk", "nobody touched" },
    };
    struct scratch s = make_scratch();

    for (size_t i = 0; i < LEN(cases); i++) {
        struct diag d = { 0 };
        struct ssh_signer signer;
        struct buf object, allowed;

        read_file(&object, &s, cases[i][0]);
        read_file(&allowed, &s, cases[i][1]);
        cr_expect_eq(verify(&d, &signer, &object, false, &allowed), ERR_UNSUPPORTED, "%s", d.msg);
        cr_expect_not_null(strstr(d.msg, cases[i][2]), "%s", d.msg);
        buf_clear(&object);
        buf_clear(&allowed);
    }
    remove_scratch(&s);
}

/* Refused by name or malformed, or without the key: never a yes. */
static const struct {
    const char *name, *line;
    const char *words;
} files[] = {
    { "certificate authority", "a@b cert-authority KEY\n", "cert-authority is not supported" },
    { "among other options", "a@b namespaces=\"git\",cert-authority KEY\n", "cert-authority" },
    { "local time, within a day", "a@b valid-after=\"202311150100\" KEY\n", "with Z" },
    { "local end, within a day", "a@b valid-before=\"20231114230000\" KEY\n", "with Z" },
    { "nobody knows, then a good line", "a@b valid-after=\"20231115\" KEY\nGOOD\n", "with Z" },
    { "local time, later everywhere", "a@b valid-after=\"20240101\" KEY\n", "only later" },
    { "ends before it begins", "a@b valid-after=20240101Z,valid-before=20230101Z KEY\n",
      "not later" },
    { "cannot be judged, then a good line", "a@b cert-authority KEY\nGOOD\n", "line 1" },
    { "no time", "a@b valid-before=\"20241399Z\" KEY\n", "valid-before" },
    { "option twice", "a@b valid-after=20240101Z,valid-after=20240102Z KEY\n", "repeated" },
    { "unknown option", "a@b verify-required KEY\n", "unknown or repeated option" },
    { "quoted principals", "\"a b\" KEY\n", "quoted" },
    { "negated principals", "*,!a@b KEY\n", "negated" },
    { "open quotation mark", "a@b namespaces=\"git KEY\n", "quotation" },
    { "no key", "a@b\n", "not in the file" },
    { "unknown type", "a@b ssh-none AAAA\n", "not in the file" },
    { "another type than the key's", "a@b ssh-rsa BLOB\n", "the key is malformed" },
    { "key cut short", "a@b ssh-ed25519 AAAAC3NzaC1\n", "not in the file" },
    { "nothing but a comment", "# nobody\n\n", "not in the file" },
    { "empty", "", "not in the file" },
};

static void replace(struct buf *out, const char *text, const char *find, const char *replacement)
{
    const char *at = strstr(text, find);

    buf_init(out, 1024 * 1024);
    buf_add(out, text, at != NULL ? (size_t)(at - text) : strlen(text));
    if (at != NULL) {
        buf_add_str(out, replacement);
        buf_add_str(out, at + strlen(find));
    }
}

Test(git_signed, allowed_signers_that_are_refused)
{
    struct scratch s = make_scratch();
    struct buf object, key;

    read_file(&object, &s, "commit-ed25519");
    read_file(&key, &s, "key-line"); /* "ssh-ed25519 AAAA…" */
    for (size_t i = 0; i < LEN(files); i++) {
        struct diag d = { 0 };
        struct ssh_signer signer;
        struct buf one, two, three;
        char good[512];

        (void)snprintf(good, sizeof(good), "x@y %s", buf_str(&key));
        replace(&one, files[i].line, "KEY", buf_str(&key));
        replace(&two, buf_str(&one), "GOOD", good);
        replace(&three, buf_str(&two), "BLOB", buf_str(&key) + strlen("ssh-ed25519 "));
        cr_expect_neq(verify(&d, &signer, &object, false, &three), OK, "%s", files[i].name);
        cr_expect_not_null(strstr(d.msg, files[i].words), "%s: %s", files[i].name, d.msg);
        buf_clear(&one);
        buf_clear(&two);
        buf_clear(&three);
    }
    buf_clear(&object);
    buf_clear(&key);
    remove_scratch(&s);
}

Test(git_signed, every_flipped_bit_and_every_truncation)
{
    static const char *const objects[] = { "commit-ed25519", "tag-ed25519", "commit-p256",
                                           "commit-sk-ed25519", "commit-sk-p256" };
    struct scratch s = make_scratch();
    struct buf allowed;

    for (size_t i = 0; i < LEN(objects); i++) {
        struct diag d = { 0 };
        struct ssh_signer signer;
        struct buf object;
        const size_t step = i == 2 || i == 4 ? 7 : 1; /* P-256 takes its time */

        read_file(&object, &s, objects[i]);
        read_file(&allowed, &s, i < 3 ? "signers" : "signers-sk");
        for (size_t at = 0; at < object.len; at += step) {
            object.data[at] ^= (uint8_t)(1U << at % 8);
            cr_expect_neq(verify(&d, &signer, &object, i == 1, &allowed), OK, "%s byte %zu",
                          objects[i], at);
            object.data[at] ^= (uint8_t)(1U << at % 8);
        }
        cr_expect_eq(verify(&d, &signer, &object, i == 1, &allowed), OK, "%s", objects[i]);
        while (object.len-- > 1)
            cr_expect_neq(verify(&d, &signer, &object, i == 1, &allowed), OK, "%s cut at %zu",
                          objects[i], object.len);
        buf_clear(&object);
        buf_clear(&allowed);
    }
    remove_scratch(&s);
}

Test(git_signed, patterns)
{
    static const struct {
        const char *list, *name;
        bool want;
    } cases[] = {
        { "", "git", false },
        { "git", "git", true },
        { "gi", "git", false },
        { "gits", "git", false },
        { "*", "git", true },
        { "g*", "git", true },
        { "*t", "git", true },
        { "g?t", "git", true },
        { "?", "git", false },
        { "file,git", "git", true },
        { "file", "git", false },
        { "*,!git", "git", false },
        { "!git,*", "git", false },
        { "!file,*", "git", true },
        { "!file", "git", false },
        { "*i*", "git", true },
        { "g**t", "git", true },
        { "*x*", "git", false },
        { "a*a*a*b", "aaaaaaa", false },
    };

    for (size_t i = 0; i < LEN(cases); i++)
        cr_expect_eq(allowed_signers_match(cases[i].list, strlen(cases[i].list), cases[i].name),
                     cases[i].want, "%s %s", cases[i].list, cases[i].name);
}
