// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "src/base/hex.h"
#include "src/base/limits.h"
#include "verify/compose.h"

#define LEN(table) (sizeof(table) / sizeof((table)[0]))

/* Digests by sha256sum(1). */
static const struct {
    const char *text, *hash;
} hashes[] = {
    { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { "{\"name\":\"\"}", "1390696a77e5d6f4375e9b36450c26bb67e99662fcd31b71cecd8ceda332040e" },
    { "{\"name\":\"\"}\n", "548517e5bab9974965bb8f3982171433ec2134ca9fe6cd158c85de0245bc731e" },
    { "{ \"name\":\"\"}", "5b932df0a8d5a948719e6ca9e4982bde1a151ea3c66c1df81ef2e909e317d777" },
};

Test(compose, hash_is_that_of_the_raw_bytes)
{
    for (size_t i = 0; i < LEN(hashes); i++) {
        struct diag d = { 0 };
        struct hash32 h;
        char text[HEX_LEN(32)];

        cr_assert_eq(compose_hash(&d, &h, hashes[i].text, strlen(hashes[i].text)), OK);
        cr_expect_str_eq(hex_encode(text, h.b, sizeof(h.b)), hashes[i].hash);
    }
}

static const struct {
    const char *name, *text;
    enum err want;
    const char *file; /* NULL unless OK */
} files[] = {
    { "empty", "", ERR_FORMAT, NULL },
    { "not JSON", "docker_compose_file: x", ERR_FORMAT, NULL },
    { "a list", "[{\"docker_compose_file\":\"x\"}]", ERR_FORMAT, NULL },
    { "a string", "\"docker_compose_file\"", ERR_FORMAT, NULL },
    { "no such key", "{\"runner\":\"docker-compose\"}", ERR_FORMAT, NULL },
    { "null", "{\"docker_compose_file\":null}", ERR_FORMAT, NULL },
    { "an object", "{\"docker_compose_file\":{}}", ERR_FORMAT, NULL },
    { "deeper", "{\"a\":{\"docker_compose_file\":\"x\"}}", ERR_FORMAT, NULL },
    { "given twice", "{\"docker_compose_file\":\"x\",\"docker_compose_file\":\"y\"}", ERR_FORMAT,
      NULL },
    { "given twice, once escaped",
      "{\"docker_compose_file\":\"x\",\"docker_compose_fil\\u0065\":\"y\"}", ERR_FORMAT, NULL },
    { "another key twice", "{\"a\":1,\"a\":1,\"docker_compose_file\":\"x\"}", ERR_FORMAT, NULL },
    { "text behind", "{\"docker_compose_file\":\"x\"} x", ERR_FORMAT, NULL },
    { "NUL inside", "{\"docker_compose_file\":\"x\\u0000y\"}", ERR_FORMAT, NULL },
    { "lone surrogate", "{\"docker_compose_file\":\"\\ud800\"}", ERR_FORMAT, NULL },
    { "not UTF-8", "{\"docker_compose_file\":\"\xff\"}", ERR_FORMAT, NULL },
    { "runner bash", "{\"runner\":\"bash\",\"docker_compose_file\":\"x\"}", ERR_MISMATCH, NULL },
    { "runner unknown", "{\"runner\":\"x\",\"docker_compose_file\":\"x\"}", ERR_MISMATCH, NULL },
    { "runner null", "{\"runner\":null,\"docker_compose_file\":\"x\"}", ERR_FORMAT, NULL },
    { "plain", "{\"docker_compose_file\":\"x\\n\"}", OK, "x\n" },
    { "empty file", "{\"docker_compose_file\":\"\"}", OK, "" },
    { "line ends are kept", "{\"docker_compose_file\":\"a\\r\\nb\\n\\n\"}", OK, "a\r\nb\n\n" },
    { "escapes", "{\"docker_compose_file\":\"\\u00e4\\ud83d\\ude00\\/\"}", OK,
      "\xc3\xa4\xf0\x9f\x98\x80/" },
    { "nerdctl", "{\"runner\":\"nerdctl-compose\",\"docker_compose_file\":\"x\"}", OK, "x" },
    { "docker", " {\"docker_compose_file\":\"x\", \"runner\":\"docker-compose\"} ", OK, "x" },
};

Test(compose, docker_file)
{
    for (size_t i = 0; i < LEN(files); i++) {
        struct diag d = { 0 };
        struct buf out;
        enum err e = ERR_INTERNAL;

        buf_init(&out, LIMIT_COMPOSE_BYTES);
        e = compose_docker_file(&d, &out, files[i].text, strlen(files[i].text));
        cr_expect_eq(e, files[i].want, "%s: got %d (%s)", files[i].name, (int)e, d.msg);
        if (files[i].file != NULL) {
            cr_expect_eq(out.len, strlen(files[i].file), "%s", files[i].name);
            cr_expect_str_eq(buf_str(&out), files[i].file, "%s", files[i].name);
        }
        buf_clear(&out);
    }
}

Test(compose, docker_file_refuses_every_truncation)
{
    static const char text[] = "{\"manifest_version\":2,\"docker_compose_file\":\"services:\\n\","
                               "\"runner\":\"docker-compose\"}";

    for (size_t len = 0; len < sizeof(text) - 1; len++) {
        struct diag d = { 0 };
        struct buf out;

        buf_init(&out, LIMIT_COMPOSE_BYTES);
        cr_expect_eq(compose_docker_file(&d, &out, text, len), ERR_FORMAT, "%zu bytes", len);
        buf_clear(&out);
    }
}
