/* SPDX-License-Identifier: MIT */
/* The shapes of requests about backups, restores and point-in-time recovery. */
#include "backend/embedded/shapes.h"

static bool is_name(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                c == '_' || c == '.' || c == '-'))
            return false;
    }
    return true;
}

static const struct shape backup_name = {
    SHAPE_STRING, SHAPE_MIN(3), SHAPE_MAX(255), .pattern = "[a-zA-Z0-9_.-]+", .match = is_name};
static const struct shape backup_arn = {SHAPE_STRING, SHAPE_MIN(37), SHAPE_MAX(1024)};

static const struct shape_field create_fields[] = {
    SHAPE_TABLE,
    SHAPE_MUST("BackupName", &backup_name),
    SHAPE_END,
};
static const struct shape create = {SHAPE_STRUCT, "CreateBackupInput", .fields = create_fields};

static const struct shape_field arn_fields[] = {
    SHAPE_MUST("BackupArn", &backup_arn),
    SHAPE_END,
};
static const struct shape describe = {SHAPE_STRUCT, "DescribeBackupInput", .fields = arn_fields};
static const struct shape delete = {SHAPE_STRUCT, "DeleteBackupInput", .fields = arn_fields};

static const char *const backup_types[] = {"USER", "SYSTEM", "AWS_BACKUP", "ALL", NULL};
static const struct shape backup_type = {SHAPE_STRING, .values = backup_types};
static const struct shape list_limit = {SHAPE_INTEGER, SHAPE_MIN(1), SHAPE_MAX(100)};
static const struct shape_field list_fields[] = {
    SHAPE_MAY("TableName", &shape_table_name),
    SHAPE_MAY("Limit", &list_limit),
    SHAPE_MAY("TimeRangeLowerBound", &shape_timestamp),
    SHAPE_MAY("TimeRangeUpperBound", &shape_timestamp),
    SHAPE_MAY("ExclusiveStartBackupArn", &backup_arn),
    SHAPE_MAY("BackupType", &backup_type),
    SHAPE_END,
};
static const struct shape list = {SHAPE_STRUCT, "ListBackupsInput", .fields = list_fields};

#define OVERRIDES                                                                                  \
    SHAPE_MAY("BillingModeOverride", &shape_billing_mode),                                         \
        SHAPE_MAY("GlobalSecondaryIndexOverride", &shape_globals),                                 \
        SHAPE_MAY("LocalSecondaryIndexOverride", &shape_locals),                                   \
        SHAPE_MAY("ProvisionedThroughputOverride", &shape_throughput),                             \
        SHAPE_MAY("OnDemandThroughputOverride", &shape_on_demand),                                 \
        SHAPE_MAY("SSESpecificationOverride", &shape_sse)

static const struct shape_field restore_fields[] = {
    SHAPE_MUST("TargetTableName", &shape_new_table_name),
    SHAPE_MUST("BackupArn", &backup_arn),
    OVERRIDES,
    SHAPE_END,
};
static const struct shape restore = {
    SHAPE_STRUCT, "RestoreTableFromBackupInput", .fields = restore_fields};

static const struct shape_field past_fields[] = {
    SHAPE_MAY("SourceTableArn", &shape_table_name),
    SHAPE_MAY("SourceTableName", &shape_table_name),
    SHAPE_MUST("TargetTableName", &shape_new_table_name),
    SHAPE_MAY("UseLatestRestorableTime", &shape_boolean),
    SHAPE_MAY("RestoreDateTime", &shape_timestamp),
    OVERRIDES,
    SHAPE_END,
};
static const struct shape past = {
    SHAPE_STRUCT, "RestoreTableToPointInTimeInput", .fields = past_fields};

static const struct shape_field table_fields[] = {SHAPE_TABLE, SHAPE_END};
static const struct shape describe_recovery = {
    SHAPE_STRUCT, "DescribeContinuousBackupsInput", .fields = table_fields};

static const struct shape days = {SHAPE_INTEGER, SHAPE_MIN(1), SHAPE_MAX(35)};
static const struct shape_field recovery_fields[] = {
    SHAPE_MUST("PointInTimeRecoveryEnabled", &shape_boolean),
    SHAPE_MAY("RecoveryPeriodInDays", &days),
    SHAPE_END,
};
static const struct shape recovery = {
    SHAPE_STRUCT, "PointInTimeRecoverySpecification", .fields = recovery_fields};
static const struct shape_field update_recovery_fields[] = {
    SHAPE_TABLE,
    SHAPE_MUST("PointInTimeRecoverySpecification", &recovery),
    SHAPE_END,
};
static const struct shape update_recovery = {
    SHAPE_STRUCT, "UpdateContinuousBackupsInput", .fields = update_recovery_fields};

const struct shape_request shapes_backups[] = {
    {"CreateBackup", &create},
    {"DescribeBackup", &describe},
    {"DeleteBackup", &delete},
    {"ListBackups", &list},
    {"RestoreTableFromBackup", &restore},
    {"RestoreTableToPointInTime", &past},
    {"DescribeContinuousBackups", &describe_recovery},
    {"UpdateContinuousBackups", &update_recovery},
    {NULL, NULL},
};
