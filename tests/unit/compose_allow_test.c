// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>

#include "safe/compose_allow.h"

Test(compose_allow, forms)
{
    static const struct {
        const char *text;
        bool ok;
    } rows[] = {
        { "public_logs", true },
        { "runner:bash", true },
        { "privileged:api", true },
        { "ports:api:8080:80", true },
        { "volume:data:driver_opts:{}", true },
        { "", false },
        { "*", false },
        { "public-logs", false },
        { "public_logs:", false },
        { "public_logs:true", false },
        { "runner", false },
        { "runner:", false },
        { "privileged", false },
        { "privileged:api:true", false },
        { "cap_add:api", false },
        { "cap_add:api:", false },
        { "volume:data:external", false },
        { "cap_add:api:\x1b", false },
        { "cap_add:api:\xc3\xa4", false },
        { "privileged_x:api", false },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_expect_eq(compose_allow_is(rows[i].text), rows[i].ok, "'%s'", rows[i].text);
}

Test(compose_allow, covers_the_same_and_what_is_only_read)
{
    static const struct {
        const char *entry, *danger;
        bool covers;
    } rows[] = {
        { "privileged:api", "privileged:api", true },
        { "privileged:api", "privileged:api2", false },
        { "privileged:api2", "privileged:api", false },
        { "bind:api:/a:/b", "bind:api:/a:/b:ro", true },
        { "bind:api:/a:/b:ro", "bind:api:/a:/b", false },
        { "cap_add:api:X", "cap_add:api:X:ro", false },
        { "bind:api:/a:/b", "bind:api:/a:/b:ro,z", false },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_expect_eq(compose_allow_covers(rows[i].entry, rows[i].danger), rows[i].covers,
                     "'%s' and '%s'", rows[i].entry, rows[i].danger);
}

Test(compose_allow, names_of_variables)
{
    static const char *const good[] = { "A", "_", "a9", "COMPOSE_FILE" };
    static const char *const bad[] = { "", "9A", "A-B", "A*", "A B", "A\n", "\xc3\xa4", "A=" };

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        cr_expect(compose_is_env_name(good[i]), "%s", good[i]);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_expect_not(compose_is_env_name(bad[i]), "%s", bad[i]);
}
