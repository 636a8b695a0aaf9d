// SPDX-License-Identifier: Apache-2.0
#include "src/base/library.h"

#include <assert.h>
#include <dlfcn.h>
#include <string.h>

/* POSIX has object and function pointers of one form (dlsym); ISO C has no cast between them. */
static void set_function(const struct library_symbol *s, void *address)
{
    memcpy(s->function, &address, sizeof(address));
}

static enum err cannot_load(struct diag *d, const char *name, const char *reason)
{
    diag_hint(d, "this needs the library %s; other verbs do not", name);
    return diag_set(d, ERR_UNSUPPORTED, "cannot load '%s': %.256s", name,
                    reason != NULL ? reason : "no reason given");
}

enum err library_load(struct diag *d, const char *name, const struct library_symbol *symbols,
                      size_t num_symbols)
{
    void *handle = NULL;

    assert(strchr(name, '/') == NULL);
    for (size_t i = 0; i < num_symbols; i++)
        set_function(&symbols[i], NULL);
    if ((handle = dlopen(name, RTLD_NOW | RTLD_LOCAL)) == NULL)
        return cannot_load(d, name, dlerror());
    for (size_t i = 0; i < num_symbols; i++) {
        void *address = dlsym(handle, symbols[i].name);

        if (address == NULL) {
            while (i > 0)
                set_function(&symbols[--i], NULL);
            return cannot_load(d, name, dlerror());
        }
        set_function(&symbols[i], address);
    }
    return OK; /* the handle is not closed: the functions stay */
}
