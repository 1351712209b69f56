/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state_json.h - the parts of a NIC's record as JSON; internal to state_file.c
 *
 * A missing member and null mean "none". What has a lifetime is saved with the time of day at which it ends.
 */
#pragma once

#include "base/json.h"
#include "model/net.h"

json_int_t state_json_int(const json_t *object, const char *key);

/* Pairs of hexadecimal digits. Returns how many bytes, at most `max`. */
size_t state_json_bytes(const json_t *object, const char *key, uint8_t *bytes, size_t max);
json_t *state_bytes_json(const uint8_t *bytes, size_t n);

/* 1: read; 0: it has expired; -1: a member is no address, or too long. `link` and `order` are the caller's; so is route->more. */
int state_json_addr(const json_t *json, struct net_addr *addr);
int state_json_route(const json_t *json, struct net_route *route);

/* False: it is no object. `link` is the caller's. */
bool state_json_object(const json_t *json, struct net_object *object);

json_t *state_addr_json(const struct net_addr *addr);
json_t *state_route_json(const struct net_route *route);
json_t *state_object_json(const struct net_object *object);
