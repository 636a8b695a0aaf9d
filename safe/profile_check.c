// SPDX-License-Identifier: Apache-2.0
#include "safe/profile_parse.h"

#include "src/base/clock.h"
#include "src/base/yaml_read.h"

/* A node that the profile has: its section and key were read before. */
static const struct yaml_node *at(const struct yaml_node *root, const char *section,
                                  const char *key)
{
    const struct yaml_node *map = yaml_get(root, section);
    const struct yaml_node *n = map != NULL ? yaml_get(map, key) : NULL;

    return n != NULL ? n : root;
}

static enum err check_people(struct profile_reader *r, const struct yaml_node *root)
{
    const struct profile *p = r->p;
    const struct yaml_node *owners = at(root, "safe", "owners");
    const struct yaml_node *delegates = at(root, "safe", "delegates");

    if (p->threshold < 1 || p->threshold > p->num_owners)
        return yaml_error(r->d, ERR_FORMAT, r->y, at(root, "safe", "threshold"),
                          "expected a threshold from 1 to %zu (the number of owners), found %llu",
                          p->num_owners, (unsigned long long)p->threshold);
    for (size_t i = 0; i < p->num_owners; i++) {
        if (address_eq(&p->owners[i], &p->safe.safe))
            return yaml_error(r->d, ERR_FORMAT, r->y, owners->items[i],
                              "a Safe cannot be its own owner");
    }
    for (size_t i = 0; i < p->num_delegates; i++) {
        if (profile_is_owner(p, &p->delegates[i]))
            return yaml_error(r->d, ERR_FORMAT, r->y, delegates->items[i],
                              "an owner needs no delegation: the address is under 'owners' too");
        if (address_eq(&p->delegates[i], &p->safe.safe))
            return yaml_error(r->d, ERR_FORMAT, r->y, delegates->items[i],
                              "a Safe cannot be its own delegate");
    }
    return OK;
}

/* The name of what has that address among Safe, timelock and the first num contracts, or NULL. */
static const char *who_has(const struct profile *p, size_t num, const struct address *a)
{
    if (address_eq(a, &p->safe.safe))
        return "safe";
    if (p->has_timelock && address_eq(a, &p->timelock))
        return "timelock";
    for (size_t i = 0; i < num; i++) {
        if (address_eq(a, &p->contracts[i].address))
            return p->contracts[i].name;
    }
    return NULL;
}

static enum err check_addresses(struct profile_reader *r, const struct yaml_node *root)
{
    const struct profile *p = r->p;
    const struct yaml_node *contracts = yaml_get(root, "contracts");

    if (p->has_timelock && address_eq(&p->timelock, &p->safe.safe))
        return yaml_error(r->d, ERR_FORMAT, r->y, at(root, "timelock", "address"),
                          "the timelock has the address of the Safe");
    for (size_t i = 0; i < p->num_contracts; i++) {
        const char *other = who_has(p, i, &p->contracts[i].address);

        if (other != NULL)
            return yaml_error(r->d, ERR_FORMAT, r->y,
                              yaml_get(contracts->pairs[i].value, "address"),
                              "'%s' has the address of '%s'", p->contracts[i].name, other);
    }
    return OK;
}

static enum err check_delays(struct profile_reader *r, const struct yaml_node *root)
{
    struct profile *p = r->p;
    const struct yaml_node *policy = yaml_get(root, "policy");
    const struct yaml_node *min = policy != NULL ? yaml_get(policy, "min-delay") : NULL;
    const struct yaml_node *max = policy != NULL ? yaml_get(policy, "max-delay") : NULL;

    if (!p->has_timelock && (min != NULL || max != NULL))
        return yaml_error(r->d, ERR_FORMAT, r->y, min != NULL ? min : max,
                          "a delay needs a 'timelock' section");
    if (min == NULL)
        p->policy.min_delay_s = p->timelock_delay_s;
    if (max != NULL && p->policy.max_delay_s < p->policy.min_delay_s)
        return yaml_error(r->d, ERR_FORMAT, r->y, max, "the greatest delay is below the least, %s",
                          duration_format(p->policy.min_delay_s).s);
    return OK;
}

/* The age is measured when the proposal was made, and without an expiry that may be any time. */
static enum err check_ages(struct profile_reader *r, const struct yaml_node *root)
{
    const struct profile *p = r->p;
    const struct yaml_node *policies = at(root, "images", "policies");

    for (size_t i = 0; p->policy.expiry_s == 0 && i < p->images.num_policies; i++) {
        if (p->images.policies[i].max_age_s != 0)
            return yaml_error(r->d, ERR_FORMAT, r->y, yaml_get(policies->items[i], "max-age"),
                              "'max-age' means nothing without 'expiry' in 'policy', such as "
                              "expiry: 30d");
    }
    return OK;
}

enum err profile_check(struct profile_reader *r, const struct yaml_node *root)
{
    enum err e = check_people(r, root);

    if (e == OK)
        e = check_addresses(r, root);
    if (e == OK)
        e = check_delays(r, root);
    if (e == OK)
        e = check_ages(r, root);
    return e;
}
