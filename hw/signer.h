// SPDX-License-Identifier: Apache-2.0
#ifndef HW_SIGNER_H
#define HW_SIGNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hw/device.h"
#include "hw/path.h"
#include "src/base/eth_tx.h"
#include "src/base/secp.h"
#include "src/base/typed_data.h"

/*
 * Who signs. One seam for everything that holds a key: Ledger, Trezor, keystore files, and wallets
 * that a person carries the data to. What comes back is untrusted: this seam recovers every
 * signature over its own hash and compares, so that only a signature of the right account over the
 * right bytes leaves it.
 */
struct signer;
struct json;

/* What a signer may need besides its name. All-zero but passphrase_fd = -1 is a good start. */
struct signer_options {
    /* Keystore: where its passphrase comes from; at most one of the two is set. */
    const char *passphrase_file; /* NULL: none */
    int passphrase_fd;           /* -1: none; neither: ask on the terminal */
    /* External: a file with the signature, "-" for standard input; NULL: ask on the terminal. */
    const char *signature_file;
    /* Device: which one, "tcp:HOST:PORT", "udp:HOST:PORT", "bridge[:http://…]" or a path of
     * signer_list; NULL: the only one that is connected. */
    const char *transport;
    bool allow_remote; /* tcp:, udp: and bridge: to other machines than this one, too */
    bool hash_mode;    /* Ledger: show the two hashes instead of the fields */
    /*
     * Told what the person should do now ("confirm on the Ledger Flex"), one line each. Raw, as in
     * struct diag: who shows it escapes it. NULL: nobody is told.
     */
    void (*notice)(void *ctx, const char *text);
    void *notice_ctx;
    /* External: given what the wallet signs, for eth_signTypedData_v4, before the signature is
     * read. NULL: it is known already. */
    enum err (*typed_data)(struct diag *d, void *ctx, const struct json *typed);
    void *typed_data_ctx;
};

/*
 * spec names the signer:
 *   ledger[:PATH]  trezor[:PATH]   a device; PATH (hw/path.h) is m/44'/60'/0'/0/0 by default
 *   keystore:FILE                  an Ethereum V3 keystore
 *   external:ADDRESS               another wallet: shows the EIP-712 JSON, reads a signature
 * Opens, and asks the account; a device shows nothing. ERR_USAGE for an unknown kind; ERR_DEVICE
 * if there is no device or more than one, it is locked, in the wrong app or not set up;
 * ERR_REFUSED for a wrong passphrase or PIN. The options are copied; what they point to stays
 * until signer_close.
 */
MUST_CHECK enum err signer_open(struct diag *d, struct signer **out, const char *spec,
                                const struct signer_options *options);
/* Ends the exchange and wipes; NULL is fine. */
void signer_close(struct signer *s);

/* The account that signs. */
void signer_address(const struct signer *s, struct address *out);
/* The device, as it was when it was opened; NULL if it is none. */
const struct device_setup *signer_device(const struct signer *s);

/* Whether signer_sign_tx can work: an external wallet sends its transactions by itself. */
bool signer_signs_tx(const struct signer *s);

/*
 * The account of another path of the same device, without showing it (confirm: the device shows
 * it and a person compares; ERR_REFUSED if they say no). ERR_UNSUPPORTED for other signers.
 */
MUST_CHECK enum err signer_account(struct diag *d, struct signer *s, struct address *out,
                                   const struct hd_path *path, bool confirm);

/*
 * EIP-712. A device shows the data or its hashes, depending on signer_device. ERR_DEVICE, and a
 * zero signature, if what came back is not the account's signature over this data: 65 bytes,
 * low s, v 27 or 28. ERR_REFUSED if the person said no on the device or pressed Ctrl-C.
 */
MUST_CHECK enum err signer_sign_typed(struct diag *d, struct signer *s, struct sig65 *out,
                                      const struct typed_data *typed);

/* A transaction; v is 27 or 28 for both kinds. Checked and failing as above. */
MUST_CHECK enum err signer_sign_tx(struct diag *d, struct signer *s, struct sig65 *out,
                                   const struct eth_tx *tx);

/* A device that is connected, or could be. Text from the device is raw. */
struct signer_listed {
    enum device_vendor vendor; /* set by signer_list; the model may be unknown */
    enum device_model model;
    char version[32];    /* "Ethereum 1.22.0", "firmware 1.14.1"; "" if it did not say */
    char state[64];      /* "ready", "locked", "no app open", "bootloader", …: ours */
    char transport[192]; /* as in signer_options: "hid:/dev/hidraw3", "usb:1-4", "bridge:1" */
};
#define SIGNER_MAX_LISTED 16
/*
 * All devices of this machine, and the one that options->transport names if it is set; asks each
 * for its state, shows nothing. Not to be called while a signer is open: enumerating disturbs a
 * request that is pending. *num_out may be 0.
 */
MUST_CHECK enum err signer_list(struct diag *d, struct signer_listed out[static SIGNER_MAX_LISTED],
                                size_t *num_out, const struct signer_options *options);

/* ERR_USAGE unless it begins like one of signer_options.transport. */
MUST_CHECK enum err signer_check_transport(struct diag *d, const char *text);

/* --- for implementations ---------------------------------------------------------------------- */

/* What an implementation provides; ctx is its own. The seam checks what comes back. */
struct signer_ops {
    enum err (*address)(struct diag *d, void *ctx, struct address *out);
    /* NULL: there is only one account. */
    enum err (*account)(struct diag *d, void *ctx, struct address *out, const struct hd_path *path,
                        bool confirm);
    enum err (*sign_typed)(struct diag *d, void *ctx, struct sig65 *out,
                           const struct typed_data *typed);
    /* NULL: signs no transactions. */
    enum err (*sign_tx)(struct diag *d, void *ctx, struct sig65 *out, const struct eth_tx *tx);
    /* NULL: no device. */
    const struct device_setup *(*setup)(const void *ctx);
    void (*close)(void *ctx);
};
/* Takes ctx over, also on failure; asks the address. */
MUST_CHECK enum err signer_new(struct diag *d, struct signer **out, const struct signer_ops *ops,
                               void *ctx);
/* The passphrase, from where the options say; prompt is for the terminal. out: buf_init_secret. */
MUST_CHECK enum err signer_passphrase(struct diag *d, struct buf *out,
                                      const struct signer_options *options, const char *prompt);
/* options->notice, if there is one. */
void signer_notice(const struct signer_options *options, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
