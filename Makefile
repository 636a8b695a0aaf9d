# SPDX-License-Identifier: Apache-2.0
# `make help` lists the targets. Everything built stays under $(BUILD).

VERSION ?= 0.1.0
BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
# Where udev looks for rules; empty: leave them out.
UDEVDIR ?= /lib/udev/rules.d
CC      ?= cc
CFLAGS  ?= -O2 -g
LDFLAGS ?=
V       ?=
Q       := $(if $(V),,@)
say      = $(if $(V),@:,@printf '  %-8s %s\n' $(1) $(2))

# --- flags --------------------------------------------------------------------------------------
LIBS       := libsecp256k1 jansson yaml-0.1 libcrypto
# Compiled with, but loaded by those verbs alone that need them: src/base/library.h.
LOADED     := libcurl libgit2 hidapi-hidraw libusb-1.0
PKG_CFLAGS := $(shell pkg-config --cflags $(LIBS) $(LOADED) 2>/dev/null)
PKG_LIBS   := $(shell pkg-config --libs $(LIBS) 2>/dev/null)
WARNINGS   := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
              -Wmissing-prototypes -Wcast-qual -Wwrite-strings -Wvla -Wformat=2 \
              -Wimplicit-fallthrough -Wundef $(if $(WERROR),-Werror)
# A flag that the compiler knows, or nothing.
probe       = $(shell printf 'int main(void){return 0;}\n' | $(CC) -Werror $(1) -x c - -o /dev/null \
              2>/dev/null && printf '%s' '$(1)')
SANITIZE   ?=
ifeq ($(SANITIZE),)
HARDEN     := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong \
              $(call probe,-fstack-clash-protection) $(call probe,-ftrivial-auto-var-init=zero)
else
HARDEN     := -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
endif
ALL_CFLAGS  = -std=c11 -D_POSIX_C_SOURCE=200809L -DVERSION='"$(VERSION)"' -I. -fPIE $(WARNINGS) \
              $(HARDEN) $(PKG_CFLAGS) $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now,-z,noexecstack \
              $(if $(SANITIZE),-fsanitize=$(SANITIZE)) $(LDFLAGS)

# --- files --------------------------------------------------------------------------------------
SOURCES := $(filter-out src/cli/main.c,$(sort $(wildcard src/base/*.c safe/*.c hw/*.c hw/*/*.c \
           verify/*.c verify/*/*.c src/cli/*.c)))
HEADERS := $(sort $(wildcard src/base/*.h safe/*.h hw/*.h hw/*/*.h verify/*.h verify/*/*.h \
           src/cli/*.h tests/unit/*.h tests/forger/*.h))
OBJECTS := $(SOURCES:%.c=$(BUILD)/obj/%.o)
LIBRARY := $(BUILD)/libcountersign.a
PROGRAM := $(BUILD)/countersign
UNIT    := $(BUILD)/tests/unit
UNIT_SOURCES := $(sort $(wildcard tests/unit/*.c))
UNIT_OBJECTS := $(UNIT_SOURCES:%.c=$(BUILD)/obj/%.o)
KEYSTORE_TOOL := $(BUILD)/tests/make_keystore
PEAK_MEMORY   := $(BUILD)/tests/peak_memory
FAKE_LIBUSB   := $(BUILD)/tests/libusb-1.0.so.0
FAKE_HIDAPI   := $(BUILD)/tests/libhidapi-hidraw.so.0
FUZZ_SOURCES := $(sort $(wildcard tests/fuzz/*_fuzz.c))

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

all: $(PROGRAM) ## build the program: build/countersign

$(BUILD)/obj/%.o: %.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(LIBRARY): $(OBJECTS)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $(OBJECTS)

$(PROGRAM): $(BUILD)/obj/src/cli/main.o $(LIBRARY)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(UNIT): $(UNIT_OBJECTS) $(LIBRARY) | $(FAKE_LIBUSB) $(FAKE_HIDAPI)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) -lcriterion

-include $(OBJECTS:.o=.d) $(UNIT_OBJECTS:.o=.d) $(BUILD)/obj/src/cli/main.d

# --- tests --------------------------------------------------------------------------------------
deps: ## install the Debian packages and the npm packages of the tests
	$(Q)tests/tools/deps.sh build test

demo: ## the main job on embedded defaults, without network
	$(Q)tests/tools/deps.sh build
	$(Q)$(MAKE) --no-print-directory all $(KEYSTORE_TOOL)
	$(Q)COUNTERSIGN=$(abspath $(PROGRAM)) MAKE_KEYSTORE=$(abspath $(KEYSTORE_TOOL)) \
	    tests/tools/demo.sh

test: ## all tests: unit, command line, end to end
	$(Q)tests/tools/deps.sh build test
	$(Q)$(MAKE) --no-print-directory check

check: unit cli e2e

unit: $(UNIT) ## unit tests alone
	$(Q)$(UNIT) $(UNIT_ARGS)

cli: $(PROGRAM) ## command-line tests alone
	$(Q)COUNTERSIGN=$(abspath $(PROGRAM)) tests/cli/run.sh

e2e: $(PROGRAM) $(KEYSTORE_TOOL) ## end-to-end tests alone, on a chain of their own
	$(Q)COUNTERSIGN=$(abspath $(PROGRAM)) MAKE_KEYSTORE=$(abspath $(KEYSTORE_TOOL)) \
	    node --test --test-concurrency=$$(nproc) $(E2E_ARGS) $(sort $(wildcard tests/e2e/*.test.mjs))

bench: $(PROGRAM) $(PEAK_MEMORY) ## speed beside the peers, as ratios
	$(Q)tests/tools/deps.sh build test
	$(Q)COUNTERSIGN=$(abspath $(PROGRAM)) PEAK_MEMORY=$(abspath $(PEAK_MEMORY)) \
	    node tests/bench/bench.mjs

# A program of the tests' own, linked with the library.
$(KEYSTORE_TOOL): tests/tools/make_keystore.c $(LIBRARY)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

# Loaded by unit tests from beside the test program.
$(FAKE_LIBUSB): tests/tools/fake_libusb.c tests/tools/fake_libusb.h
$(FAKE_HIDAPI): tests/tools/fake_hidapi.c tests/tools/fake_hidapi.h
$(FAKE_LIBUSB) $(FAKE_HIDAPI):
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -D_POSIX_C_SOURCE=200809L -I. $(WARNINGS) $(PKG_CFLAGS) -O1 -g -fPIC -shared \
	    -fvisibility=hidden -Wl,-soname,$(@F) -o $@ $<

$(PEAK_MEMORY): tests/bench/peak_memory.c
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $<

# Criterion runs each test in a child process: what a sanitizer or valgrind says there does not
# reach the exit code, so it is logged, and any log that is not empty fails. One kind does not
# count: on a busy machine Criterion's own process can end before a thread has freed 48 bytes;
# every frame of that stack, the allocator aside, is in libcriterion. For that exitcode is 0 here.
SAN_LOGS = $(BUILD)/logs
define no_logs
	$(Q)failed=0; for log in $$(find $(SAN_LOGS) -type f -size +0 2>/dev/null); do \
	    if grep -qE '^ *#1 .*libcriterion' $$log && \
	        ! grep -E '^ *#[1-9][0-9]* ' $$log | grep -vq libcriterion; then continue; fi; \
	    head -n 60 $$log; failed=1; done; exit $$failed
endef

asan: ## unit and command-line tests under the address and undefined-behaviour sanitizers
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/asan SANITIZE=address,undefined \
	    CFLAGS='-O1 -g' asan-run

asan-run: $(UNIT) $(PROGRAM)
	$(Q)rm -rf $(SAN_LOGS) && mkdir -p $(SAN_LOGS)
	$(Q)ASAN_OPTIONS=log_path=$(abspath $(SAN_LOGS))/asan:detect_leaks=1:exitcode=0 \
	    UBSAN_OPTIONS=log_path=$(abspath $(SAN_LOGS))/ubsan:print_stacktrace=1 $(UNIT) $(UNIT_ARGS)
	$(Q)ASAN_OPTIONS=log_path=$(abspath $(SAN_LOGS))/asan \
	    UBSAN_OPTIONS=log_path=$(abspath $(SAN_LOGS))/ubsan \
	    LSAN_OPTIONS=suppressions=$(abspath tests/lsan.supp):print_suppressions=0 \
	    COUNTERSIGN=$(abspath $(PROGRAM)) tests/cli/run.sh
	$(no_logs)

valgrind: $(UNIT) ## unit tests under valgrind; SKIP_SUITES and SKIP_TESTS ('a|b_*') are left out
	$(Q)rm -rf $(SAN_LOGS) && mkdir -p $(SAN_LOGS)
	$(Q)tests/tools/valgrind.sh $(UNIT) $(abspath $(SAN_LOGS)) '$(SKIP_SUITES)' '$(SKIP_TESTS)'
	$(no_logs)

# --- fuzzing ------------------------------------------------------------------------------------
FUZZ_CC    ?= clang
FUZZ_TIME  ?= 60
FUZZ_BUILD := $(BUILD)/fuzz
FUZZERS    := $(FUZZ_SOURCES:tests/fuzz/%.c=$(FUZZ_BUILD)/%)

fuzz: ## run every fuzz target for FUZZ_TIME seconds (needs clang)
	$(Q)$(MAKE) --no-print-directory CC=$(FUZZ_CC) BUILD=$(FUZZ_BUILD)/lib \
	    SANITIZE=fuzzer-no-link,address,undefined CFLAGS='-O1 -g' FUZZ_BUILD=$(FUZZ_BUILD) fuzz-run

fuzz-smoke: ## the same for a few seconds each
	$(Q)$(MAKE) --no-print-directory fuzz FUZZ_TIME=5

fuzz-run: $(FUZZERS)
	$(Q)printf '%s\n' $(FUZZERS) | xargs -n 1 -P "$$(nproc)" tests/tools/fuzz_one.sh $(FUZZ_TIME)

$(FUZZ_BUILD)/%_fuzz: tests/fuzz/%_fuzz.c $(LIBRARY)
	$(call say,FUZZ,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -D_POSIX_C_SOURCE=200809L -I. -O1 -g -fsanitize=fuzzer,address,undefined \
	    -fno-sanitize-recover=all -o $@ $^ $(PKG_LIBS)

# --- another reader -----------------------------------------------------------------------------
# Our YAML against go-yaml, with which Compose reads it: DIFFERENTIAL_COUNT, DIFFERENTIAL_SEED.
PRINTER := $(BUILD)/tests/yaml_printer
$(PRINTER): tests/differential/printer.c $(LIBRARY)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -D_POSIX_C_SOURCE=200809L -I. $(WARNINGS) $(CFLAGS) -o $@ $^ $(PKG_LIBS)

differential: $(PRINTER) ## our YAML tree against go-yaml's, over generated documents
	$(Q)tests/differential/run.sh $(PRINTER) $(BUILD)/differential

# --- do the tests notice? -----------------------------------------------------------------------
# A changed object stands in front of the library; the rest is what `make unit` built.
mutants: $(UNIT) $(PROGRAM) ## change the decision core in one place at a time; the tests must notice
	$(Q)BUILD=$(BUILD) CC='$(CC)' MUTANT_LIBS='$(PKG_LIBS)' MUTANT_UNIT_OBJECTS='$(UNIT_OBJECTS)' \
	    MUTANT_CFLAGS='-std=c11 -D_POSIX_C_SOURCE=200809L -I. -fPIE $(PKG_CFLAGS)' \
	    MUTANT_LDFLAGS='-pie $(call probe,-fuse-ld=mold)' tests/mutants/run.py

# Proposals in which everything fits, held against what the rules allow. FORGER_COUNT of them; the
# faults of tests/forger/plant.c must be found.
FORGER         := $(BUILD)/tests/forger
FORGER_COUNT   ?= 100000
FORGER_SEED    ?= 1
FORGER_SOURCES := $(sort $(wildcard tests/forger/*.c))
FORGER_WRAP    := node_privileged node_value_next call_tree_next git_verify \
                  deployment_is_delegatecall_safe hash32_eq report_result

$(FORGER): $(FORGER_SOURCES) tests/forger/forger.h $(LIBRARY)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(FORGER_WRAP:%=-Wl,--wrap=%) -o $@ $(FORGER_SOURCES) \
	    $(LIBRARY) $(PKG_LIBS)

forger: $(FORGER) ## forge FORGER_COUNT proposals: no yes that the rules call no
	$(Q)for fault in $$($(FORGER) --plants); do $(FORGER) --plant $$fault 4000 || exit 1; done
	$(Q)$(FORGER) $(FORGER_COUNT) $(FORGER_SEED)

# --- reading ------------------------------------------------------------------------------------
ALL_C := $(SOURCES) src/cli/main.c $(UNIT_SOURCES) $(FUZZ_SOURCES) $(wildcard tests/tools/*.c tests/bench/*.c) $(FORGER_SOURCES)

lint: lint-headers lint-tidy ## clang-tidy, cppcheck, headers alone, include directions, lengths
	$(Q)tests/lint/includes.sh
	$(Q)tests/lint/lengths.py $(ALL_C) $(HEADERS)
	$(Q)cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr \
	    --suppress=missingIncludeSystem --error-exitcode=1 -I. -j2 $(SOURCES) src/cli/main.c

lint-headers:
	$(Q)for h in $(HEADERS); do printf '#include "%s"\nextern int alone;\n' $$h | \
	    $(CC) -std=c11 -D_POSIX_C_SOURCE=200809L $(WARNINGS) -Werror -I. $(PKG_CFLAGS) \
	    -fsyntax-only -x c - || { echo "$$h does not compile alone" >&2; exit 1; }; done

lint-tidy: $(patsubst %.c,$(BUILD)/tidy/%.ok,$(SOURCES) src/cli/main.c)

$(BUILD)/tidy/%.ok: %.c $(HEADERS) .clang-tidy
	$(call say,TIDY,$<)
	@mkdir -p $(@D)
	$(Q)clang-tidy --quiet $< -- -std=c11 -D_POSIX_C_SOURCE=200809L -DVERSION='"$(VERSION)"' -I. \
	    $(PKG_CFLAGS) 2>$@.log || { cat $@.log; exit 1; }
	@touch $@

format: ## lay out the code with clang-format
	$(Q)clang-format -i $(ALL_C) $(HEADERS)

format-check: ## fail if clang-format would change anything
	$(Q)clang-format --dry-run --Werror $(ALL_C) $(HEADERS)

coverage: ## line coverage of the unit tests, as text
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/coverage CFLAGS='-O0 -g --coverage' \
	    LDFLAGS=--coverage unit
	$(Q)cd $(BUILD)/coverage && find . -name '*.gcda' -path './obj/[shv]*' \
	    -exec gcov -n {} + 2>/dev/null | awk '/^File .[shv]/{f=$$2} /^Lines/{if(f){print f, $$2; f=""}}'

# --- installing ---------------------------------------------------------------------------------
UDEV_RULES := 70-countersign.rules

install: $(PROGRAM) ## program, man page, completion, udev rules
	install -D -m 755 $(PROGRAM) "$(DESTDIR)$(PREFIX)/bin/countersign"
	install -D -m 644 docs/countersign.1 "$(DESTDIR)$(PREFIX)/share/man/man1/countersign.1"
	$(PROGRAM) completion bash >$(BUILD)/completion.bash
	install -D -m 644 $(BUILD)/completion.bash \
	    "$(DESTDIR)$(PREFIX)/share/bash-completion/completions/countersign"
	$(if $(UDEVDIR),install -D -m 644 hw/udev/$(UDEV_RULES) "$(DESTDIR)$(UDEVDIR)/$(UDEV_RULES)")

uninstall: ## remove what install put there
	rm -f "$(DESTDIR)$(PREFIX)/bin/countersign" \
	    "$(DESTDIR)$(PREFIX)/share/man/man1/countersign.1" \
	    "$(DESTDIR)$(PREFIX)/share/bash-completion/completions/countersign" \
	    $(if $(UDEVDIR),"$(DESTDIR)$(UDEVDIR)/$(UDEV_RULES)")

dist: ## source archive of the last commit
	$(Q)mkdir -p $(BUILD)
	git archive --format=tar.gz --prefix=countersign-$(VERSION)/ \
	    -o $(BUILD)/countersign-$(VERSION).tar.gz HEAD

clean: ## remove everything built
	$(Q)rm -rf $(BUILD)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: all deps demo test check unit cli e2e bench asan asan-run valgrind fuzz fuzz-smoke fuzz-run mutants forger \
        differential lint lint-headers lint-tidy format format-check coverage install uninstall dist clean help
