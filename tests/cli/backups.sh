#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Backups, recovery, exports and imports by `call`: each is done when the program ends; buckets are
# folders, the store's or others; a damaged backup is found.
source "$(dirname "$0")/lib.sh" "$1"

# member NAME: the text of a member in $out.
member() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" <<<"$out"; }

create Tab k:S
for i in 1 2 3; do run 0 put Tab "{\"k\":\"k$i\"}"; done
run 0 call CreateBackup '{"TableName":"Tab","BackupName":"first"}'
has "$out" '"BackupStatus":"CREATING"'
backup=$(member BackupArn)
run 0 put Tab '{"k":"k4"}'
run 0 call DescribeBackup "{\"BackupArn\":\"$backup\"}"
has "$out" '"BackupStatus":"AVAILABLE"'
run 0 call RestoreTableFromBackup "{\"BackupArn\":\"$backup\",\"TargetTableName\":\"Copy\"}"
run 0 scan Copy --count
same "$out" 3

run 0 call UpdateContinuousBackups \
    '{"TableName":"Tab","PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":true}}'
run 0 call RestoreTableToPointInTime \
    '{"SourceTableName":"Tab","TargetTableName":"Past","UseLatestRestorableTime":true}'
run 0 scan Past --count
same "$out" 4

arn=$(sed 's,/backup/.*,,' <<<"$backup")
run 0 call ExportTableToPointInTime "{\"TableArn\":\"$arn\",\"S3Bucket\":\"mine\",\"S3Prefix\":\"x\"}"
export=$(member ExportArn)
run 0 call DescribeExport "{\"ExportArn\":\"$export\"}"
has "$out" '"ExportStatus":"COMPLETED"'
store=$XDG_DATA_HOME/dynascope/store
data=("$store"/buckets/mine/x/AWSDynamoDB/*/data/*.json.gz)
same "$(zcat "${data[0]}" | sort | head -n 1)" '{"Item":{"k":{"S":"k1"}}}' "an exported line"
[ "$(stat -c %a "${data[0]}")" = 600 ] || fail "an export can be read by others"

# other buckets: files that a person put there
mkdir -p "$folder/buckets/theirs"
printf 'k,n\na,1\nb,2\n' >"$folder/buckets/theirs/some.csv"
import='{"S3BucketSource":{"S3Bucket":"theirs","S3KeyPrefix":"some"},"InputFormat":"CSV","TableCreationParameters":{
    "TableName":"Csv","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"k","KeyType":"HASH"}],
    "AttributeDefinitions":[{"AttributeName":"k","AttributeType":"S"}]}}'
run 0 call --buckets "$folder/buckets" ImportTable "$import"
import=$(member ImportArn)
run 0 call DescribeImport "{\"ImportArn\":\"$import\"}"
has "$out" '"ImportStatus":"COMPLETED"'
has "$out" '"ImportedItemCount":2'
run 0 scan Csv --count
same "$out" 2

# who asks after a table is deleted finds its last backup
run 0 call DeleteTable '{"TableName":"Tab"}'
run 0 call ListBackups '{"BackupType":"SYSTEM"}'
has "$out" 'Tab$DeletedTableBackup'
has "$out" '"BackupStatus":"AVAILABLE"'

run 0 check
same "$out" 'no findings'
file=$store/backups/${backup##*/}
printf x | dd of="$file" bs=1 seek=60 conv=notrunc status=none
run 65 check
has "$out" 'the backup is damaged'
run 0 call DeleteBackup "{\"BackupArn\":\"$backup\"}"
[ ! -e "$file" ] || fail "a deleted backup has left its file"
run 0 check
same "$out" 'no findings'
finish
