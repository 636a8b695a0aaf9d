// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "src/base/json.h"
#include "src/base/term.h"
#include "src/cli/commands.h"
#include "src/cli/common.h"
#include "src/cli/device.h"

/* --- list ------------------------------------------------------------------------------------- */

static const char *name_of(const struct signer_listed *item)
{
    if (item->model != DEVICE_UNKNOWN)
        return device_model_name(item->model);
    return item->vendor == VENDOR_LEDGER ? "Ledger" : "Trezor";
}

static void set_text(struct json *j, const char *key, const char *text)
{
    if (text == NULL || text[0] == '\0')
        json_set_null(j, key);
    else
        json_set(j, key, json_new_text(text, strlen(text)));
}

static enum err answer_list(struct diag *d, const struct signer_listed *items, size_t num_items)
{
    struct json *j = json_new_object();
    struct json *rows = json_new_array();

    for (size_t i = 0; i < num_items; i++) {
        struct json *row = json_new_object();

        set_text(row, "vendor", items[i].vendor == VENDOR_LEDGER ? "ledger" : "trezor");
        set_text(row, "model", device_model_word(items[i].model));
        set_text(row, "name", name_of(&items[i]));
        set_text(row, "version", items[i].version);
        set_text(row, "state", items[i].state);
        set_text(row, "transport", items[i].transport);
        json_append(rows, row);
    }
    json_set_int(j, "result", 0);
    json_set(j, "devices", rows);
    return common_answer(d, j);
}

/* The text, escaped, and spaces up to the width of its column. */
static void print_cell(const char *text, size_t width)
{
    struct buf cell;

    buf_init(&cell, 1024);
    buf_add_untrusted(&cell, text, strlen(text));
    term_printf("%-*s  ", (int)width, buf_str(&cell));
    buf_clear(&cell);
}

static void print_list(const struct signer_listed *items, size_t num_items)
{
    for (size_t i = 0; i < num_items; i++) {
        print_cell(name_of(&items[i]), 18);
        print_cell(items[i].version[0] != '\0' ? items[i].version : "-", 16);
        print_cell(items[i].state, 12);
        term_untrusted(items[i].transport, strlen(items[i].transport));
        term_printf("\n");
    }
}

static enum err device_list(struct diag *d, const struct args *a)
{
    struct signer_listed items[SIGNER_MAX_LISTED];
    struct signer_options options;
    size_t num_items = 0;
    enum err e = common_signer_options(d, &options, a);

    if (e == OK)
        e = signer_list(d, items, &num_items, &options);
    if (e != OK)
        return e;
    if (num_items == 0)
        term_hint("no device was found: plug it in (with a cable that carries data), unlock it; "
                  "'make install' puts the udev rules in place that let you open it");
    if (args_json(a))
        return answer_list(d, items, num_items);
    print_list(items, num_items);
    return OK;
}

/* --- the verb --------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    size_t num_operands; /* behind the name */
    const char *expected;
    const char *options; /* that it takes */
    enum err (*run)(struct diag *d, const struct args *a);
} subcommands[] = {
    { "list", 0, "no operand", "transport allow-remote-device", device_list },
    { "address", 0, "options alone", "signer transport allow-remote-device count family confirm",
      device_address },
    { "preview", 1, "one PROPOSAL",
      "device app-version blind-signing raw-messages transaction-hash hash-mode account html",
      device_preview },
};
#define NUM_SUBCOMMANDS (sizeof(subcommands) / sizeof(subcommands[0]))

static enum err run(struct diag *d, const struct args *a, int *exit_code)
{
    const char *name = a->operands[0];
    size_t i = 0;
    enum err e = ERR_INTERNAL;

    (void)exit_code;
    while (i < NUM_SUBCOMMANDS && strcmp(subcommands[i].name, name) != 0)
        i++;
    if (i == NUM_SUBCOMMANDS)
        return diag_set(d, ERR_USAGE, "device: expected list, address or preview, found '%.32s'",
                        name);
    if ((e = args_check_sub(d, a, name, subcommands[i].options)) != OK)
        return e;
    if (a->num_operands - 1 != subcommands[i].num_operands)
        return diag_set(d, ERR_USAGE, "device %s: expected %s", name, subcommands[i].expected);
    return subcommands[i].run(d, a);
}

static const struct arg_option options[] = {
    { "signer", "SIGNER", "address: ledger[:PATH] or trezor[:PATH]", false },
    { "count", "N", "address: accounts of each family, up to 100 (default: 5)", false },
    { "family", "FAMILY", "address: bip44, ledger-live or legacy alone", false },
    { "confirm", NULL, "address: show the one of PATH on the device, to compare", false },
    OPTION_TRANSPORT,
    OPTION_REMOTE,
    { "device", "MODEL",
      "preview: nanos, nanosp, nanox, stax, flex, apex, trezor-one, trezor-t, "
      "trezor-safe3, trezor-safe5",
      false },
    { "app-version", "X.Y.Z", "preview: of the Ethereum app or of the Trezor's firmware", false },
    { "blind-signing", "on|off", "preview: setting of the Ethereum app", false },
    { "raw-messages", "on|off", "preview: the same", false },
    { "transaction-hash", "on|off", "preview: the same", false },
    { "hash-mode", NULL, "preview: Ledger signs by --hash-mode", false },
    { "account", "ADDRESS", "preview: of the signer; some screens show it", false },
    { "html", "FILE", "preview: write pictures of the screens, too", false },
    OPTION_END,
};

const struct command cmd_device = {
    .name = "device",
    .operands = "list | address | preview PROPOSAL",
    .summary = "hardware wallets: which are there, their accounts, their screens",
    .details = "list     what is connected, and whether it is ready\n"
               "address  its accounts, and which of them is an owner in the profile; nothing is\n"
               "         shown on the device without --confirm\n"
               "preview  what the device will show when it signs, screen after screen; asks no\n"
               "         device, and reads every form of a SafeTx that 'hash' reads",
    .options = options,
    .min_operands = 1,
    .max_operands = 2,
    .run = run,
};
