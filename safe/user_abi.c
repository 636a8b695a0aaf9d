// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "safe/contracts.h"
#include "src/base/json.h"
#include "src/base/limits.h"

struct user_abi {
    struct abi_function *functions; /* owned */
    size_t num;
};

void user_abi_free(struct user_abi *u)
{
    for (size_t i = 0; u != NULL && i < u->num; i++)
        abi_function_clear(&u->functions[i]);
    if (u != NULL)
        free(u->functions);
    free(u);
}

/* Moves f into u, also on failure. */
static enum err add_function(struct diag *d, struct user_abi *u, struct abi_function *f)
{
    struct abi_function *functions = NULL;
    enum err e = OK;

    if (user_abi_find(u, f->selector) != NULL)
        e = diag_set(d, ERR_FORMAT, "two functions have the selector of '%.128s'", f->name);
    else if (u->num >= LIMIT_ABI_FUNCTIONS)
        e = diag_set(d, ERR_LIMIT, "more than %d functions", LIMIT_ABI_FUNCTIONS);
    else if ((functions = realloc(u->functions, (u->num + 1) * sizeof(*functions))) == NULL)
        e = diag_set(d, ERR_NOMEM, "out of memory");
    if (e != OK) {
        abi_function_clear(f);
        return e;
    }
    u->functions = functions;
    u->functions[u->num++] = *f; /* moved */
    *f = (struct abi_function){ 0 };
    return OK;
}

static enum err add_signature(struct diag *d, struct user_abi *u, const char *signature)
{
    struct abi_function f;
    enum err e = abi_function_parse(d, &f, signature);

    return e != OK ? e : add_function(d, u, &f);
}

static enum err is_same(struct diag *d, bool *out, const struct abi_function *a,
                        const struct abi_function *b)
{
    enum err e = ERR_INTERNAL;
    struct buf left, right;

    *out = false;
    buf_init(&left, LIMIT_ABI_FILE_BYTES);
    buf_init(&right, LIMIT_ABI_FILE_BYTES);
    abi_signature_write(&left, a);
    abi_signature_write(&right, b);
    if ((e = buf_check(d, &left, "a signature")) == OK &&
        (e = buf_check(d, &right, "a signature")) == OK)
        *out = strcmp(buf_str(&left), buf_str(&right)) == 0;
    buf_clear(&left);
    buf_clear(&right);
    return e;
}

enum err user_abi_merge(struct diag *d, struct user_abi *u, struct user_abi *from)
{
    enum err e = OK;

    for (size_t i = 0; i < from->num && e == OK; i++) {
        const struct abi_function *known = user_abi_find(u, from->functions[i].selector);
        bool same = false;

        if (known != NULL)
            e = is_same(d, &same, known, &from->functions[i]);
        if (e == OK && !same)
            e = add_function(d, u, &from->functions[i]);
    }
    user_abi_free(from);
    return e;
}

/* --- "function f(uint256 a) external view returns (bool)" ------------------------------------- */

static bool starts_with_word(const char *text, const char *word)
{
    size_t len = strlen(word);

    return strncmp(text, word, len) == 0 && (text[len] == ' ' || text[len] == '(');
}

static bool is_no_function(const char *text)
{
    return starts_with_word(text, "event") || starts_with_word(text, "error") ||
           starts_with_word(text, "constructor") || starts_with_word(text, "fallback") ||
           starts_with_word(text, "receive") || starts_with_word(text, "struct");
}

/* Length of a modifier and the spaces behind it; 0 if there is none. */
static size_t modifier_length(const char *text)
{
    static const char *const words[] = { "external", "public",  "view",
                                         "pure",     "payable", "nonpayable" };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t len = strlen(words[i]);

        if (strncmp(text, words[i], len) == 0 && (text[len] == ' ' || text[len] == '\0'))
            return len + strspn(text + len, " ");
    }
    return 0;
}

/* Behind the parameters there may be modifiers and what it returns; neither is in the selector. */
static bool is_known_suffix(const char *text)
{
    text += strspn(text, " ");
    for (size_t n = modifier_length(text); n > 0; n = modifier_length(text))
        text += n;
    if (*text == '\0')
        return true;
    return (strncmp(text, "returns(", 8) == 0 || strncmp(text, "returns (", 9) == 0) &&
           text[strlen(text) - 1] == ')';
}

/* Where the parentheses of the parameters close; NULL if they do not. */
static const char *parameters_end(const char *text)
{
    size_t depth = 0;

    for (; *text != '\0'; text++) {
        if (*text == '(')
            depth++;
        else if (*text == ')' && (depth == 0 || --depth == 0))
            return text + 1;
    }
    return NULL;
}

static enum err add_human(struct diag *d, struct user_abi *u, const char *text)
{
    const char *start = starts_with_word(text, "function") ? text + 9 : text;
    const char *end = parameters_end(start);
    enum err e = ERR_INTERNAL;
    struct buf signature;

    if (is_no_function(text))
        return OK;
    if (end == NULL || !is_known_suffix(end))
        return diag_set(d, ERR_FORMAT, "expected the signature of a function, found '%.128s'",
                        text);
    buf_init(&signature, LIMIT_ABI_FILE_BYTES);
    buf_add(&signature, start, (size_t)(end - start));
    if ((e = buf_check(d, &signature, "a signature")) == OK)
        e = add_signature(d, u, buf_str(&signature));
    buf_clear(&signature);
    return e;
}

/* --- {"type":"function","name":"f","inputs":[…]} ---------------------------------------------- */

static bool is_word(const char *s, const char *also)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    size_t len = strlen(s);

    for (size_t i = 0; i < len; i++) {
        if (strchr(letters, s[i]) == NULL && strchr(also, s[i]) == NULL)
            return false;
    }
    return true;
}

static enum err write_params(struct diag *d, struct buf *out, const struct json *params,
                             unsigned depth);

/* "tuple[2]" with components becomes "(…)[2]". */
static enum err write_type(struct diag *d, struct buf *out, const struct json *param,
                           unsigned depth)
{
    const struct json *components = NULL;
    const char *type = NULL;
    enum err e = json_read_string(d, &type, param, "type");

    if (e != OK)
        return e;
    if (type[0] == '\0' || !is_word(type, "[]"))
        return diag_set(d, ERR_FORMAT, "expected a type, found '%.64s'", type);
    if (strncmp(type, "tuple", 5) != 0) {
        buf_add_str(out, type);
        return OK;
    }
    if ((e = json_read_array(d, &components, param, "components")) != OK ||
        (e = write_params(d, out, components, depth + 1)) != OK)
        return e;
    buf_add_str(out, type + 5);
    return OK;
}

static enum err write_params(struct diag *d, struct buf *out, const struct json *params,
                             unsigned depth)
{
    if (depth > LIMIT_ABI_TYPE_DEPTH)
        return diag_set(d, ERR_LIMIT, "types nest deeper than %d", LIMIT_ABI_TYPE_DEPTH);
    buf_add_str(out, "(");
    for (size_t i = 0; i < json_len(params); i++) {
        const struct json *param = json_at(params, i);
        const char *name = json_string(json_get(param, "name"));
        enum err e = OK;

        buf_add_str(out, i > 0 ? "," : "");
        if ((e = write_type(d, out, param, depth)) != OK)
            return e;
        if (name != NULL && !is_word(name, "_$"))
            return diag_set(d, ERR_FORMAT, "expected the name of a parameter, found '%.64s'", name);
        buf_addf(out, " %s", name != NULL ? name : "");
    }
    buf_add_str(out, ")");
    return OK;
}

static enum err add_object(struct diag *d, struct user_abi *u, const struct json *entry)
{
    const char *type = json_string(json_get(entry, "type"));
    const struct json *inputs = NULL;
    const char *name = NULL;
    enum err e = ERR_INTERNAL;
    struct buf signature;

    if (type != NULL && strcmp(type, "function") != 0)
        return OK;
    if ((e = json_read_string(d, &name, entry, "name")) != OK ||
        (e = json_read_array(d, &inputs, entry, "inputs")) != OK)
        return e;
    if (!is_word(name, "_$"))
        return diag_set(d, ERR_FORMAT, "expected the name of a function, found '%.64s'", name);
    buf_init(&signature, LIMIT_ABI_FILE_BYTES);
    buf_add_str(&signature, name);
    if ((e = write_params(d, &signature, inputs, 0)) == OK &&
        (e = buf_check(d, &signature, "a signature")) == OK)
        e = add_signature(d, u, buf_str(&signature));
    buf_clear(&signature);
    return e;
}

/* --- the file --------------------------------------------------------------------------------- */

static enum err add_entries(struct diag *d, struct user_abi *u, const struct json *list)
{
    for (size_t i = 0; i < json_len(list); i++) {
        const struct json *entry = json_at(list, i);
        enum err e = OK;

        if (json_type(entry) == JSON_STRING)
            e = add_human(d, u, json_string(entry));
        else if (json_type(entry) == JSON_OBJECT)
            e = add_object(d, u, entry);
        else
            e = diag_set(d, ERR_FORMAT, "expected an object or a string");
        if (e != OK)
            return diag_prefix(d, "entry %zu", i);
    }
    return OK;
}

enum err user_abi_parse(struct diag *d, struct user_abi **out, const void *data, size_t data_len,
                        const char *what)
{
    enum err e = ERR_INTERNAL;
    struct json *root = NULL;
    const struct json *list = NULL;
    struct user_abi *u = NULL;

    *out = NULL;
    if ((e = json_parse(d, &root, data, data_len, what)) != OK)
        return e;
    list = json_type(root) == JSON_OBJECT ? json_get(root, "abi") : root;
    if (list == NULL || json_type(list) != JSON_ARRAY) {
        e = diag_set(d, ERR_FORMAT,
                     "%.128s: expected an ABI: a JSON array, or an object with 'abi'", what);
        goto done;
    }
    if ((u = calloc(1, sizeof(*u))) == NULL) {
        e = diag_set(d, ERR_NOMEM, "out of memory");
        goto done;
    }
    if ((e = add_entries(d, u, list)) != OK) {
        e = diag_prefix(d, "%.128s", what);
        goto done;
    }
    *out = u;
    u = NULL; /* moved to the caller */
done:
    user_abi_free(u);
    json_free(root);
    return e;
}

const struct abi_function *user_abi_find(const struct user_abi *u, const uint8_t selector[4])
{
    for (size_t i = 0; u != NULL && i < u->num; i++) {
        if (memcmp(u->functions[i].selector, selector, 4) == 0)
            return &u->functions[i];
    }
    return NULL;
}

static const struct abi_function *find_signature(const struct user_abi *u, const char *signature)
{
    struct diag ignored = { 0 };
    struct abi_function wanted;
    const struct abi_function *found = NULL;

    if (abi_function_parse(&ignored, &wanted, signature) != OK)
        return NULL;
    found = user_abi_find(u, wanted.selector);
    if (found != NULL && strcmp(found->name, wanted.name) != 0)
        found = NULL;
    abi_function_clear(&wanted);
    return found;
}

const struct abi_function *user_abi_find_name(const struct user_abi *u, const char *name)
{
    const struct abi_function *found = NULL;

    if (strchr(name, '(') != NULL)
        return find_signature(u, name);
    for (size_t i = 0; u != NULL && i < u->num; i++) {
        if (strcmp(u->functions[i].name, name) != 0)
            continue;
        if (found != NULL)
            return NULL;
        found = &u->functions[i];
    }
    return found;
}
