/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_OPS_H
#define BACKEND_EMBEDDED_OPS_H

#include "backend/embedded/engine.h"

/* One function an operation; the table that names them is in embedded.c. */
engine_op op_create_table, op_describe_table, op_list_tables, op_update_table, op_delete_table;
engine_op op_put_item, op_get_item, op_update_item, op_delete_item;
engine_op op_batch_get_item, op_batch_write_item;
engine_op op_transact_write_items, op_transact_get_items;
engine_op op_query, op_scan;
engine_op op_execute_statement, op_batch_execute_statement, op_execute_transaction;
engine_op op_describe_ttl, op_update_ttl;
engine_op op_tag_resource, op_untag_resource, op_list_tags;
engine_op op_describe_limits, op_describe_endpoints;
engine_op op_list_streams, op_describe_stream, op_get_shard_iterator, op_get_records;
engine_op op_create_backup, op_describe_backup, op_list_backups, op_delete_backup;
engine_op op_export_table, op_describe_export, op_list_exports;
engine_op op_import_table, op_describe_import, op_list_imports;
engine_op op_restore_backup, op_restore_past, op_describe_recovery, op_update_recovery;

#endif
