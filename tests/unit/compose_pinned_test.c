// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "src/base/hex.h"
#include "verify/compose.h"

#define LEN(table) (sizeof(table) / sizeof((table)[0]))

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define PIN "@sha256:" HEX
#define IMG "r.example/a" PIN
#define APP "services:\n  app:\n    image: " IMG "\n"

static const struct {
    const char *name;
    const char *text;
    enum err want;
    const char *says; /* part of the message; NULL for OK */
} cases[] = {
    /* no compose file */
    { "empty", "", ERR_FORMAT, "" },
    { "a list", "- a\n", ERR_FORMAT, "not a mapping" },
    { "a word", "services\n", ERR_FORMAT, "not a mapping" },
    { "not YAML", "services: [\n", ERR_FORMAT, "" },
    { "no services", "name: x\n", ERR_FORMAT, "services" },
    { "services null", "services:\n", ERR_FORMAT, "services" },
    { "services a list", "services: [app]\n", ERR_FORMAT, "services" },
    { "two documents", APP "---\n" APP, ERR_FORMAT, "" },
    { "services twice", APP "services:\n  b:\n    image: x\n", ERR_FORMAT, "" },
    { "image twice", APP "    image: x\n", ERR_FORMAT, "" },
    { "services with !reset", "services: !reset\n  app:\n    image: " IMG "\n", ERR_FORMAT, "" },
    { "no service", "services: {}\n", ERR_MISMATCH, "no service" },

    /* not pinned */
    { "name alone", "services:\n  app:\n    image: nginx\n", ERR_MISMATCH, ":3:12: service 'app'" },
    { "tag alone", "services: {app: {image: 'nginx:1.27'}}", ERR_MISMATCH, "not pinned" },
    { "digest cut short", "services: {app: {image: 'a@sha256:0123'}}", ERR_MISMATCH, "64" },
    { "digest too long", "services: {app: {image: 'a" PIN "0'}}", ERR_MISMATCH, "64" },
    { "capital digest",
      "services: {app: {image: 'a@sha256:ABCDEF6789abcdef0123456789abcdef0123456"
      "789abcdef0123456789abcdef'}}",
      ERR_MISMATCH, "lower-case" },
    { "sha512", "services: {app: {image: 'a@sha512:" HEX HEX "'}}", ERR_MISMATCH, "sha256" },
    { "capital algorithm", "services: {app: {image: 'a@SHA256:" HEX "'}}", ERR_MISMATCH, "sha256" },
    { "digest without name", "services: {app: {image: '" PIN "'}}", ERR_MISMATCH, "malformed" },
    { "digest as tag", "services: {app: {image: 'a:sha256-" HEX "'}}", ERR_MISMATCH, "pinned" },
    { "two digests", "services: {app: {image: 'a" PIN PIN "'}}", ERR_MISMATCH, "pinned" },
    { "bare id", "services: {app: {image: 'sha256:" HEX "'}}", ERR_MISMATCH, "pinned" },
    { "only the second is bad", APP "  web:\n    image: nginx\n", ERR_MISMATCH,
      ":5:12: service "
      "'web'" },
    { "in a profile", APP "  web:\n    image: nginx\n    profiles: [never]\n", ERR_MISMATCH,
      "web" },
    { "scaled to nothing", APP "  web:\n    image: nginx\n    scale: 0\n", ERR_MISMATCH, "web" },

    /* variables */
    { "variable tag", "services: {app: {image: 'a:$TAG" PIN "'}}", ERR_MISMATCH, "variable" },
    { "variable in braces", "services: {app: {image: '${IMAGE}'}}", ERR_MISMATCH, "variable" },
    { "default value that is pinned", "services: {app: {image: '${I:-" IMG "}'}}", ERR_MISMATCH,
      "variable" },
    { "variable digest", "services: {app: {image: 'a@${D}'}}", ERR_MISMATCH, "variable" },
    { "escaped dollar", "services: {app: {image: 'a$$b" PIN "'}}", ERR_MISMATCH, "variable" },
    { "variable as mount type", APP "    volumes: [{type: '${T}', source: nginx, target: /x}]\n",
      ERR_MISMATCH, "type" },

    /* text that is no reference */
    { "leading space", "services: {app: {image: ' " IMG "'}}", ERR_MISMATCH, "malformed" },
    { "trailing space", "services: {app: {image: '" IMG " '}}", ERR_MISMATCH, "64" },
    { "line break behind", "services: {app: {image: \"" IMG "\\n\"}}", ERR_MISMATCH, "64" },
    { "block scalar", "services:\n  app:\n    image: |\n      " IMG "\n", ERR_MISMATCH, "64" },
    { "zero-width space", "services: {app: {image: \"a\\u200b" PIN "\"}}", ERR_MISMATCH,
      "malformed" },
    { "escape code", "services: {app: {image: \"a\\x1b[0m" PIN "\"}}", ERR_MISMATCH, "malformed" },
    { "capital path", "services: {app: {image: 'r.example/App" PIN "'}}", ERR_MISMATCH,
      "malformed" },
    { "empty tag", "services: {app: {image: 'a:" PIN "'}}", ERR_MISMATCH, "malformed" },
    { "empty component", "services: {app: {image: 'a//b" PIN "'}}", ERR_MISMATCH, "malformed" },
    { "scheme", "services: {app: {image: 'https://a/b" PIN "'}}", ERR_MISMATCH, "malformed" },

    /* no usable image */
    { "no image", "services:\n  app:\n    restart: always\n", ERR_MISMATCH, "no image" },
    { "service null", "services:\n  app:\n", ERR_MISMATCH, "mapping" },
    { "service a string", "services:\n  app: nginx\n", ERR_MISMATCH, "mapping" },
    { "image null", "services:\n  app:\n    image:\n", ERR_MISMATCH, "empty" },
    { "image tilde", "services:\n  app:\n    image: ~\n", ERR_MISMATCH, "empty" },
    { "image empty", "services:\n  app:\n    image: ''\n", ERR_MISMATCH, "pinned" },
    { "image a list", "services:\n  app:\n    image: [" IMG "]\n", ERR_MISMATCH, "string" },
    { "image a mapping", "services:\n  app:\n    image: {name: " IMG "}\n", ERR_MISMATCH,
      "string" },
    { "image a number", "services:\n  app:\n    image: 1\n", ERR_MISMATCH, "pinned" },
    { "image with !reset", "services:\n  app:\n    image: !reset " IMG "\n", ERR_FORMAT, "3:12" },
    { "image with !!binary", "services:\n  app:\n    image: !!binary " IMG "\n", ERR_FORMAT,
      "3:12" },
    { "service with !override", "services:\n  app: !override\n    image: " IMG "\n", ERR_FORMAT,
      "2:8" },
    { "!reset in a merge list",
      "services:\n  app:\n    <<:\n      - !reset {image: '" IMG "'}\n      - {image: nginx}\n",
      ERR_FORMAT, "4:9: tag '!reset'" },
    { "another image behind an empty block scalar",
      "x-b: &b {image: '" IMG "'}\nservices:\n  app:\n    <<: *b\n    command: |\n"
      "    image: nginx\n",
      ERR_MISMATCH, "nginx" },
    { "extends behind an empty block scalar", APP "    x-note: |\n    extends: {service: b}\n",
      ERR_MISMATCH, "extends" },
    { "build behind an empty folded scalar", APP "    x-note: >-\n    build: .\n", ERR_MISMATCH,
      "build" },

    /* other ways to an image */
    { "build", APP "    build: .\n", ERR_MISMATCH, ":4:5: service 'app': 'build'" },
    { "build null", APP "    build:\n", ERR_MISMATCH, "build" },
    { "build instead", "services:\n  app:\n    build: {context: .}\n", ERR_MISMATCH, "build" },
    { "extends", APP "    extends: {service: other}\n", ERR_MISMATCH, "extends" },
    { "extends a file", APP "    extends: {file: b.yaml, service: x}\n", ERR_MISMATCH, "extends" },
    { "provider", APP "    provider: {type: x}\n", ERR_MISMATCH, "provider" },
    { "models of a service", APP "    models: [llm]\n", ERR_MISMATCH, "models" },
    { "top-level models", APP "models:\n  llm: {model: ai/x}\n", ERR_MISMATCH, ":4:1: top level" },
    { "include", APP "include: [b.yaml]\n", ERR_MISMATCH, "include" },
    { "include first", "include:\n  - path: b.yaml\n" APP, ERR_MISMATCH, "include" },
    { "capital Image", APP "    Image: nginx\n", ERR_MISMATCH, "'Image'" },
    { "unknown key of a service", APP "    image_v2: nginx\n", ERR_MISMATCH, "unknown key" },
    { "unknown top-level key", APP "functions: {}\n", ERR_MISMATCH, "unknown key" },
    { "key as !!binary", APP "    !!binary aW1hZ2U=: nginx\n", ERR_FORMAT, "!!binary" },
    { "hook with an image", APP "    pre_start: [{image: nginx}]\n", ERR_MISMATCH, "nginx" },
    { "second hook", APP "    pre_start:\n      - command: a\n      - image: nginx\n", ERR_MISMATCH,
      "nginx" },
    { "hook with an unknown key", APP "    pre_start: [{images: nginx}]\n", ERR_MISMATCH, "key" },
    { "hooks a mapping", APP "    pre_start: {image: nginx}\n", ERR_MISMATCH, "list" },
    { "mount of an image", APP "    volumes: [{type: image, source: nginx, target: /x}]\n",
      ERR_MISMATCH, "nginx" },
    { "mount of a service's image", APP "    volumes: [{type: image, source: app, target: /x}]\n",
      ERR_MISMATCH, "pinned" },
    { "mount without a source", APP "    volumes: [{type: image, target: /x}]\n", ERR_MISMATCH,
      "source" },
    { "mount without a type", APP "    volumes: [{source: nginx, target: /x}]\n", ERR_MISMATCH,
      "type" },
    { "mount of a new type", APP "    volumes: [{type: oci, source: nginx, target: /x}]\n",
      ERR_MISMATCH, "type" },
    { "mounts a mapping", APP "    volumes: {type: image}\n", ERR_MISMATCH, "list" },
    { "service name with a line break", "services:\n  \"a\\nb\":\n    image: " IMG "\n",
      ERR_MISMATCH, "name" },

    /* anchors and merge keys */
    { "alias of an unpinned image", "x-i: &i nginx\nservices:\n  app:\n    image: *i\n",
      ERR_MISMATCH, "nginx" },
    { "merged unpinned image", "x-b: &b\n  image: nginx\nservices:\n  app:\n    <<: *b\n",
      ERR_MISMATCH, "nginx" },
    { "merged build", "x-b: &b\n  build: .\nservices:\n  app:\n    <<: *b\n    image: " IMG "\n",
      ERR_MISMATCH, "build" },
    { "merged list, the earlier wins",
      "x-a: &a {image: nginx}\nx-b: &b {image: '" IMG "'}\nservices:\n  app:\n    <<: [*a, *b]\n",
      ERR_MISMATCH, "nginx" },
    { "merge key in quotes",
      "x-b: &b {image: nginx}\nservices:\n  app:\n    image: " IMG "\n    \"<<\": *b\n", ERR_FORMAT,
      "5:5" },
    { "merged services",
      "x-s: &s {web: {image: nginx}}\nservices:\n  <<: *s\n  app:\n    image: " IMG "\n",
      ERR_MISMATCH, "web" },
    { "merged include", "x-t: &t {include: [b.yaml]}\n<<: *t\n" APP, ERR_MISMATCH, "include" },
    { "anchor given again", "x-a: &i " IMG "\nx-b: &i nginx\nservices: {app: {image: *i}}",
      ERR_MISMATCH, "nginx" },

    /* good ones */
    { "smallest", APP, OK, NULL },
    { "flow style", "{services: {app: {image: '" IMG "'}}}", OK, NULL },
    { "JSON", "{\"services\": {\"app\": {\"image\": \"" IMG "\"}}}", OK, NULL },
    { "tag and digest", "services: {app: {image: 'ghcr.io/o/a_b/c-d:v1.2_x" PIN "'}}", OK, NULL },
    { "port", "services: {app: {image: 'localhost:5000/a" PIN "'}}", OK, NULL },
    { "name alone with digest", "services: {app: {image: 'nginx" PIN "'}}", OK, NULL },
    { "explicit !!str", "services: {app: {image: !!str '" IMG "'}}", OK, NULL },
    { "alias", "x-i: &i " IMG "\nservices:\n  app:\n    image: *i\n", OK, NULL },
    { "merge", "x-b: &b\n  image: " IMG "\n  restart: always\nservices:\n  app:\n    <<: *b\n", OK,
      NULL },
    { "own image before a merged one",
      "x-b: &b {image: nginx}\nservices:\n  app:\n    <<: *b\n    image: " IMG "\n", OK, NULL },
    { "unused unpinned anchor", "x-b: &b {image: nginx}\n" APP, OK, NULL },
    { "variables elsewhere", APP "    environment: {A: '${A}'}\n    command: echo $$HOME\n", OK,
      NULL },
    { "list closed at its key's column", APP "    command: [\n      a\n    ]\n", OK, NULL },
    { "list left of its key", APP "    command: [\na,\nb\n]\n", OK, NULL },
    { "mapping closed at its key's column", APP "    environment: {\n      A: b\n    }\n", OK,
      NULL },
    { "tabs in a flow list", APP "    command: [\n\ta,\n\tb ]\n", OK, NULL },
    { "extensions", "x-a: {build: .}\n" APP "    x-b: {image: nginx}\n", OK, NULL },
    { "usual keys",
      "version: '3'\nname: n\n" APP "    ports: ['80:80']\n    volumes:\n      - "
      "/var/run/tappd.sock:/x\n      - {type: bind, source: /a, target: /b}\n"
      "    networks: [n]\nnetworks: {n: {}}\nvolumes: {v: {}}\n",
      OK, NULL },
};

Test(compose_pinned, table)
{
    for (size_t i = 0; i < LEN(cases); i++) {
        struct diag d = { 0 };
        struct compose_images c;
        enum err e =
            compose_check_pinned(&d, &c, cases[i].text, strlen(cases[i].text), "compose.yaml");

        cr_expect_eq(e, cases[i].want, "%s: got %d (%s)", cases[i].name, (int)e, d.msg);
        cr_expect_eq(c.num_items, e == OK ? 1 : 0, "%s", cases[i].name);
        if (cases[i].says != NULL)
            cr_expect_not_null(strstr(d.msg, cases[i].says), "%s: '%s'", cases[i].name, d.msg);
        compose_images_clear(&c);
    }
}

Test(compose_pinned, lists_every_image_in_order)
{
    static const char text[] = "services:\n"
                               "  b:\n"
                               "    pre_start: [{image: 'hook" PIN "'}, {command: x}]\n"
                               "    image: b:2" PIN "\n"
                               "    volumes:\n"
                               "      - {type: image, source: 'mount" PIN "', target: /x}\n"
                               "  a:\n"
                               "    image: a" PIN "\n";
    static const char *const services[] = { "b", "b", "b", "a" };
    static const char *const references[] = { "hook" PIN, "b:2" PIN, "mount" PIN, "a" PIN };
    struct diag d = { 0 };
    struct compose_images c;
    struct hash32 digest;

    cr_assert(hex_decode(digest.b, sizeof(digest.b), HEX, 64));
    cr_assert_eq(compose_check_pinned(&d, &c, text, strlen(text), "c"), OK, "%s", d.msg);
    cr_assert_eq(c.num_items, LEN(services));
    for (size_t i = 0; i < LEN(services); i++) {
        cr_expect_str_eq(c.items[i].service, services[i]);
        cr_expect_str_eq(c.items[i].reference, references[i]);
        cr_expect(hash32_eq(&c.items[i].digest, &digest));
    }
    compose_images_clear(&c);
}

/* Whatever a truncation or a flipped bit leaves, nothing unpinned passes. */
static void expect_pinned_or_refused(const char *text, size_t text_len)
{
    struct diag d = { 0 };
    struct compose_images c;

    if (compose_check_pinned(&d, &c, text, text_len, "c") == OK) {
        cr_assert_gt(c.num_items, 0);
        for (size_t i = 0; i < c.num_items; i++) {
            const char *at = strstr(c.items[i].reference, "@sha256:");

            cr_assert(at != NULL && strlen(at) == 8 + 64, "%s", c.items[i].reference);
        }
    }
    compose_images_clear(&c);
}

Test(compose_pinned, truncations_and_flipped_bits)
{
    char text[] = "x-b: &b\n  image: &i a:1" PIN "\nservices:\n  app:\n    <<: *b\n  web:\n"
                  "    image: *i\n    volumes:\n      - {type: image, source: *i, target: /x}\n";
    const size_t len = sizeof(text) - 1;

    for (size_t n = 0; n < len; n++)
        expect_pinned_or_refused(text, n);
    for (size_t i = 0; i < 8 * len; i++) {
        text[i / 8] = (char)(text[i / 8] ^ 1 << i % 8);
        expect_pinned_or_refused(text, len);
        text[i / 8] = (char)(text[i / 8] ^ 1 << i % 8);
    }
}
