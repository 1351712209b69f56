/* SPDX-License-Identifier: Apache-2.0 */
/* config_case.h - a file without errors, of which a test replaces parts */
#pragma once

/* Each part is one line; NULL: as it is in the file without errors. */
struct config_parts {
	const char *plugins, *underlay, *node, *l3vnis, *l2vnis, *frr, *more;
};

/* The lines of the parts. */
enum { PLUGINS = 1, UNDERLAY, NODE, L3, L2, FRR, MORE };

struct config_fault {
	struct config_parts parts;
	int line;
	const char *want; /* part of the one error; NULL: no error */
};

/* The file. */
extern char config_case_path[32];

void config_case_begin(void);
void config_case_end(void);
void config_case_write(const struct config_parts *c);
/* The file with these parts has just this error. `number` is for the message. */
void config_case_fault(const struct config_fault *fault, int number);
