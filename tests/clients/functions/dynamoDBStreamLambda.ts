// SPDX-License-Identifier: MIT
import { type DynamoDBStreamEvent } from 'aws-lambda';
import { Logger } from '@aws-lambda-powertools/logger';

const logger = new Logger();

/** Tells what came from the table's stream. */
export const handler = async (event: DynamoDBStreamEvent) => {
    logger.info(`received the following in dynamoDB lambda: ${JSON.stringify(event)}`);
};
