// SPDX-License-Identifier: Apache-2.0
#include "src/base/json_pick.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const char *const keys[] = { "a", "list", NULL };

static struct json_text text_of(const char *s)
{
    return (struct json_text){ s, strlen(s) };
}

static bool is(const struct json_text *t, const char *want)
{
    return want == NULL
               ? t->text == NULL
               : t->text != NULL && t->len == strlen(want) && memcmp(t->text, want, t->len) == 0;
}

Test(json_pick, members_of_an_object)
{
    static const struct {
        const char *text;
        enum err want;
        const char *a, *list;
    } cases[] = {
        { "", ERR_FORMAT, NULL, NULL },
        { "[]", ERR_FORMAT, NULL, NULL },
        { "7", ERR_FORMAT, NULL, NULL },
        { "{", ERR_FORMAT, NULL, NULL },
        { "{\"a\":1", ERR_FORMAT, NULL, NULL },
        { "{\"a\":1,}", ERR_FORMAT, NULL, NULL },
        { "{\"a\" 1}", ERR_FORMAT, NULL, NULL },
        { "{\"a\":}", ERR_FORMAT, NULL, NULL },
        { "{\"a\":[1}", ERR_FORMAT, NULL, NULL },
        { "{\"a\":\"x}", ERR_FORMAT, NULL, NULL },
        { "{a:1}", ERR_FORMAT, NULL, NULL },
        { "{\"a\":1} {}", ERR_FORMAT, NULL, NULL },
        { "{\"a\":1,\"a\":1}", ERR_FORMAT, NULL, NULL },
        { "{\"\\u0061\":1}", ERR_FORMAT, NULL, NULL },
        { "{\"x\":\"unfinished\\\"}", ERR_FORMAT, NULL, NULL },
        { "{}", OK, NULL, NULL },
        { " { } ", OK, NULL, NULL },
        { "{\"a\":1}", OK, "1", NULL },
        { "{\"a\":null,\"list\":[]}", OK, "null", "[]" },
        { "{\n \"list\" : [ {\"a\":[]} , \"]\" ] ,\"a\": \"\\\"}\" }", OK, "\"\\\"}\"",
          "[ {\"a\":[]} , \"]\" ]" },
        { "{\"x\":\"\\u0000\",\"a\":2}", OK, "2", NULL },
        { "{\"aa\":1,\"\":2,\"A\":3}", OK, NULL, NULL },
        /* what nobody asked for is not judged */
        { "{\"x\":[nonsense, 1e],\"a\":true}", OK, "true", NULL },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct json_text out[2];
        struct json_text whole = text_of(cases[i].text);
        struct diag d = { 0 };
        enum err e = json_pick_members(&d, out, keys, &whole, "x");

        cr_expect_eq(e, cases[i].want, "%s: %d (%s)", cases[i].text, (int)e, d.msg);
        cr_expect(is(&out[0], cases[i].a), "%s: a", cases[i].text);
        cr_expect(is(&out[1], cases[i].list), "%s: list", cases[i].text);
    }
}

Test(json_pick, items_of_an_array)
{
    static const struct {
        const char *text;
        enum err want;
        size_t num;
        const char *last;
    } cases[] = {
        { "", ERR_FORMAT, 0, NULL },
        { "{}", ERR_FORMAT, 0, NULL },
        { "[", ERR_FORMAT, 0, NULL },
        { "[1", ERR_FORMAT, 1, "1" },
        { "[1,]", ERR_FORMAT, 1, "1" },
        { "[1 2]", ERR_FORMAT, 1, "1" },
        { "[1}", ERR_FORMAT, 1, "1" },
        { "[] []", ERR_FORMAT, 0, NULL },
        { "[]", OK, 0, NULL },
        { " [ ] ", OK, 0, NULL },
        { "[1]", OK, 1, "1" },
        { "[ \"],\" , {\"a\":[]} ]", OK, 2, "{\"a\":[]}" },
        { "[[[]],[null]]", OK, 2, "[null]" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct json_text whole = text_of(cases[i].text);
        struct json_text item = { 0 }, last = { 0 };
        struct diag d = { 0 };
        size_t at = 0, num = 0;
        bool done = false;
        enum err e = OK;

        while ((e = json_pick_item(&d, &item, &done, &at, &whole, "x")) == OK && !done) {
            last = item;
            num++;
        }
        cr_expect_eq(e, cases[i].want, "%s: %d", cases[i].text, (int)e);
        cr_expect_eq(num, cases[i].num, "%s: %zu items", cases[i].text, num);
        cr_expect(is(&last, cases[i].last), "%s", cases[i].text);
    }
}

/* No cut and no changed byte reads outside of the text, and a cut object is never an object. */
Test(json_pick, cut_and_flipped)
{
    static const char whole[] = "{\"a\": [1, {\"b\": \"\\\"]\"}], \"list\": [\"x\", {}, 7]}";

    for (size_t len = 0; len < sizeof(whole) - 1; len++) {
        char *copy = malloc(len > 0 ? len : 1);
        struct json_text out[2];
        struct json_text part = { copy, len };
        struct diag d = { 0 };

        cr_assert_not_null(copy);
        memcpy(copy, whole, len);
        cr_expect_eq(json_pick_members(&d, out, keys, &part, "x"), ERR_FORMAT, "%zu", len);
        free(copy);
    }
    for (size_t bit = 0; bit < 8 * (sizeof(whole) - 1); bit++) {
        char copy[sizeof(whole) - 1];
        struct json_text out[2];
        struct json_text part = { copy, sizeof(copy) };
        struct diag d = { 0 };

        memcpy(copy, whole, sizeof(copy));
        copy[bit / 8] = (char)(copy[bit / 8] ^ 1 << bit % 8);
        if (json_pick_members(&d, out, keys, &part, "x") == OK && out[0].text != NULL)
            cr_expect(out[0].text >= copy && out[0].text + out[0].len <= copy + sizeof(copy));
    }
}
