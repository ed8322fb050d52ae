#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The AWS CLI: backups, point-in-time recovery, exports and imports, with the CLI's own waiters.
source "$(dirname "$0")/lib.sh" "$1"
aws=/usr/bin/aws
[ -x "$aws" ] || skip "the AWS CLI is not installed (Debian's package awscli)"
start_server
failures=0

ddb() { "$aws" --endpoint-url "$url" dynamodb "$@" --output text; }

same() {
    [ "$1" = "$2" ] && return
    printf 'FAILED: %s: got «%s» instead of «%s»\n' "$3" "$2" "$1" >&2
    failures=$((failures + 1))
}

# exists TABLE: the CLI's own waiter, which asks every 20 seconds and would go on for eight minutes.
exists() {
    timeout 100 "$aws" --endpoint-url "$url" dynamodb wait table-exists --table-name "$1" ||
        same 'a table that exists' "$(ddb describe-table --table-name "$1" 2>&1)" "waiting for $1"
}

# until WANTED WORD…: asks till the answer is this.
until_is() {
    local wanted=$1 got='' i
    shift
    for ((i = 0; i < 30; i++)); do
        got=$(ddb "$@" 2>&1)
        [ "$got" = "$wanted" ] && return
    done
    same "$wanted" "$got" "$*"
}

ddb create-table --table-name Music --billing-mode PAY_PER_REQUEST \
    --attribute-definitions AttributeName=Song,AttributeType=S \
    --key-schema AttributeName=Song,KeyType=HASH >/dev/null
exists Music
ddb put-item --table-name Music --item '{"Song":{"S":"1"},"Plays":{"N":"7"}}'

backup=$(ddb create-backup --table-name Music --backup-name before --query BackupDetails.BackupArn)
until_is AVAILABLE describe-backup --backup-arn "$backup" \
    --query BackupDescription.BackupDetails.BackupStatus
same before "$(ddb list-backups --table-name Music --query 'BackupSummaries[].BackupName')" list-backups
ddb restore-table-from-backup --target-table-name Old --backup-arn "$backup" >/dev/null
exists Old
same 7 "$(ddb get-item --table-name Old --key '{"Song":{"S":"1"}}' --query Item.Plays.N)" 'a restored item'

same ENABLED "$(ddb update-continuous-backups --table-name Music \
    --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true \
    --query ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus)" \
    update-continuous-backups
moment=$(ddb describe-continuous-backups --table-name Music \
    --query ContinuousBackupsDescription.PointInTimeRecoveryDescription.LatestRestorableDateTime)
ddb delete-item --table-name Music --key '{"Song":{"S":"1"}}'
ddb restore-table-to-point-in-time --source-table-name Music --target-table-name Past \
    --restore-date-time "$moment" >/dev/null
exists Past
same 7 "$(ddb get-item --table-name Past --key '{"Song":{"S":"1"}}' --query Item.Plays.N)" 'an item of the past'

arn=$(ddb describe-table --table-name Music --query Table.TableArn)
export=$(ddb export-table-to-point-in-time --table-arn "$arn" --s3-bucket mine --s3-prefix x \
    --export-time "$moment" --query ExportDescription.ExportArn)
until_is COMPLETED describe-export --export-arn "$export" --query ExportDescription.ExportStatus
same 1 "$(ddb describe-export --export-arn "$export" --query ExportDescription.ItemCount)" ItemCount
same "$export" "$(ddb list-exports --table-arn "$arn" --query 'ExportSummaries[].ExportArn')" list-exports
import=$(ddb import-table --s3-bucket-source "S3Bucket=mine,S3KeyPrefix=x/AWSDynamoDB/${export##*/}/data/" \
    --input-format DYNAMODB_JSON --input-compression-type GZIP --table-creation-parameters \
    'TableName=Incoming,AttributeDefinitions=[{AttributeName=Song,AttributeType=S}],KeySchema=[{AttributeName=Song,KeyType=HASH}],BillingMode=PAY_PER_REQUEST' \
    --query ImportTableDescription.ImportArn)
until_is COMPLETED describe-import --import-arn "$import" --query ImportTableDescription.ImportStatus
same 7 "$(ddb get-item --table-name Incoming --key '{"Song":{"S":"1"}}' --query Item.Plays.N)" 'an imported item'
same DELETED "$(ddb delete-backup --backup-arn "$backup" \
    --query BackupDescription.BackupDetails.BackupStatus)" delete-backup
got=$(ddb describe-backup --backup-arn "$backup" 2>&1)
[[ $got == *BackupNotFoundException* ]] || same BackupNotFoundException "$got" 'a deleted backup'
stop_server
[ "$failures" = 0 ]
