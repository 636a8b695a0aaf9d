// SPDX-License-Identifier: Apache-2.0
#include "hw_replay.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

void hw_replay_init(struct hw_replay *r)
{
    memset(r, 0, sizeof(*r));
}

static void add(struct hw_replay *r, bool from_host, const uint8_t *report, size_t len)
{
    cr_assert(r->num < HW_REPLAY_MAX && len <= HW_REPORT_BYTES);
    r->reports[r->num] = (struct replay_report){ .from_host = from_host };
    if (len > 0)
        memcpy(r->reports[r->num].b, report, len);
    r->num++;
}

void hw_replay_host(struct hw_replay *r, const uint8_t *report, size_t len)
{
    add(r, true, report, len);
}

void hw_replay_device(struct hw_replay *r, const uint8_t *report, size_t len)
{
    add(r, false, report, len);
}

static unsigned digit(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = c != '\0' ? strchr(digits, c) : NULL;

    cr_assert_not_null(at, "'%c' is no hex digit", c);
    return (unsigned)(at - digits) % 16;
}

static void add_hex(struct hw_replay *r, bool from_host, const char *hex)
{
    uint8_t report[HW_REPORT_BYTES] = { 0 };
    size_t num = 0;

    for (; *hex != '\0'; hex++) {
        if (*hex == ' ' || *hex == '\n')
            continue;
        cr_assert(num < sizeof(report) * 2);
        report[num / 2] = (uint8_t)(report[num / 2] * 16 + digit(*hex));
        num++;
    }
    cr_assert(num % 2 == 0);
    add(r, from_host, report, num / 2);
}

void hw_replay_host_hex(struct hw_replay *r, const char *hex)
{
    add_hex(r, true, hex);
}

void hw_replay_device_hex(struct hw_replay *r, const char *hex)
{
    add_hex(r, false, hex);
}

/* --- the device ------------------------------------------------------------------------------- */

static enum err stray(struct diag *d, struct hw_replay *r, const uint8_t *report, const char *what)
{
    char hex[HW_REPORT_BYTES * 2 + 1] = "";

    for (size_t i = 0; i < HW_REPORT_BYTES; i++)
        (void)snprintf(hex + i * 2, 3, "%02x", report[i]);
    if (!r->failed)
        (void)snprintf(r->why, sizeof(r->why), "report %zu: the host wrote %s, %s", r->next, hex,
                       what);
    r->failed = true;
    return diag_set(d, ERR_DEVICE, "replay: %s", r->why);
}

static enum err replay_write(struct diag *d, void *ctx,
                             const uint8_t report[static HW_REPORT_BYTES])
{
    struct hw_replay *r = ctx;
    const struct replay_report *want = &r->reports[r->next];

    if (r->next == r->num)
        return stray(d, r, report, "after the end");
    if (!want->from_host)
        return stray(d, r, report, "and has not read the answer");
    if (!r->tolerant && memcmp(want->b, report, HW_REPORT_BYTES) != 0)
        return stray(d, r, report, "expected something else");
    memcpy(r->reports[r->next].b, report, HW_REPORT_BYTES);
    r->next++;
    return OK;
}

static enum err replay_read(struct diag *d, void *ctx, uint8_t report[static HW_REPORT_BYTES],
                            int timeout_ms, bool *got)
{
    struct hw_replay *r = ctx;

    *got = false;
    memset(report, 0, HW_REPORT_BYTES);
    if (r->next < r->num && !r->reports[r->next].from_host) {
        memcpy(report, r->reports[r->next++].b, HW_REPORT_BYTES);
        *got = true;
        return OK;
    }
    if (timeout_ms == 0)
        return OK;
    if (r->silent) {
        const struct timespec wait = { timeout_ms / 1000, timeout_ms % 1000 * 1000000L };

        (void)nanosleep(&wait, NULL);
        return OK;
    }
    return diag_set(d, ERR_DEVICE, "replay: unplugged at report %zu", r->next);
}

static void replay_close(void *ctx)
{
    struct hw_replay *r = ctx;

    if (r != NULL)
        r->closed++;
}

struct hw_io hw_replay_io(struct hw_replay *r)
{
    return (struct hw_io){
        .ctx = r, .write = replay_write, .read = replay_read, .close = replay_close
    };
}

bool hw_replay_done(const struct hw_replay *r)
{
    return !r->failed && r->next == r->num;
}

/* --- damage ----------------------------------------------------------------------------------- */

/* Position of the device's report number index; r->num if there is none. */
static size_t find(const struct hw_replay *r, size_t index)
{
    for (size_t i = 0; i < r->num; i++) {
        if (!r->reports[i].from_host && index-- == 0)
            return i;
    }
    return r->num;
}

bool hw_replay_flip(struct hw_replay *r, size_t index, size_t bit)
{
    size_t at = find(r, index);

    if (at == r->num)
        return false;
    r->reports[at].b[bit / 8] ^= (uint8_t)(1U << bit % 8);
    return true;
}

bool hw_replay_remove(struct hw_replay *r, size_t index)
{
    size_t at = find(r, index);

    if (at == r->num)
        return false;
    r->num--;
    memmove(&r->reports[at], &r->reports[at + 1], (r->num - at) * sizeof(r->reports[0]));
    return true;
}

bool hw_replay_duplicate(struct hw_replay *r, size_t index)
{
    size_t at = find(r, index);

    if (at == r->num)
        return false;
    cr_assert(r->num < HW_REPLAY_MAX);
    memmove(&r->reports[at + 1], &r->reports[at], (r->num - at) * sizeof(r->reports[0]));
    r->num++;
    return true;
}

bool hw_replay_swap(struct hw_replay *r, size_t index)
{
    size_t one = find(r, index);
    size_t two = find(r, index + 1);
    struct replay_report held;

    if (two >= r->num)
        return false;
    held = r->reports[one];
    r->reports[one] = r->reports[two];
    r->reports[two] = held;
    return true;
}

bool hw_replay_cut(struct hw_replay *r, size_t index, size_t keep)
{
    size_t at = find(r, index);

    if (at == r->num)
        return false;
    memset(r->reports[at].b + keep, 0, HW_REPORT_BYTES - keep);
    return true;
}

bool hw_replay_unplug(struct hw_replay *r, size_t index)
{
    if (index >= r->num)
        return false;
    r->num = index;
    return true;
}
