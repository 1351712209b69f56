/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reloader_client.h - one client's connection to evpn-reloader: reads one request, sends one answer, and is closed
 *
 * The server owns all clients, an array of fixed size. A client that was closed is CLIENT_FREE, and all its members are
 * 0.
 */
#ifndef RELOADER_CLIENT_H
#define RELOADER_CLIENT_H

#include "frr-signal/reloader.h"

enum client_state {
	CLIENT_FREE,
	CLIENT_READING, /* the request */
	CLIENT_WAITING, /* for its turn, or for the result of the running job */
	CLIENT_ASKING, /* for the answer of a daemon */
	CLIENT_WATCHING, /* has sent "watch": answered when FRR may have lost its configuration */
	CLIENT_WRITING /* the answer */
};

struct client {
	enum client_state state;
	int fd;
	bool denied; /* it belongs to another user, and only gets an error */
	int64_t deadline; /* for reading and writing, by clock_ms() */
	uint64_t opened; /* the order among all clients */
	uint64_t turn; /* WAITING: the order among the clients that wait */
	bool show_runs; /* WAITING: the running job is this client's show */
	char line[PROTOCOL_LINE_SIZE];
	size_t len;
	struct request request; /* once the line is complete */
	struct vty vty; /* ASKING */
	struct text answer; /* WRITING */
	size_t sent;
};

enum client_line { CLIENT_LINE_INCOMPLETE, CLIENT_LINE_COMPLETE, CLIENT_LINE_INVALID };

void client_open(struct client *client, int fd, bool denied);
void client_close(struct client *client);

/* Reads what is there of the request. Closes the client if it has closed the connection. */
enum client_line client_read(struct client *client);

/* Sends as much of the answer as the socket accepts; closes the client after the last byte. */
void client_write(struct client *client);

/* Begin to send an answer. The text gets a newline. */
void client_answer(struct client *client, const struct result *result, const char *generation);
void client_answer_text(struct client *client, enum status status, const char *text);

/* Whether the deadline applies: it is the client's turn to send or to receive. */
bool client_is_timed(const struct client *client);

/* Asks the daemon of client->request; answers at once if it is only a matter of looking. */
void ask_begin(struct client *client, const struct daemons *daemons);
/* The daemon's connection is readable, or vty_due_ms() is over: continues, and answers when the question has an outcome. */
void ask_handle(struct client *client);

/* The word for the status in the protocol. */
const char *client_status_word(enum status status);

#endif
