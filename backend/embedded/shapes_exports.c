/* SPDX-License-Identifier: MIT */
/* The shapes of requests about exports and imports. */
#include "backend/embedded/shapes.h"

#include "backend/embedded/bucket.h"

static bool is_token(struct str text)
{
    return text.len && str_find_byte(text, '$') == SIZE_MAX;
}

static bool is_owner(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    return text.len == 12;
}

static bool is_delimiter(struct str text)
{
    return text.len == 1 && strchr(",;:|\t ", text.at[0]);
}

static const struct shape token = {
    SHAPE_STRING, SHAPE_MIN(1), .pattern = "^[^\\$]+$", .match = is_token};
static const struct shape bucket = {SHAPE_STRING, SHAPE_MIN(1), SHAPE_MAX(255),
    .pattern = "^[a-z0-9A-Z]+[\\.\\-\\w]*[a-z0-9A-Z]+$", .match = bucket_is_name};
static const struct shape owner = {
    SHAPE_STRING, SHAPE_MIN(1), .pattern = "[0-9]{12}", .match = is_owner};
static const struct shape prefix = {SHAPE_STRING, SHAPE_MIN(1), SHAPE_MAX(1024)};
static const struct shape source_prefix = {SHAPE_STRING, SHAPE_MAX(1024)};
static const char *const sse_values[] = {"AES256", "KMS", NULL};
static const struct shape sse = {SHAPE_STRING, .values = sse_values};
static const struct shape sse_key = {SHAPE_STRING, SHAPE_MIN(1), SHAPE_MAX(2048)};
static const struct shape table_arn = {SHAPE_STRING, SHAPE_MIN(1), SHAPE_MAX(1024)};
static const struct shape job_arn = {SHAPE_STRING, SHAPE_MIN(37), SHAPE_MAX(1024)};
static const struct shape page_size = {SHAPE_INTEGER, SHAPE_MIN(1), SHAPE_MAX(25)};

/* ---- exports ---- */

static const char *const export_formats[] = {"DYNAMODB_JSON", "ION", NULL};
static const struct shape export_format = {SHAPE_STRING, .values = export_formats};
static const char *const export_types[] = {"FULL_EXPORT", "INCREMENTAL_EXPORT", NULL};
static const struct shape export_type = {SHAPE_STRING, .values = export_types};
static const char *const export_views[] = {"NEW_IMAGE", "NEW_AND_OLD_IMAGES", NULL};
static const struct shape export_view = {SHAPE_STRING, .values = export_views};
static const struct shape_field period_fields[] = {
    SHAPE_MAY("ExportFromTime", &shape_timestamp),
    SHAPE_MAY("ExportToTime", &shape_timestamp),
    SHAPE_MAY("ExportViewType", &export_view),
    SHAPE_END,
};
static const struct shape period = {
    SHAPE_STRUCT, "IncrementalExportSpecification", .fields = period_fields};

static const struct shape_field export_fields[] = {
    SHAPE_MUST("TableArn", &table_arn),
    SHAPE_MAY("ExportTime", &shape_timestamp),
    SHAPE_MAY("ClientToken", &token),
    SHAPE_MUST("S3Bucket", &bucket),
    SHAPE_MAY("S3BucketOwner", &owner),
    SHAPE_MAY("S3Prefix", &prefix),
    SHAPE_MAY("S3SseAlgorithm", &sse),
    SHAPE_MAY("S3SseKmsKeyId", &sse_key),
    SHAPE_MAY("ExportFormat", &export_format),
    SHAPE_MAY("ExportType", &export_type),
    SHAPE_MAY("IncrementalExportSpecification", &period),
    SHAPE_END,
};
static const struct shape export = {
    SHAPE_STRUCT, "ExportTableToPointInTimeInput", .fields = export_fields};

static const struct shape_field describe_export_fields[] = {
    SHAPE_MUST("ExportArn", &job_arn),
    SHAPE_END,
};
static const struct shape describe_export = {
    SHAPE_STRUCT, "DescribeExportInput", .fields = describe_export_fields};

static const struct shape_field list_exports_fields[] = {
    SHAPE_MAY("TableArn", &table_arn),
    SHAPE_MAY("MaxResults", &page_size),
    SHAPE_MAY("NextToken", &shape_string),
    SHAPE_END,
};
static const struct shape list_exports = {
    SHAPE_STRUCT, "ListExportsInput", .fields = list_exports_fields};

/* ---- imports ---- */

static const char *const import_formats[] = {"DYNAMODB_JSON", "ION", "CSV", NULL};
static const struct shape import_format = {SHAPE_STRING, .values = import_formats};
static const char *const compressions[] = {"GZIP", "ZSTD", "NONE", NULL};
static const struct shape compression = {SHAPE_STRING, .values = compressions};
static const struct shape_field source_fields[] = {
    SHAPE_MAY("S3BucketOwner", &owner),
    SHAPE_MUST("S3Bucket", &bucket),
    SHAPE_MAY("S3KeyPrefix", &source_prefix),
    SHAPE_END,
};
static const struct shape source = {SHAPE_STRUCT, "S3BucketSource", .fields = source_fields};

static const struct shape delimiter = {
    SHAPE_STRING, SHAPE_MIN(1), SHAPE_MAX(1), .pattern = "[,;:|\\t ]", .match = is_delimiter};
static const struct shape column = {SHAPE_STRING, SHAPE_MIN(1), SHAPE_MAX(65536)};
static const struct shape columns = {SHAPE_LIST, SHAPE_MIN(1), SHAPE_MAX(255), .member = &column};
static const struct shape_field csv_fields[] = {
    SHAPE_MAY("Delimiter", &delimiter),
    SHAPE_MAY("HeaderList", &columns),
    SHAPE_END,
};
static const struct shape csv = {SHAPE_STRUCT, "CsvOptions", .fields = csv_fields};
static const struct shape_field options_fields[] = {SHAPE_MAY("Csv", &csv), SHAPE_END};
static const struct shape options = {SHAPE_STRUCT, "InputFormatOptions", .fields = options_fields};

static const struct shape_field table_fields[] = {
    SHAPE_MUST("TableName", &shape_new_table_name),
    SHAPE_MUST("AttributeDefinitions", &shape_definitions),
    SHAPE_MUST("KeySchema", &shape_key_schema),
    SHAPE_MAY("BillingMode", &shape_billing_mode),
    SHAPE_MAY("ProvisionedThroughput", &shape_throughput),
    SHAPE_MAY("OnDemandThroughput", &shape_on_demand),
    SHAPE_MAY("SSESpecification", &shape_sse),
    SHAPE_MAY("GlobalSecondaryIndexes", &shape_globals),
    SHAPE_END,
};
static const struct shape table = {SHAPE_STRUCT, "TableCreationParameters", .fields = table_fields};

static const struct shape_field import_fields[] = {
    SHAPE_MAY("ClientToken", &token),
    SHAPE_MUST("S3BucketSource", &source),
    SHAPE_MUST("InputFormat", &import_format),
    SHAPE_MAY("InputFormatOptions", &options),
    SHAPE_MAY("InputCompressionType", &compression),
    SHAPE_MUST("TableCreationParameters", &table),
    SHAPE_END,
};
static const struct shape import = {SHAPE_STRUCT, "ImportTableInput", .fields = import_fields};

static const struct shape_field describe_import_fields[] = {
    SHAPE_MUST("ImportArn", &job_arn),
    SHAPE_END,
};
static const struct shape describe_import = {
    SHAPE_STRUCT, "DescribeImportInput", .fields = describe_import_fields};

static const struct shape_field list_imports_fields[] = {
    SHAPE_MAY("TableArn", &table_arn),
    SHAPE_MAY("PageSize", &page_size),
    SHAPE_MAY("NextToken", &shape_string),
    SHAPE_END,
};
static const struct shape list_imports = {
    SHAPE_STRUCT, "ListImportsInput", .fields = list_imports_fields};

const struct shape_request shapes_exports[] = {
    {"ExportTableToPointInTime", &export},
    {"DescribeExport", &describe_export},
    {"ListExports", &list_exports},
    {"ImportTable", &import},
    {"DescribeImport", &describe_import},
    {"ListImports", &list_imports},
    {NULL, NULL},
};
