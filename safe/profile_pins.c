// SPDX-License-Identifier: Apache-2.0
/* Values that the profile vouches for. */
#include <stdlib.h>
#include <string.h>

#include "safe/profile_parse.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/yaml_read.h"

const char *profile_pin_name(enum profile_pin pin)
{
    static const char *const names[NUM_PROFILE_PINS] = {
        "os-images",     "kms-measurements", "kms-devices", "devices",
        "kms-k256-keys", "kms-ca-keys",      "kms-quotes",  "kms-event-logs",
    };

    return names[pin];
}

bool profile_has_pin(const struct profile *p, enum profile_pin pin, const struct hash32 *value)
{
    const struct profile_pins *list = &p->pins[pin];

    for (size_t i = 0; i < list->num_hashes; i++) {
        if (hash32_eq(&list->hashes[i], value))
            return true;
    }
    return false;
}

void profile_pins_clear(struct profile *p)
{
    for (size_t i = 0; i < NUM_PROFILE_PINS; i++)
        free(p->pins[i].hashes);
}

enum err profile_read_hash(struct profile_reader *r, struct hash32 *out, const struct yaml_node *n)
{
    const char *text = NULL;
    struct diag inner = { 0 };
    enum err e = yaml_read_text(r->d, &text, r->y, n);

    if (e == OK && hash32_parse(&inner, out, text) != OK)
        e = yaml_error_from(r->d, r->y, n, &inner);
    if (e == OK && hash32_is_of_nothing(out))
        e = yaml_error(r->d, ERR_FORMAT, r->y, n,
                       "zero and the SHA-256 of nothing are the hash of no value");
    return e;
}

static enum err read_list(struct profile_reader *r, struct profile_pins *list,
                          const struct yaml_node *n)
{
    enum err e = yaml_check_sequence(r->d, r->y, n, LIMIT_PROFILE_ITEMS);

    if (e != OK)
        return e;
    if ((list->hashes = calloc(n->num_items + 1, sizeof(*list->hashes))) == NULL)
        return diag_set(r->d, ERR_NOMEM, "out of memory");
    for (size_t i = 0; e == OK && i < n->num_items; i++) {
        if ((e = profile_read_hash(r, &list->hashes[i], n->items[i])) == OK)
            list->num_hashes++;
    }
    return e;
}

static enum err unknown_pin(struct profile_reader *r, const struct yaml_node *key)
{
    struct buf names;

    buf_init(&names, 512);
    for (unsigned i = 0; i < NUM_PROFILE_PINS; i++)
        buf_addf(&names, "%s%s", i > 0 ? ", " : "", profile_pin_name(i));
    diag_hint(r->d, "known keys: %s", buf_str(&names));
    buf_clear(&names);
    return yaml_error(r->d, ERR_FORMAT, r->y, key, "unknown key '%.64s' in 'pins'", key->text);
}

enum err profile_read_pins(struct profile_reader *r, const struct yaml_node *n)
{
    enum err e = yaml_check_mapping(r->d, r->y, n);

    for (size_t i = 0; e == OK && i < n->num_pairs; i++) {
        unsigned pin = 0;

        while (pin < NUM_PROFILE_PINS && strcmp(profile_pin_name(pin), n->pairs[i].key->text) != 0)
            pin++;
        if (pin == NUM_PROFILE_PINS)
            e = unknown_pin(r, n->pairs[i].key);
        else
            e = read_list(r, &r->p->pins[pin], n->pairs[i].value);
    }
    return e;
}
