# SPDX-License-Identifier: Apache-2.0
# `make help` lists the targets. Everything built stays under $(BUILD).

VERSION ?= 0.1.0
BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
CC      ?= cc
CFLAGS  ?= -O2 -g
LDFLAGS ?=
V       ?=
Q       := $(if $(V),,@)
say      = $(if $(V),@:,@printf '  %-8s %s\n' $(1) $(2))

# --- packages -----------------------------------------------------------------------------------
DEPS_BUILD := build-essential pkg-config libsecp256k1-dev libcurl4-openssl-dev libgit2-dev \
              libjansson-dev libfyaml-dev libssl-dev ca-certificates
DEPS_DEMO  := git jq
DEPS_TEST  := libcriterion-dev git jq python3 openssl
DEPS_CI    := clang clang-tidy clang-format cppcheck valgrind libclang-rt-14-dev

# --- flags --------------------------------------------------------------------------------------
LIBS       := libsecp256k1 libcurl libgit2 jansson libfyaml libcrypto
PKG_CFLAGS := $(shell pkg-config --cflags $(LIBS) 2>/dev/null)
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
           src/cli/*.h tests/unit/*.h))
OBJECTS := $(SOURCES:%.c=$(BUILD)/obj/%.o)
LIBRARY := $(BUILD)/libcountersign.a
PROGRAM := $(BUILD)/countersign
UNIT    := $(BUILD)/tests/unit
UNIT_SOURCES := $(sort $(wildcard tests/unit/*.c))
UNIT_OBJECTS := $(UNIT_SOURCES:%.c=$(BUILD)/obj/%.o)
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

$(UNIT): $(UNIT_OBJECTS) $(LIBRARY)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) -lcriterion

-include $(OBJECTS:.o=.d) $(UNIT_OBJECTS:.o=.d) $(BUILD)/obj/src/cli/main.d

unit: $(UNIT) ## unit tests alone (what they need must be installed)
	$(Q)$(UNIT) $(UNIT_ARGS)

clean: ## remove everything built
	$(Q)rm -rf $(BUILD)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: all unit clean help
