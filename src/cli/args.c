// SPDX-License-Identifier: Apache-2.0
#include "src/cli/args.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const struct arg_option args_common_options[] = {
    { "profile", "FILE", "deployment profile (default: countersign.yaml here or above)", false },
    { "json", NULL, "answer as JSON", false },
    { "quiet", NULL, "print the verdict alone", false },
    { "color", "WHEN", "colour on a terminal: auto, always or never", false },
    { "help", NULL, "show this help", false },
    { NULL, NULL, NULL, false },
};

static const struct arg_option *find_in(const struct arg_option *options, const char *name,
                                        size_t name_len)
{
    for (size_t i = 0; options != NULL && options[i].name != NULL; i++) {
        if (strlen(options[i].name) == name_len && memcmp(options[i].name, name, name_len) == 0)
            return &options[i];
    }
    return NULL;
}

static const struct arg_option *find_option(const struct command *c, const char *name,
                                            size_t name_len)
{
    const struct arg_option *o = find_in(c->options, name, name_len);

    return o != NULL ? o : find_in(args_common_options, name, name_len);
}

static const struct arg_value *nth_value(const struct args *a, const char *name, size_t n)
{
    for (size_t i = 0; i < a->num_values; i++) {
        if (strcmp(a->values[i].option->name, name) == 0 && n-- == 0)
            return &a->values[i];
    }
    return NULL;
}

bool args_flag(const struct args *a, const char *name)
{
    return nth_value(a, name, 0) != NULL;
}

const char *args_get_nth(const struct args *a, const char *name, size_t i)
{
    const struct arg_value *v = nth_value(a, name, i);

    return v != NULL ? v->text : NULL;
}

const char *args_get(const struct args *a, const char *name)
{
    return args_get_nth(a, name, 0);
}

enum err args_require(struct diag *d, const char **out, const struct args *a, const char *name)
{
    *out = args_get(a, name);
    if (*out == NULL)
        return diag_set(d, ERR_USAGE, "%s: --%s is required", a->command->name, name);
    return OK;
}

/* The word stands in a list of words with a space between each two. */
static bool has_word(const char *list, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = list; *at != '\0'; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");

        if (n == len && memcmp(at, word, n) == 0)
            return true;
        at += n;
    }
    return false;
}

enum err args_check_sub(struct diag *d, const struct args *a, const char *sub, const char *allowed)
{
    for (size_t i = 0; i < a->num_values; i++) {
        const char *name = a->values[i].option->name;

        if (!has_word(allowed, name) && find_in(args_common_options, name, strlen(name)) == NULL)
            return diag_set(d, ERR_USAGE, "%s %s: takes no --%s", a->command->name, sub, name);
    }
    return OK;
}

/* One "--name", "--name=VALUE" or "--name VALUE"; moves *i over a separate value. */
static enum err parse_option(struct diag *d, struct args *a, struct arg_value *v, int argc,
                             char **argv, int *i)
{
    const char *name = strcmp(argv[*i], "-h") == 0 ? "help" : argv[*i] + 2;
    const char *equals = strchr(name, '=');
    size_t name_len = equals != NULL ? (size_t)(equals - name) : strlen(name);

    v->option = find_option(a->command, name, name_len);
    v->text = NULL;
    if (v->option == NULL) {
        diag_hint(d, "'countersign %s --help' lists the options", a->command->name);
        return diag_set(d, ERR_USAGE, "%s: unknown option '--%.*s'", a->command->name,
                        (int)(name_len < 64 ? name_len : 64), name);
    }
    if (!v->option->repeat && args_flag(a, v->option->name))
        return diag_set(d, ERR_USAGE, "%s: --%s is given twice", a->command->name, v->option->name);
    if (v->option->metavar == NULL) {
        if (equals != NULL)
            return diag_set(d, ERR_USAGE, "%s: --%s takes no value", a->command->name,
                            v->option->name);
        return OK;
    }
    if (equals != NULL) {
        v->text = equals + 1;
        return OK;
    }
    if (*i + 1 >= argc)
        return diag_set(d, ERR_USAGE, "%s: --%s needs a value (%s)", a->command->name,
                        v->option->name, v->option->metavar);
    v->text = argv[++*i];
    return OK;
}

static enum err check_operands(struct diag *d, const struct args *a)
{
    const struct command *c = a->command;

    if (args_flag(a, "help"))
        return OK;
    if (a->num_operands < c->min_operands) {
        diag_hint(d, "'countersign %s --help' says more", c->name);
        return diag_set(d, ERR_USAGE, "%s: missing operand: countersign %s %s", c->name, c->name,
                        c->operands);
    }
    if (a->num_operands > c->max_operands) {
        diag_hint(d, "'countersign %s --help' says more", c->name);
        return diag_set(d, ERR_USAGE, "%s: unexpected operand '%.64s'", c->name,
                        a->operands[c->max_operands]);
    }
    return OK;
}

enum err args_parse(struct diag *d, struct args *out, const struct command *command, int argc,
                    char **argv)
{
    enum err e = ERR_INTERNAL;
    struct arg_value *values = calloc((size_t)argc + 1, sizeof(*values));
    const char **operands = calloc((size_t)argc + 1, sizeof(*operands));
    bool only_operands = false;

    *out = (struct args){ command, values, 0, operands, 0 };
    if (values == NULL || operands == NULL) {
        e = diag_set(d, ERR_NOMEM, "out of memory");
        goto done;
    }
    for (int i = 0; i < argc; i++) {
        if (!only_operands && strcmp(argv[i], "--") == 0) {
            only_operands = true;
        } else if (!only_operands &&
                   (strncmp(argv[i], "--", 2) == 0 || strcmp(argv[i], "-h") == 0)) {
            if ((e = parse_option(d, out, &values[out->num_values], argc, argv, &i)) != OK)
                goto done;
            out->num_values++;
        } else if (!only_operands && argv[i][0] == '-' && argv[i][1] != '\0') {
            diag_hint(d, "'countersign %s --help' lists the options", command->name);
            e = diag_set(d, ERR_USAGE, "%s: unknown option '%.64s'", command->name, argv[i]);
            goto done;
        } else {
            operands[out->num_operands++] = argv[i];
        }
    }
    e = check_operands(d, out);
done:
    if (e != OK)
        args_free(out);
    return e;
}

bool args_ask_for_json(int argc, char *const *argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--json") == 0)
            return true;
    }
    return false;
}

void args_free(struct args *a)
{
    free((void *)(uintptr_t)a->values);
    free((void *)(uintptr_t)a->operands);
    *a = (struct args){ 0 };
}
