// SPDX-License-Identifier: Apache-2.0
#include "src/base/library.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#define LIBM "libm.so.6"

/* Declared in math.h; this program is not linked with it. */
struct libm {
    LIBRARY_POINTER(floor)
    LIBRARY_POINTER(ceil)
};

static double stale(double x)
{
    return x;
}

static void expect_refused(struct libm *lib, const char *name, const char *second, const char *word)
{
    const struct library_symbol symbols[] = { LIBRARY_SYMBOL(floor){ second, &lib->ceil } };
    struct diag d = { 0 };

    *lib = (struct libm){ stale, stale };
    cr_assert_eq(library_load(&d, name, symbols, 2), ERR_UNSUPPORTED);
    cr_assert_not_null(strstr(d.msg, name), "%s", d.msg);
    cr_assert_not_null(strstr(d.msg, word), "%s", d.msg);
    cr_assert_not_null(strstr(d.hint, name), "%s", d.hint);
    cr_assert_null(lib->floor);
    cr_assert_null(lib->ceil);
}

Test(library, all_or_nothing)
{
    struct libm lib;

    expect_refused(&lib, "libcountersign-none.so.1", "ceil", "No such file");
    expect_refused(&lib, LIBM, "no_such_function", "no_such_function");
}

Test(library, functions_of_a_library)
{
    struct libm libm;
    struct libm *lib = &libm;
    const struct library_symbol symbols[] = { LIBRARY_SYMBOL(floor) LIBRARY_SYMBOL(ceil) };
    struct diag d = { 0 };

    for (int i = 0; i < 2; i++) { /* again is fine */
        cr_assert_eq(library_load(&d, LIBM, symbols, 2), OK, "%s", d.msg);
        cr_assert(lib->floor(-1.5) == -2.0);
        cr_assert(lib->ceil(-1.5) == -1.0);
    }
}
