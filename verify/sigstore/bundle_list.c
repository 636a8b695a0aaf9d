// SPDX-License-Identifier: Apache-2.0
/* Which container is it? Told by the members of the first document, never by a file's name. */
#include <stdlib.h>
#include <string.h>

#include "verify/sigstore/bundle.h"

#define SIMPLESIGNING "application/vnd.dev.cosign.simplesigning.v1+json"

void bundle_list_clear(struct bundle_list *list)
{
    for (size_t i = 0; i < list->num_items; i++)
        bundle_clear(&list->items[i]);
    free(list->items);
    *list = (struct bundle_list){ 0 };
}

/* Room for one more, which the caller fills; NULL with the error set. */
static struct bundle *add_item(struct diag *d, struct bundle_list *list)
{
    struct bundle *grown = NULL;

    if (list->num_items == LIMIT_SIGSTORE_BUNDLES) {
        (void)diag_set(d, ERR_LIMIT, "signatures are over the limit of %d", LIMIT_SIGSTORE_BUNDLES);
        return NULL;
    }
    grown = realloc(list->items, (list->num_items + 1) * sizeof(*grown));
    if (grown == NULL) {
        (void)diag_set(d, ERR_NOMEM, "out of memory");
        return NULL;
    }
    list->items = grown;
    grown[list->num_items] = (struct bundle){ 0 };
    return &grown[list->num_items++];
}

static enum err add_manifest(struct diag *d, struct bundle_list *list, const struct json *j)
{
    const struct json *layers = NULL;
    enum err e = json_read_array(d, &layers, j, "layers");

    for (size_t i = 0; e == OK && i < json_len(layers); i++) {
        struct bundle *b = NULL;
        const char *type = NULL;

        if (json_read_string(d, &type, json_at(layers, i), "mediaType") != OK)
            return diag_prefix(d, "layers[%zu]", i);
        if (strcmp(type, SIMPLESIGNING) != 0)
            return diag_set(d, ERR_UNSUPPORTED,
                            "layers[%zu]: expected mediaType '%s', found '%.96s'", i, SIMPLESIGNING,
                            type);
        if ((b = add_item(d, list)) == NULL)
            return d->code;
        if ((e = bundle_read_layer(d, b, json_at(layers, i))) != OK)
            e = diag_prefix(d, "layers[%zu]", i);
    }
    return e;
}

static enum err add_document(struct diag *d, struct bundle_list *list, const struct json *j)
{
    struct bundle *b = NULL;

    if (part_get(j, "layers") != NULL)
        return add_manifest(d, list, j);
    if ((b = add_item(d, list)) == NULL)
        return d->code;
    if (part_get(j, "Base64Signature") != NULL)
        return bundle_read_download(d, b, j);
    return bundle_read(d, b, j);
}

static enum err add_text(struct diag *d, struct bundle_list *list, const char *text,
                         size_t text_len, const char *what)
{
    struct json *j = NULL;
    enum err e = json_parse(d, &j, text, text_len, what);

    if (e == OK && (e = add_document(d, list, j)) != OK)
        e = diag_prefix(d, "%s", what);
    json_free(j);
    return e;
}

static enum err add_lines(struct diag *d, struct bundle_list *list, const char *text,
                          size_t text_len)
{
    enum err e = OK;
    size_t number = 1;

    for (size_t at = 0; e == OK && at < text_len; number++) {
        const char *newline = memchr(text + at, '\n', text_len - at);
        size_t len = newline != NULL ? (size_t)(newline - text) - at : text_len - at;

        if (len > 0 && (e = add_text(d, list, text + at, len, "bundle")) != OK)
            e = diag_prefix(d, "line %zu", number);
        at += len + 1;
    }
    return e;
}

enum err bundle_list_parse(struct diag *d, struct bundle_list *out, const void *data,
                           size_t data_len)
{
    enum err e = OK;

    *out = (struct bundle_list){ 0 };
    if (data_len == 0)
        return diag_set(d, ERR_FORMAT, "bundle: the file is empty");
    if (data_len > LIMIT_SIGSTORE_BYTES)
        return diag_set(d, ERR_LIMIT, "bundle: %zu bytes are over the limit of %d", data_len,
                        LIMIT_SIGSTORE_BYTES);
    e = part_is_lines(data, data_len) ? add_lines(d, out, data, data_len)
                                      : add_text(d, out, data, data_len, "bundle");
    if (e == OK && out->num_items == 0)
        e = diag_set(d, ERR_FORMAT, "bundle: no signature in it");
    if (e != OK)
        bundle_list_clear(out);
    return e;
}
