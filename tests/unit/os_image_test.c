// SPDX-License-Identifier: Apache-2.0
#include "verify/os_image.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/digest.h"
#include "src/base/hex.h"

#define LEN(table) (sizeof(table) / sizeof((table)[0]))
#define A          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" /* "abc" */
#define LINE       A "  ovmf.fd\n"

static const struct {
    const char *name, *list;
    enum err want;
} lists[] = {
    { "empty", "", ERR_FORMAT },
    { "no end of line", A "  ovmf.fd", ERR_FORMAT },
    { "empty line", LINE "\n", ERR_FORMAT },
    { "no name", A "  \n", ERR_FORMAT },
    { "one space", A " ovmf.fd\n", ERR_FORMAT },
    { "tab", A " \tovmf.fd\n", ERR_FORMAT },
    { "hash too short", "ba7816  ovmf.fd\n", ERR_FORMAT },
    { "hash in capitals", "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD  x\n",
      ERR_FORMAT },
    { "escaped by coreutils", "\\" A "  x\\ny\n", ERR_FORMAT },
    { "directory", A "  boot/ovmf.fd\n", ERR_FORMAT },
    { "parent directory", A "  ../ovmf.fd\n", ERR_FORMAT },
    { "dot", A "  .\n", ERR_FORMAT },
    { "hidden", A "  .x\n", ERR_FORMAT },
    { "CR LF", A "  ovmf.fd\r\n", ERR_FORMAT },
    { "escape code", A "  \x1b[2J\n", ERR_FORMAT },
    { "file twice", LINE LINE, ERR_FORMAT },
    { "the list itself", A "  sha256sum.txt\n", ERR_FORMAT },
    { "the digest itself", A "  digest.txt\n", ERR_FORMAT },
    { "comment", "# files\n" LINE, ERR_FORMAT },
    { "good", LINE A " *bzImage\n", OK },
};

static enum err parse(struct diag *d, struct os_image *out, const char *list, const char *after)
{
    struct hash32 hash;
    char digest[HEX_LEN(32) + 8];

    cr_assert_eq(sha256(d, &hash, list, strlen(list)), OK);
    (void)hex_encode(digest, hash.b, sizeof(hash.b));
    (void)strcat(digest, after);
    return os_image_parse(d, out, list, strlen(list), digest, strlen(digest));
}

Test(os_image, lists)
{
    for (size_t i = 0; i < LEN(lists); i++) {
        struct diag d = { 0 };
        struct os_image image;

        cr_expect_eq(parse(&d, &image, lists[i].list, "\n"), lists[i].want, "%s: %s", lists[i].name,
                     d.msg);
        cr_expect_eq(image.num_files, lists[i].want == OK ? 2 : 0, "%s", lists[i].name);
        os_image_clear(&image);
    }
}

Test(os_image, digests)
{
    static const struct {
        const char *name, *after;
        enum err want;
    } cases[] = {
        { "digit too many", "0", ERR_FORMAT },
        { "space", " ", ERR_FORMAT },
        { "two lines", "\n\n", ERR_FORMAT },
        { "CR LF", "\r\n", ERR_FORMAT },
        { "nothing", "", OK },
        { "newline", "\n", OK },
    };
    struct diag d = { 0 };
    struct os_image image;

    for (size_t i = 0; i < LEN(cases); i++) {
        cr_expect_eq(parse(&d, &image, LINE, cases[i].after), cases[i].want, "%s", cases[i].name);
        os_image_clear(&image);
    }
    cr_expect_eq(os_image_parse(&d, &image, LINE, strlen(LINE), A, 64), ERR_MISMATCH);
    cr_expect_eq(os_image_parse(&d, &image, LINE, strlen(LINE), A, 63), ERR_FORMAT);
    cr_expect_eq(os_image_parse(&d, &image, LINE, strlen(LINE), "", 0), ERR_FORMAT);
}

/* Directories made by the shell, listed by sha256sum itself. */
static const struct {
    const char *name, *change, *unlisted;
    enum err want;
    const char *words;
} dirs[] = {
    { "good", ":", NULL, OK, "" },
    { "binary marks", "sha256sum -b bzImage metadata.json ovmf.fd >sha256sum.txt; seal", NULL, OK,
      "" },
    { "changed file", "echo >>bzImage", NULL, ERR_MISMATCH, "bzImage" },
    { "missing file", "rm ovmf.fd", NULL, ERR_IO, "ovmf.fd" },
    { "file is a link", "mv ovmf.fd ../x; ln -s ../x ovmf.fd", NULL, ERR_IO, "ovmf.fd" },
    { "file is a directory", "rm ovmf.fd; mkdir ovmf.fd", NULL, ERR_IO, "regular" },
    { "unlisted file", "echo >rootfs.img", NULL, ERR_MISMATCH, "'rootfs.img'" },
    { "unlisted hidden file", "echo >.hidden", NULL, ERR_MISMATCH, "'.hidden'" },
    { "unlisted directory", "mkdir more", NULL, ERR_MISMATCH, "'more'" },
    { "unlisted and accepted", "echo >rootfs.img", "rootfs.img", OK, "" },
    { "another one accepted", "echo >rootfs.img", "rootfs", ERR_MISMATCH, "'rootfs.img'" },
    { "accepted but listed", ":", "bzImage", ERR_USAGE, "bzImage" },
    { "list changed", "sha256sum bzImage >sha256sum.txt", NULL, ERR_MISMATCH, "digest.txt says" },
    { "no digest", "rm digest.txt", NULL, ERR_IO, "digest.txt" },
    { "no list", "rm sha256sum.txt", NULL, ERR_IO, "sha256sum.txt" },
    { "no directory", "cd ..; rm -r image", NULL, ERR_IO, "image" },
};

Test(os_image, directories)
{
    for (size_t i = 0; i < LEN(dirs); i++) {
        char scratch[] = "/tmp/os-image-test-XXXXXX";
        char path[64];
        char command[1024];
        struct diag d = { 0 };
        struct proposal p = { 0 };
        struct hash32 hash;
        struct os_image_dir dir = { path, &dirs[i].unlisted, dirs[i].unlisted != NULL };
        enum err e = OK;

        cr_assert_not_null(mkdtemp(scratch));
        (void)snprintf(path, sizeof(path), "%s/image", scratch);
        (void)snprintf(command, sizeof(command),
                       "set -e; mkdir %s; cd %s; echo 1 >bzImage; echo 2 >metadata.json; "
                       "echo 3 >ovmf.fd; sha256sum bzImage metadata.json ovmf.fd >sha256sum.txt; "
                       "seal() { sha256sum sha256sum.txt | cut -d' ' -f1 >digest.txt; }; seal; %s",
                       path, path, dirs[i].change);
        cr_assert_eq(system(command), 0, "%s", command);
        e = os_image_collect(&d, &hash, &p, &dir);
        cr_expect_eq(e, dirs[i].want, "%s: got %d (%s)", dirs[i].name, (int)e, d.msg);
        cr_expect_not_null(strstr(d.msg, dirs[i].words), "%s: %s", dirs[i].name, d.msg);
        cr_expect_eq(p.num_files, e == OK ? 2 : 0, "%s", dirs[i].name);
        cr_expect_neq(hash32_is_zero(&hash), e == OK, "%s", dirs[i].name);
        proposal_clear(&p);
        (void)snprintf(command, sizeof(command), "rm -rf %s", scratch);
        cr_expect_eq(system(command), 0);
    }
}
