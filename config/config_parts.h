/* The parts of config.c that stand in files of their own; for nobody else. */
#ifndef CONFIG_CONFIG_PARTS_H
#define CONFIG_CONFIG_PARTS_H

#include "config/config.h"

extern const struct field config_scope_fields[];

/* Reads how each table belongs to a tenant into `c`. A NULL node means that `scope` is missing. */
int config_scope_read(struct config *c, const struct yaml_node *node, struct problems *problems);

#endif
