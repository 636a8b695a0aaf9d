// SPDX-License-Identifier: Apache-2.0
/*
 * Makes a throw-away keystore for tests and demonstrations:
 *
 *   make_keystore FILE PASSPHRASE_FILE [SEED]
 *
 * Prints the address. With a SEED the key is keccak256(SEED): anybody who knows the word has the
 * key. Both forms use light key derivation. Never for anything of value.
 */
#include <string.h>

#include "hw/keystore.h"
#include "src/base/address.h"
#include "src/base/digest.h"
#include "src/base/file.h"
#include "src/base/keccak.h"
#include "src/base/limits.h"
#include "src/base/secret.h"
#include "src/base/term.h"

static enum err choose_key(struct diag *d, struct seckey *out, const char *seed)
{
    struct hash32 hash;

    if (seed == NULL)
        return random_bytes(d, out->b, sizeof(out->b));
    keccak256(&hash, seed, strlen(seed));
    memcpy(out->b, hash.b, sizeof(out->b));
    return OK;
}

static enum err make(struct diag *d, const char *path, const char *pass_path, const char *seed)
{
    struct seckey key = { { 0 } };
    struct address address;
    struct buf file, pass;
    enum err e = ERR_INTERNAL;

    buf_init(&file, LIMIT_KEYSTORE_BYTES);
    buf_init_secret(&pass, LIMIT_SECRET_BYTES);
    e = secret_from_file(d, &pass, pass_path);
    if (e == OK)
        e = choose_key(d, &key, seed);
    if (e == OK)
        e = secp_address(d, &address, &key);
    if (e == OK)
        e = keystore_encrypt(d, &file, &key, KEYSTORE_SCRYPT, true, pass.data, pass.len);
    if (e == OK)
        e = file_write(d, path, file.data, file.len, FILE_PRIVATE);
    if (e == OK)
        term_printf("%s\n", address_format(&address).s);
    secret_wipe(&key, sizeof(key));
    buf_clear(&pass);
    buf_clear(&file);
    return e;
}

int main(int argc, char **argv)
{
    struct diag d = { 0 };
    enum err e = ERR_INTERNAL;

    term_init(TERM_NEVER, false);
    if (argc != 3 && argc != 4)
        e = diag_set(&d, ERR_USAGE, "usage: make_keystore FILE PASSPHRASE_FILE [SEED]");
    else
        e = make(&d, argv[1], argv[2], argc == 4 ? argv[3] : NULL);
    if (e == OK)
        e = term_finish(&d);
    if (e != OK)
        term_error(&d);
    return err_exit_code(e);
}
