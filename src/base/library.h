// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_LIBRARY_H
#define BASE_LIBRARY_H

#include <stddef.h>

#include "src/base/err.h"

/*
 * Shared libraries that come into the process when they are first needed, not when it starts:
 * libcurl and libgit2, hidapi and libusb. Between them they bring thirty others. A verb that does
 * without starts in less than half the time, and has none of their code in its memory, whatever is
 * wrong with its input: no TLS, no SSH, no HTTP but the client inside libcrypto, which nothing
 * calls (tests/cli/libraries).
 */

struct library_symbol {
    const char *name;
    void *function; /* the address of a function pointer of the right type */
};

/*
 * Load the library and set every pointer, or none: all are NULL unless OK is returned. The file is
 * looked for where the program's other libraries are: name is a SONAME without a path, so neither
 * the working directory nor the input has a say. RTLD_LOCAL keeps its functions out of the way of
 * others, RTLD_NOW resolves all references at once, and it stays until the process ends: loading it
 * again is cheap. ERR_UNSUPPORTED if it is not there or lacks a function.
 *
 * Types come from the library's own header, with which the caller is compiled:
 *
 *     #define FUNCTIONS(X) X(git_libgit2_init) X(git_libgit2_opts)
 *     struct libgit2 { FUNCTIONS(LIBRARY_POINTER) } *lib = …;
 *     const struct library_symbol symbols[] = { FUNCTIONS(LIBRARY_SYMBOL) };    its pointers
 *     …
 *     lib->git_libgit2_init();
 */
MUST_CHECK enum err library_load(struct diag *d, const char *name,
                                 const struct library_symbol *symbols, size_t num_symbols);

#define LIBRARY_POINTER(name) __typeof__(name) *name;
#define LIBRARY_SYMBOL(name)  { #name, &lib->name },

#endif
