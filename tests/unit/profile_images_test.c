// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "safe/profile.h"

#define HEAD                                                         \
    "format: countersign/profile/1\nname: x\nchain: {id: 1}\n"       \
    "safe:\n  address: 0x6666666666666666666666666666666666666666\n" \
    "  version: 1.4.1\n  threshold: 1\n"                             \
    "  owners: [0x1111111111111111111111111111111111111111]\n"
#define ONE(rest) HEAD "images: {policies: [{image: ghcr.io/e/app, " rest "}]}\n"
#define WHO       "issuer: https://i.example, identity: https://h/o/r@x, commit: any"
#define ROOT(r)   HEAD "images: {trusted-root: " r ", policies: [{image: a.b/c, " WHO "}]}\n"

static const struct {
    const char *name;
    const char *text;
    const char *message;
} refused[] = {
    { "no policies", HEAD "images: {}\n", "'policies' is missing" },
    { "an empty list", HEAD "images: {policies: []}\n", "expected one policy at least" },
    { "no image", HEAD "images: {policies: [{" WHO "}]}\n", "'image' is missing" },
    { "nobody", ONE("commit: any"), "expected 'issuer' and 'identity', or 'key'" },
    { "no issuer", ONE("identity: a@b.c, commit: any"), "expected 'issuer' and 'identity'" },
    { "no identity", ONE("issuer: https://i, commit: any"), "expected 'issuer' and 'identity'" },
    { "no commit", ONE("issuer: https://i, identity: a@b.c"), "'commit' is missing" },
    { "another commit", ONE("issuer: https://i, identity: a@b.c, commit: abc"),
      "expected same or any" },
    { "same of which repository", ONE("issuer: https://i, identity: a@b.c, commit: same"),
      "needs a 'repository'" },
    { "an issuer with a star", ONE("issuer: https://i.*, identity: a@b.c, commit: any"),
      "without stars" },
    { "a mail address with a star", ONE("issuer: https://i, identity: '*@b.c', commit: any"),
      "who signs" },
    { "any host", ONE("issuer: https://i, identity: 'https://*/o/r@x', commit: any"), "who signs" },
    { "any owner", ONE("issuer: https://i, identity: 'https://h/*/r@x', commit: any"),
      "who signs" },
    { "plain http", ONE("issuer: https://i, identity: 'http://h/o/*', commit: any"), "who signs" },
    { "two stars", ONE("issuer: https://i, identity: 'https://h/o/**', commit: any"), "who signs" },
    { "any repository", ONE(WHO ", repository: 'https://h/*'"), "stars behind the owner" },
    { "no whole ref", ONE(WHO ", ref: main"), "a whole ref" },
    { "any ref", ONE(WHO ", ref: 'refs/*'"), "a whole ref" },
    { "an unknown runner", ONE(WHO ", runner: mine"), "github-hosted or self-hosted" },
    { "a key and an identity", ONE(WHO ", key: x.pem"), "says nothing of issuer" },
    { "a key and a commit", ONE("key: x.pem, commit: any"), "says nothing of issuer" },
    { "a time without meaning", ONE(WHO ", not-before: yesterday"), "expected a time" },
    { "an age of nothing", ONE(WHO ", max-age: 0s"), "over zero" },
    { "a misspelt key", ONE(WHO ", trigers: push"), "unknown key 'trigers'" },
    { "an image without registry", HEAD "images: {policies: [{image: nginx, " WHO "}]}\n",
      "a registry and path" },
    { "an image without domain", HEAD "images: {policies: [{image: library/nginx, " WHO "}]}\n",
      "a registry and path" },
    { "any registry", HEAD "images: {policies: [{image: '*.io/x', " WHO "}]}\n",
      "a registry and path" },
    { "an image with a tag", HEAD "images: {policies: [{image: 'a.b/c:1', " WHO "}]}\n",
      "a registry and path" },
    { "an image with a digest", HEAD "images: {policies: [{image: 'a.b/c@sha256', " WHO "}]}\n",
      "a registry and path" },
    { "never reached",
      HEAD "images: {policies: [{image: 'a.b/*', " WHO "}, {image: a.b/c, " WHO "}]}\n",
      "never gets here" },
    { "twice", HEAD "images: {policies: [{image: 'a.b/*', " WHO "}, {image: 'a.b/*', " WHO "}]}\n",
      "never gets here" },
    { "a root of nothing", ROOT("{}"), "'file', 'sha256' or both" },
    { "a root with a short hash", ROOT("{sha256: abcd}"), "64 lower-case hex digits" },
    { "a root with a long hash",
      ROOT("{sha256: '6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66a'}"),
      "64 lower-case hex digits" },
};

Test(profile_images, refused)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct profile *p = NULL;
        struct diag d = { 0 };
        enum err e =
            profile_parse(&d, &p, refused[i].text, strlen(refused[i].text), "p.yaml", NULL);

        cr_expect_eq(e, ERR_FORMAT, "%s: %d %s", refused[i].name, (int)e, d.msg);
        cr_expect_not_null(strstr(d.msg, refused[i].message), "%s: %s", refused[i].name, d.msg);
        cr_expect_null(p);
        profile_free(p);
    }
}

/* With a directory, files are read: a key that is none, a root that has another hash. */
Test(profile_images, files)
{
    static const struct {
        const char *text;
        enum err want;
        const char *message;
    } cases[] = {
        { ONE("key: fixtures/images/proxy.pem"), OK, "" },
        { ONE("key: fixtures/images/release.json"), ERR_FORMAT, "-----BEGIN PUBLIC KEY-----" },
        { ONE("key: fixtures/images/none.pem"), ERR_IO, "none.pem" },
        { ROOT("{file: fixtures/images/trusted_root.json, sha256: "
               "6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66}"),
          ERR_FORMAT, "has another SHA-256" },
        { ROOT("{file: fixtures/images/trusted_root.json}"), OK, "" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct profile *p = NULL;
        struct diag d = { 0 };
        enum err e = profile_parse(&d, &p, cases[i].text, strlen(cases[i].text), "p.yaml", ".");

        cr_expect_eq(e, cases[i].want, "%zu: %d %s", i, (int)e, d.msg);
        cr_expect_not_null(strstr(d.msg, cases[i].message), "%zu: %s", i, d.msg);
        profile_free(p);
    }
}

static const struct {
    const char *pattern;
    const char *text;
    bool want;
} patterns[] = {
    { "", "", true },
    { "a", "", false },
    { "", "a", false },
    { "abc", "abc", true },
    { "abc", "abcd", false },
    { "abc", "xabc", false },
    { "a.c", "abc", false },
    { "a*", "a", false },
    { "a*", "ab", true },
    { "a*", "abcdef", true },
    { "a*", "ab/c", false },
    { "a*", "ab@c", false },
    { "a*", "ab:c", false },
    { "a*", "ab c", false },
    { "a*", "a\xc3\xa4", false },
    { "*a", "ba", true },
    { "*a", "a", false },
    { "*a", "aa", true },
    { "*a", "baa", true },
    { "a*c", "abcbc", true },
    { "a*c", "ac", false },
    { "a/*/c", "a/b/c", true },
    { "a/*/c", "a/b/b/c", false },
    { "a/*/*", "a/b/c", true },
    { "a/*/*", "a/b/", false },
    { "*ab*ab", "xabxxab", true },
    { "*ab*ab", "xabab", false },
    { "*a*b/c", "xaxaxb/c", true },
    { "v*", "v1.2.3-rc_4+5", true },
    { "[a-z]", "b", false },
    { "a?", "ab", false },
};

Test(profile_images, patterns)
{
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
        cr_expect_eq(profile_image_matches(patterns[i].pattern, patterns[i].text), patterns[i].want,
                     "'%s' on '%s'", patterns[i].pattern, patterns[i].text);
}

Test(profile_images, the_first_policy_counts)
{
    static const char text[] =
        HEAD "images: {policies: [{image: a.b/c/special, " WHO "}, {image: 'a.b/c/*', " WHO "}]}\n";
    struct profile *p = NULL;
    struct diag d = { 0 };

    cr_assert_eq(profile_parse(&d, &p, text, strlen(text), "p.yaml", NULL), OK, "%s", d.msg);
    cr_expect_eq(profile_image_policy(p, "a.b/c/special"), &p->images.policies[0]);
    cr_expect_eq(profile_image_policy(p, "a.b/c/other"), &p->images.policies[1]);
    cr_expect_null(profile_image_policy(p, "a.b/c"));
    cr_expect_null(profile_image_policy(p, "a.b/c/other/more"));
    cr_expect_null(profile_image_policy(p, "x.a.b/c/other"));
    profile_free(p);
}
