/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz.h - what libFuzzer calls, and replay.c where there is no libFuzzer */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
